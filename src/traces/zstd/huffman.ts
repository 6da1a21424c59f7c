// SPDX-License-Identifier: MIT
// Literals, compressed by Huffman codes (RFC 8878, section 4.2). Streams of bits are read from their end on.

import { readFse } from "./fse.ts";

const CODE_BITS_MAX = 11;
const WEIGHTS_LOG_MAX = 6;
const WEIGHTS_MAX = 255;
const DIRECT = 128;

export interface HuffmanTable {
  /** The longest code. The next so many bits are the index of an entry: symbol * 16 + length of its code. */
  readonly bits: number;
  readonly entries: Uint16Array;
}

export interface ReadHuffman {
  readonly table: HuffmanTable;
  readonly end: number;
}

/** How many bits stand in bytes[from, to), whose last one ends with a mark. */
export function bitsBefore(bytes: Uint8Array, from: number, to: number): number {
  const last = to > from ? bytes[to - 1]! : 0;
  if (last === 0) throw new Error("a stream of bits without its end");
  return (to - from - 1) * 8 + 31 - Math.clz32(last);
}

/** Reads the description of a table that stands at `from`. */
export function readHuffman(bytes: Uint8Array, from: number, to: number): ReadHuffman {
  const header = bytes[from] ?? 0;
  const direct = header >= DIRECT;
  const count = header - DIRECT + 1;
  const end = from + 1 + (direct ? (count + 1) >> 1 : header);
  if (end > to) throw new Error("a table of codes that is cut off");
  const weights = direct ? directWeights(bytes, from + 1, count) : packedWeights(bytes, from + 1, end);
  return { table: tableOf(weights), end };
}

function directWeights(bytes: Uint8Array, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (bytes[from + (i >> 1)]! >> (i & 1 ? 0 : 4)) & 15);
}

/** Two states take turns, until there are no bits for the next one. */
function packedWeights(bytes: Uint8Array, from: number, to: number): number[] {
  const { table, end } = readFse(bytes, from, to, WEIGHTS_LOG_MAX, WEIGHTS_MAX);
  let left = bitsBefore(bytes, end, to);
  const take = (width: number): number => {
    left -= width;
    if (left < 0) return 0;
    const at = end + (left >> 3);
    return (((bytes[at]! | ((bytes[at + 1] ?? 0) << 8)) >> (left & 7)) & ((1 << width) - 1)) >>> 0;
  };
  const weights: number[] = [];
  let state = take(table.log);
  let other = take(table.log);
  if (left < 0) throw new Error("a table of codes that is cut off");
  while (left >= 0) {
    weights.push(table.symbols[state]!);
    if (weights.length >= WEIGHTS_MAX) throw new Error("a table of too many codes");
    const next = table.next[state]! + take(table.bits[state]!);
    state = other;
    other = next;
  }
  weights.push(table.symbols[state]!);
  return weights;
}

/** The code of weight w is w - 1 bits shorter than the longest one. The last weight follows from the others. */
function tableOf(known: readonly number[]): HuffmanTable {
  let sum = 0;
  for (const weight of known) {
    if (weight > CODE_BITS_MAX) throw new Error("a code that is too long");
    sum += weight > 0 ? 1 << (weight - 1) : 0;
  }
  const bits = 32 - Math.clz32(sum);
  const left = (1 << bits) - sum;
  if (sum === 0 || bits > CODE_BITS_MAX || (left & (left - 1)) !== 0) throw new Error("codes that do not add up");
  const weights = [...known, 32 - Math.clz32(left)];
  const entries = new Uint16Array(1 << bits);
  let at = 0;
  for (let weight = 1; weight <= bits; weight++) {
    for (let symbol = 0; symbol < weights.length; symbol++) {
      if (weights[symbol] !== weight) continue;
      const next = at + (1 << (weight - 1));
      entries.fill(symbol * 16 + bits + 1 - weight, at, next);
      at = next;
    }
  }
  return { bits, entries };
}

/** Decodes the stream bytes[from, to) to out[outFrom, outTo). May look at two bytes behind its end. */
export function decodeStream(
  table: HuffmanTable,
  bytes: Uint8Array,
  from: number,
  to: number,
  out: Uint8Array,
  outFrom: number,
  outTo: number,
): void {
  const { bits, entries } = table;
  const mask = entries.length - 1;
  const start = from * 8;
  // Where the next code would start if it were the longest.
  let at = start + bitsBefore(bytes, from, to) - bits;
  for (let i = outFrom; i < outTo; i++) {
    let index: number;
    if (at >= start) {
      const byte = at >> 3;
      index = ((bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16)) >> (at & 7)) & mask;
    } else if (at > start - bits) {
      index = ((bytes[from]! | (bytes[from + 1]! << 8)) << (start - at)) & mask;
    } else throw new Error("literals that are cut off");
    const entry = entries[index]!;
    out[i] = entry >> 4;
    at -= entry & 15;
  }
  if (at !== start - bits) throw new Error("literals of another length than they say");
}
