// SPDX-License-Identifier: MIT
// Many mutants beside one recording: here, or in threads, each with a library and a recording of its own.
import { setImmediate as breathe } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Patched } from "../compiler/patched.ts";
import { compileBeside, type Recording } from "./conform.ts";
import type { ConformOptions } from "./conform-report.ts";
import { type Change, type MutantResult, tryMutant } from "./mutant-run.ts";
import type { JobContext } from "./reports.ts";
import { workerFile } from "./threads.ts";

/** What a thread is started with. */
export type MutantWorkerStart = ConformOptions;

export interface MutantWork {
  readonly recording: Recording;
  readonly base: Patched;
  /** How a thread finds the recording. */
  readonly options: ConformOptions;
  readonly changes: readonly Change[];
  readonly jobs: number;
  /** In any order. */
  readonly done: (index: number, result: MutantResult) => void;
}

/** Fewer results if it is interrupted. */
export async function tryAll(work: MutantWork, context: JobContext): Promise<void> {
  const { changes, jobs, options, done } = work;
  let finished = 0;
  const finish = (index: number, result: MutantResult): void => {
    finished++;
    context.progress(`mutants on ${options.trace}`, finished, changes.length);
    done(index, result);
  };
  const threads = Math.min(jobs, changes.length);
  if (threads > 1) return inThreads(work, threads, finish, context);
  const { text } = compileBeside(work.recording, work.base).emitted;
  for (const [index, change] of changes.entries()) {
    await breathe();
    if (context.signal.aborted) return;
    finish(index, tryMutant(work.recording, work.base, text, change));
  }
}

async function inThreads(
  { changes, options }: MutantWork,
  threads: number,
  finish: MutantWork["done"],
  { signal }: JobContext,
): Promise<void> {
  let next = 0;
  const workerData: MutantWorkerStart = options;
  const workers = Array.from({ length: threads }, () => new Worker(workerFile("mutant-worker"), { workerData }));
  const stop = (): void => {
    for (const worker of workers) void worker.terminate();
  };
  signal.addEventListener("abort", stop);
  const work = async (worker: Worker): Promise<void> => {
    while (next < changes.length && !signal.aborted) {
      const index = next++;
      const result = await inThread(worker, changes[index]!, signal);
      if (result !== undefined) finish(index, result);
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
    const hear = (result: MutantResult): void => {
      worker.off("error", reject).off("exit", end);
      resolve(result);
    };
    const end = (code: number): void => {
      if (signal.aborted) resolve(undefined);
      else reject(new Error(`a thread ended with code ${code}`));
    };
    worker.once("message", hear).once("error", reject).once("exit", end);
    worker.postMessage(change);
  });
}
