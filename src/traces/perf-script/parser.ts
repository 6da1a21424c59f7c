// SPDX-License-Identifier: MIT
// The text of `perf script` into the event table. The arguments of an event are ftrace's, and read as those are; the
// head of a line, stacks, and the records of tasks and of lost events are perf's own.
//
// A task name may contain a newline, so the event read last is held back until the next line shows what it is.

import { EventTableBuilder, type Wanted } from "../../events/builder.ts";
import { decodeBytes } from "../../events/intern.ts";
import { FLAG, LOST_KIND } from "../../events/table.ts";
import { EventNames } from "../ftrace-text/events.ts";
import { BYTE } from "../ftrace-text/scan.ts";
import { isCpuCount, PID_LIMIT } from "../limits.ts";
import { Lines } from "../lines.ts";
import type { Banner, ParsedTrace, StreamReader } from "../parsed.ts";
import { respell } from "../respell.ts";
import { moveHead, newPerfHead, PERF_HEAD, type PerfHead, readPerfHead } from "./head.ts";
import { type PerfOdd, perfNotes } from "./notes.ts";
import { appendRecord, readRecord, standIn } from "./records.ts";

/** Longest event with its continuation lines. */
const MAX_EVENT_BYTES = 65_536;
const KTHREADD = 2;
const BOM = [0xef, 0xbb, 0xbf];
/** A frame of a stack: `\tffffffff81a0 symbol+0x1 (file)`. */
const FRAME = /^\s+(?:[0-9a-f]{4,16} \S|\[unknown\]|\S.* \(inlined\)$)/;
const COLUMN_PREV_PID = 1;

