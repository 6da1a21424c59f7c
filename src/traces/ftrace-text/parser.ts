// SPDX-License-Identifier: MIT
// ftrace's text (trace, trace_pipe, trace-cmd report) into the event table. Works on bytes and in one pass: a line's
// head is located by its fixed parts, its arguments are read straight into columns, and no string is made per line.
//
// Task names and marks may contain newlines, so an event ends where the next event or banner line starts: the event
// read last is held back (`pending`) until then. Whatever does not parse is counted by reason, never dropped silently.

import { EventTableBuilder } from "../../events/builder.ts";
import { decodeBytes } from "../../events/intern.ts";
import { BUFFER_STARTED_KIND, FLAG, LOST_KIND } from "../../events/table.ts";
import type { Banner, ParsedTrace, StreamReader } from "../parsed.ts";
import { readBannerLine } from "./banner.ts";
import { EventNames, UNKNOWN_COMM } from "./events.ts";
import { HEAD, type Head, newHead, readHead } from "./head.ts";
import { BYTE, startsWith } from "./scan.ts";

/** Longest event with all its continuation lines: what is longer is no event. */
const MAX_EVENT_BYTES = 65_536;
const MAX_BANNER_BYTES = 512;
/** PID_MAX_LIMIT of 64-bit kernels. */
const PID_LIMIT = 1 << 22;
/** "#", "CPU:", "cpus=", "version". */
const BANNER_FIRST = new Set([..."#Ccv"].map((character) => character.charCodeAt(0)));
const EMPTY = new Uint8Array(0);

/** Why something in the text gave no row, no arguments, or less than it could. */
interface OddLines {
  /** Lines that belong to no event: text before the first one, or rubbish. */
  unknown: number;
  /** Lines that continue an event that was complete without them. */
  continuation: number;
  /** Events without `name:`, as the function tracer and the syscall tracer print them. */
  nameless: number;
  /** Event names beyond what a trace has: rubbish that looks like a trace. */
  tooManyNames: number;
  /** Rows whose time has another unit than the first row's. */
  otherClock: number;
  /** Rows that are older than the row before: merged from unsynchronised clocks, or concatenated. */
  timeWentBack: number;
}

export interface FtraceText extends ParsedTrace {
  readonly odd: Readonly<Record<keyof OddLines, number>>;
  readonly variant: { readonly latencyFormat: boolean; readonly flags: boolean; readonly tgid: boolean };
}

