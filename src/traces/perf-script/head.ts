// SPDX-License-Identifier: MIT
// The part of a line of perf script before the event's arguments:
//
//             sh   127/127     [002]    43.542056051:          1    sched:sched_switch: prev_comm=…
//           comm   pid/tid     [cpu]    seconds:          period    system:event:       arguments
//
// perf's pid is the kernel's tgid, its tid the kernel's pid. Which columns there are is up to -F; we need the cpu, the
// time and the event. A comm may hold any byte, and has no end mark: so the first place where `[cpu] seconds: ` stands
// is looked for (longer than a comm, so none contains it), and what is before it is read from right to left.

import { ascii, BYTE, isDigit, isWord, startsWith } from "../ftrace-text/scan.ts";
import { MAX_CPUS, TICKS_LIMIT } from "../limits.ts";

/** How far into a line its cpu may stand. */
const CPU_SEARCH = 80;
/** Letters of `-F misc` between cpu and time, and of an event's modifiers: cycles:ppp. */
const MAX_LETTERS = 6;
const MODIFIERS = new Set([..."ukhGHpPDIWSeb"].map((letter) => letter.charCodeAt(0)));
/** Microseconds; with --ns there are 9. A name that contains a shorter time is no end of a name. */
const LEAST_DECIMALS = 6;
/** Numbers with more digits than these are no pids. */
const PID_DIGITS = 10;

/** The last line's head. One object is reused for all lines. */
export interface PerfHead {
  commFrom: number;
  commTo: number;
  /** The kernel's pid and tgid; -1 if the line does not say, or the task has none any more. */
  pid: number;
  tgid: number;
  /** -1 if perf did not know. */
  cpu: number;
  /** All digits of the time, and how many of them are decimals. */
  ticks: number;
  decimals: number;
  /** -1 if it is not printed. */
  period: number;
  /** Where the event stands, and its name without the system. */
  eventFrom: number;
  nameFrom: number;
  nameTo: number;
  nameHash: number;
  argsFrom: number;
}

export function newPerfHead(): PerfHead {
  return {
    commFrom: 0, commTo: 0, pid: -1, tgid: -1, cpu: 0, ticks: 0, decimals: 0, period: -1,
    eventFrom: 0, nameFrom: 0, nameTo: 0, nameHash: 0, argsFrom: 0,
  }; // biome-ignore format: a table
}

/** The line was copied to another place. */
export function moveHead(head: PerfHead, by: number): void {
  head.commFrom += by;
  head.commTo += by;
  head.eventFrom += by;
  head.nameFrom += by;
  head.nameTo += by;
  head.argsFrom += by;
}

/** Outcome of readPerfHead: no event line, an event line, a PERF_RECORD_… line, or no `name:` after the time. */
export const PERF_HEAD = { none: 0, event: 1, record: 2, nameless: 3 } as const;

/** Reads the head of the line bytes[from, to). */
export function readPerfHead(bytes: Uint8Array, from: number, to: number, head: PerfHead): number {
  const limit = Math.min(to, from + CPU_SEARCH);
  for (let at = from; at < limit; at++) {
    if (bytes[at] !== BYTE.openBracket || (at > from && bytes[at - 1] !== BYTE.space)) continue;
    const next = readCpuAndTime(bytes, at + 1, to, head);
    if (next < 0) continue;
    readTask(bytes, from, at, head);
    return readEvent(bytes, next, to, head);
  }
  return PERF_HEAD.none;
}

function skipSpaces(bytes: Uint8Array, at: number, to: number): number {
  let p = at;
  while (p < to && bytes[p] === BYTE.space) p++;
  return p;
}

/** `002]    43.542056: `; returns where the rest starts, or -1. */
function readCpuAndTime(bytes: Uint8Array, at: number, to: number, head: PerfHead): number {
  let p = at;
  const negative = bytes[p] === BYTE.minus;
  if (negative) p++;
  const digits = p;
  let cpu = 0;
  for (; isDigit(bytes[p]); p++) cpu = cpu * 10 + bytes[p]! - BYTE.zero;
  if (p === digits || bytes[p] !== BYTE.closeBracket || bytes[p + 1] !== BYTE.space) return -1;
  head.cpu = negative || cpu >= MAX_CPUS ? -1 : cpu;
  p = skipSpaces(bytes, p + 1, to);
  const letters = p;
  while (p < to && isWord(bytes[p]) && !isDigit(bytes[p])) p++;
  if (p > letters) {
    if (p - letters > MAX_LETTERS || bytes[p] !== BYTE.space) return -1;
    p = skipSpaces(bytes, p, to);
  }
  return readTime(bytes, p, to, head);
}

