// SPDX-License-Identifier: MIT
// States on their way from one worker to another: a ring in shared memory with one writer and one reader. The two
// counters only grow (and wrap around together); what lies between them is written, and not yet read.
import { assert } from "../base/assert.ts";

export class Mailbox {
  readonly #states: Int32Array;
  readonly #counters: Int32Array;
  readonly #sent: number;
  readonly #read: number;
  readonly #words: number;
  /** States that it holds: of the memory itself, so that both ends cannot but agree. */
  readonly #capacity: number;

  /** counters[at] is how many states, of so many words, were ever sent, counters[at + 1] how many of them were read. */
  constructor(states: Int32Array, words: number, counters: Int32Array, at: number) {
    this.#states = states;
    this.#counters = counters;
    this.#sent = at;
    this.#read = at + 1;
    this.#words = words;
    this.#capacity = states.length / words;
    // Or places would jump where the counters wrap around.
    assert(Number.isInteger(Math.log2(this.#capacity)), "a mailbox holds a power of two of states");
  }

  /** Sends as many of the states from[start … end) as there is room for; returns the offset behind the last. */
  send(from: Int32Array, start: number, end: number): number {
    const words = this.#words;
    const sent = Atomics.load(this.#counters, this.#sent);
    const room = this.#capacity - ((sent - Atomics.load(this.#counters, this.#read)) | 0);
    const count = Math.min(room, (end - start) / words);
    const first = sent & (this.#capacity - 1);
    const straight = Math.min(count, this.#capacity - first);
    const middle = start + straight * words;
    const last = start + count * words;
    this.#states.set(from.subarray(start, middle), first * words);
    this.#states.set(from.subarray(middle, last), 0);
    Atomics.store(this.#counters, this.#sent, (sent + count) | 0);
    return last;
  }

  /** Hands over all that is there, in one or two pieces; returns how many states that were. */
  receive(take: (states: Int32Array, from: number, to: number) => void): number {
    const words = this.#words;
    const read = Atomics.load(this.#counters, this.#read);
    const count = (Atomics.load(this.#counters, this.#sent) - read) | 0;
    if (count === 0) return 0;
    const first = read & (this.#capacity - 1);
    const straight = Math.min(count, this.#capacity - first);
    take(this.#states, first * words, (first + straight) * words);
    if (count > straight) take(this.#states, 0, (count - straight) * words);
    Atomics.store(this.#counters, this.#read, (read + count) | 0);
    return count;
  }
}