export class FtraceTextParser implements StreamReader {
  readonly #out = new EventTableBuilder();
  readonly #names = new EventNames(this.#out);
  readonly #banner: Banner = {};
  readonly #odd: OddLines = {
    unknown: 0,
    continuation: 0,
    nameless: 0,
    tooManyNames: 0,
    otherClock: 0,
    timeWentBack: 0,
  };
  readonly #unparsed = new Map<string, number>();
  readonly #knownPids = new Uint8Array(PID_LIMIT);
  readonly #preempted = new Map<number, number>();
  readonly #lostKind = this.#out.kind(LOST_KIND, [{ name: "events", type: "int" }]);
  readonly #startedKind = this.#out.kind(BUFFER_STARTED_KIND, []);
  readonly #lost = { marks: 0, events: 0 };
  readonly #variant = { latencyFormat: false, flags: false, tgid: false };
  /** Marks that wait for the time of the event after them. */
  #marks: { readonly kind: number; readonly cpu: number; readonly events: number }[] = [];

  #head: Head = newHead();
  #spare: Head = newHead();
  #pending = false;
  #pendingFrom = 0;
  /** End of the pending event's own line, and of its continuation lines. */
  #pendingTo = 0;
  #pendingEnd = 0;
  #pendingLines = 0;

  #carry: Uint8Array = EMPTY;
  #lines = 0;
  #maxCpu = -1;
  #lastTime = Number.NEGATIVE_INFINITY;
  /** Decimals of the first row's time; -1 before it. `micros` is its unit in latency-format. */
  #decimals = -1;
  #micros = false;

  /** Takes the next bytes. They must not change afterwards. */
  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#carry.length > 0) {
      bytes = new Uint8Array(this.#carry.length + chunk.length);
      bytes.set(this.#carry);
      bytes.set(chunk, this.#carry.length);
    }
    let from = this.#wholeLines(bytes);
    // The pending event may go on in the next chunk: read it again then.
    if (this.#pending) {
      from = this.#pendingFrom;
      this.#lines -= this.#pendingLines;
      this.#pending = false;
    }
    this.#carry = from < bytes.length ? bytes.slice(from) : EMPTY;
    if (this.#carry.length > 2 * MAX_EVENT_BYTES) this.#dropCarry();
  }

  /** Reads all lines that end in `bytes`; returns where the rest starts. */
  #wholeLines(bytes: Uint8Array): number {
    let from = 0;
    for (let to = bytes.indexOf(BYTE.newline); to >= 0; to = bytes.indexOf(BYTE.newline, from)) {
      this.#line(bytes, from, to);
      from = to + 1;
    }
    return from;
  }

  /** No newline in sight: this is no text. Counted once. */
  #dropCarry(): void {
    this.#odd.unknown++;
    this.#lines++;
    this.#carry = EMPTY;
  }

  finish(): FtraceText {
    const rest = this.#carry;
    const from = this.#wholeLines(rest);
    if (from < rest.length) this.#line(rest, from, rest.length);
    this.#commit(rest);
    this.#carry = EMPTY;
    this.#writeMarks(Math.max(this.#lastTime, 0));
    const banner = this.#banner;
    const cpus = Math.max(banner.cpus ?? 0, this.#maxCpu + 1);
    return {
      format: "ftrace-text",
      table: this.#out.finish(cpus, this.#secondsPerTick()),
      banner,
      units: this.#lines,
      odd: this.#odd,
      notes: this.#notes(),
      unparsed: Object.fromEntries(this.#unparsed),
      lost: this.#lost,
      variant: this.#variant,
    };
  }

  #notes(): string[] {
    const skipped = this.#odd.unknown + this.#odd.nameless;
    return skipped > 0 ? [`${skipped} lines could not be read as events and were skipped`] : [];
  }

  #secondsPerTick(): number {
    if (this.#decimals > 0) return 1 / 10 ** this.#decimals;
    return this.#micros ? 1e-6 : Number.NaN;
  }

  #line(bytes: Uint8Array, from: number, newline: number): void {
    this.#lines++;
    const to = newline > from && bytes[newline - 1] === BYTE.return ? newline - 1 : newline;
    const outcome = to - from < 8 ? HEAD.none : readHead(bytes, from, to, this.#spare);
    if (outcome !== HEAD.none) {
      this.#commit(bytes);
      if (outcome === HEAD.nameless) {
        this.#odd.nameless++;
        return;
      }
      const head = this.#head;
      this.#head = this.#spare;
      this.#spare = head;
      this.#pending = true;
      this.#pendingFrom = from;
      this.#pendingTo = to;
      this.#pendingEnd = to;
      this.#pendingLines = 1;
      return;
    }
    if (this.#bannerLine(bytes, from, to)) return;
    if (this.#pending && to - this.#pendingFrom <= MAX_EVENT_BYTES) {
      this.#pendingEnd = to;
      this.#pendingLines++;
      return;
    }
    this.#commit(bytes);
    if (to > from) this.#odd.unknown++;
  }

  #bannerLine(bytes: Uint8Array, from: number, to: number): boolean {
    const first = bytes[from];
    if (!BANNER_FIRST.has(first!) || to - from > MAX_BANNER_BYTES) return false;
    const line = readBannerLine(decodeBytes(bytes.subarray(from, to)), this.#banner);
    if (line === undefined) return false;
    this.#commit(bytes);
    if (line.kind === "comment") return true;
    const lost = line.kind === "lost";
    if (lost) {
      this.#lost.marks++;
      this.#lost.events += line.events;
    }
    this.#marks.push({
      kind: lost ? this.#lostKind : this.#startedKind,
      cpu: line.cpu,
      events: lost ? line.events : Number.NaN,
    });
    this.#maxCpu = Math.max(this.#maxCpu, line.cpu);
    return true;
  }

  #writeMarks(time: number): void {
    for (const { kind, cpu, events } of this.#marks) {
      if (kind === this.#lostKind) this.#out.value(events);
      this.#out.row(kind, time, cpu, -1, FLAG.noFlags);
    }
    this.#marks = [];
  }

  /** Writes the pending event's row. */
  #commit(bytes: Uint8Array): void {
    if (!this.#pending) return;
    this.#pending = false;
    const head = this.#head;
    const event = this.#names.find(bytes, head.nameFrom, head.nameTo, head.nameHash);
    if (event === undefined) {
      this.#odd.tooManyNames++;
      return;
    }
    const time = this.#time(head);
    if (this.#marks.length > 0) this.#writeMarks(time);
    if (time < this.#lastTime) this.#odd.timeWentBack++;
    this.#lastTime = time;
    if (head.cpu > this.#maxCpu) this.#maxCpu = head.cpu;
    if (head.flags !== FLAG.noFlags) this.#variant.flags = true;
    if (head.pid > 0 && head.pid < PID_LIMIT && this.#knownPids[head.pid] === 0) this.#learnPid(bytes, head);

    const out = this.#out;
    out.reserve(this.#pendingEnd - head.argsFrom + 2);
    let kind = this.#names.read(event, bytes, head.argsFrom, this.#pendingTo);
    if (kind >= 0) this.#odd.continuation += this.#pendingLines - 1;
    else if (this.#pendingLines > 1) kind = this.#names.read(event, bytes, head.argsFrom, this.#pendingEnd);
    let flags = head.flags;
    if (kind < 0) {
      this.#unparsed.set(event.name, (this.#unparsed.get(event.name) ?? 0) + 1);
      out.discard();
      kind = this.#names.bare(event);
    } else if (event.stateColumn >= 0) flags |= this.#preemptedBit(event.stateColumn);
    out.row(kind, time, head.cpu, head.pid, flags);
  }

  /** All forms of sched_switch have the same columns. */
  #preemptedBit(column: number): number {
    const out = this.#out;
    const state = out.values[out.used - 7 + column]!;
    let bit = this.#preempted.get(state);
    if (bit === undefined) {
      bit = out.strings.text(state).includes("+") ? FLAG.preempted : 0;
      this.#preempted.set(state, bit);
    }
    return bit;
  }

  #time(head: Head): number {
    if (this.#decimals < 0) {
      this.#decimals = head.decimals;
      this.#micros = head.micros;
      this.#variant.latencyFormat = head.micros;
    }
    if (head.decimals === this.#decimals && head.micros === this.#micros) return head.ticks;
    if (head.decimals > 0 && this.#decimals > 0) return head.ticks * 10 ** (this.#decimals - head.decimals);
    this.#odd.otherClock++;
    return head.ticks;
  }

  #learnPid(bytes: Uint8Array, head: Head): void {
    const unknown =
      head.commTo - head.commFrom === UNKNOWN_COMM.length &&
      startsWith(bytes, head.commFrom, head.commTo, UNKNOWN_COMM);
    if (head.tgid >= 0) this.#variant.tgid = true;
    this.#out.pid(head.pid, unknown ? "" : decodeBytes(bytes.subarray(head.commFrom, head.commTo)), head.tgid);
    if (!unknown) this.#knownPids[head.pid] = 1;
  }
}
