// SPDX-License-Identifier: MIT
// From a record to a row: who, in which state, which event; the record's plan does the rest.

import type { EventTableBuilder } from "../../events/builder.ts";
import { FLAG, FLAG_DEPTH_SHIFT } from "../../events/table.ts";
import type { Contents } from "./contents.ts";
import { type EventFormat, type Field, formatHead, parseFormat } from "./format.ts";
import { Kallsyms, readPrintkTexts } from "./kallsyms.ts";
import { MAX_KINDS_READ, MAX_TEXT } from "./limits.ts";
import { planOf } from "./plan.ts";
import { type Decoder, decoderOf, RecordDecoder } from "./record.ts";
import type { RingCursor } from "./ring.ts";

/** What the kernel calls the function that writes marks, and so the mark itself; another name only shows who wrote. */
const MARK = "tracing_mark_write";
/** Marks whose text is kept, as in the text reader. */
const MARKS_KEPT = 65_536;
const NEWLINE = 10;
/** Bits of common_flags. */
const TRACE_FLAG = {
  irqsOff: 1,
  lazyResched: 2,
  resched: 4,
  hardirq: 8,
  softirq: 16,
  preemptResched: 32,
  nmi: 64,
  bhOff: 128,
};
const FLAG_BITS = Uint8Array.from({ length: 256 }, (_, flags) => flagsOf(flags));
/** type, flags, preempt_count and pid, as they are in every kernel that anybody uses. */
const COMMON = { common_type: [0, 2], common_flags: [2, 1], common_preempt_count: [3, 1], common_pid: [4, 4] } as const;

/** The bits that the letters stand for which the kernel prints for these flags. */
function flagsOf(flags: number): number {
  const has = (bit: number) => (flags & bit) !== 0;
  let bits = 0;
  if (has(TRACE_FLAG.irqsOff)) bits |= FLAG.irqsOff;
  if (has(TRACE_FLAG.bhOff)) bits |= FLAG.bhOff;
  if (has(TRACE_FLAG.resched | TRACE_FLAG.preemptResched | TRACE_FLAG.lazyResched)) bits |= FLAG.needResched;
  if (has(TRACE_FLAG.hardirq)) bits |= FLAG.hardirq;
  if (has(TRACE_FLAG.nmi)) bits |= FLAG.nmi;
  else if (has(TRACE_FLAG.softirq)) bits |= FLAG.softirq;
  return bits;
}

interface Event {
  readonly name: string;
  readonly decoder: Decoder;
  readonly mark: boolean;
  bareKind: number;
}

export class EventReader {
  /** Records of no known event, records that are too short to be one, and events beyond what a trace has. */
  readonly odd = { unknownEvent: 0, shortRecord: 0, tooManyNames: 0 };
  readonly unparsed = new Map<string, number>();
  readonly #out: EventTableBuilder;
  readonly #little: boolean;
  readonly #longSize: number;
  readonly #kallsyms: Kallsyms;
  readonly #decoder: RecordDecoder;
  readonly #formats = new Map<number, { readonly system: string; readonly text: Uint8Array }>();
  readonly #events = new Map<number, Event | undefined>();
  readonly #preempted = new Map<number, number>();
  readonly #typeAt: number;
  readonly #flagsAt: number;
  readonly #depthAt: number;
  readonly #pidAt: number;
  readonly #headBytes: number;
  #marks = 0;
  #kinds = 0;

