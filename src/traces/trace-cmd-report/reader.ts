// SPDX-License-Identifier: MIT
// What `trace-cmd report` prints is ftrace text, but for the columns that it puts in front of every line where the file
// has several buffers, or several files were given:
//
//                       sh-127   [002]    43.542056: sched_switch: …      the file's own buffer: blanks
//      sched:           sh-127   [002]    43.542056: sched_switch: …      the buffer called sched
//  guest.dat:           sh-127   [002]    43.542056: sched_switch: …      another file: another machine
//
// The first event shows how wide they are: after them the task's name is as wide as it always is.

import type { Wanted } from "../../events/builder.ts";
import { decodeBytes } from "../../events/intern.ts";
import { FtraceTextParser } from "../ftrace-text/parser.ts";
import { BYTE } from "../ftrace-text/scan.ts";
import { Lines } from "../lines.ts";
import type { ParsedTrace, StreamReader } from "../parsed.ts";
import { Pieces } from "../pieces.ts";
import { respell } from "../respell.ts";

const COMM_COLUMNS = 16;
const LATENCY_COMM_COLUMNS = 8;
/** Without an event in so many bytes there is none. */
const SNIFF_BYTES = 65_536;
const MAX_LINE_BYTES = 65_536;
/** How far into a line its time may stand. */
const MAX_HEAD_BYTES = 512;
/** The start of an event: `…-127   [002] …43.542056: ` or, with -l, `…-127     2d..2. 43.542056: `. */
const EVENT = /^(.*?)-\d+\s+(?:\([ \d-]+\)\s+)?(?:(\[)\d+\]|\d+[^\s\d]\S{2,7})\s.*?\d\.\d+: /;

export class TraceCmdReader implements StreamReader {
  readonly #parser: FtraceTextParser;
  readonly #pieces = new Pieces((piece) => this.#parser.push(piece));
  readonly #lines = new Lines(MAX_LINE_BYTES, (bytes, from, to) => this.#line(bytes, from, to));
  /** Width of the columns in front of a line; undefined until the first event. */
  #width: number | undefined;
  #head: Uint8Array[] = [];
  #headBytes = 0;
  /** The first file that is named: lines of others are of other machines. */
  #file: string | undefined;
  #skipping = false;
  readonly #others = new Map<string, number>();

  constructor(wanted?: Wanted) {
    this.#parser = new FtraceTextParser(wanted);
  }

  push(chunk: Uint8Array): void {
    if (this.#width === undefined) {
      this.#head.push(chunk);
      this.#headBytes += chunk.length;
      if (this.#headBytes >= SNIFF_BYTES) this.#begin();
    } else this.#feed(chunk);
  }

  finish(): ParsedTrace {
    if (this.#width === undefined) this.#begin();
    this.#lines.finish();
    this.#pieces.flush();
    const trace = this.#parser.finish();
    const { table, notes } = respell(trace.table);
    const skipped = [...this.#others.values()].reduce((sum, count) => sum + count, 0);
    return {
      ...trace,
      format: "trace-cmd-report",
      table,
      odd: { ...trace.odd, unknown: trace.odd.unknown + this.#lines.tooLong, otherFiles: skipped },
      notes: [...trace.notes, ...notes, ...this.#otherNotes()],
    };
  }

  #otherNotes(): string[] {
    return [...this.#others].map(
      ([name, lines]) => `${lines} lines are of ${name}, another recording than ${this.#file}: report each on its own`,
    );
  }

  #begin(): void {
    const head = new Uint8Array(this.#headBytes);
    let at = 0;
    for (const piece of this.#head) {
      head.set(piece, at);
      at += piece.length;
    }
    this.#head = [];
    this.#width = widthOf(new TextDecoder("latin1").decode(head));
    this.#feed(head);
  }

  #feed(chunk: Uint8Array): void {
    if (this.#width === 0) this.#parser.push(chunk);
    else this.#lines.push(chunk);
  }

  /** Takes the columns off a line. What has none continues the line before. */
  #line(bytes: Uint8Array, from: number, to: number): void {
    const width = this.#width!;
    let at = from;
    const end = from + width;
    const separated = bytes[end - 1] === BYTE.space && (bytes[end - 2] === BYTE.colon || isBlank(bytes, from, end));
    if (end < to && separated) {
      at = end;
      const name = decodeBytes(bytes.subarray(from, end - 2)).trim();
      const isFile = name.endsWith(".dat");
      if (isFile) this.#file ??= name;
      const other = isFile && name !== this.#file;
      this.#skipping = other;
      if (other) this.#others.set(name, (this.#others.get(name) ?? 0) + 1);
    }
    if (this.#skipping) return;
    this.#pieces.line(bytes, at, to);
  }
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let p = from; p < to; p++) if (bytes[p] !== BYTE.space) return false;
  return true;
}

function widthOf(text: string): number {
  for (const line of text.split("\n")) {
    const event = EVENT.exec(line.slice(0, MAX_HEAD_BYTES));
    if (event === null) continue;
    const width = event[1]!.length - (event[2] === undefined ? LATENCY_COMM_COLUMNS : COMM_COLUMNS);
    return Math.max(width, 0);
  }
  return 0;
}
