// SPDX-License-Identifier: MIT
// The part of a line before its arguments:
//
//               sh-127     (    127) [002] d..2.  43542056051: mm_init: (copy_process+…
//       comm-pid     (tgid)          [cpu] flags         time: event:   arguments
//       init-1         0d..2. 1005408us#: tlb_flush: …            latency-format: cpu and flags in one word
//
// tgid (also after the cpu), flags and the header lines are optional, and a comm may hold any byte, even what looks
// like the rest of a line. But it has at most 15, and no 15 bytes look like `-pid [cpu] time:`, so: the first place
// where all of that follows is the end of the comm. The kernel pads the comm to 16 columns (8 in latency-format), which
// is tried first.

import { FLAG, FLAG_DEPTH_SHIFT } from "../../events/table.ts";
import { MAX_CPUS, TICKS_LIMIT } from "../limits.ts";
import { BYTE, isDigit, isWord } from "./scan.ts";

const COMM_COLUMNS = 16;
const LATENCY_COMM_COLUMNS = 8;
/** How far into a line a comm can end: wider than any of the kernel's or of trace-cmd's columns. */
const COMM_SEARCH = 64;

/** The last line's head. One object is reused for all lines. */
export interface Head {
  commFrom: number;
  commTo: number;
  pid: number;
  /** -1 if the line does not say. */
  tgid: number;
  cpu: number;
  /** Where "[cpu] " ends; -1 if the cpu is written in another way. */
  cpuTo: number;
  flags: number;
  /** Where the flags stand; nowhere (equal) if there are none. */
  flagsFrom: number;
  flagsTo: number;
  /** All digits of the time, and how many of them are decimals. */
  ticks: number;
  decimals: number;
  /** The time is followed by "us" (latency-format). */
  micros: boolean;
  nameFrom: number;
  nameTo: number;
  nameHash: number;
  argsFrom: number;
}

export function newHead(): Head {
  return {
    commFrom: 0, commTo: 0, pid: 0, tgid: -1, cpu: 0, cpuTo: -1, flags: 0, flagsFrom: 0, flagsTo: 0, ticks: 0,
    decimals: 0, micros: false, nameFrom: 0, nameTo: 0, nameHash: 0, argsFrom: 0,
  }; // biome-ignore format: a table
}

/** Outcome of readHead: no event line, an event line, or one whose event has no `name:` (function tracer, syscalls). */
export const HEAD = { none: 0, event: 1, nameless: 2 } as const;

const FLAG_BITS = flagBits();

function flagBits(): readonly Uint16Array[] {
  const columns = [new Uint16Array(256), new Uint16Array(256), new Uint16Array(256), new Uint16Array(256)];
  const set = (column: number, letters: string, bits: number) => {
    for (const letter of letters) columns[column]![letter.charCodeAt(0)] = bits;
  };
  set(0, "d", FLAG.irqsOff);
  set(0, "D", FLAG.irqsOff | FLAG.bhOff);
  set(0, "b", FLAG.bhOff);
  set(1, "NnpLlBb", FLAG.needResched);
  set(2, "h", FLAG.hardirq);
  set(2, "H", FLAG.hardirq | FLAG.softirq);
  set(2, "s", FLAG.softirq);
  set(2, "z", FLAG.nmi);
  set(2, "Z", FLAG.nmi | FLAG.hardirq);
  for (let depth = 1; depth < 16; depth++) set(3, depth.toString(16), depth << FLAG_DEPTH_SHIFT);
  return columns;
}

/** Reads the head of the line bytes[from, to). */
export function readHead(bytes: Uint8Array, from: number, to: number, head: Head): number {
  let dash = from + COMM_COLUMNS;
  let at = -1;
  if (bytes[dash] === BYTE.minus && dash < to) at = readTask(bytes, dash, to, head);
  if (at < 0) {
    dash = from + LATENCY_COMM_COLUMNS;
    if (bytes[dash] === BYTE.minus && dash < to) at = readTask(bytes, dash, to, head);
  }
  if (at < 0) {
    const limit = Math.min(to, from + COMM_SEARCH);
    for (dash = from; dash < limit; dash++) {
      if (bytes[dash] !== BYTE.minus) continue;
      at = readTask(bytes, dash, to, head);
      if (at >= 0) break;
    }
    if (at < 0) return HEAD.none;
  }
  let commFrom = from;
  while (commFrom < dash && bytes[commFrom] === BYTE.space) commFrom++;
  head.commFrom = commFrom;
  head.commTo = dash;
  return readName(bytes, at, to, head) ? HEAD.event : HEAD.nameless;
}

function skipSpaces(bytes: Uint8Array, at: number): number {
  let p = at;
  while (bytes[p] === BYTE.space) p++;
  return p;
}

