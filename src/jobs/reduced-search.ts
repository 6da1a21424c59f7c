// SPDX-License-Identifier: MIT
// A search with reductions. A counterexample is always one of the program as it is, found by a search without them,
// so that it is as short as any; if that meets a limit, the verdict stands without a path.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import type { SearchResult } from "../checker/search.ts";
import type { Program } from "../program/program.ts";
import { mayRunForEver } from "../program/progress.ts";
import { OTHER_OWNERS } from "../reductions/owners.ts";
import { prepare, runSearch, type SearchLimits } from "./engine.ts";
import { countsForEver, type Form, REDUCTIONS, type Reduction, reduceInForm } from "./reduce.ts";
import type { JobContext } from "./reports.ts";

/** Where a search without reductions has not ended, they are tried: most scenarios are too small to be worth them. */
const STATES_WITHOUT = 2_000_000;

/** A counterexample has to be found once more without reductions. Beyond so many states, the verdict stands without. */
const STATES_FOR_PATH = 20_000_000;

/** Which reductions are wanted; "auto": all that help, where they do. */
export type Wanted = "auto" | readonly Reduction[];

export interface Searches {
  readonly program: Program;
  /** The same as reductions want it. */
  readonly inForm: (form: Form) => Program;
  readonly model: MemoryModel;
  readonly depth: number;
  readonly limits: SearchLimits;
  readonly context: JobContext;
  readonly what: string;
}

export interface Answer {
  readonly result: SearchResult;
  readonly reductions: readonly Reduction[];
  readonly notes: readonly string[];
  /** Of the program as it is; undefined where a limit was in the way. */
  readonly counterexample: SearchResult | undefined;
}

async function plain(s: Searches, maxStates: number | undefined): Promise<SearchResult> {
  const engine = prepare(s.program, s.model, s.depth, false);
  return await runSearch(engine, s.program, { ...s.limits, maxStates }, s.context, s.what);
}

async function reducedSearch(s: Searches, wanted: readonly Reduction[]): Promise<Omit<Answer, "counterexample">> {
  const less = reduceInForm(s.inForm, s.model, wanted);
  const engine = prepare(less.program, s.model, s.depth, false, less.options);
  // What symmetry stores is no run: who waits for ever cannot be read from it.
  const liveness = s.limits.liveness !== false && !less.used.includes("symmetry");
  const result = await runSearch(engine, less.program, { ...s.limits, liveness }, s.context, s.what);
  return { result, reductions: less.used, notes: less.notes };
}

async function byReduction(s: Searches, wanted: readonly Reduction[]): Promise<Answer> {
  const less = await reducedSearch(s, wanted);
  const { verdict } = less.result;
  if (verdict.kind === "unknown" && verdict.limit.kind === "model" && verdict.limit.text === OTHER_OWNERS) {
    return byReduction(
      s,
      wanted.filter((one) => one !== "ranks"),
    );
  }
  if (verdict.kind !== "violates") return { ...less, counterexample: undefined };
  const own = await plain(s, Math.min(s.limits.maxStates ?? Number.POSITIVE_INFINITY, STATES_FOR_PATH));
  // In ascending order there need not be what there is in any order.
  if (own.verdict.kind === "safe") return { result: own, reductions: [], notes: less.notes, counterexample: undefined };
  return { ...less, counterexample: own.verdict.kind === "violates" ? own : undefined };
}

/** Searches as is wanted. */
export async function searchAsWanted(s: Searches, wanted: Wanted): Promise<Answer> {
  const { maxStates = Number.POSITIVE_INFINITY } = s.limits;
  if (wanted !== "auto" && wanted.length > 0) return byReduction(s, wanted);
  const budget = wanted === "auto" ? Math.min(maxStates, STATES_WITHOUT) : maxStates;
  const result = await plain(s, Number.isFinite(budget) ? budget : undefined);
  const { limit } = { limit: undefined, ...result.verdict };
  const ranOut = limit?.kind === "states" && budget < maxStates;
  // A counter that left its range: with ranks it may have one.
  const counts = limit?.kind === "model" && countsForEver(s.program);
  if (wanted !== "auto" || !(ranOut || counts)) return { result, reductions: [], notes: [], counterexample: result };
  const cyclic = mayRunForEver(s.program) && s.limits.liveness !== false;
  return byReduction(
    s,
    REDUCTIONS.filter((one) => one !== "symmetry" || !cyclic),
  );
}
