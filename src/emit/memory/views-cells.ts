// SPDX-License-Identifier: MIT
// Which cells live in the memory order of a view-based model, and who may still touch them from where on: what nobody
// will look at again need not be remembered.
import { defined } from "../../base/assert.ts";
import { within } from "../../program/intervals.ts";
import type { Access, Code, Place, Program } from "../../program/program.ts";
import { elements } from "../../program/program.ts";
import { stepsAfter } from "../../program/visit.ts";
import { type RangeContext, rangeOfExpr } from "../ranges.ts";

/** Bits of what somebody may do to a cell. */
export const TOUCH = { read: 1, write: 2 } as const;

function touches(access: Access): number {
  switch (access.kind) {
    case "load":
    case "await":
      return TOUCH.read;
    case "store":
    case "store_exclusive":
      return TOUCH.write;
    case "rmw":
      return TOUCH.read | TOUCH.write;
    default:
      return 0;
  }
}

/**
 * Memory cells that some code stores to and another CPU, or a page walker, may look at. The others bypass the memory
 * order: nobody could tell.
 */
export function orderedCells(program: Program): number[] {
  const written = new Set<number>();
  const agents = new Map<number, Set<string>>();
  const paired = new Set<number>();
  for (const code of program.codes) {
    for (const { access } of code.steps) {
      if (!("place" in access)) continue;
      const { cell } = access.place;
      const of = agents.get(cell) ?? new Set();
      agents.set(cell, of);
      for (const cpu of code.cpus) of.add(code.kind === "walker" ? `walker ${cpu}` : `${cpu}`);
      if ((touches(access) & TOUCH.write) !== 0) written.add(cell);
      // A monitor watches an address, whoever else may touch it.
      if (access.kind === "store_exclusive") paired.add(cell);
    }
  }
  return [...written]
    .filter((id) => {
      const { storage, own } = defined(program.cells[id], "cells exist");
      return storage === "memory" && (paired.has(id) || (!own && (agents.get(id)?.size ?? 0) > 1));
    })
    .sort((a, b) => a - b);
}

/** The elements of ordered cells, numbered from 1 on: where those of each cell begin, and the first free number. */
export interface Addresses {
  readonly first: ReadonlyMap<number, number>;
  readonly count: number;
}

export function addressesOf(program: Program, ordered: readonly number[]): Addresses {
  const first = new Map<number, number>();
  let count = 1;
  for (const id of ordered) {
    first.set(id, count);
    count += elements(defined(program.cells[id], "cells exist"));
  }
  return { first, count };
}

/** Every address that a place may be: as far as the ranges of its indices tell. */
function addressed(cx: RangeContext, { cell, index }: Place, addresses: Addresses): number[] {
  const first = addresses.first.get(cell);
  if (first === undefined) return [];
  const { dims } = defined(cx.program.cells[cell], "cells exist");
  return dims
    .reduce(
      (flat, extent, i) => {
        const range = rangeOfExpr(cx, defined(index[i], "one index per dimension"));
        const inside = Array.from({ length: extent }, (_, at) => at).filter((at) =>
          within({ min: at, max: at }, range),
        );
        return flat.flatMap((at) => inside.map((next) => at * extent + next));
      },
      [0],
    )
    .map((at) => first + at);
}

/** What a CPU may do from some state on: bits of TOUCH by address, and whether it does anything at all. */
export interface Future {
  readonly touches: readonly number[];
  readonly alive: boolean;
}

/** By step of a code: what may happen from there on. */
export function futuresOf(cx: RangeContext, code: Code, addresses: Addresses): Future[] {
  const futures = code.steps.map(({ access }) => {
    const of = new Array<number>(addresses.count).fill(0);
    if ("place" in access) for (const at of addressed(cx, access.place, addresses)) of[at] = touches(access);
    return { touches: of, alive: access.kind !== "none" };
  });
  const after = code.steps.map(stepsAfter);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = futures.length - 1; i >= 0; i--) {
      const future = defined(futures[i], "by step");
      for (const next of after[i] ?? []) {
        const later = defined(futures[next], "steps exist");
        for (const [at, bits] of later.touches.entries()) {
          const all = (future.touches[at] ?? 0) | bits;
          changed ||= all !== future.touches[at];
          future.touches[at] = all;
        }
        changed ||= later.alive && !future.alive;
        future.alive ||= later.alive;
      }
    }
  }
  return futures;
}

export function union(a: Future, b: Future): Future {
  return { touches: a.touches.map((bits, i) => bits | (b.touches[i] ?? 0)), alive: a.alive || b.alive };
}

/** By address: a bit per CPU whose page walkers may read it. */
export function walkedAddresses(cx: (code: number) => RangeContext, program: Program, addresses: Addresses): number[] {
  const masks = new Array<number>(addresses.count).fill(0);
  for (const [id, code] of program.codes.entries()) {
    if (code.kind !== "walker") continue;
    const mask = code.cpus.reduce((all, cpu) => all | (1 << cpu), 0);
    for (const { access } of code.steps) {
      if (access.kind !== "load") continue;
      for (const at of addressed(cx(id), access.place, addresses)) masks[at] = (masks[at] ?? 0) | mask;
    }
  }
  return masks;
}
