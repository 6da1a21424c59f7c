// SPDX-License-Identifier: MIT
// Events that Perfetto has no message for: tlb_flush, most of irq_vectors, all kprobe events. Either every event brings
// its name and those of its fields (GenericFtraceEvent), or the trace describes it once and the event has only numbered
// fields. Columns are called and typed as in the kernel's text, as far as that can be told: a probe's number is
// taken for a word, because the trace does not say if it was printed in hexadecimal; a tracepoint's for a decimal.

import type { EventTableBuilder } from "../../events/builder.ts";
import { ByteStrings } from "../../events/intern.ts";
import type { ArgColumn } from "../../events/table.ts";
import { SITE } from "../ftrace-text/generic.ts";
import { SCHEMAS } from "./schemas.ts";
import type { PrevStates } from "./states.ts";
import { argColumn, printNumber } from "./typed.ts";
import { Cursor, encodeHalves, WIRE } from "./wire.ts";

const MAX_FIELDS = 64;
/** Events with more shapes than this, and traces with more names, are not made by a kernel. */
const MAX_SHAPES = 16;
const MAX_NAMES = 2048;

/** Where the kernel keeps a probe's own address, and those of a return probe. */
const PROBE_IP = "__probe_ip";
const PROBE_FUNC = "__probe_func";
const PROBE_RETURN = "__probe_ret_ip";

const NAME = 1;
const EVENT = { field: 2 } as const;
const FIELD = { text: 3, signed: 4, unsigned: 5 } as const;
const DESCRIPTOR = { fieldId: 1, message: 2 } as const;
const MESSAGE = { field: 2 } as const;
const MESSAGE_FIELD = { number: 3, type: 5 } as const;
/** descriptor.proto's types of numbers below zero: int64, int32, sfixed32, sfixed64. */
const SIGNED_TYPES = new Set([3, 5, 15, 16]);

/** How a field was sent. */
const SENT = { text: 0, signed: 1, unsigned: 2 } as const;

/** From the fields in the order of an event to a row. */
interface Shape {
  readonly kind: number;
  /** Name ids of its fields, and how each was sent: the same for all events of the shape. */
  readonly names: Int32Array;
  readonly sent: Uint8Array;
  readonly large: Uint8Array;
  /** A step per column. */
  readonly steps: readonly ((fields: Fields) => number)[];
}

interface Described {
  readonly name: number;
  readonly fields: ReadonlyMap<number, { readonly name: number; readonly signed: boolean }>;
}

/** The fields of the event that is being read. Reused. */
class Fields {
  count = 0;
  readonly name = new Int32Array(MAX_FIELDS);
  readonly sent = new Uint8Array(MAX_FIELDS);
  /** Numbers: the halves; and if it is 2^53 or more. Texts: the range. */
  readonly low = new Int32Array(MAX_FIELDS);
  readonly high = new Int32Array(MAX_FIELDS);
  readonly large = new Uint8Array(MAX_FIELDS);
  readonly from = new Float64Array(MAX_FIELDS);
  readonly to = new Float64Array(MAX_FIELDS);
  bytes: Uint8Array = new Uint8Array(0);

  add(name: number, sent: number, value: Cursor): void {
    if (this.count === MAX_FIELDS) return;
    const at = this.count++;
    this.name[at] = name;
    this.sent[at] = sent;
    this.low[at] = value.low;
    this.high[at] = value.high;
    this.large[at] = sent === SENT.unsigned && value.high >>> 0 >= 2 ** 21 ? 1 : 0;
    this.from[at] = value.from;
    this.to[at] = value.to;
    this.bytes = value.bytes;
  }

  signed(at: number): number {
    return this.high[at]! * 2 ** 32 + (this.low[at]! >>> 0);
  }

  fits({ names, sent, large }: Shape): boolean {
    if (names.length !== this.count) return false;
    for (let at = 0; at < this.count; at++) {
      if (names[at] !== this.name[at] || sent[at] !== this.sent[at] || large[at] !== this.large[at]) return false;
    }
    return true;
  }
}

