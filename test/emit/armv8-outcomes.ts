// SPDX-License-Identifier: MIT
// What a search finds of small Armv8 programs: sets of final states.
import { expect } from "vitest";
import { armv8 } from "../../model/hw/memory/armv8.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { locationsIn, programOf, registersOf, storesIn, type Threads } from "./armv8-shapes.ts";
import { cellOf, explore } from "./explore.ts";

const LOCATIONS = ["x", "y", "z"];

export interface How {
  readonly model?: MemoryModel;
  readonly fold?: boolean;
  /** The locations are cells of their own. */
  readonly apart?: boolean;
}

/** Values of registers `1:r0` and of locations, in the order of `observe`. */
export function outcomes(threads: Threads, observe: readonly string[], how: How = {}): string[] {
  const { model = armv8, fold = true, apart = false } = how;
  const program = programOf(threads, apart);
  const depth = model.kind === "views" ? Math.max(1, storesIn(threads)) : model.depth + 1;
  const { ends, stuck, limits } = explore(program, model, depth, { fold });
  expect([stuck, ...limits]).toEqual([0]);
  const seen = ends.map((end) =>
    observe
      .map((name) => {
        const at = LOCATIONS.indexOf(name);
        if (at < 0) return cellOf(program, end, name);
        return apart ? cellOf(program, end, `m${at}`) : cellOf(program, end, "m", at);
      })
      .join(" "),
  );
  return [...new Set(seen)].sort();
}

/** All registers by thread, then all locations. */
export function everything(threads: Threads): string[] {
  return [
    ...threads.flatMap((ops, t) => registersOf(ops).map((reg) => `${t}:r${reg}`)),
    ...LOCATIONS.slice(0, locationsIn(threads)),
  ];
}

/** All outcomes of n binary observations but those. */
export function allBut(n: number, ...forbidden: string[]): string[] {
  const all = Array.from({ length: 2 ** n }, (_, i) => i.toString(2).padStart(n, "0").split("").join(" "));
  return all.filter((outcome) => !forbidden.includes(outcome));
}