function readTime(bytes: Uint8Array, at: number, to: number, head: PerfHead): number {
  let p = at;
  let ticks = 0;
  for (; isDigit(bytes[p]); p++) ticks = ticks * 10 + bytes[p]! - BYTE.zero;
  if (p === at || bytes[p] !== BYTE.dot) return -1;
  const decimals = ++p;
  for (; isDigit(bytes[p]); p++) ticks = ticks * 10 + bytes[p]! - BYTE.zero;
  if (p - decimals < LEAST_DECIMALS || bytes[p] !== BYTE.colon || p >= to || ticks >= TICKS_LIMIT) return -1;
  head.ticks = ticks;
  head.decimals = p - decimals;
  p++;
  return p >= to || bytes[p] === BYTE.space ? skipSpaces(bytes, p, to) : -1;
}

/** `comm pid/tid `, `comm tid `, or less, in bytes[from, end). */
function readTask(bytes: Uint8Array, from: number, end: number, head: PerfHead): void {
  head.pid = -1;
  head.tgid = -1;
  let to = trimEnd(bytes, from, end);
  const tid = numberStart(bytes, from, to);
  const slashed = tid > from && bytes[tid - 1] === BYTE.slash;
  const pid = slashed ? numberStart(bytes, from, tid - 1) : tid;
  // Where perf prints no pid, what is before the cpu may be migration/3.
  if (pid >= 0 && (pid === from || bytes[pid - 1] === BYTE.space)) {
    head.pid = numberAt(bytes, tid, to);
    if (slashed) head.tgid = numberAt(bytes, pid, tid - 1);
    to = pid;
  }
  head.commFrom = skipSpaces(bytes, from, to);
  head.commTo = trimEnd(bytes, head.commFrom, to);
}

function trimEnd(bytes: Uint8Array, from: number, end: number): number {
  let to = end;
  while (to > from && bytes[to - 1] === BYTE.space) to--;
  return to;
}

/** Where the number starts that ends at `to`, or -1. */
function numberStart(bytes: Uint8Array, from: number, to: number): number {
  let p = to;
  while (p > from && isDigit(bytes[p - 1])) p--;
  if (p === to || to - p > PID_DIGITS) return -1;
  if (p > from && bytes[p - 1] === BYTE.minus) p--;
  return p;
}

function numberAt(bytes: Uint8Array, at: number, to: number): number {
  if (bytes[at] === BYTE.minus) return -1;
  let value = 0;
  for (let p = at; p < to; p++) value = value * 10 + bytes[p]! - BYTE.zero;
  return value;
}

const RECORD = ascii("PERF_RECORD_");

/** The period, if there is one, and `system:name: `. */
function readEvent(bytes: Uint8Array, at: number, to: number, head: PerfHead): number {
  let p = at;
  head.period = -1;
  let digits = p;
  while (digits < to && isDigit(bytes[digits])) digits++;
  if (digits > p && bytes[digits] === BYTE.space && digits < to) {
    head.period = numberAt(bytes, p, digits);
    p = skipSpaces(bytes, digits, to);
  }
  head.eventFrom = p;
  if (startsWith(bytes, p, to, RECORD)) return PERF_HEAD.record;
  let end = p;
  while (end < to && bytes[end] !== BYTE.space && bytes[end] !== BYTE.tab) end++;
  if (end - p < 2 || bytes[end - 1] !== BYTE.colon) return PERF_HEAD.nameless;
  readName(bytes, p, end - 1, head);
  head.argsFrom = skipSpaces(bytes, end, to);
  return PERF_HEAD.event;
}

/** `name`, `system:name`, `system:name:u` and `cycles:ppp`: modifiers are not part of the name. */
function readName(bytes: Uint8Array, from: number, to: number, head: PerfHead): void {
  const first = colonIn(bytes, from, to);
  head.nameFrom = from;
  head.nameTo = first;
  if (first + 1 < to && !isModifiers(bytes, first + 1, to)) {
    head.nameFrom = first + 1;
    head.nameTo = colonIn(bytes, first + 1, to);
  }
  let hash = 0;
  for (let p = head.nameFrom; p < head.nameTo; p++) hash = (Math.imul(hash, 31) + bytes[p]!) | 0;
  head.nameHash = hash;
}

function colonIn(bytes: Uint8Array, from: number, to: number): number {
  let p = from;
  while (p < to && bytes[p] !== BYTE.colon) p++;
  return p;
}

function isModifiers(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > MAX_LETTERS) return false;
  for (let p = from; p < to; p++) if (!MODIFIERS.has(bytes[p]!)) return false;
  return true;
}