export class GenericEvents {
  readonly #out: EventTableBuilder;
  readonly #states: PrevStates;
  readonly #names = new ByteStrings();
  readonly #shapes: (Shape[] | undefined)[] = [];
  readonly #described = new Map<number, Described>();
  readonly #fields = new Fields();
  readonly #field = new Cursor();
  #events = 0;

  constructor(out: EventTableBuilder, states: PrevStates) {
    this.#out = out;
    this.#states = states;
  }

  /** GenericEventDescriptor: what an event with this number is. What was said first stays. */
  describe(descriptor: Cursor): void {
    let id = -1;
    let found: Described | undefined;
    while (descriptor.next()) {
      if (descriptor.field === DESCRIPTOR.fieldId && descriptor.wire === WIRE.varint) id = descriptor.unsigned();
      else if (descriptor.field === DESCRIPTOR.message && descriptor.wire === WIRE.bytes) {
        if (this.#described.has(id)) return;
        found = this.#readMessage(new Cursor().open(descriptor.bytes, descriptor.from, descriptor.to));
      }
    }
    if (id >= 0 && found !== undefined && !this.#described.has(id)) this.#described.set(id, found);
  }

  #readMessage(message: Cursor): Described | undefined {
    let name = -1;
    const fields = new Map<number, { name: number; signed: boolean }>();
    while (message.next()) {
      if (message.wire !== WIRE.bytes) continue;
      if (message.field === NAME) name = this.#intern(message);
      else if (message.field === MESSAGE.field) {
        const field = this.#field.open(message.bytes, message.from, message.to);
        let [number, type, fieldName] = [-1, -1, -1];
        while (field.next()) {
          if (field.field === NAME && field.wire === WIRE.bytes) fieldName = this.#intern(field);
          else if (field.field === MESSAGE_FIELD.number) number = field.unsigned();
          else if (field.field === MESSAGE_FIELD.type) type = field.unsigned();
        }
        if (fieldName >= 0) fields.set(number, { name: fieldName, signed: SIGNED_TYPES.has(type) });
      }
    }
    return name < 0 ? undefined : { name, fields };
  }

  #intern(field: Cursor): number {
    return this.#names.intern(field.bytes, field.from, field.to);
  }

  /** GenericFtraceEvent. Returns the kind of row, -1 if it has no name or there are too many names to be a trace. */
  read(message: Cursor): number {
    const fields = this.#fields;
    fields.count = 0;
    let event = -1;
    while (message.next()) {
      if (message.wire !== WIRE.bytes) continue;
      if (message.field === NAME) event = this.#intern(message);
      else if (message.field === EVENT.field) this.#readField(message);
    }
    return event < 0 ? -1 : this.#row(event);
  }

