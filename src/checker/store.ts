// SPDX-License-Identifier: MIT
// Exact storage of states. States are appended densely, in the order of the search, in chunks of one Int32Array each:
// the store is the search's queue, and a state's number is all that anybody keeps of it. An index of state numbers
// finds them again (insert-code.ts). Nothing is ever forgotten or merged: there is no hash compaction here.
//
// Memory: 4 × words per state, 5–11 bytes for the index, and 4 more with parents. The first chunk and the index start
// small, as most searches are small, and grow by doubling; the index is rebuilt from the states, not from itself.

import { assert } from "../base/assert.ts";
import { BLOCK, generateLoops, type LoopShape, type Loops, type Sift, type Table } from "./insert-code.ts";

export interface StoreOptions {
  /** 32-bit words per state. */
  readonly words: number;
  /** Keep the number of the state from which each state was first reached. */
  readonly parents: boolean;
  readonly maxStates: number;
  /** Nothing is allocated beyond this; for the moment of a rebuild the old and the new index both count. */
  readonly maxBytes: number;
  /** Keep the states in memory that other threads can read. */
  readonly shared?: boolean;
  /** Only tests need other sizes. */
  readonly sizes?: Partial<StoreSizes>;
}

export interface StoreSizes {
  /** At most this many words per chunk (a chunk holds a power of two of states). */
  readonly chunkWords: number;
  /** States for which the first chunk has room at first; a power of two. */
  readonly firstStates: number;
  /** Slots of the index at first; a power of two. */
  readonly firstSlots: number;
  /** Hash bits that are used. */
  readonly hashMask: number;
}

// 4 MiB chunks: large enough for huge pages, small enough that the last, half-empty one does not matter.
const SIZES: StoreSizes = { chunkWords: 1 << 20, firstStates: 1 << 10, firstSlots: 1 << 11, hashMask: -1 };

/** How full the index gets before it doubles, and how full when there is no memory left to double it. */
const LOAD = 0.75;
const LOAD_AT_LIMIT = 0.9;
/** 4 GiB: no engine promises larger arrays, and state numbers must stay well below 2^31. */
const SLOTS_MAX = 2 ** 30;
/** The table of recent states: at most this many, and words, so that it stays in the second-level cache. */
const RECENT_BITS = 12;
const RECENT_WORDS = 2 ** 16;

function recentBitsFor(words: number): number {
  return Math.max(1, Math.min(RECENT_BITS, Math.floor(Math.log2(RECENT_WORDS / words))));
}

/** Why the store takes no more states. */
export type Full = "states" | "memory";

export class StateStore implements Table {
  readonly words: number;
  readonly chunkShift: number;
  readonly shape: LoopShape;
  readonly chunks: Int32Array[] = [];
  /** parents[c][i]: where chunks[c]'s i-th state was first reached from. Empty if parents are not kept. */
  readonly parents: Int32Array[] = [];
  index: Int32Array;
  readonly recent: Int32Array;
  readonly hashes = new Int32Array(BLOCK);
  readonly places = new Int32Array(BLOCK);
  sink = 0;
  count = 0;
  /** Insertion pauses when `count` gets here: a chunk or the index has to grow, or a limit is reached. */
  room = 0;
  /** Allocated for states, index and parents. */
  bytes: number;
  full: Full | undefined = undefined;

  readonly #options: StoreOptions;
  readonly #sizes: StoreSizes;
  readonly #loops: Loops;
  /** States for which there is room in the chunks, and in the index. */
  #capacity = 0;
  #indexed: number;

  constructor(options: StoreOptions) {
    assert(options.words >= 1, "a state has at least one word");
    const sizes = { ...SIZES, ...options.sizes };
    assert(Number.isInteger(Math.log2(sizes.firstStates)), "firstStates is a power of two");
    assert(Number.isInteger(Math.log2(sizes.firstSlots)) && sizes.firstSlots >= 2, "firstSlots is a power of two");
    this.#options = options;
    this.#sizes = sizes;
    this.words = options.words;
    this.chunkShift = Math.max(0, Math.floor(Math.log2(sizes.chunkWords / options.words)));
    const { words, parents } = options;
    const recentBits = recentBitsFor(words);
    this.shape = { words, parents, chunkShift: this.chunkShift, recentBits, hashMask: sizes.hashMask };
    this.#loops = generateLoops(this.shape);
    this.recent = new Int32Array(words * 2 ** recentBits);
    this.index = new Int32Array(sizes.firstSlots);
    this.#indexed = Math.floor(sizes.firstSlots * LOAD);
    this.bytes = this.index.byteLength;
  }

  /** The chunk that holds state n; it is at `offsetOf(n)` there. Valid until the next `insert`. */
  chunkOf(n: number): Int32Array {
    const chunk = this.chunks[n >>> this.chunkShift];
    assert(chunk !== undefined && n < this.count, "a state number comes from the store");
    return chunk;
  }

