// SPDX-License-Identifier: MIT
// The two inner loops over stored states, generated for one number of words per state: a state is then a few local
// variables, hashed and compared without a loop. Only numbers that we computed enter the text.
//
// The index is open addressing with linear probing over 32-bit entries. With 2^m slots an entry's low m bits are
// 1 + the state number (so that 0 is "free"; a table is never full, so m bits suffice) and the other 32 - m bits are
// the hash bits that did not choose the slot: nearly every entry of another state is told apart without reading it.

/** What the generated loops use of the store; see store.ts for what each field means. */
export interface Table {
  readonly chunks: Int32Array[];
  readonly parents: Int32Array[];
  index: Int32Array;
  count: number;
  room: number;
}

export interface Loops {
  /**
   * Appends those of the states out[from … to) that are not stored yet. Stops at `room`; returns the offset of the
   * first state that it did not look at. With parents: candidate j came from state `first + j`, and ends at ends[j].
   */
  readonly insert: (table: Table, out: Int32Array, from: number, to: number, ends: Int32Array, first: number) => number;
  /** Enters all stored states into `index`, which is all zero and large enough. */
  readonly rebuild: (table: Table) => void;
}

export interface LoopShape {
  readonly words: number;
  /** A chunk holds 2^chunkShift states. */
  readonly chunkShift: number;
  readonly parents: boolean;
  /** Hash bits that are used: -1 for all. Fewer only in tests, to make states collide. */
  readonly hashMask: number;
}

const FACTORS = ["0x9e3779b1", "0x85ebca6b", "0xc2b2ae35", "0x27d4eb2f"];

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

/**
 * Every word goes through a multiplication and a shift, each of which can be undone: two states that differ in one
 * word never get the same hash. A plain sum of products would let the top bits of two words cancel.
 */
function hash({ words, hashMask }: LoopShape): string {
  const mix = range(words).map((i) => {
    const input = i === 0 ? "w0" : `h ^ w${i}`;
    return `${i === 0 ? "let h" : "h"} = Math.imul(${input}, ${FACTORS[i % FACTORS.length]}); h ^= h >>> 15;`;
  });
  const end = `h = Math.imul(h, 0x2c1b3c6d); h ^= h >>> 16;${hashMask === -1 ? "" : ` h &= ${hashMask};`}`;
  return [...mix, end].join("\n      ");
}

function insertText(shape: LoopShape): string {
  const { words, chunkShift, parents } = shape;
  const all = range(words);
  return `(table, out, from, to, ends, first) => {
    const { chunks, parents, index, room } = table;
    const mask = index.length - 1;
    const last = chunks.length - 1;
    const tail = chunks[last];
    const base = last * ${2 ** chunkShift};
    let n = table.count, i = from, parent = 0;
    outer: for (; i < to; i += ${words}) {
      const ${all.map((w) => `w${w} = out[i + ${w}]`).join(", ")};
      ${hash(shape)}
      for (let slot = h & mask; ; slot = (slot + 1) & mask) {
        const entry = index[slot];
        if (entry === 0) {
          if (n === room) break outer;
          index[slot] = (h & ~mask) | (n + 1);
          const at = (n - base) * ${words};
          ${all.map((w) => `tail[at + ${w}] = w${w};`).join(" ")}
          ${parents ? "while (i >= ends[parent]) parent++; parents[last][n - base] = first + parent;" : ""}
          n++;
          break;
        }
        if (((entry ^ h) & ~mask) === 0) {
          const other = (entry & mask) - 1;
          const chunk = chunks[other >>> ${chunkShift}];
          const at = (other & ${2 ** chunkShift - 1}) * ${words};
          if (${all.map((w) => `chunk[at + ${w}] === w${w}`).join(" && ")}) break;
        }
      }
    }
    table.count = n;
    return i;
  }`;
}

function rebuildText(shape: LoopShape): string {
  const { words, chunkShift } = shape;
  return `(table) => {
    const { chunks, index, count } = table;
    const mask = index.length - 1;
    for (let n = 0; n < count; n++) {
      const chunk = chunks[n >>> ${chunkShift}];
      const at = (n & ${2 ** chunkShift - 1}) * ${words};
      const ${range(words)
        .map((w) => `w${w} = chunk[at + ${w}]`)
        .join(", ")};
      ${hash(shape)}
      let slot = h & mask;
      while (index[slot] !== 0) slot = (slot + 1) & mask;
      index[slot] = (h & ~mask) | (n + 1);
    }
  }`;
}

export function generateLoops(shape: LoopShape): Loops {
  const text = `"use strict"; return { insert: ${insertText(shape)}, rebuild: ${rebuildText(shape)} };`;
  return new Function(text)() as Loops;
}
