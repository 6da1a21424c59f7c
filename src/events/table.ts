// SPDX-License-Identifier: MIT
// WAIST 2: one columnar table of events. A recorded trace, a simulated run and a counterexample are all rows of it, so
// that whatever prints, compares or draws events is written once. Struct of arrays; plain data; nothing here knows
// where the rows came from. `builder.ts` is the growable twin.
//
//   row r:   time[r] cpu[r] pid[r] flags[r] kind[r]    values[args[r] + i]  is argument i of kinds[kind[r]]
//
// An argument is one double, and its column says how to read it:
//   int   the number itself
//   word  an unsigned 64-bit value: itself below 2^53, else -(1 + id) into `words`: kernel pointers fit no double.
//         Within one table equal words are equal doubles, so a pointer may be compared or used as a key as it is.
//   text  an index into `strings`
//   list  an index into `lists`, where a count and then that many word-encoded elements follow
// NaN in any column: the kernel could not read the value ("(fault)").

/** Raised when a reader of an older table would misread a newer one. */
export const EVENTS_VERSION = 1;

export type ArgType = "int" | "word" | "text" | "list";

export interface ArgColumn {
  readonly name: string;
  readonly type: ArgType;
}

/** A name and its arguments. Two kinds may share a name: a probe and a tracepoint, or one field printed in two ways. */
export interface EventKind {
  readonly name: string;
  readonly args: readonly ArgColumn[];
}

/** What the CPU was doing. `noFlags` says that the recording does not tell; then the other bits are 0. */
export const FLAG = {
  irqsOff: 1,
  bhOff: 2,
  needResched: 4,
  hardirq: 8,
  softirq: 16,
  nmi: 32,
  /** Of sched_switch: the previous task was preempted, not blocked ("R+"). */
  preempted: 64,
  noFlags: 128,
} as const;
/** The preemption depth (0 … 15) sits above the flag bits. */
export const FLAG_DEPTH_SHIFT = 8;

/** What the recording says of a pid. A pid that is used twice keeps what was said first. */
export interface PidInfo {
  readonly pid: number;
  /** Empty if unknown. */
  readonly comm: string;
  /** -1 if unknown. */
  readonly tgid: number;
}

export interface EventTable {
  readonly version: typeof EVENTS_VERSION;
  readonly length: number;
  /** Number of CPUs of the machine, which may be more than have rows. */
  readonly cpus: number;
  /** NaN if the clock's unit is unknown (x86-tsc, counter, uptime). */
  readonly secondsPerTick: number;
  /** Clock ticks, as recorded. Rows keep the order of the recording, also where this column goes back. */
  readonly time: Float64Array;
  readonly cpu: Int16Array;
  /** The current task, or -1 for rows that no task made (lost events). */
  readonly pid: Int32Array;
  readonly kind: Uint16Array;
  readonly flags: Uint16Array;
  readonly args: Uint32Array;
  readonly values: Float64Array;
  readonly kinds: readonly EventKind[];
  readonly strings: readonly string[];
  readonly words: BigUint64Array;
  readonly lists: Float64Array;
  readonly pids: readonly PidInfo[];
}

/** A kind that the recorder itself writes: this CPU's ring lost events here. events: how many, 0 if it did not say. */
export const LOST_KIND = "lazymm:lost";
/** This CPU's ring starts here; what came before was overwritten. */
export const BUFFER_STARTED_KIND = "lazymm:buffer_started";

/** A view of rows [from, to). */
export function rowsOf(table: EventTable, from: number, to: number): EventTable {
  return {
    ...table,
    length: to - from,
    time: table.time.subarray(from, to),
    cpu: table.cpu.subarray(from, to),
    pid: table.pid.subarray(from, to),
    kind: table.kind.subarray(from, to),
    flags: table.flags.subarray(from, to),
    args: table.args.subarray(from, to),
  };
}

/** Index of an argument, or -1. */
export function argIndex(kind: EventKind, name: string): number {
  return kind.args.findIndex((arg) => arg.name === name);
}

function findArg(table: EventTable, row: number, name: string): { value: number; type: ArgType } | undefined {
  const kind = table.kinds[table.kind[row]!]!;
  const index = argIndex(kind, name);
  if (index < 0) return undefined;
  return { value: table.values[table.args[row]! + index]!, type: kind.args[index]!.type };
}

/** A numeric argument by name. undefined: no such one, not a number, unreadable, or 2^53 and above (see argWord). */
export function argNumber(table: EventTable, row: number, name: string): number | undefined {
  const found = findArg(table, row, name);
  if (found === undefined || Number.isNaN(found.value)) return undefined;
  if (found.type === "int" || (found.type === "word" && found.value >= 0)) return found.value;
  return undefined;
}

/** The 64-bit value behind a word-encoded double. */
export function wordValue(table: EventTable, encoded: number): bigint {
  return encoded < 0 ? table.words[-1 - encoded]! : BigInt(encoded);
}

/** A 64-bit argument by name. */
export function argWord(table: EventTable, row: number, name: string): bigint | undefined {
  const found = findArg(table, row, name);
  if (found?.type !== "word" || Number.isNaN(found.value)) return undefined;
  return wordValue(table, found.value);
}

/** A text argument by name. */
export function argText(table: EventTable, row: number, name: string): string | undefined {
  const found = findArg(table, row, name);
  if (found?.type !== "text" || Number.isNaN(found.value)) return undefined;
  return table.strings[found.value];
}

/** The elements of a list, word-encoded. `index` is the value of a `list` argument. */
export function listAt(table: EventTable, index: number): Float64Array {
  return table.lists.subarray(index + 1, index + 1 + table.lists[index]!);
}

/** An argument as the kernel would print it. */
export function argToString(table: EventTable, row: number, index: number): string {
  const type = table.kinds[table.kind[row]!]!.args[index]!.type;
  const value = table.values[table.args[row]! + index]!;
  if (Number.isNaN(value)) return "(fault)";
  if (type === "int") return String(value);
  if (type === "text") return table.strings[value]!;
  if (type === "word") return `0x${wordValue(table, value).toString(16)}`;
  return `{${Array.from(listAt(table, value), (element) => wordValue(table, element)).join(",")}}`;
}
