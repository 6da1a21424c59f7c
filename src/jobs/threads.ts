// SPDX-License-Identifier: MIT
// `--threads N`: one search by several threads of this process. Each is a worker of src/checker/worker.ts; this starts
// them, passes on what only the main thread hears (time, interrupts, a thread that died), and joins what they found.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { joinParts } from "../checker/join.ts";
import { choosePartition } from "../checker/partition.ts";
import type { Partition } from "../checker/route-code.ts";
import { type Names, type SearchOptions, type SearchResult, search } from "../checker/search.ts";
import { bytesOf, createShared, endOf, type Shared, stopAll, tally } from "../checker/shared.ts";
import type { Part } from "../checker/worker.ts";
import { type Emitted, loadPacked } from "../emit/packed.ts";
import type { Compiled } from "../program/compiled.ts";
import { modelRoot } from "./library.ts";
import type { WorkerInput } from "./search-worker.ts";

/** One thread is through with so many states before several are at work. */
const ALONE_STATES = 100_000;
const LOOK_MILLISECONDS = 50;
const PROGRESS_MILLISECONDS = 500;

/** What several threads understand of a search's options: they keep no parents and no checkpoint. */
export type ThreadedOptions = Pick<
  SearchOptions,
  "maxStates" | "maxMemoryBytes" | "timeoutSeconds" | "stopAtViolation" | "onProgress" | "onSafe" | "stop" | "sizes"
>;

/** The result, if the search is a small one. */
function searchAlone(compiled: Compiled, names: Names, options: ThreadedOptions): SearchResult | undefined {
  const maxStates = Math.min(ALONE_STATES, options.maxStates ?? ALONE_STATES);
  const result = search(compiled, names, { ...options, maxStates });
  const more = result.limits.some(({ kind }) => kind === "states") && maxStates !== options.maxStates;
  return more ? undefined : result;
}

/** Built beside the program; where sources run as they are, in dist/. */
export function workerFile(name: "search-worker" | "case-worker" | "mutant-worker"): string {
  const beside = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  return existsSync(beside) ? beside : `${modelRoot()}/dist/${name}.js`;
}

/** Searches all that the emitted program can do, with so many threads: the same result as with one. */
export async function searchInThreads(
  emitted: Pick<Emitted, "text" | "limits">,
  names: Names,
  threads: number,
  options: ThreadedOptions,
): Promise<SearchResult> {
  const start = performance.now();
  const compiled = loadPacked(emitted);
  const result = searchAlone(compiled, names, options);
  if (result !== undefined) return result;
  const shared = createShared(threads, compiled.words);
  const ids = Array.from({ length: threads }, (_, id) => id);
  const asked = { ...options, partition: choosePartition(compiled, threads) };
  const workers = ids.map(
    (id) => new Worker(workerFile("search-worker"), { workerData: inputOf(emitted, names, shared, id, asked) }),
  );
  const watch = watchOver(shared, options, start);
  try {
    const parts = await Promise.all(workers.map((worker) => partOf(worker, shared)));
    const end = endOf(shared);
    if (end === "failed") throw new Error("a thread of the search ended before the search did");
    const seconds = (performance.now() - start) / 1000;
    return joinParts({ compiled, names, options, parts, end, seconds, sharedBytes: bytesOf(shared) });
  } finally {
    clearInterval(watch);
    stopAll(shared, "failed");
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function inputOf(
  { text, limits }: Pick<Emitted, "text" | "limits">,
  names: Names,
  shared: Shared,
  id: number,
  options: ThreadedOptions & { readonly partition: Partition },
): WorkerInput {
  const { maxStates, maxMemoryBytes, stopAtViolation, sizes, partition } = options;
  const own = maxMemoryBytes === undefined ? undefined : (maxMemoryBytes - bytesOf(shared)) / shared.workers;
  return {
    emitted: { text, limits },
    names: {
      properties: names.properties.map(({ name, kind }) => ({ name, kind })),
      witnesses: names.witnesses.map(({ name }) => ({ name })),
    },
    shared,
    id,
    options: {
      partition,
      ...(maxStates !== undefined && { maxStates }),
      ...(own !== undefined && { maxMemoryBytes: own }),
      ...(stopAtViolation !== undefined && { stopAtViolation }),
      ...(sizes && { sizes }),
    },
  };
}

/** What the worker sends at its end. If it dies before, all others are told to stop: they would wait for it. */
function partOf(worker: Worker, shared: Shared): Promise<Part> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      stopAll(shared, "failed");
      reject(error);
    };
    worker.once("message", (part: Part) => {
      worker.removeAllListeners();
      resolve(part);
    });
    worker.once("error", fail);
    worker.once("exit", (code) => fail(new Error(`a thread of the search ended with code ${code}`)));
  });
}

/** Looks at the clock, and at whoever may stop the search. */
function watchOver(shared: Shared, options: ThreadedOptions, start: number): NodeJS.Timeout {
  let reported = start;
  return setInterval(() => {
    const now = performance.now();
    const seconds = (now - start) / 1000;
    if (seconds >= (options.timeoutSeconds ?? Number.POSITIVE_INFINITY)) stopAll(shared, "time");
    if (options.stop?.()) stopAll(shared, "stopped");
    if (now - reported < PROGRESS_MILLISECONDS) return;
    reported = now;
    options.onProgress?.({ ...tally(shared), seconds });
  }, LOOK_MILLISECONDS);
}
