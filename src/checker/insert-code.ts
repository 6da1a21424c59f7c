// SPDX-License-Identifier: MIT
// The inner loops over stored states, generated for one number of words per state: a state is then a few local
// variables, hashed and compared without a loop. Only numbers that we computed enter the text.
//
// The index is open addressing with linear probing over 32-bit entries. With 2^m slots an entry's low m bits are
// 1 + the state number (so that 0 is "free"; a table is never full, so m bits suffice) and the other 32 - m bits are
// the hash bits that did not choose the slot: nearly every entry of another state is told apart without reading it.
//
// What such a loop costs is waiting for memory, so it goes over its candidates more than once: half of them are among
// the last few thousand that were seen, and a table of those is small enough for the cache; the slots of the rest are
// read once with nothing else to do, many at a time; then the work begins. docs/checker.md has what each step gives.

/** What the generated loops use of the store; see store.ts for what each field means. */
export interface Table {
  readonly chunks: Int32Array[];
  readonly parents: Int32Array[];
  index: Int32Array;
  count: number;
  room: number;
  /** 2^recentBits states, by their hash's top bits: each was a candidate once, and was dealt with. */
  readonly recent: Int32Array;
  /** Of a block's candidates that are left: their hashes, and their offsets. */
  readonly hashes: Int32Array;
  readonly places: Int32Array;
  /** What the slots that were read ahead add up to: or the compiler would leave the reading out. */
  sink: number;
}

/**
 * Looks at the states out[from … to), at most BLOCK of them, and leaves those that are not recent in `hashes` and
 * `places`; returns how many.
 */
export type Sift = (table: Table, out: Int32Array, from: number, to: number) => number;

export interface Loops {
  readonly sift: Sift;
  /**
   * Appends those of the sifted states j … count - 1 that are not stored yet. Stops at `room`; returns the number of
   * the first one that is left. With parents: state `first + i` has the successors up to out[ends[i]].
   */
  readonly place: (table: Table, out: Int32Array, j: number, count: number, ends: Int32Array, first: number) => number;
  /** The number of the state at out[at …], or -1. */
  readonly find: (table: Table, out: Int32Array, at: number) => number;
  /** Enters all stored states into `index`, which is all zero and large enough. */
  readonly rebuild: (table: Table) => void;
}

export interface LoopShape {
  readonly words: number;
  /** A chunk holds 2^chunkShift states. */
  readonly chunkShift: number;
  readonly recentBits: number;
  readonly parents: boolean;
  /** Hash bits that are used: -1 for all. Fewer only in tests, to make states collide. */
  readonly hashMask: number;
}

/** Candidates that are gone over together: their slots stay in the second-level cache. */
export const BLOCK = 2048;

const FACTORS = ["0x9e3779b1", "0x85ebca6b", "0xc2b2ae35", "0x27d4eb2f"];

function each(words: number, print: (w: number) => string, between = " "): string {
  return Array.from({ length: words }, (_, w) => print(w)).join(between);
}

/**
 * Every word goes through a multiplication and a shift, each of which can be undone: two states that differ in one
 * word never get the same hash. A plain sum of products would let the top bits of two words cancel.
 */
export function hashText(words: number, hashMask: number): string {
  const mix = each(words, (i) => {
    const input = i === 0 ? "w0" : `h ^ w${i}`;
    return `${i === 0 ? "let h" : "h"} = Math.imul(${input}, ${FACTORS[i % FACTORS.length]}); h ^= h >>> 15;`;
  });
  return `${mix} h = Math.imul(h, 0x2c1b3c6d); h ^= h >>> 16;${hashMask === -1 ? "" : ` h &= ${hashMask};`}`;
}

/** Declares w0, w1, …: the state at `array[at …]`. */
export function loadText(words: number, array: string, at: string): string {
  return `const ${each(words, (w) => `w${w} = ${array}[${at} + ${w}]`, ", ")};`;
}

/**
 * Looks w0, w1, … up in `recent` by the hash h, and leaves it there. `fresh` is 1 if it was not there, without a
 * branch: half of them are, in no order that a processor could guess.
 */
export function recentText(words: number, bits: number): string {
  return `const f = (h >>> ${32 - bits}) * ${words};
      const x = ${each(words, (w) => `(recent[f + ${w}] ^ w${w})`, " | ")};
      ${each(words, (w) => `recent[f + ${w}] = w${w};`)}
      const fresh = (x | -x) >>> 31;`;
}

