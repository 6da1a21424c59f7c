// SPDX-License-Identifier: MIT
// With several workers every state has one owner, which stores it: by the hash of a part of the state, so that most
// steps, which change something else, lead to a state of the same owner. This is how a worker sifts successors: those
// of other owners are put aside, to be sent, unless they were seen a moment ago.
import { hashText, type LoopShape, loadText, recentText, type Sift } from "./insert-code.ts";

/** Which of a state's words say who owns it: one, or all of them. */
export type Partition = number | "all";

/** What goes to one owner. */
export interface Bundle {
  readonly states: Int32Array;
  /** Words of `states` that are in use. */
  fill: number;
}

const ALL_BITS = -1;

type OwnerOf = (states: Int32Array, at: number) => number;

/** Neither the index's slot nor its tag is made of these bits: all of both remain for the states of one owner. */
function ownerText(partition: Partition, owners: number): string {
  const hash = partition === "all" ? "h" : `w${partition} ^ w${partition} >>> 15`;
  return `(Math.imul(Math.imul(${hash}, 0x7feb352d) >>> 13, 0x846ca68b) >>> 16) * ${owners} >>> 16`;
}

/** Who owns a state. */
export function ownerFunction(words: number, partition: Partition, owners: number): OwnerOf {
  const hash = partition === "all" ? hashText(words, ALL_BITS) : "";
  const text = `${loadText(words, "states", "at")} ${hash} return ${ownerText(partition, owners)};`;
  return new Function("states", "at", text) as OwnerOf;
}

/** Sifts for owner `own`: others' states are added to their bundles, which must have room. */
export function routingSift(shape: LoopShape, partition: Partition, own: number, bundles: readonly Bundle[]): Sift {
  const { words, recentBits, hashMask } = shape;
  const sift = `(table, out, from, to) => {
    const { recent, hashes, places } = table;
    let count = 0;
    for (let i = from; i < to; i += ${words}) {
      ${loadText(words, "out", "i")}
      ${hashText(words, ALL_BITS)}
      ${recentText(words, recentBits)}
      const owner = ${ownerText(partition, bundles.length)};
      if (owner !== ${own}) {
        if (fresh === 0) continue;
        const bundle = bundles[owner];
        const at = bundle.fill, states = bundle.states;
        ${Array.from({ length: words }, (_, w) => `states[at + ${w}] = w${w};`).join(" ")}
        bundle.fill = at + ${words};
        continue;
      }
      hashes[count] = h${hashMask === ALL_BITS ? "" : ` & ${hashMask}`}; places[count] = i;
      count += fresh;
    }
    return count;
  }`;
  return new Function("bundles", `"use strict"; return ${sift};`)(bundles) as Sift;
}