/** `-pid … time: `; returns where the event starts, or -1. */
function readTask(bytes: Uint8Array, dash: number, to: number, head: Head): number {
  let p = dash + 1;
  if (!isDigit(bytes[p])) return -1;
  let pid = 0;
  for (; isDigit(bytes[p]); p++) pid = pid * 10 + bytes[p]! - BYTE.zero;
  if (bytes[p] !== BYTE.space) return -1;
  p = skipSpaces(bytes, p);
  head.pid = pid;
  head.tgid = -1;
  if (bytes[p] === BYTE.open) p = readTgid(bytes, p, head);
  if (p < 0) return -1;
  const bracketed = bytes[p] === BYTE.openBracket;
  if (bracketed) p++;
  const cpuFrom = p;
  let cpu = 0;
  for (; isDigit(bytes[p]); p++) cpu = cpu * 10 + bytes[p]! - BYTE.zero;
  if (p === cpuFrom || cpu >= MAX_CPUS) return -1;
  head.cpu = cpu;
  head.cpuTo = -1;
  if (bracketed) {
    if (bytes[p] !== BYTE.closeBracket || bytes[p + 1] !== BYTE.space) return -1;
    head.cpuTo = p + 2;
    p = skipSpaces(bytes, p + 1);
    if (bytes[p] === BYTE.open) {
      head.cpuTo = -1;
      p = readTgid(bytes, p, head);
    }
    if (p < 0) return -1;
  } else if (!isFlag(bytes[p])) return -1; // latency-format: the flags touch the cpu
  head.flags = FLAG.noFlags;
  head.flagsFrom = p;
  head.flagsTo = p;
  if (!isDigit(bytes[p])) p = readFlags(bytes, p, head);
  if (p < 0) return -1;
  p = readTime(bytes, p, head);
  return p > to ? -1 : p;
}

/** `(  127) `, `(-------) `; returns where the next field starts. */
function readTgid(bytes: Uint8Array, at: number, head: Head): number {
  let p = skipSpaces(bytes, at + 1);
  if (bytes[p] === BYTE.minus) while (bytes[p] === BYTE.minus) p++;
  else {
    const from = p;
    let tgid = 0;
    for (; isDigit(bytes[p]); p++) tgid = tgid * 10 + bytes[p]! - BYTE.zero;
    if (p === from) return -1;
    head.tgid = tgid;
  }
  if (bytes[p] !== BYTE.close || bytes[p + 1] !== BYTE.space) return -1;
  return skipSpaces(bytes, p + 1);
}

function isFlag(byte: number | undefined): boolean {
  return byte === BYTE.dot || byte === BYTE.hash || byte === BYTE.minus || (isWord(byte) && !isDigit(byte));
}

/** 4 to 6 characters (irqs, resched, irq context, preemption depth, migrate-disable, lazy depth) and a space. */
function readFlags(bytes: Uint8Array, at: number, head: Head): number {
  let p = at;
  while (isFlag(bytes[p]) || isDigit(bytes[p])) p++;
  if (p - at < 3 || p - at > 8 || bytes[p] !== BYTE.space) return -1;
  head.flagsTo = p;
  const [irqs, resched, context, depth] = FLAG_BITS as readonly [Uint16Array, Uint16Array, Uint16Array, Uint16Array];
  head.flags = irqs[bytes[at]!]! | resched[bytes[at + 1]!]! | context[bytes[at + 2]!]!;
  if (p - at > 3) head.flags |= depth[bytes[at + 3]!]!;
  return skipSpaces(bytes, p);
}

/** `53.550706: `, `43542056051: `, `1005408us#: ` */
function readTime(bytes: Uint8Array, at: number, head: Head): number {
  let p = at;
  let ticks = 0;
  for (; isDigit(bytes[p]); p++) ticks = ticks * 10 + bytes[p]! - BYTE.zero;
  if (p === at) return -1;
  let decimals = 0;
  if (bytes[p] === BYTE.dot) {
    for (p++; isDigit(bytes[p]); p++) {
      ticks = ticks * 10 + bytes[p]! - BYTE.zero;
      decimals++;
    }
  }
  head.micros = bytes[p] === BYTE.u;
  if (head.micros) p += bytes[p + 2] === BYTE.colon ? 2 : 3; // "us" and, if the next row is far, a mark for how far
  if (bytes[p] !== BYTE.colon || bytes[p + 1] !== BYTE.space) return -1;
  if (ticks >= TICKS_LIMIT) return -1;
  head.ticks = ticks;
  head.decimals = decimals;
  return skipSpaces(bytes, p + 1);
}

/** `name: `, and where the arguments start. Hashes the name on the way. */
function readName(bytes: Uint8Array, at: number, to: number, head: Head): boolean {
  let p = at;
  let hash = 0;
  while (p < to && (isWord(bytes[p]) || bytes[p] === BYTE.minus || bytes[p] === BYTE.dot)) {
    hash = (Math.imul(hash, 31) + bytes[p]!) | 0;
    p++;
  }
  if (p === at || bytes[p] !== BYTE.colon || p >= to) return false;
  head.nameFrom = at;
  head.nameTo = p;
  head.nameHash = hash;
  p++;
  while (p < to && bytes[p] === BYTE.space) p++;
  head.argsFrom = p;
  return true;
}
