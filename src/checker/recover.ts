// SPDX-License-Identifier: MIT
// How a state was reached. The search keeps no parents unless told to: a verdict without a counterexample, the usual
// case, then costs 4 bytes per state less. A parent is found again by expanding the level before, in order, until a
// state is met that has the wanted successor; that is the one that first reached it, so that the path is the same as
// with stored parents: of all shortest paths the first in the order of successors(). At worst this expands every state
// before the violation once more, without any lookup.

import { assert } from "../base/assert.ts";
import type { Compiled } from "../program/compiled.ts";
import type { StateStore } from "./store.ts";

/** The path from the initial state to state `target`. levels[d] is the number of the first state at depth d. */
export function pathTo(compiled: Compiled, store: StateStore, levels: readonly number[], target: number): number[] {
  const wanted = new Int32Array(store.words);
  const out = new Int32Array(compiled.maxSuccessors * store.words);
  const path: number[] = [];
  let depth = levels.findLastIndex((first) => first <= target);
  for (let n = target; depth > 0; depth--) {
    const at = store.offsetOf(n);
    wanted.set(store.chunkOf(n).subarray(at, at + store.words));
    const known = store.parents.length > 0;
    const first = known ? store.parentOf(n) : levels[depth - 1]!;
    const end = known ? first + 1 : levels[depth]!;
    let index = -1;
    for (n = first; n < end; n++) {
      index = indexAmongSuccessors(compiled, store, n, wanted, out);
      if (index >= 0) break;
    }
    assert(index >= 0, "a stored state is a successor of one in the level before it");
    path.push(index);
  }
  return path.reverse();
}

function indexAmongSuccessors(compiled: Compiled, store: StateStore, n: number, wanted: Int32Array, out: Int32Array) {
  const { words } = store;
  const k = compiled.successors(store.chunkOf(n), store.offsetOf(n), out, 0);
  for (let at = 0; at < k; at += words) {
    let w = 0;
    while (w < words && out[at + w] === wanted[w]) w++;
    if (w === words) return at / words;
  }
  return -1;
}
