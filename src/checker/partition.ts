// SPDX-License-Identifier: MIT
// Which part of a state says who owns it. Whatever is chosen, the result is the same; what it costs is not: a step
// that changes the part sends a state to somebody else, and owners with more states than others keep those waiting.
// The parts are single words, or all of them; a sample of states, the nearest to the initial one, tells them apart.
import type { Compiled } from "../program/compiled.ts";
import { ownerFunction, type Partition } from "./route-code.ts";
import { StateStore } from "./store.ts";

const SAMPLE_STATES = 1 << 15;
/** What a state that is sent costs, in units of what one costs that is not. */
const COST_OF_SENDING = 1;

class Candidate {
  readonly partition: Partition;
  readonly #ownerOf: (states: Int32Array, at: number) => number;
  readonly #shares: number[];
  #steps = 0;
  #sent = 0;

  constructor(partition: Partition, words: number, owners: number) {
    this.partition = partition;
    this.#ownerOf = ownerFunction(words, partition, owners);
    this.#shares = new Array<number>(owners).fill(0);
  }

  add(states: Int32Array, at: number, successors: Int32Array, end: number, words: number): void {
    const owner = this.#ownerOf(states, at);
    this.#shares[owner]!++;
    for (let i = 0; i < end; i += words) if (this.#ownerOf(successors, i) !== owner) this.#sent++;
    this.#steps += end / words;
  }

  /** Of the owner with most states, relative to what one worker alone would have to do. */
  get cost(): number {
    const all = this.#shares.reduce((a, b) => a + b, 0);
    return (Math.max(...this.#shares) / all) * (1 + (COST_OF_SENDING * this.#sent) / Math.max(1, this.#steps));
  }
}

export function choosePartition(compiled: Compiled, owners: number): Partition {
  const { words, successors, maxSuccessors } = compiled;
  const store = new StateStore({ words, parents: false, maxStates: SAMPLE_STATES, maxBytes: Number.POSITIVE_INFINITY });
  const out = new Int32Array(maxSuccessors * words);
  compiled.initial(out);
  store.insert(out, 0, words, out, 0);
  const parts: Partition[] = ["all", ...Array.from({ length: words }, (_, w) => w)];
  const candidates = parts.map((part) => new Candidate(part, words, owners));
  for (let n = 0; n < store.count; n++) {
    const states = store.chunkOf(n);
    const at = store.offsetOf(n);
    const k = successors(states, at, out, 0);
    for (const candidate of candidates) candidate.add(states, at, out, k, words);
    if (store.full === undefined) store.insert(out, 0, k, out, 0);
  }
  return candidates.reduce((best, other) => (other.cost < best.cost ? other : best)).partition;
}
