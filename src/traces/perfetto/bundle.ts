// SPDX-License-Identifier: MIT
// FtraceEventBundle: events of one CPU, read from its ring at one time. Bundles of different CPUs come in any order,
// and so do the events within one, because compact ones are apart from the rest: rows are sorted at the end.

import type { EventTableBuilder } from "../../events/builder.ts";
import { FLAG, LOST_KIND } from "../../events/table.ts";
import { MAX_CPUS } from "../limits.ts";
import { CompactSched } from "./compact.ts";
import { GenericEvents } from "./generic.ts";
import { FTRACE_EVENT } from "./schemas.ts";
import type { PrevStates } from "./states.ts";
import { TypedEvents } from "./typed.ts";
import { Cursor, WIRE } from "./wire.ts";

const BUNDLE = {
  cpu: 1,
  event: 2,
  lost: 3,
  compact: 4,
  clock: 5,
  error: 8,
  lastRead: 9,
  previousEnd: 10,
  descriptor: 11,
} as const;
/** FtraceClock. A bundle that does not say has the clock "boot". */
const CLOCKS = ["boot", "unknown", "global", "local", "mono_raw"] as const;
/** Beyond the kernel's NR_CPUS. */
const MAX_EVENT_NUMBER = 2048;
const MARK_BUFFER = 2;
/** As in ftrace-text/events.ts: marks whose text is kept, and how much of it. */
const MARKS_KEPT = 65_536;
const MARK_BYTES = 256;
const NEWLINE = 10;

/** The kernel's trace_flag_type, bit by bit. */
const COMMON_FLAGS: readonly (readonly [bit: number, flag: number])[] = [
  [0x01, FLAG.irqsOff],
  [0x02, FLAG.needResched], // lazily
  [0x04, FLAG.needResched],
  [0x08, FLAG.hardirq],
  [0x10, FLAG.softirq],
  [0x20, FLAG.needResched], // of preempt_count()
  [0x40, FLAG.nmi],
  [0x80, FLAG.bhOff],
];

/** Why something in bundles gave no row, or less than it could. */
export interface OddBundles {
  /** Bundles and packets that break off or make no sense; what came before that is kept. */
  broken: number;
  /** Bundles of a CPU that cannot be. */
  noCpu: number;
  /** Events without a time, or without a name. */
  nameless: number;
  /** Events from before the time from which their CPU's data is complete. */
  beforeStart: number;
  /** Bundles that were recorded with another clock than the first one. */
  otherClock: number;
  /** Places in the ring that the recorder could not read. */
  recorderErrors: number;
}

/** A bundle's fields that say something about all of its events. */
interface BundleHead {
  cpu: number;
  lost: boolean;
  clock: number;
  /** Where the bundle before this one ended; 0 if it does not say. */
  previousEnd: number;
  firstTime: number;
  compactFrom: number;
  compactTo: number;
}

export class BundleReader {
  readonly #out: EventTableBuilder;
  readonly #odd: OddBundles;
  readonly #typed: TypedEvents;
  readonly #generic: GenericEvents;
  readonly #compact: CompactSched;
  readonly #bundle = new Cursor();
  readonly #event = new Cursor();
  readonly #payload = new Cursor();
  readonly #scratch = new Cursor();
  readonly #lostKind: number;
  #markKind = -1;
  #marks = 0;
  readonly #flags = new Map<number, number>();
  readonly #bare = new Map<number, number>();
  #clock = -1;
  #broken = false;

  readonly unparsed = new Map<string, number>();
  readonly lost = { marks: 0, events: 0 };
  /** Per CPU: from when on its events are complete, 0 if from its first one; and its last event so far. */
  readonly start: number[] = [];
  readonly #last: number[] = [];
  /** Per CPU: packets were dropped since its last bundle, which may have been of it. */
  readonly #dropped: boolean[] = [];
  maxCpu = -1;

  constructor(out: EventTableBuilder, states: PrevStates, odd: OddBundles) {
    this.#out = out;
    this.#odd = odd;
    this.#typed = new TypedEvents(out, states);
    this.#generic = new GenericEvents(out, states);
    this.#compact = new CompactSched(out, states);
    this.#lostKind = out.kind(LOST_KIND, [{ name: "events", type: "int" }]);
  }