/** Declares `chunk` and `at`, where state number `other` is. */
function chunkText({ words, chunkShift }: LoopShape): string {
  return `const chunk = chunks[other >>> ${chunkShift}], at = (other & ${2 ** chunkShift - 1}) * ${words};`;
}

function siftText({ words, recentBits, hashMask }: LoopShape): string {
  return `(table, out, from, to) => {
    const { recent, hashes, places } = table;
    let count = 0;
    for (let i = from; i < to; i += ${words}) {
      ${loadText(words, "out", "i")}
      ${hashText(words, hashMask)}
      ${recentText(words, recentBits)}
      hashes[count] = h; places[count] = i;
      count += fresh;
    }
    return count;
  }`;
}

function placeText(shape: LoopShape): string {
  const { words, chunkShift, parents } = shape;
  return `(table, out, j, count, ends, first) => {
    const { chunks, parents, index, room, hashes, places } = table;
    const mask = index.length - 1;
    const last = chunks.length - 1;
    const tail = chunks[last];
    const base = last * ${2 ** chunkShift};
    let n = table.count, sink = 0, parent = 0;
    for (let ahead = j; ahead < count; ahead++) sink ^= index[hashes[ahead] & mask];
    table.sink = sink;
    outer: for (; j < count; j++) {
      const i = places[j], h = hashes[j];
      ${loadText(words, "out", "i")}
      for (let slot = h & mask; ; slot = (slot + 1) & mask) {
        const entry = index[slot];
        if (entry === 0) {
          if (n === room) break outer;
          index[slot] = (h & ~mask) | (n + 1);
          const at = (n - base) * ${words};
          ${each(words, (w) => `tail[at + ${w}] = w${w};`)}
          ${parents ? "while (i >= ends[parent]) parent++; parents[last][n - base] = first + parent;" : ""}
          n++;
          break;
        }
        if (((entry ^ h) & ~mask) === 0) {
          const other = (entry & mask) - 1;
          ${chunkText(shape)}
          if (${each(words, (w) => `chunk[at + ${w}] === w${w}`, " && ")}) break;
        }
      }
    }
    table.count = n;
    return j;
  }`;
}

function findText(shape: LoopShape): string {
  const { words } = shape;
  return `(table, out, i) => {
    const { chunks, index } = table;
    const mask = index.length - 1;
    ${loadText(words, "out", "i")}
    ${hashText(shape.words, shape.hashMask)}
    for (let slot = h & mask; ; slot = (slot + 1) & mask) {
      const entry = index[slot];
      if (entry === 0) return -1;
      if (((entry ^ h) & ~mask) !== 0) continue;
      const other = (entry & mask) - 1;
      ${chunkText(shape)}
      if (${each(words, (w) => `chunk[at + ${w}] === w${w}`, " && ")}) return other;
    }
  }`;
}

function rebuildText(shape: LoopShape): string {
  return `(table) => {
    const { chunks, index, count } = table;
    const mask = index.length - 1;
    // Not those of the table: candidates may be waiting there for this to end.
    const hashes = new Int32Array(${BLOCK});
    let sink = 0;
    for (let first = 0; first < count; first += ${BLOCK}) {
      const some = Math.min(count - first, ${BLOCK});
      for (let j = 0; j < some; j++) {
        const other = first + j;
        ${chunkText(shape)}
        ${loadText(shape.words, "chunk", "at")}
        ${hashText(shape.words, shape.hashMask)}
        hashes[j] = h;
      }
      for (let j = 0; j < some; j++) sink ^= index[hashes[j] & mask];
      for (let j = 0; j < some; j++) {
        const h = hashes[j];
        let slot = h & mask;
        while (index[slot] !== 0) slot = (slot + 1) & mask;
        index[slot] = (h & ~mask) | (first + j + 1);
      }
    }
    table.sink = sink;
  }`;
}

/** Searches of the same shape share their loops, and what the engine has learned about them. */
const known = new Map<string, Loops>();

export function generateLoops(shape: LoopShape): Loops {
  const { words, chunkShift, recentBits, parents, hashMask } = shape;
  const key = `${words} ${chunkShift} ${recentBits} ${parents} ${hashMask}`;
  const loops = known.get(key) ?? compileLoops(shape);
  known.set(key, loops);
  return loops;
}

function compileLoops(shape: LoopShape): Loops {
  const text = `"use strict"; return {
    sift: ${siftText(shape)}, place: ${placeText(shape)}, find: ${findText(shape)}, rebuild: ${rebuildText(shape)} };`;
  return new Function(text)() as Loops;
}
