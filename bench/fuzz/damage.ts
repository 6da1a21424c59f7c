// SPDX-License-Identifier: MIT
// Makes broken files of whole ones: what a bad disk, an interrupted copy, or an attacker leaves.

import type { Dice } from "../random.ts";

/** Pieces that are moved or copied. */
const PIECE_MAX = 300;
/** What a file may grow to by repetition: enough to notice work that grows with the square of the size. */
const REPEATED_MAX = 1 << 17;
const REPEATED_ONCE_IN = 400;
const SIZES = [1, 2, 4, 8] as const;
/** What stands for a number in text, instead of one that makes sense. */
const NUMBERS = [
  "0", "-1", "4294967295", "4294967296", "9007199254740993", "18446744073709551615", "9".repeat(40), "0x", "", "1e999",
  "00000000000000000000001", "0xffffffffffffffff", ".", "NaN", "65535", "8191", "2147483648",
]; // biome-ignore format: a list

type Step = (bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[]) => Uint8Array;

/** The more often a step is named, the more often it is taken. */
const STEPS: readonly Step[] = [flip, flip, flip, cutEnd, splice, move, insert, remove, length, length, digits, digits];

/** One of `seeds` with one or several kinds of damage; now and then with none. */
export function damaged(seeds: readonly Uint8Array[], dice: Dice): Uint8Array {
  // Not slice(): a Buffer's does not copy.
  let bytes: Uint8Array = new Uint8Array(dice.oneOf(seeds));
  if (dice.once(REPEATED_ONCE_IN)) return repeat(bytes, dice);
  for (let steps = dice.below(5); steps > 0 && bytes.length > 0; steps--) {
    bytes = dice.oneOf(STEPS)(bytes, dice, seeds);
  }
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function pieceOf(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(bytes.length);
  return bytes.slice(at, at + 1 + dice.below(PIECE_MAX));
}

function flip(bytes: Uint8Array, dice: Dice): Uint8Array {
  for (let flips = dice.below(8); flips >= 0; flips--) bytes[dice.below(bytes.length)]! ^= 1 << dice.below(8);
  return bytes;
}

function cutEnd(bytes: Uint8Array, dice: Dice): Uint8Array {
  return bytes.subarray(0, dice.below(bytes.length + 1));
}

/** The start of one file and the end of another. */
function splice(bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[]): Uint8Array {
  const other = dice.oneOf(others);
  return joined(bytes.subarray(0, dice.below(bytes.length)), other.subarray(dice.below(other.length)));
}

function move(bytes: Uint8Array, dice: Dice): Uint8Array {
  const from = dice.below(bytes.length);
  return bytes.copyWithin(dice.below(bytes.length), from, from + 1 + dice.below(PIECE_MAX));
}

function insert(bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[]): Uint8Array {
  const at = dice.below(bytes.length);
  return joined(bytes.subarray(0, at), pieceOf(dice.oneOf(others), dice), bytes.subarray(at));
}

function remove(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(bytes.length);
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(PIECE_MAX)));
}

/** Somewhere, a number of 1 to 8 bytes that is extreme, or nearly right. */
function length(bytes: Uint8Array, dice: Dice): Uint8Array {
  const size = dice.oneOf(SIZES);
  const at = dice.below(bytes.length);
  const top = 1n << BigInt(8 * size - 1);
  const value = dice.oneOf([0n, 1n, top, top - 1n, 2n * top - 1n, BigInt(bytes.length), BigInt(dice.below(1 << 16))]);
  const little = dice.once(2);
  for (let i = 0; i < size && at + i < bytes.length; i++) {
    bytes[at + i] = Number((value >> BigInt(8 * (little ? i : size - 1 - i))) & 0xffn);
  }
  return bytes;
}

/** Another number instead of the digits at some place, if there are any near. */
function digits(bytes: Uint8Array, dice: Dice): Uint8Array {
  let from = dice.below(bytes.length);
  while (from < bytes.length && !isDigit(bytes[from]!)) from++;
  let to = from;
  while (to < bytes.length && isDigit(bytes[to]!)) to++;
  return joined(bytes.subarray(0, from), ascii(dice.oneOf(NUMBERS)), bytes.subarray(to));
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Some piece again and again. */
function repeat(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(bytes.length);
  const piece = dice.once(2) ? pieceOf(bytes, dice) : bytes.slice(at, at + 1 + dice.below(8));
  const times = 1 + dice.below(Math.floor(REPEATED_MAX / piece.length));
  const middle = new Uint8Array(times * piece.length);
  middle.set(piece);
  for (let filled = piece.length; filled < middle.length; filled *= 2) middle.copyWithin(filled, 0, filled);
  return joined(bytes.subarray(0, at), middle, bytes.subarray(at));
}

/** The file in the pieces in which it may come: all at once, in equal ones, or cut at a few places. */
export function inPieces(bytes: Uint8Array, dice: Dice): Uint8Array[] {
  const how = dice.below(4);
  if (how === 0) return [bytes];
  const step = how === 1 ? 1 + (bytes.length >> 8) + dice.below(64) : 0;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const to = at + (step || 1 + dice.below(bytes.length));
    pieces.push(bytes.subarray(at, to));
    at = to;
  }
  return pieces;
}
