// SPDX-License-Identifier: MIT
// Many mutants beside one recording, in threads, each with a library and a recording of its own.
import { Worker } from "node:worker_threads";
import type { ConformOptions } from "./conform-report.ts";
import type { Change, MutantResult } from "./mutant-run.ts";
import type { JobContext } from "./reports.ts";
import { workerFile } from "./threads.ts";

/** What a thread is started with. */
export type MutantWorkerStart = ConformOptions;

export interface MutantWork {
  /** How a thread finds the recording. */
  readonly options: ConformOptions;
  readonly changes: readonly Change[];
  readonly jobs: number;
  /** In any order. */
  readonly done: (index: number, result: MutantResult) => void;
}

/** Fewer results if it is interrupted: a thread can be stopped in the middle of a run. */
export async function tryAll({ options, changes, jobs, done }: MutantWork, context: JobContext): Promise<void> {
  const { signal } = context;
  let next = 0;
  let finished = 0;
  const workerData: MutantWorkerStart = options;
  const workers = Array.from(
    { length: Math.min(jobs, changes.length) },
    () => new Worker(workerFile("mutant-worker"), { workerData }),
  );
  const stop = (): void => {
    for (const worker of workers) void worker.terminate();
  };
  signal.addEventListener("abort", stop);
  const work = async (worker: Worker): Promise<void> => {
    while (next < changes.length && !signal.aborted) {
      const index = next++;
      const result = await inThread(worker, changes[index]!, signal);
      if (result === undefined) return;
      context.progress(`mutants on ${options.trace}`, ++finished, changes.length);
      done(index, result);
    }
  };
  try {
    await Promise.all(workers.map(work));
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** undefined: it was interrupted. */
function inThread(worker: Worker, change: Change, signal: AbortSignal): Promise<MutantResult | undefined> {
  return new Promise((resolve, reject) => {
    const end = (code: number): void => {
      if (signal.aborted) resolve(undefined);
      else reject(new Error(`a thread ended with code ${code}`));
    };
    const hear = (result: MutantResult): void => {
      worker.off("error", reject).off("exit", end);
      resolve(result);
    };
    worker.once("message", hear).once("error", reject).once("exit", end);
    worker.postMessage(change);
  });
}
