// SPDX-License-Identifier: MIT
// Which reductions a search is made with (docs/reductions.md has an argument for each). None changes a verdict; what
// they change is how many states there are, and what a path is, so that counterexamples come from a search without.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import type { Unit } from "../compiler/compile.ts";
import { orderingOf } from "../emit/ordering.ts";
import type { PackedOptions } from "../emit/packed.ts";
import type { Program } from "../program/program.ts";
import { mayRunForEver } from "../program/progress.ts";
import { countersOf } from "../reductions/counters.ts";
import { fillsOf } from "../reductions/fills.ts";
import { fuse } from "../reductions/fusion.ts";
import { watchOwners } from "../reductions/owners.ts";
import { putOff } from "../reductions/put-off.ts";
import { symmetryOf } from "../reductions/symmetry.ts";

/** In the order in which they are made. */
export const REDUCTIONS = ["ranks", "fusion", "put-off", "fills", "symmetry"] as const;
export type Reduction = (typeof REDUCTIONS)[number];

/** What reductions want of a Program: a search without them wants none of it. */
export type Form = Pick<Unit, "unordered" | "unique">;

/** What is searched instead of a program. */
export interface Reduced {
  readonly program: Program;
  readonly options: Pick<PackedOptions, "counters" | "putOff" | "fills" | "symmetry">;
  /** Those that had anything to do. */
  readonly used: readonly Reduction[];
  /** Why others had not, in words. */
  readonly notes: readonly string[];
}

export const unreduced = (program: Program): Reduced => ({ program, options: {}, used: [], notes: [] });

/** Counting for ever: without ranks such a program has no end of states. */
export function countsForEver(program: Program): boolean {
  return mayRunForEver(program) && program.cells.some(({ counter }) => counter !== undefined);
}

/** `inForm` compiles the Program: with loops over CPUs in any order (symmetry), with ids that come again (ranks). */
export function reduceInForm(
  inForm: (form: Form) => Program,
  model: MemoryModel,
  wanted: readonly Reduction[],
): Reduced {
  const unordered = wanted.includes("symmetry");
  const ranks = wanted.includes("ranks");
  const less = reduce(inForm({ unordered, unique: ranks }), model, wanted);
  if (!ranks || less.used.includes("ranks")) return less;
  // Without ranks nobody forgets the ids of what is gone: the Program must not use them again.
  return { ...reduce(inForm({ unordered }), model, wanted), notes: less.notes };
}

export function reduce(program: Program, model: MemoryModel, wanted: readonly Reduction[]): Reduced {
  const used: Reduction[] = [];
  const notes: string[] = [];
  // Messages hold values of counters, and walks that read them are ordered by views: neither is looked at there.
  const buffers = model.kind !== "views";
  const ranked = wanted.includes("ranks") && buffers ? countersOf(program) : undefined;
  if (ranked?.off) notes.push(`no ranks: ${ranked.off}`);
  if (ranked?.counters) used.push("ranks");
  let now = ranked?.program ?? program;
  if (wanted.includes("fusion")) {
    now = fuse(now, orderingOf(now, model)).program;
    used.push("fusion");
  }
  const delay = wanted.includes("put-off") && buffers ? putOff(now, orderingOf(now, model)) : undefined;
  if (delay) used.push("put-off");
  const fills = wanted.includes("fills") && buffers ? fillsOf(now) : undefined;
  if (fills) used.push("fills");
  const symmetry = wanted.includes("symmetry") && buffers ? symmetryOf(now) : undefined;
  if (symmetry?.off) notes.push(symmetry.off);
  if (symmetry && (symmetry.classes.length > 0 || symmetry.objects)) used.push("symmetry");
  const counters = ranked?.counters;
  return {
    program: counters ? watchOwners(now, counters) : now,
    options: { counters, putOff: delay, fills, symmetry },
    used,
    notes,
  };
}
