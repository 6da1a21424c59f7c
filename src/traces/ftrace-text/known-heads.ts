// SPDX-License-Identifier: MIT
// Heads of lines (head.ts) that are like earlier ones. A task that stays on a CPU prints the same bytes on each line up
// to its flags, and there are few flags: both are found again by comparing words, and only the time is read. What is
// not known, or is laid out in another way, is read by readHead() and then known.

import { FLAG } from "../../events/table.ts";
import type { Head } from "./head.ts";
import { mix, wordAt } from "./literal.ts";
import { BYTE } from "./scan.ts";

/** Where the pid starts in the kernel's and trace-cmd's columns; other layouts are not remembered. */
const PID_AT = 17;
const SLOTS = 1024;
const MAX_WORDS = 16;
const FLAG_SLOTS = 256;
const MAX_FLAGS = 7;
/** So many digits are exact in a double, however they are put together. */
const MAX_DIGITS = 15;

export class KnownHeads {
  /** Of the last line that was found. */
  pid = 0;
  cpu = 0;
  flags = 0;
  ticks = 0;
  /** Bytes up to "[cpu] ", and of the flags (0: none), as in the last line that was learned. */
  #length = 0;
  #flagBytes = 0;
  readonly #words = new Int32Array(SLOTS * MAX_WORDS);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #pids = new Int32Array(SLOTS);
  readonly #cpus = new Int16Array(SLOTS);
  readonly #flagWords = new Int32Array(FLAG_SLOTS * 2);
  readonly #flagBits = new Uint16Array(FLAG_SLOTS);

  learn(view: DataView, from: number, head: Head): void {
    const length = head.cpuTo - from;
    const flagBytes = head.flagsTo - head.flagsFrom;
    if (head.commTo !== from + PID_AT - 1 || head.cpuTo < 0 || length > MAX_WORDS * 4 || flagBytes > MAX_FLAGS) return;
    this.#length = length;
    const slot = slotOf(view, from, length);
    const word = slot * MAX_WORDS;
    for (let i = 0; i < length; i += 4) this.#words[word + (i >> 2)] = view.getInt32(wordAt(from, i, length), true);
    this.#lengths[slot] = length;
    this.#pids[slot] = head.pid;
    this.#cpus[slot] = head.cpu;
    this.#flagBytes = flagBytes;
    if (flagBytes === 0) return;
    const first = view.getInt32(head.flagsFrom, true);
    const last = view.getInt32(head.flagsTo - 3, true);
    const flagSlot = flagSlotOf(first, last);
    this.#flagWords[flagSlot * 2] = first;
    this.#flagWords[flagSlot * 2 + 1] = last;
    this.#flagBits[flagSlot] = head.flags;
  }

  /** Reads the head of the line at `from`; returns where the event's name starts, or -1 if the head is not known. */
  find(bytes: Uint8Array, view: DataView, from: number, decimals: number): number {
    const length = this.#length;
    if (length === 0) return -1;
    const slot = slotOf(view, from, length);
    if (this.#lengths[slot] !== length) return -1;
    const words = this.#words;
    let word = slot * MAX_WORDS;
    const last = from + length - 4;
    for (let p = from; p < last; p += 4) if (view.getInt32(p, true) !== words[word++]) return -1;
    if (view.getInt32(last, true) !== words[word]) return -1;
    this.pid = this.#pids[slot]!;
    this.cpu = this.#cpus[slot]!;
    let p = from + length;
    while (bytes[p] === BYTE.space) p++;
    this.flags = FLAG.noFlags;
    if (this.#flagBytes > 0) {
      p = this.#findFlags(view, p);
      if (p < 0) return -1;
      while (bytes[p] === BYTE.space) p++;
    }
    return this.#time(bytes, view, p, decimals);
  }

  /** The flags and the space after them, as two words that overlap. */
  #findFlags(view: DataView, at: number): number {
    const end = at + this.#flagBytes;
    const first = view.getInt32(at, true);
    const last = view.getInt32(end - 3, true);
    const slot = flagSlotOf(first, last);
    if (this.#flagWords[slot * 2] !== first || this.#flagWords[slot * 2 + 1] !== last) return -1;
    this.flags = this.#flagBits[slot]!;
    return end;
  }

  #time(bytes: Uint8Array, view: DataView, at: number, decimals: number): number {
    let p = at;
    let ticks = 0;
    let dot = -1;
    for (;;) {
      // Four digits at once: each is 0 … 9 after the exclusive or, and only then adding 6 leaves its upper half 0.
      let four = view.getInt32(p, true) ^ 0x30303030;
      while (((four | (four + 0x06060606)) & 0xf0f0f0f0) === 0) {
        const pairs = Math.imul(four, 10) + (four >>> 8);
        ticks = ticks * 10_000 + (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
        p += 4;
        four = view.getInt32(p, true) ^ 0x30303030;
      }
      for (; (four & 0xff) <= 9; four >>>= 8, p++) ticks = ticks * 10 + (four & 0xff);
      if (bytes[p] !== BYTE.dot || dot >= 0) break;
      dot = p++;
    }
    const found = dot < 0 ? 0 : p - dot - 1;
    if (found !== decimals || p === at || dot === at || p - at > MAX_DIGITS) return -1;
    if (bytes[p] !== BYTE.colon || bytes[p + 1] !== BYTE.space) return -1;
    this.ticks = ticks;
    p += 2;
    while (bytes[p] === BYTE.space) p++;
    return p;
  }
}

/** By pid and cpu. */
function slotOf(view: DataView, from: number, length: number): number {
  const pid = view.getInt32(from + PID_AT, true) ^ Math.imul(view.getInt32(from + PID_AT + 3, true), 0x9e3779b1);
  return mix(pid, view.getInt32(from + length - 5, true)) & (SLOTS - 1);
}

function flagSlotOf(first: number, last: number): number {
  return mix(first, last) & (FLAG_SLOTS - 1);
}