  /** "boot", …; undefined if there was no bundle. */
  clock(): string | undefined {
    return this.#clock < 0 ? undefined : (CLOCKS[this.#clock] ?? "unknown");
  }

  /** The recorder lost packets, and does not say of which CPU. */
  packetsDropped(): void {
    for (let cpu = 0; cpu <= this.maxCpu; cpu++) this.#dropped[cpu] = true;
  }

  read(bytes: Uint8Array, from: number, to: number): void {
    const head = this.#head(bytes, from, to);
    if (head === undefined) {
      this.#odd.noCpu++;
      return;
    }
    const { cpu } = head;
    this.maxCpu = Math.max(this.maxCpu, cpu);
    this.#checkClock(head.clock);
    this.#broken = this.#bundle.broken;
    this.start[cpu] ??= head.previousEnd;
    if (head.firstTime < Number.POSITIVE_INFINITY) this.#markLoss(head);
    if (head.compactTo > 0) {
      const compact = this.#payload.open(bytes, head.compactFrom, head.compactTo);
      const whole = this.#compact.read(compact, (kind, time, pid, flags) => this.#row(kind, time, cpu, pid, flags));
      this.#out.discard();
      if (!whole) this.#broken = true;
    }
    const bundle = this.#bundle.open(bytes, from, to);
    while (bundle.next()) {
      if (bundle.field === BUNDLE.event && bundle.wire === WIRE.bytes) this.#readEvent(bundle, cpu);
    }
    if (this.#broken) this.#odd.broken++;
  }

  #head(bytes: Uint8Array, from: number, to: number): BundleHead | undefined {
    const head: BundleHead = {
      cpu: -1, lost: false, clock: 0, previousEnd: 0,
      firstTime: Number.POSITIVE_INFINITY, compactFrom: 0, compactTo: 0,
    }; // biome-ignore format: a table
    const bundle = this.#bundle.open(bytes, from, to);
    while (bundle.next()) {
      const { field, wire } = bundle;
      if (wire === WIRE.varint) {
        if (field === BUNDLE.cpu) head.cpu = bundle.unsigned();
        else if (field === BUNDLE.lost) head.lost = bundle.low !== 0;
        else if (field === BUNDLE.clock) head.clock = bundle.unsigned();
        else if (field === BUNDLE.lastRead || field === BUNDLE.previousEnd) head.previousEnd = bundle.unsigned();
      } else if (wire === WIRE.bytes) {
        const inner = this.#payload.open(bytes, bundle.from, bundle.to);
        if (field === BUNDLE.event) {
          if (head.firstTime === Number.POSITIVE_INFINITY) head.firstTime = timeOf(inner);
        } else if (field === BUNDLE.compact) {
          [head.compactFrom, head.compactTo] = [bundle.from, bundle.to];
        } else if (field === BUNDLE.descriptor) this.#generic.describe(inner);
        else if (field === BUNDLE.error) this.#odd.recorderErrors++;
      }
    }
    if (head.compactTo > 0) {
      const compact = this.#payload.open(bytes, head.compactFrom, head.compactTo);
      head.firstTime = Math.min(head.firstTime, CompactSched.firstTime(compact, this.#scratch));
    }
    return head.cpu < 0 || head.cpu >= MAX_CPUS ? undefined : head;
  }

  #checkClock(clock: number): void {
    if (this.#clock < 0) this.#clock = clock;
    else if (this.#clock !== clock) this.#odd.otherClock++;
  }

  /** The ring was overwritten before this bundle, or a bundle between this one and the CPU's last is missing. */
  #markLoss({ cpu, lost, previousEnd, firstTime }: BundleHead): void {
    const last = this.#last[cpu];
    const gap = last !== undefined && (previousEnd > 0 ? previousEnd > last : this.#dropped[cpu] === true);
    this.#dropped[cpu] = false;
    if (!lost && !gap) return;
    this.lost.marks++;
    this.#out.value(0).row(this.#lostKind, firstTime, cpu, -1, FLAG.noFlags);
  }

  #readEvent(bundle: Cursor, cpu: number): void {
    const event = this.#event.open(bundle.bytes, bundle.from, bundle.to);
    let [time, pid, flags, number, from, to] = [-1, -1, -1, -1, 0, 0];
    while (event.next()) {
      if (event.wire === WIRE.varint) {
        if (event.field === FTRACE_EVENT.timestamp) time = event.unsigned();
        else if (event.field === FTRACE_EVENT.pid) pid = event.low;
        else if (event.field === FTRACE_EVENT.commonFlags) flags = event.low;
      } else if (event.wire === WIRE.bytes) {
        number = event.field;
        from = event.from;
        to = event.to;
      }
    }
    if (event.broken) this.#broken = true;
    if (time < 0 || number < 0) {
      this.#odd.nameless++;
      return;
    }
    const payload = this.#payload.open(bundle.bytes, from, to);
    let kind = this.#arguments(number, payload);
    if (payload.broken) this.#broken = true;
    if (kind < 0) {
      this.#out.discard();
      kind = this.#bareKind(number);
      if (kind < 0) {
        this.#odd.nameless++;
        return;
      }
    }
    this.#row(kind, time, cpu, pid, flags);
  }

  #arguments(number: number, payload: Cursor): number {
    if (number === FTRACE_EVENT.print) return this.#readMark(payload);
    if (number === FTRACE_EVENT.generic) return this.#generic.read(payload);
    if (number === FTRACE_EVENT.kprobe) return this.#generic.readNamed(payload);
    if (number >= FTRACE_EVENT.described) return this.#generic.readDescribed(number, payload);
    return this.#typed.read(number, payload);
  }

  /** Text that users wrote into the trace. */
  #readMark(payload: Cursor): number {
    let text = Number.NaN;
    while (payload.next()) {
      if (payload.field !== MARK_BUFFER || payload.wire !== WIRE.bytes || this.#marks >= MARKS_KEPT) continue;
      const newline = payload.bytes.subarray(payload.from, payload.to).indexOf(NEWLINE);
      const to = newline < 0 ? payload.to : payload.from + newline;
      text = this.#out.strings.intern(payload.bytes, payload.from, Math.min(to, payload.from + MARK_BYTES));
    }
    this.#marks++;
    if (this.#markKind < 0) this.#markKind = this.#out.kind("tracing_mark_write", [{ name: "text", type: "text" }]);
    this.#out.value(text);
    return this.#markKind;
  }

  /** The kind of a row whose arguments are not understood; -1 if its number is none that an event may have. */
  #bareKind(number: number): number {
    if (number > MAX_EVENT_NUMBER) return -1;
    const name = `ftrace_event_${number}`;
    this.unparsed.set(name, (this.unparsed.get(name) ?? 0) + 1);
    let kind = this.#bare.get(number);
    if (kind === undefined) {
      kind = this.#out.kind(name, []);
      this.#bare.set(number, kind);
    }
    return kind;
  }

  #row(kind: number, time: number, cpu: number, pid: number, commonFlags: number): void {
    if (time < this.start[cpu]!) {
      this.#odd.beforeStart++;
      this.#out.discard();
      return;
    }
    if (time > (this.#last[cpu] ?? 0)) this.#last[cpu] = time;
    this.#out.row(kind, time, cpu, pid, this.#rowFlags(commonFlags));
  }

  #rowFlags(common: number): number {
    if (common < 0) return FLAG.noFlags;
    let flags = this.#flags.get(common & 0xff);
    if (flags === undefined) {
      flags = COMMON_FLAGS.reduce((all, [bit, flag]) => ((common & bit) === 0 ? all : all | flag), 0);
      this.#flags.set(common & 0xff, flags);
    }
    return flags;
  }
}

/** The time of an event. */
function timeOf(event: Cursor): number {
  while (event.next()) {
    if (event.field === FTRACE_EVENT.timestamp && event.wire === WIRE.varint) return event.unsigned();
  }
  return Number.POSITIVE_INFINITY;
}
