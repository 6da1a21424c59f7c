// SPDX-License-Identifier: MIT
// Work on many cases: one after the other, or `--jobs N` at a time, each in a thread of its own. What is found comes
// in the order of the cases, whoever was first.
import { Worker } from "node:worker_threads";
import { ok, type Result } from "../base/result.ts";
import { type Answers, type FromWorker, type Kind, type ToWorker, WORK, type WorkerStart } from "./case-work.ts";
import { MEMORY_BYTES } from "./engine.ts";
import type { Library } from "./library.ts";
import type { CheckHow, JobContext, JobError } from "./reports.ts";
import type { Case } from "./select.ts";
import { workerFile } from "./threads.ts";

function searchesOf({ models, mutants }: Case): number {
  return models.length * (1 + mutants.length);
}

/** Tells how far all cases are, of how far each says that it is. */
class Tally {
  private readonly of: number;
  private finished = 0;
  private readonly underWay = new Map<Case, number>();

  private readonly context: JobContext;

  constructor(cases: readonly Case[], context: JobContext) {
    this.of = cases.reduce((n, item) => n + searchesOf(item), 0);
    this.context = context;
  }

  /** Where there is no total, it is about the states of one search. */
  progress(item: Case, what: string, done: number, total: number | undefined): void {
    if (total === undefined) return this.context.progress(what, done, total);
    this.underWay.set(item, done);
    const all = [...this.underWay.values()].reduce((sum, n) => sum + n, this.finished);
    this.context.progress(what, all, this.of);
  }

  finish(item: Case): void {
    this.underWay.delete(item);
    this.finished += searchesOf(item);
  }
}

/** The result for each case; fewer if it was interrupted. If some fail, the error of the first one. */
export async function workOn<K extends Kind>(
  kind: K,
  library: Library,
  cases: readonly Case[],
  how: CheckHow,
  jobs: number,
  context: JobContext,
): Promise<Result<Answers[K][], JobError>> {
  const tally = new Tally(cases, context);
  const threads = Math.min(jobs, cases.length);
  const found = threads > 1 ? await inThreads(kind, library, cases, how, threads, context, tally) : [];
  if (threads <= 1) {
    for (const item of cases) {
      if (context.signal.aborted) break;
      const progress: JobContext["progress"] = (...args) => tally.progress(item, ...args);
      const result = await WORK[kind](library, item, how, { ...context, progress });
      found.push(result);
      if (!result.ok) break;
      tally.finish(item);
    }
  }
  const values: Answers[K][] = [];
  for (const result of found) {
    if (!result.ok) return result;
    values.push(result.value);
  }
  return ok(values);
}

/** Cases are handed out in order, so that those which were not are the last ones. */
async function inThreads<K extends Kind>(
  kind: K,
  library: Library,
  cases: readonly Case[],
  how: CheckHow,
  threads: number,
  context: JobContext,
  tally: Tally,
): Promise<Result<Answers[K], JobError>[]> {
  const { maxMemory = MEMORY_BYTES / threads } = how;
  const start: WorkerStart = { kind, overlay: library.overlay?.folder, how: { ...how, maxMemory } };
  const found: Result<Answers[K], JobError>[] = [];
  let next = 0;
  let failed = false;
  const workers = Array.from({ length: threads }, () => new Worker(workerFile("case-worker"), { workerData: start }));
  const stop = (): void => {
    for (const worker of workers) worker.postMessage({ op: "stop" } satisfies ToWorker);
  };
  context.signal.addEventListener("abort", stop);
  const work = async (worker: Worker): Promise<void> => {
    while (next < cases.length && !failed && !context.signal.aborted) {
      const at = next++;
      const result = await workInThread(worker, cases[at]!, context, tally);
      // The thread does the kind of work that it was started with.
      found[at] = result as Result<Answers[K], JobError>;
      failed ||= !result.ok;
    }
  };
  try {
    await Promise.all(workers.map(work));
    return found;
  } finally {
    context.signal.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function workInThread(
  worker: Worker,
  item: Case,
  context: JobContext,
  tally: Tally,
): Promise<Result<Answers[Kind], JobError>> {
  return new Promise((resolve, reject) => {
    const hear = (message: FromWorker): void => {
      if (message.op === "note") return context.note(message.line);
      if (message.op === "progress") return tally.progress(item, message.what, message.done, message.total);
      worker.off("message", hear).off("error", reject).off("exit", fail);
      tally.finish(item);
      resolve(message.result);
    };
    const fail = (code: number): void => reject(new Error(`a thread ended with code ${code}`));
    worker.on("message", hear).on("error", reject).on("exit", fail);
    const models = item.models.map(({ name }) => name);
    const name = { scenario: item.scenario.ref, design: item.design.ref, models };
    worker.postMessage({ op: "case", name } satisfies ToWorker);
  });
}