  constructor(out: EventTableBuilder, contents: Contents, longSize: number) {
    this.#out = out;
    this.#little = contents.little;
    this.#longSize = longSize;
    this.#kallsyms = new Kallsyms(contents.kallsyms);
    this.#decoder = new RecordDecoder(out, contents.little, this.#kallsyms, readPrintkTexts(contents.printk));
    for (const format of contents.formats) {
      const head = formatHead(format.text);
      if (head !== undefined && !this.#formats.has(head.id)) this.#formats.set(head.id, format);
    }
    const common = this.#commonFields(contents);
    const at = (name: keyof typeof COMMON) => {
      const field = common.get(name);
      return field?.size === COMMON[name][1] ? field.offset : COMMON[name][0];
    };
    this.#typeAt = at("common_type");
    this.#flagsAt = at("common_flags");
    this.#depthAt = at("common_preempt_count");
    this.#pidAt = at("common_pid");
    this.#headBytes = Math.max(this.#typeAt + 2, this.#flagsAt + 1, this.#depthAt + 1, this.#pidAt + 4);
  }

  /** They are the same for all events. */
  #commonFields(contents: Contents): ReadonlyMap<string, Field> {
    for (const { system, text } of contents.formats) {
      const { common } = parseFormat(system, text, this.#longSize);
      if (common.size > 0) return common;
    }
    return new Map();
  }

  /** Writes the row of the cursor's event. Returns its pid, or -1 if there is no row. */
  row(cursor: RingCursor): number {
    const { bytes, view, at, end } = cursor;
    if (end - at < this.#headBytes) {
      this.odd.shortRecord++;
      return -1;
    }
    const event = this.#event(view.getUint16(at + this.#typeAt, this.#little));
    if (event === undefined) return -1;
    const out = this.#out;
    const depth = bytes[at + this.#depthAt]! & 15;
    let flags = FLAG_BITS[bytes[at + this.#flagsAt]!]! | (depth << FLAG_DEPTH_SHIFT);
    let kind = event.mark ? this.#mark(event, cursor) : this.#decoder.read(event.decoder, bytes, view, at, end);
    if (kind < 0) kind = this.#bare(event);
    else if (event.decoder.plan.stateColumn >= 0) flags |= this.#preemptedBit(event.decoder.plan);
    const pid = view.getInt32(at + this.#pidAt, this.#little);
    out.row(kind, cursor.time, cursor.cpu, pid, flags);
    return pid;
  }

  #event(id: number): Event | undefined {
    const known = this.#events.get(id);
    if (known !== undefined) return known;
    const format = this.#formats.get(id);
    if (format === undefined) {
      this.odd.unknownEvent++;
      return undefined;
    }
    if (++this.#kinds > MAX_KINDS_READ) {
      this.odd.tooManyNames++;
      return undefined;
    }
    const parsed = parseFormat(format.system, format.text, this.#longSize);
    const event = this.#eventOf(parsed);
    this.#events.set(id, event);
    return event;
  }

  #eventOf(format: EventFormat): Event {
    const plan = planOf(format, { little: this.#little, longSize: this.#longSize });
    const mark = format.system === "ftrace" && format.name === "print";
    return { name: format.name, decoder: decoderOf(plan), mark, bareKind: -1 };
  }

  /** A row whose arguments are not understood, or not all there. */
  #bare(event: Event): number {
    this.#out.discard();
    this.unparsed.set(event.name, (this.unparsed.get(event.name) ?? 0) + 1);
    if (event.bareKind < 0) event.bareKind = this.#out.kind(event.name, []);
    return event.bareKind;
  }

  /** What somebody wrote into trace_marker, up to the end of its line. */
  #mark(event: Event, { bytes, view, at, end }: RingCursor): number {
    const { format } = event.decoder.plan;
    const ip = format.fields.find((field) => field.name === "ip");
    const buf = format.fields.find((field) => field.name === "buf");
    if (buf === undefined || at + buf.offset > end) return -1;
    const from = at + buf.offset;
    const length = bytes
      .subarray(from, Math.min(end, from + MAX_TEXT))
      .findIndex((byte) => byte === 0 || byte === NEWLINE);
    const to = length < 0 ? Math.min(end, from + MAX_TEXT) : from + length;
    this.#out.value(this.#marks++ < MARKS_KEPT ? this.#out.strings.intern(bytes, from, to) : Number.NaN);
    const writer = ip === undefined ? undefined : this.#decoder.symbolAt(view, at + ip.offset, ip.size);
    const name = writer === MARK ? MARK : "print";
    return this.#out.kind(name, [{ name: "text", type: "text" }]);
  }

  #preemptedBit({ columns, stateColumn }: Decoder["plan"]): number {
    const out = this.#out;
    const state = out.values[out.used - columns.length + stateColumn]!;
    let bit = this.#preempted.get(state);
    if (bit === undefined) {
      bit = columns[stateColumn]!.type === "text" && out.strings.text(state).includes("+") ? FLAG.preempted : 0;
      this.#preempted.set(state, bit);
    }
    return bit;
  }
}
