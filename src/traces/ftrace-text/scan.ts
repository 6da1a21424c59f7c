// SPDX-License-Identifier: MIT
// Reading one value from bytes. Every function starts at `at`, appends what it read to the builder's values, and
// returns the position after it, or -1 (nothing appended) if what is there is something else. The caller has made
// room in the builder.

import type { EventTableBuilder } from "../../events/builder.ts";

export const BYTE = {
  tab: 9, newline: 10, return: 13, space: 32, quote: 34, hash: 35, open: 40, close: 41, comma: 44, minus: 45,
  dot: 46, slash: 47, zero: 48, nine: 57, colon: 58, less: 60, equals: 61, openBracket: 91, closeBracket: 93,
  underscore: 95, u: 117, x: 120, openBrace: 123, closeBrace: 125,
} as const; // biome-ignore format: a table

const HEX_DIGIT = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  const character = digit.toString(16);
  HEX_DIGIT[character.charCodeAt(0)] = digit;
  HEX_DIGIT[character.toUpperCase().charCodeAt(0)] = digit;
}

/** Two hexadecimal digits at once, by their bytes as a little-endian number; -1 if they are none. */
export const HEX_PAIR = new Int16Array(65_536).fill(-1);
for (let first = 0; first < 256; first++) {
  for (let second = 0; second < 256; second++) {
    if (HEX_DIGIT[first]! < 0 || HEX_DIGIT[second]! < 0) continue;
    HEX_PAIR[first | (second << 8)] = (HEX_DIGIT[first]! << 4) | HEX_DIGIT[second]!;
  }
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= BYTE.zero && byte <= BYTE.nine;
}

/** [A-Za-z0-9_] */
export function isWord(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || isDigit(byte) || byte === BYTE.underscore;
}

/** A decimal number, perhaps negative. Beyond 2^53 it is rounded. */
export function readInt(bytes: Uint8Array, at: number, end: number, out: EventTableBuilder): number {
  let p = at;
  const negative = bytes[p] === BYTE.minus;
  if (negative) p++;
  const first = p;
  let value = 0;
  while (p < end) {
    const digit = bytes[p]! - BYTE.zero;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    p++;
  }
  if (p === first) return -1;
  out.values[out.used++] = negative ? -value : value;
  return p;
}

/** Hexadecimal digits without 0x, as a word. More than 16 are no word. */
export function readHexDigits(bytes: Uint8Array, at: number, end: number, out: EventTableBuilder): number {
  let p = at;
  let high = 0;
  let low = 0;
  while (p < end) {
    const digit = HEX_DIGIT[bytes[p]!]!;
    if (digit < 0) break;
    high = (high << 4) | (low >>> 28);
    low = (low << 4) | digit;
    p++;
  }
  if (p === at || p - at > 16) return -1;
  out.values[out.used++] = out.wordOf(high, low);
  return p;
}

/** 0x… as a word. */
export function readWord(bytes: Uint8Array, at: number, end: number, out: EventTableBuilder): number {
  if (bytes[at] !== BYTE.zero || bytes[at + 1] !== BYTE.x) return -1;
  return readHexDigits(bytes, at + 2, end, out);
}

/** {1,0x2,…}: a list of decimal or hexadecimal elements, all of them unsigned. */
export function readList(bytes: Uint8Array, at: number, end: number, out: EventTableBuilder): number {
  if (bytes[at] !== BYTE.openBrace) return -1;
  const listsBefore = out.listsUsed;
  const usedBefore = out.used;
  const list = out.beginList(8);
  let p = at + 1;
  while (p < end && bytes[p] !== BYTE.closeBrace) {
    const next = bytes[p + 1] === BYTE.x ? readWord(bytes, p, end, out) : readInt(bytes, p, end, out);
    const element = out.values[usedBefore]!;
    const negativeInt = bytes[p] === BYTE.minus;
    out.used = usedBefore;
    if (next < 0 || negativeInt) break;
    out.pushElement(element);
    p = bytes[next] === BYTE.comma ? next + 1 : next;
  }
  if (p >= end || bytes[p] !== BYTE.closeBrace) {
    out.listsUsed = listsBefore;
    return -1;
  }
  out.values[out.used++] = list;
  return p + 1;
}

/** True if `text` stands at `at`. */
export function startsWith(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