  #readField(message: Cursor): void {
    const field = this.#field.open(message.bytes, message.from, message.to);
    let name = -1;
    while (field.next()) {
      if (field.field === NAME && field.wire === WIRE.bytes) name = this.#intern(field);
      else if (name < 0) continue;
      else if (field.field === FIELD.text && field.wire === WIRE.bytes) this.#fields.add(name, SENT.text, field);
      else if (field.wire !== WIRE.varint) continue;
      else if (field.field === FIELD.signed) this.#fields.add(name, SENT.signed, field);
      else if (field.field === FIELD.unsigned) this.#fields.add(name, SENT.unsigned, field);
    }
  }

  /** An event with a number of its own. Returns the kind of row, or -1 if the trace does not describe it. */
  readDescribed(number: number, message: Cursor): number {
    const described = this.#described.get(number);
    if (described === undefined) return -1;
    const fields = this.#fields;
    fields.count = 0;
    while (message.next()) {
      const field = described.fields.get(message.field);
      if (field === undefined) continue;
      if (message.wire === WIRE.bytes) fields.add(field.name, SENT.text, message);
      else fields.add(field.name, field.signed ? SENT.signed : SENT.unsigned, message);
    }
    return this.#row(described.name);
  }

  /** An event of which the trace has only the name (KprobeEvent). */
  readNamed(message: Cursor): number {
    this.#fields.count = 0;
    let event = -1;
    while (message.next()) if (message.field === NAME && message.wire === WIRE.bytes) event = this.#intern(message);
    return event < 0 ? -1 : this.#row(event);
  }

  #row(event: number): number {
    const fields = this.#fields;
    let shapes = this.#shapes[event];
    if (shapes === undefined) {
      if (this.#events >= MAX_NAMES) return -1;
      this.#events++;
      shapes = [];
      this.#shapes[event] = shapes;
    }
    let shape = shapes.find((one) => fields.fits(one));
    if (shape === undefined) {
      if (shapes.length >= MAX_SHAPES) return -1;
      shape = this.#shape(event);
      shapes.push(shape);
    }
    this.#out.reserve(shape.steps.length);
    for (const step of shape.steps) this.#out.value(step(fields));
    return shape.kind;
  }

  #shape(event: number): Shape {
    const { count, name, sent, large } = this.#fields;
    const eventName = this.#names.text(event);
    const names = Array.from(name.subarray(0, count), (id) => this.#names.text(id));
    const schema = SCHEMAS.find((one) => one.name === eventName);
    const isProbe = names.includes(PROBE_IP) || names.includes(PROBE_FUNC);
    const args: ArgColumn[] = [];
    const steps: Shape["steps"][number][] = [];
    if (schema !== undefined && !isProbe) {
      for (const column of schema.columns) {
        const at = names.indexOf(column.source);
        const isText = sent[at] === SENT.text;
        if (at < 0 || isText !== (column.type === "text")) continue;
        args.push(argColumn(column));
        if (isText) steps.push((fields) => this.#text(fields, at));
        else if (column.type === "word") steps.push((fields) => this.#word(fields, at));
        else steps.push((fields) => printNumber(column.type, fields.signed(at), this.#out, this.#states));
      }
    } else {
      if (isProbe) {
        args.push({ name: SITE, type: "text" });
        steps.push(this.#site(names));
      }
      names.forEach((fieldName, at) => {
        if (isProbe && [PROBE_IP, PROBE_FUNC, PROBE_RETURN].includes(fieldName)) return;
        const [type, step] = this.#plain(at, sent[at]!, isProbe || large[at] === 1);
        args.push({ name: fieldName, type });
        steps.push(step);
      });
    }
    const kind = this.#out.kind(eventName, args);
    return { kind, names: name.slice(0, count), sent: sent.slice(0, count), large: large.slice(0, count), steps };
  }

  #plain(at: number, sent: number, wide: boolean): [ArgColumn["type"], Shape["steps"][number]] {
    if (sent === SENT.text) return ["text", (fields) => this.#text(fields, at)];
    if (sent === SENT.unsigned && wide) return ["word", (fields) => this.#word(fields, at)];
    return ["int", (fields) => fields.signed(at)];
  }

  #text(fields: Fields, at: number): number {
    return this.#out.strings.intern(fields.bytes, fields.from[at]!, fields.to[at]!);
  }

  #word(fields: Fields, at: number): number {
    return encodeHalves(fields.high[at]!, fields.low[at]!, this.#out);
  }

  /** A probe's address, as the kernel prints one that has no symbol. */
  #site(names: readonly string[]): Shape["steps"][number] {
    const address = (fields: Fields, name: string) => {
      const at = names.indexOf(name);
      if (at < 0) return "0x0";
      return `0x${((BigInt(fields.high[at]! >>> 0) << 32n) | BigInt(fields.low[at]! >>> 0)).toString(16)}`;
    };
    const strings = this.#out.strings;
    if (names.includes(PROBE_IP)) return (fields) => strings.internString(address(fields, PROBE_IP));
    return (fields) => strings.internString(`${address(fields, PROBE_RETURN)} <- ${address(fields, PROBE_FUNC)}`);
  }
}
