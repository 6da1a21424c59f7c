// SPDX-License-Identifier: MIT
// What every reader of a trace format makes of its bytes, and the two ways in which readers get them.

import type { Wanted } from "../events/builder.ts";
import type { EventTable } from "../events/table.ts";

export const TRACE_FORMATS = [
  "ftrace-text",
  "trace-cmd-report",
  "trace.dat",
  "perf-script",
  "perfetto",
  "systrace-html",
] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** What a trace says about itself, apart from its events. */
export interface Banner {
  /** "nop", "function", … */
  tracer?: string;
  /** The kernel's release, and the machine as `uname -m` prints it. */
  release?: string;
  machine?: string;
  /** Number of CPUs of the machine. */
  cpus?: number;
  /** Fewer than `entriesWritten`: the ring was overwritten and the start of the recording is gone. */
  entriesInBuffer?: number;
  entriesWritten?: number;
  /** "mono", "boot", "x86-tsc", … */
  clock?: string;
  /** Of the container: trace.dat's 6 or 7. */
  version?: string;
}

export interface Damage {
  /** Byte of the (compressed) file up to which it could be read. */
  readonly at: number;
  readonly reason: string;
}

/** Events that the kernel says were lost of one CPU's ring, by why. */
export interface RingLosses {
  readonly cpu: number;
  /** Before anybody had read them. */
  readonly overwritten: number;
  /** Too many contexts were writing, one within the other. */
  readonly nested: number;
  /** The ring was full, and does not overwrite. */
  readonly dropped: number;
}

export interface ParsedTrace {
  readonly format: TraceFormat;
  readonly table: EventTable;
  readonly banner: Banner;
  /** Lines of text, pages of a ring, or packets that were read. */
  readonly units: number;
  /** What gave no row, no arguments, or less than it could, by reason: how often. Never dropped silently. */
  readonly odd: Readonly<Record<string, number>>;
  /** Of these, what a reader of the report must know, in words: "3 lines could not be read as events …". */
  readonly notes: readonly string[];
  /** Rows kept without arguments, because they are not understood: event name → rows. */
  readonly unparsed: Readonly<Record<string, number>>;
  /** Marks of lost events, and the events they say were lost. */
  readonly lost: { readonly marks: number; readonly events: number };
  /** What the kernel counted of each ring, where the file has it. Some of it may have marks, too. */
  readonly rings?: readonly RingLosses[];
  /** Which pids the trace itself calls kernel threads (true) or tasks with an mm (false). */
  readonly kernelThread?: ReadonlyMap<number, boolean>;
  /** The container is broken there; the table holds what could be read. */
  readonly damaged?: Damage;
}

/** Takes the bytes in order, as they come. They must not change afterwards. Never throws. */
export interface StreamReader {
  push(chunk: Uint8Array): void;
  finish(): ParsedTrace;
}

/** Bytes at any place: of a file, or of memory where the trace was compressed or came by a pipe. */
export interface ByteSource {
  readonly size: number;
  /** Bytes [at, at + length), fewer at the end. The caller may keep them: they do not change. */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** For formats that are not in the order of time: called once with all of the file. Throws only what `read` throws. */
export type RandomReader = (
  source: ByteSource,
  progress: (done: number) => void,
  wanted?: Wanted,
) => Promise<ParsedTrace>;
