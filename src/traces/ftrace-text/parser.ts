// SPDX-License-Identifier: MIT
// ftrace's text (trace, trace_pipe, trace-cmd report) into the event table. Works on bytes and in one pass: a line's
// head is located by its fixed parts, its arguments are read straight into columns, and no string is made per line.
//
// Task names and marks may contain newlines, so an event ends where the next event or banner line starts: the event
// read last is held back until then if its own line does not read. Whatever does not parse is counted by reason, never
// dropped silently.
//
// Nearly all lines are laid out like one that came before: likeEarlier() reads those, several times as fast. What it
// does not know, line() reads, and it is known the next time.

import { EventTableBuilder, type Wanted } from "../../events/builder.ts";
import { decodeBytes } from "../../events/intern.ts";
import { BUFFER_STARTED_KIND, FLAG, LOST_KIND } from "../../events/table.ts";
import { PID_LIMIT } from "../limits.ts";
import type { Banner, ParsedTrace, StreamReader } from "../parsed.ts";
import { PidSet } from "../pid-set.ts";
import { readBannerLine } from "./banner.ts";
import { EventNames, type NamedEvent, UNKNOWN_COMM } from "./events.ts";
import { readForm } from "./forms.ts";
import { HEAD, type Head, newHead, readHead } from "./head.ts";
import { KnownHeads } from "./known-heads.ts";
import { BYTE, startsWith } from "./scan.ts";
import { PIECE_BYTES, Window } from "./window.ts";

