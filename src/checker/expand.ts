// SPDX-License-Identifier: MIT
// Expands stored states in batches, and hands what the model says of each to the findings.
import { assert } from "../base/assert.ts";
import { type Compiled, REPORT } from "../program/compiled.ts";
import type { Findings } from "./findings.ts";
import type { StateStore } from "./store.ts";

/** States that are expanded before their successors are looked up: enough to keep each loop's code and data warm. */
const BATCH = 256;
/** Words that a batch's successors may take, so that they stay in the second-level cache. */
const BATCH_WORDS = 1 << 16;

export class Expander {
  /** The successors of a batch. */
  readonly out: Int32Array;
  /** ends[j]: offset in `out` behind the successors of the batch's j-th state. */
  readonly ends = new Int32Array(BATCH);
  /** Number of the next state to expand, and how many transitions those before it have. */
  head = 0;
  transitions = 0;

  readonly #compiled: Compiled;
  readonly #findings: Findings;
  readonly #store: StateStore;

  constructor(compiled: Compiled, findings: Findings, store: StateStore) {
    const { words, maxSuccessors } = compiled;
    this.out = new Int32Array(Math.max(BATCH_WORDS, maxSuccessors * words));
    this.#compiled = compiled;
    this.#findings = findings;
    this.#store = store;
  }

  /** Writes the successors of the next states before number `end`, at `depth`, to `out`; returns where they end. */
  expand(end: number, depth: number): number {
    const { successors, report, words, maxSuccessors } = this.#compiled;
    const { out, ends } = this;
    const store = this.#store;
    const first = this.head;
    const last = Math.min(end, first + BATCH, store.chunkEnd(first));
    const chunk = store.chunkOf(first);
    const roomFor = out.length - maxSuccessors * words;
    let at = store.offsetOf(first);
    let n = first;
    let k = 0;
    for (; n < last && k <= roomFor; n++, at += words) {
      const from = k;
      k = successors(chunk, at, out, k);
      ends[n - first] = k;
      if ((report[REPORT.raised]! | report[REPORT.limit]!) !== 0 || report[REPORT.progress] === 0) {
        this.#findings.expanded(n, from, chunk, at, depth);
      }
    }
    this.head = n;
    this.transitions += k / words;
    // Past the end of a typed array, writes vanish without a word.
    assert(k <= out.length, "a state has at most maxSuccessors successors");
    return k;
  }
}