export class PerfScriptParser implements StreamReader {
  readonly #out: EventTableBuilder;
  readonly #names: EventNames;
  readonly #lines = new Lines(MAX_EVENT_BYTES, (bytes, from, to) => this.#line(bytes, from, to));
  readonly #banner: Banner = {};
  readonly #odd: PerfOdd = {
    unknown: 0, continuation: 0, nameless: 0, stack: 0, noCpu: 0, noPid: 0, records: 0, brokenRecords: 0, sampled: 0,
    bareSwitches: 0, tooManyNames: 0, otherClock: 0, timeWentBack: 0,
  }; // biome-ignore format: a table
  readonly #unparsed = new Map<string, number>();
  readonly #knownPids = new Set<number>();
  readonly #kernelThread = new Map<number, boolean>();
  readonly #lostKind: number;
  readonly #lost = { marks: 0, events: 0 };

  #head: PerfHead = newPerfHead();
  #spare: PerfHead = newPerfHead();
  /** The event that is held back: from `pendingFrom` to `pendingTo` its own line, to `pendingEnd` what continues it. */
  #pending: Uint8Array | undefined;
  #pendingFrom = 0;
  #pendingTo = 0;
  #pendingEnd = 0;
  #pendingLines = 0;
  /** Where events of several lines are put together. */
  #together: Uint8Array | undefined;
  #isRecord = false;
  #inStack = false;

  #maxCpu = -1;
  #lastTime = Number.NEGATIVE_INFINITY;
  #decimals = -1;

  constructor(wanted?: Wanted) {
    this.#out = new EventTableBuilder(wanted);
    this.#names = new EventNames(this.#out);
    this.#lostKind = this.#out.kind(LOST_KIND, [{ name: "events", type: "int" }]);
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  finish(): ParsedTrace {
    this.#lines.finish();
    this.#commit();
    this.#odd.unknown += this.#lines.tooLong;
    const cpus = Math.max(this.#banner.cpus ?? 0, this.#maxCpu + 1);
    const { table, names } = standIn(
      this.#out.finish(cpus, this.#decimals > 0 ? 1 / 10 ** this.#decimals : Number.NaN),
    );
    const respelt = respell(table);
    return {
      format: "perf-script",
      table: respelt.table,
      banner: this.#banner,
      units: this.#lines.count,
      odd: { ...this.#odd },
      notes: [...perfNotes(this.#odd, names), ...respelt.notes],
      unparsed: Object.fromEntries(this.#unparsed),
      lost: this.#lost,
      kernelThread: this.#kernelThread,
    };
  }

  #line(bytes: Uint8Array, lineFrom: number, to: number): void {
    let from = lineFrom;
    if (this.#lines.count === 1 && BOM.every((byte, i) => bytes[from + i] === byte)) from += BOM.length;
    const outcome = readPerfHead(bytes, from, to, this.#spare);
    if (outcome === PERF_HEAD.event || outcome === PERF_HEAD.record) {
      this.#commit();
      this.#hold(bytes, from, to, outcome === PERF_HEAD.record);
    } else if (outcome === PERF_HEAD.nameless) {
      this.#commit();
      this.#odd.nameless++;
    } else this.#otherLine(bytes, from, to);
  }

  #hold(bytes: Uint8Array, from: number, to: number, isRecord: boolean): void {
    const head = this.#head;
    this.#head = this.#spare;
    this.#spare = head;
    this.#pending = bytes;
    this.#pendingFrom = from;
    this.#pendingTo = to;
    this.#pendingEnd = to;
    this.#pendingLines = 1;
    this.#isRecord = isRecord;
  }

  /** A line that starts no event: a frame of a stack, an empty line, a comment, or the rest of the event before. */
  #otherLine(bytes: Uint8Array, from: number, to: number): void {
    if (from === to) {
      this.#commit();
      return;
    }
    if (bytes[from] === BYTE.hash && this.#pending === undefined) {
      this.#comment(decodeBytes(bytes.subarray(from, Math.min(to, from + 512))));
      return;
    }
    const indented = bytes[from] === BYTE.tab || bytes[from] === BYTE.space;
    if (this.#inStack || (indented && FRAME.test(decodeBytes(bytes.subarray(from, Math.min(to, from + 512)))))) {
      this.#commit();
      this.#inStack = true;
      this.#odd.stack++;
      return;
    }
    if (this.#pending === undefined) this.#odd.unknown++;
    else this.#continue(bytes, from, to);
  }

  /** The next line may be in the next piece, so the event's own line is copied first. */
  #continue(bytes: Uint8Array, from: number, to: number): void {
    if (this.#pendingEnd - this.#pendingFrom + to - from >= MAX_EVENT_BYTES) {
      this.#commit();
      this.#odd.unknown++;
      return;
    }
    this.#together ??= new Uint8Array(MAX_EVENT_BYTES);
    if (this.#pending !== this.#together) {
      this.#together.set(this.#pending!.subarray(this.#pendingFrom, this.#pendingTo));
      moveHead(this.#head, -this.#pendingFrom);
      this.#pending = this.#together;
      this.#pendingTo -= this.#pendingFrom;
      this.#pendingEnd = this.#pendingTo;
      this.#pendingFrom = 0;
    }
    this.#together[this.#pendingEnd] = BYTE.newline;
    this.#together.set(bytes.subarray(from, to), this.#pendingEnd + 1);
    this.#pendingEnd += 1 + to - from;
    this.#pendingLines++;
  }

  /** What `perf script --header` says first. */
  #comment(line: string): void {
    const [, name, value] = /^# (nrcpus online|os ?release|arch) : (\S+)/.exec(line) ?? [];
    if (name === undefined || value === undefined) return;
    if (name === "nrcpus online") {
      if (isCpuCount(Number(value))) this.#banner.cpus = Number(value);
    } else if (name === "arch") this.#banner.machine = value;
    else this.#banner.release = value;
  }

  /** Writes the row of the event that was held back. */
  #commit(): void {
    this.#inStack = false;
    const bytes = this.#pending;
    if (bytes === undefined) return;
    this.#pending = undefined;
    if (this.#isRecord) this.#record(bytes, this.#pendingEnd);
    else this.#event(bytes, this.#pendingEnd);
  }

  #event(bytes: Uint8Array, end: number): void {
    const head = this.#head;
    const out = this.#out;
    if (head.cpu < 0) {
      this.#odd.noCpu++;
      return;
    }
    const event = this.#names.find(bytes, head.nameFrom, head.nameTo, head.nameHash);
    if (event === undefined) {
      this.#odd.tooManyNames++;
      return;
    }
    this.#learnPid(bytes);
    out.reserve(end - head.argsFrom + 2);
    let kind = this.#names.read(event, bytes, head.argsFrom, this.#pendingTo);
    if (kind >= 0) this.#odd.continuation += this.#pendingLines - 1;
    else if (this.#pendingLines > 1) kind = this.#names.read(event, bytes, head.argsFrom, end);
    let pid = head.pid;
    if (kind < 0) {
      if (event.stateColumn >= 0) this.#odd.bareSwitches++;
      this.#unparsed.set(event.name, (this.#unparsed.get(event.name) ?? 0) + 1);
      out.discard();
      kind = this.#names.bare(event);
    } else if (event.stateColumn >= 0) {
      // A task that is dead by now has no pid for perf, but the event knows it.
      if (pid < 0) pid = out.values[out.used - 7 + COLUMN_PREV_PID]!;
      if (head.period > 1) this.#odd.sampled++;
    }
    if (pid < 0) this.#odd.noPid++;
    out.row(kind, this.#time(), head.cpu, pid, FLAG.noFlags);
  }

  #record(bytes: Uint8Array, end: number): void {
    const head = this.#head;
    const record = readRecord(decodeBytes(bytes.subarray(head.eventFrom, end)));
    this.#odd.records++;
    if (record === undefined) {
      this.#odd.brokenRecords++;
      return;
    }
    if (record.kind === "other") return;
    if (record.kind === "lost") {
      this.#lostEvents(record.events);
      return;
    }
    if (record.tid > 0) this.#out.pid(record.tid, record.kind === "comm" ? record.comm : "", record.pid);
    // perf writes such records for the tasks that are there when it starts, at time 0: they are no events.
    if (head.ticks === 0) {
      if (record.kind === "fork") this.#oldTask(record.pid, record.tid, record.ppid);
      return;
    }
    if (head.cpu < 0) this.#odd.noCpu++;
    else {
      const kind = appendRecord(record, this.#comm(bytes), this.#out);
      if (kind >= 0) this.#out.row(kind, this.#time(), head.cpu, head.pid, FLAG.noFlags);
    }
  }

  #oldTask(pid: number, tid: number, ppid: number): void {
    if (tid <= 0) return;
    this.#kernelThread.set(tid, pid === tid && (pid === KTHREADD || ppid === KTHREADD));
  }

  #lostEvents(events: number): void {
    this.#lost.marks++;
    this.#lost.events += events;
    if (this.#head.cpu < 0) {
      this.#odd.noCpu++;
      return;
    }
    this.#out.value(events).row(this.#lostKind, this.#time(), this.#head.cpu, -1, FLAG.noFlags);
  }

  #time(): number {
    const { ticks, decimals, cpu } = this.#head;
    if (this.#decimals < 0) this.#decimals = decimals;
    let time = ticks;
    if (decimals !== this.#decimals) {
      time = ticks * 10 ** (this.#decimals - decimals);
      this.#odd.otherClock++;
    }
    if (time < this.#lastTime) this.#odd.timeWentBack++;
    this.#lastTime = time;
    if (cpu > this.#maxCpu) this.#maxCpu = cpu;
    return time;
  }

  #comm(bytes: Uint8Array): string {
    const { commFrom, commTo, pid } = this.#head;
    const comm = decodeBytes(bytes.subarray(commFrom, commTo));
    // perf's way of saying that it does not know.
    return comm === `:${pid}` ? "" : comm;
  }

  #learnPid(bytes: Uint8Array): void {
    const { pid, tgid, commFrom, commTo } = this.#head;
    if (pid <= 0 || pid >= PID_LIMIT || this.#knownPids.has(pid)) return;
    const comm = commTo > commFrom ? this.#comm(bytes) : "";
    this.#out.pid(pid, comm, tgid);
    if (comm !== "" || commTo === commFrom) this.#knownPids.add(pid);
  }
}