/** Longest event with all its continuation lines: what is longer is no event. */
const MAX_EVENT_BYTES = 65_536;
const MAX_BANNER_BYTES = 512;
/** "#", "CPU:", "cpus=", "version". */
const BANNER_FIRST = new Set([..."#Ccv"].map((character) => character.charCodeAt(0)));
/** An event that could not be read from its own line, and may go on. */
interface Held {
  readonly event: NamedEvent;
  readonly time: number;
  readonly cpu: number;
  readonly pid: number;
  readonly flags: number;
  /** Its lines, where its arguments start and where its last line ends. */
  lines: number;
  from: number;
  to: number;
}

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
  readonly #out: EventTableBuilder;
  readonly #names: EventNames;
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
  readonly #knownPids = new PidSet();
  readonly #preempted = new Map<number, number>();
  #lastState = -1;
  #lastBit = 0;
  readonly #lostKind: number;
  readonly #startedKind: number;
  readonly #lost = { marks: 0, events: 0 };
  readonly #variant = { latencyFormat: false, flags: false, tgid: false };
  /** Marks that wait for the time of the event after them. */
  #marks: { readonly kind: number; readonly cpu: number; readonly events: number }[] = [];

  readonly #head: Head = newHead();
  readonly #heads = new KnownHeads();
  /** Whether lines that are no events belong to an event, and where its line starts (negative: before the window). */
  #inEvent = false;
  #eventFrom = 0;
  #held: Held | undefined;

  readonly #text = new Window(2 * MAX_EVENT_BYTES);
  #lines = 0;
  #maxCpu = -1;
  #lastTime = Number.NEGATIVE_INFINITY;
  /** Decimals of the first row's time; -1 before it. `micros` is its unit in latency-format. */
  #decimals = -1;
  #micros = false;

  constructor(wanted?: Wanted) {
    this.#out = new EventTableBuilder(wanted);
    this.#names = new EventNames(this.#out);
    this.#lostKind = this.#out.kind(LOST_KIND, [{ name: "events", type: "int" }]);
    this.#startedKind = this.#out.kind(BUFFER_STARTED_KIND, []);
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) this.#take(chunk.subarray(at, at + PIECE_BYTES));
  }

  #take(piece: Uint8Array): void {
    const text = this.#text;
    this.#wholeLines(text.append(piece));
    const read = this.#held?.from ?? text.next;
    text.drop(read);
    this.#eventFrom -= read;
    if (this.#held !== undefined) {
      this.#held.from -= read;
      this.#held.to -= read;
    }
    if (text.filled > 2 * MAX_EVENT_BYTES) this.#dropText();
  }

  /** Reads the lines up to `end`, where one starts. */
  #wholeLines(end: number): void {
    const { bytes } = this.#text;
    let from = this.#text.next;
    while (from < end) {
      const next = this.#likeEarlier(from, end);
      if (next < 0) {
        const to = bytes.indexOf(BYTE.newline, from);
        this.#line(from, to);
        from = to + 1;
      } else from = next;
    }
    this.#text.next = from;
  }

  /** No newline in sight: this is no text. Counted once. */
  #dropText(): void {
    this.#commit();
    this.#odd.unknown++;
    this.#lines++;
    this.#text.drop(this.#text.filled);
    this.#text.next = 0;
  }

  finish(): FtraceText {
    const { next, filled } = this.#text;
    if (next < filled) this.#line(next, filled);
    this.#text.next = filled;
    this.#commit();
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

  /** Reads a line that is laid out like earlier ones; returns where the next one starts, or -1 if it is not. */
  #likeEarlier(from: number, end: number): number {
    const text = this.#text;
    const heads = this.#heads;
    const at = heads.find(text.bytes, text.view, from, this.#decimals);
    if (at < 0) return -1;
    const event = this.#names.findKnown(text.view, at);
    if (event?.form === undefined || this.#marks.length > 0) return -1;
    if (this.#held !== undefined) this.#commit();
    let args = at + event.bytes.length + 1;
    while (text.bytes[args] === BYTE.space) args++;
    const next = readForm(event.form, text, args, end, this.#out);
    if (next < 0) return -1;
    this.#lines++;
    this.#inEvent = true;
    this.#eventFrom = from;
    this.#at(heads.ticks);
    this.#row(event, event.form.kind, heads.ticks, heads.cpu, heads.pid, heads.flags);
    return next;
  }

  #line(from: number, newline: number): void {
    const { bytes } = this.#text;
    this.#lines++;
    const to = newline > from && bytes[newline - 1] === BYTE.return ? newline - 1 : newline;
    const outcome = to - from < 8 ? HEAD.none : readHead(bytes, from, to, this.#head);
    if (outcome !== HEAD.none) {
      this.#commit();
      if (outcome === HEAD.nameless) this.#odd.nameless++;
      else this.#eventLine(from, to);
      return;
    }
    if (this.#bannerLine(bytes, from, to)) return;
    if (this.#inEvent && to - this.#eventFrom <= MAX_EVENT_BYTES) {
      if (this.#held === undefined) this.#odd.continuation++;
      else {
        this.#held.lines++;
        this.#held.to = to;
      }
      return;
    }
    this.#commit();
    if (to > from) this.#odd.unknown++;
  }

  /** A line with a head, which is in #head: its row is written now, or held until its other lines are known. */
  #eventLine(from: number, to: number): void {
    const { bytes, view } = this.#text;
    const head = this.#head;
    const event = this.#names.find(bytes, head.nameFrom, head.nameTo, head.nameHash);
    this.#eventFrom = from;
    this.#inEvent = true;
    if (event === undefined) {
      this.#odd.tooManyNames++;
      return;
    }
    const { cpu, pid, flags } = head;
    const time = this.#time(head);
    if (this.#marks.length > 0) this.#writeMarks(time);
    this.#at(time);
    if (cpu > this.#maxCpu) this.#maxCpu = cpu;
    if (flags !== FLAG.noFlags) this.#variant.flags = true;
    if (pid > 0 && pid < PID_LIMIT && !this.#knownPids.has(pid)) this.#learnPid(bytes, head);
    this.#heads.learn(view, from, head);
    this.#names.learn(event, view, head.nameFrom);
    const kind = this.#read(event, head.argsFrom, to);
    if (kind >= 0) this.#row(event, kind, time, cpu, pid, flags);
    else this.#held = { event, time, cpu, pid, flags, lines: 1, from: head.argsFrom, to };
  }

  #bannerLine(bytes: Uint8Array, from: number, to: number): boolean {
    const first = bytes[from];
    if (!BANNER_FIRST.has(first!) || to - from > MAX_BANNER_BYTES) return false;
    const line = readBannerLine(decodeBytes(bytes.subarray(from, to)), this.#banner);
    if (line === undefined) return false;
    // The kernel's comments stand in front of all events: this is the rest of a name with a newline in it.
    if (this.#held !== undefined && line.kind === "comment") return false;
    this.#commit();
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

  /** No more lines belong to the event read last: if it is held, it is written now. */
  #commit(): void {
    const held = this.#held;
    this.#inEvent = false;
    if (held === undefined) return;
    this.#held = undefined;
    const { event, time, cpu, pid, flags } = held;
    let kind = held.lines > 1 ? this.#read(event, held.from, held.to) : -1;
    if (kind < 0) {
      this.#unparsed.set(event.name, (this.#unparsed.get(event.name) ?? 0) + 1);
      kind = this.#names.bare(event);
      this.#out.row(kind, time, cpu, pid, flags);
    } else this.#row(event, kind, time, cpu, pid, flags);
  }

  #read(event: NamedEvent, from: number, to: number): number {
    this.#out.reserve(to - from + 2);
    const kind = this.#names.read(event, this.#text.bytes, from, to);
    if (kind < 0) this.#out.discard();
    return kind;
  }

  /** Ends a row with arguments. */
  #row(event: NamedEvent, kind: number, time: number, cpu: number, pid: number, flags: number): void {
    const preempted = event.stateColumn >= 0 ? this.#preemptedBit(event.stateColumn) : 0;
    this.#out.row(kind, time, cpu, pid, flags | preempted);
  }

  #at(time: number): void {
    if (time < this.#lastTime) this.#odd.timeWentBack++;
    this.#lastTime = time;
  }

  /** All forms of sched_switch have the same columns. */
  #preemptedBit(column: number): number {
    const out = this.#out;
    const state = out.values[out.used - 7 + column]!;
    if (state === this.#lastState) return this.#lastBit;
    let bit = this.#preempted.get(state);
    if (bit === undefined) {
      bit = out.strings.text(state).includes("+") ? FLAG.preempted : 0;
      this.#preempted.set(state, bit);
    }
    this.#lastState = state;
    this.#lastBit = bit;
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
    if (!unknown) this.#knownPids.add(head.pid);
  }
}