  offsetOf(n: number): number {
    return (n & (2 ** this.chunkShift - 1)) * this.words;
  }

  /** The number behind the last state that shares a chunk with state n, stored yet or not. */
  chunkEnd(n: number): number {
    return ((n >>> this.chunkShift) + 1) * 2 ** this.chunkShift;
  }

  parentOf(n: number): number {
    const parent = this.parents[n >>> this.chunkShift]?.[n & (2 ** this.chunkShift - 1)];
    assert(parent !== undefined && n < this.count, "parents are kept, and a state number comes from the store");
    return parent;
  }

  /**
   * Stores those of the states out[from … to) that are new, and returns `to`; or, at a limit, the offset of the first
   * state that found no room, with the reason in `full`: no more is stored then. The successors of state `first + j`
   * end at ends[j]; both are only read if parents are kept. `sift` may keep states for itself.
   */
  insert(
    out: Int32Array,
    from: number,
    to: number,
    ends: Int32Array,
    first: number,
    sift: Sift = this.#loops.sift,
  ): number {
    let at = from;
    if (this.count === 0 && from < to) {
      if (!this.#makeRoom()) return from;
      at = this.#insertFirst(out, from, ends, first);
    }
    while (at < to) {
      const end = Math.min(to, at + BLOCK * this.words);
      const count = sift(this, out, at, end);
      for (let j = 0; j < count; ) {
        j = this.#loops.place(this, out, j, count, ends, first);
        if (j < count && !this.#makeRoom()) return this.places[j]!;
      }
      at = end;
    }
    return to;
  }

  /** What is recent must be stored: while nothing is, nothing may be recent. */
  #insertFirst(out: Int32Array, from: number, ends: Int32Array, first: number): number {
    this.recent.fill(~out[from]!);
    this.#loops.place(this, out, 0, this.#loops.sift(this, out, from, from + this.words), ends, first);
    this.recent.set(out.subarray(from, from + this.words));
    for (let filled = this.words; filled < this.recent.length; filled *= 2) {
      this.recent.copyWithin(filled, 0, filled);
    }
    return from + this.words;
  }

  /** The number of the state at out[at …], or -1 if it is not stored. */
  find(out: Int32Array, at: number): number {
    return this.#loops.find(this, out, at);
  }

  #makeRoom(): boolean {
    if (this.count >= this.#options.maxStates) {
      this.full = "states";
      return false;
    }
    const grown =
      (this.count < this.#capacity || this.#growChunks()) && (this.count < this.#indexed || this.#growIndex());
    if (!grown) this.full = "memory";
    this.room = Math.min(this.#options.maxStates, this.#capacity, this.#indexed);
    return grown;
  }

  /** The first chunk doubles until it is as large as any; then chunks are added. */
  #growChunks(): boolean {
    const chunkStates = 2 ** this.chunkShift;
    const inFirst = this.#capacity < chunkStates;
    const states = inFirst ? Math.min(chunkStates, this.#capacity * 2 || this.#sizes.firstStates) : chunkStates;
    const chunk = this.#allocate(states * this.words, this.#options.shared);
    if (chunk === undefined) return false;
    if (this.#options.parents) {
      const parents = this.#allocate(states);
      if (parents === undefined) {
        this.bytes -= chunk.byteLength;
        return false;
      }
      this.#place(this.parents, parents, inFirst);
    }
    this.#place(this.chunks, chunk, inFirst);
    this.#capacity = inFirst ? states : this.#capacity + states;
    return true;
  }

  #place(list: Int32Array[], array: Int32Array, inFirst: boolean): void {
    const old = inFirst ? list.pop() : undefined;
    if (old !== undefined) {
      array.set(old);
      this.bytes -= old.byteLength;
    }
    list.push(array);
  }

  #growIndex(): boolean {
    const slots = this.index.length;
    const index = slots * 2 <= SLOTS_MAX ? this.#allocate(slots * 2) : undefined;
    if (index === undefined) {
      this.#indexed = Math.floor(slots * LOAD_AT_LIMIT);
      return this.count < this.#indexed;
    }
    this.bytes -= this.index.byteLength;
    this.index = index;
    this.#indexed = Math.floor(index.length * LOAD);
    this.#loops.rebuild(this);
    return true;
  }

  #allocate(words: number, shared = false): Int32Array | undefined {
    if (this.bytes + words * 4 > this.#options.maxBytes) return undefined;
    try {
      const array = shared ? new Int32Array(new SharedArrayBuffer(4 * words)) : new Int32Array(words);
      this.bytes += array.byteLength;
      return array;
    } catch (error) {
      // The engine's own limit, or the machine's.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }
}
