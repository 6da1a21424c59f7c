// SPDX-License-Identifier: MIT
// Several workers in one thread, in turns that a list of numbers decides: what threads could do, but repeatable.
import { type Ended, joinParts } from "../../../src/checker/join.ts";
import type { Partition } from "../../../src/checker/route-code.ts";
import type { SearchOptions, SearchResult } from "../../../src/checker/search.ts";
import { bytesOf, createShared, endOf } from "../../../src/checker/shared.ts";
import { SearchWorker } from "../../../src/checker/worker.ts";
import { compileExplicit, type ExplicitModel, namesOf } from "./explicit.ts";

interface TurnsOptions extends SearchOptions {
  readonly partition?: Partition;
  /** States that a mailbox holds: with few, workers wait for room. */
  readonly mailboxStates?: number;
}

/** `turns`: who is next, taken modulo the number of workers, and over and over again. */
export function searchInTurns(
  model: ExplicitModel,
  workers: number,
  turns: readonly number[],
  options: TurnsOptions = {},
): SearchResult {
  const names = namesOf(model);
  const compiled = compileExplicit(model);
  const shared = createShared(workers, compiled.words, options.mailboxStates);
  // Each needs a model of its own, as each has its own report.
  const all = Array.from({ length: workers }, (_, id) => {
    const { maxMemoryBytes = Number.POSITIVE_INFINITY, partition = "all", ...rest } = options;
    const own = { ...rest, partition, maxMemoryBytes: maxMemoryBytes / workers };
    return new SearchWorker(compileExplicit(model), names, shared, id, own);
  });
  const ended = new Set<number>();
  let idle = 0;
  for (let turn = 0; ended.size < workers; turn++) {
    const id = (turns[turn % turns.length]! + (turn >> 4)) % workers;
    const did = all[id]!.step();
    if (did === "ended") ended.add(id);
    idle = did === "worked" ? 0 : idle + 1;
    if (idle > 1000 * workers) throw new Error("all workers wait for each other");
  }
  const end = endOf(shared) as Ended["end"];
  const parts = all.map((worker) => worker.part());
  return joinParts({ compiled, names, options, parts, end, seconds: 0, sharedBytes: bytesOf(shared) });
}
