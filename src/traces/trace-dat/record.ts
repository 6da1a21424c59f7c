// SPDX-License-Identifier: MIT
// One record of the ring into the arguments of one row, by its event's plan. This is the hot path: it makes no objects
// and no strings, but for texts that are put together, and those are remembered by the value they come from.

import type { EventTableBuilder } from "../../events/builder.ts";
import { evaluate, type RecordReader } from "./expression.ts";
import type { Field } from "./format.ts";
import type { Kallsyms } from "./kallsyms.ts";
import { MAX_KINDS_READ, MAX_TEXT } from "./limits.ts";
import { type Column, type Plan, READ } from "./plan.ts";
import { Shown } from "./shown.ts";
import { Symbols } from "./symbols.ts";

/** Values of one field whose text is remembered. */
const MEMO_MAX = 4096;
/** Only so many columns of an event can have a type that varies. */
const VARIANT_BITS = 30;

/** Rows of an event that have the same types. A bit of `narrow` is set where a column has its narrow type. */
interface Shape {
  readonly narrow: number;
  readonly kind: number;
}

/** A plan, and what was made for it so far. */
export interface Decoder {
  readonly plan: Plan;
  /** The one that fitted last is in front. */
  readonly shapes: Shape[];
  /** Of each column, texts by value. */
  readonly memos: readonly Map<number, number>[];
}

export function decoderOf(plan: Plan): Decoder {
  return { plan, shapes: [], memos: plan.columns.map(() => new Map()) };
}

export class RecordDecoder implements RecordReader {
  readonly #out: EventTableBuilder;
  readonly #little: boolean;
  readonly #symbols: Symbols;
  readonly #pointed: ReadonlyMap<bigint, string>;
  readonly #shown: Shown;
  #kinds = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  #at = 0;
  #end = 0;
  /** Columns of this row that could have their narrow type. */
  #narrow = 0;

  constructor(out: EventTableBuilder, little: boolean, kallsyms: Kallsyms, pointed: ReadonlyMap<bigint, string>) {
    this.#out = out;
    this.#little = little;
    this.#symbols = new Symbols(out, kallsyms);
    this.#pointed = pointed;
    this.#shown = new Shown(kallsyms);
  }

  /** Appends the arguments of the record bytes[at, end); returns the kind of row, or -1 (nothing appended). */
  read(decoder: Decoder, bytes: Uint8Array, view: DataView, at: number, end: number): number {
    const { plan, memos } = decoder;
    if (end - at < plan.format.size) return -1;
    this.#bytes = bytes;
    this.#view = view;
    this.#at = at;
    this.#end = end;
    this.#narrow = 0;
    const out = this.#out;
    const columns = plan.columns;
    out.reserve(columns.length);
    for (let i = 0; i < columns.length; i++) {
      const value = this.#value(columns[i]!, i, memos);
      out.values[out.used++] = value;
    }
    return this.#kind(decoder);
  }

  /**
   * Which types a row gets depends on the rows before it, as in the text: a column that was a text before is one again,
   * whatever it holds.
   */
  #kind(decoder: Decoder): number {
    const { shapes } = decoder;
    const narrow = this.#narrow;
    for (let i = 0; i < shapes.length; i++) {
      const shape = shapes[i]!;
      if ((shape.narrow & ~narrow) !== 0) continue;
      if (i > 0) {
        shapes[i] = shapes[0]!;
        shapes[0] = shape;
      }
      if (shape.narrow !== narrow) this.#widen(decoder.plan.columns, narrow & ~shape.narrow);
      return shape.kind;
    }
    if (++this.#kinds > MAX_KINDS_READ) return -1;
    const args = decoder.plan.columns.map((column, i) => ({
      name: column.name,
      type: column.narrow !== undefined && (narrow >> i) & 1 ? column.narrow : column.type,
    }));
    const kind = this.#out.kind(decoder.plan.format.name, args);
    shapes.unshift({ narrow, kind });
    return kind;
  }

  /** Makes texts of the values of these columns. */
  #widen(columns: readonly Column[], which: number): void {
    const first = this.#out.used - columns.length;
    for (const [i, column] of columns.entries()) {
      if (!((which >> i) & 1)) continue;
      const at = this.#at + column.at;
      this.#out.values[first + i] =
        column.read === READ.list ? this.#composed(column, undefined) : this.#number(at, column.size);
    }
  }

  #value(column: Column, index: number, memos: readonly Map<number, number>[]): number {
    const at = this.#at + column.at;
    const view = this.#view;
    const little = this.#little;
    switch (column.read) {
      case READ.u8:
        return this.#bytes[at]!;
      case READ.u16:
        return view.getUint16(at, little);
      case READ.u32:
        return view.getUint32(at, little);
      case READ.i8:
        return view.getInt8(at);
      case READ.i16:
        return view.getInt16(at, little);
      case READ.i32:
        return view.getInt32(at, little);
      case READ.u64:
        return view.getUint32(little ? at + 4 : at, little) * 2 ** 32 + view.getUint32(little ? at : at + 4, little);
      case READ.i64:
        return view.getInt32(little ? at + 4 : at, little) * 2 ** 32 + view.getUint32(little ? at : at + 4, little);
      case READ.word:
        return this.#word(at);
      case READ.chars:
        // An array without a length goes on to the end of the record.
        return this.#chars(at, column.size > 0 ? at + column.size : this.#end);
      default:
        return this.#rare(column, index, at, memos);
    }
  }

  #word(at: number): number {
    const high = this.#view.getUint32(this.#little ? at + 4 : at, this.#little);
    const low = this.#view.getUint32(this.#little ? at : at + 4, this.#little);
    return high < 0x200000 ? high * 2 ** 32 + low : -1 - this.#out.words.intern(high | 0, low | 0);
  }

  #chars(at: number, end: number): number {
    const bytes = this.#bytes;
    let to = at;
    while (to < end && bytes[to] !== 0) to++;
    return this.#out.strings.intern(bytes, at, to);
  }

  #rare(column: Column, index: number, at: number, memos: readonly Map<number, number>[]): number {
    switch (column.read) {
      case READ.located: {
        const { from, to } = this.#locate(column.key!);
        return from === to ? Number.NaN : this.#chars(from, to);
      }
      case READ.pointer: {
        const address = this.#address(at, column.size);
        return this.#out.strings.internString(this.#pointed.get(address) ?? `0x${address.toString(16)}`);
      }
      case READ.symbol:
      case READ.symbolOffset:
        return this.#symbol(column, index, at);
      case READ.site:
        return this.#site(at, column.size);
      case READ.returnSite:
        return this.#returnSite(at, this.#at + column.callerAt, column.size);
      case READ.list:
        return this.#list(column, index, memos);
      case READ.number:
        return Number(this.#shown.number(column.conversions[0]!, evaluate(column.values[0]!, this)));
      case READ.bits:
        return this.#out.encodeWord(this.#shown.number(column.conversions[0]!, evaluate(column.values[0]!, this)));
      default:
        return this.#composed(column, memos[index]!);
    }
  }

  /** The name of the symbol that the address in the record is in. */
  symbolAt(view: DataView, at: number, size: number): string | undefined {
    this.#view = view;
    return this.#symbols.name(this.#symbols.find(this.#high(at, size), this.#low(at, size), READ.symbol));
  }

  #symbol(column: Column, index: number, at: number): number {
    const known = this.#symbols.find(this.#high(at, column.size), this.#low(at, column.size), column.read);
    if (known >= 0) return known;
    if (index >= VARIANT_BITS) return this.#number(at, column.size);
    this.#narrow |= 1 << index;
    return column.size === 8 ? this.#word(at) : this.#low(at, 4) >>> 0;
  }

  /** The text of an address that has no symbol. */
  #number(at: number, size: number): number {
    return this.#out.strings.internString(`0x${this.#address(at, size).toString(16)}`);
  }

  #site(at: number, size: number): number {
    const known = this.#symbols.find(this.#high(at, size), this.#low(at, size), READ.site);
    return known >= 0 ? known : this.#number(at, size);
  }

  /** The kernel prints first where it returns to, then the function. */
  #returnSite(at: number, callerAt: number, size: number): number {
    const function_ = this.#symbols.find(this.#high(at, size), this.#low(at, size), READ.symbol);
    const text = this.#symbols.pair(this.#high(callerAt, size), this.#low(callerAt, size), function_);
    if (text >= 0) return text;
    const show = (place: number, withOffset: boolean) => this.#shown.address(this.#address(place, size), withOffset);
    return this.#out.strings.internString(`${show(callerAt, true)} <- ${show(at, false)}`);
  }

  #high(at: number, size: number): number {
    return size === 8 ? this.#view.getInt32(this.#little ? at + 4 : at, this.#little) : 0;
  }

  #low(at: number, size: number): number {
    return this.#view.getInt32(size === 8 && !this.#little ? at + 4 : at, this.#little);
  }

  #address(at: number, size: number): bigint {
    const low = BigInt(this.#low(at, size) >>> 0);
    return (BigInt(this.#high(at, size) >>> 0) << 32n) | low;
  }

  #list(column: Column, index: number, memos: readonly Map<number, number>[]): number {
    const out = this.#out;
    const { listsUsed } = out;
    const list = out.beginList(column.elements.length);
    const varies = column.narrow !== undefined;
    for (const element of column.elements) {
      const value = this.#value(element, 0, memos);
      // Encoded words are negative, too; what varies is a list of numbers with a sign.
      if (varies && (value < 0 || index >= VARIANT_BITS)) {
        out.listsUsed = listsUsed;
        return this.#composed(column, undefined);
      }
      out.pushElement(value);
    }
    if (varies) this.#narrow |= 1 << index;
    return list;
  }

  /** A text out of several values; remembered by value if it depends on one field. */
  #composed(column: Column, memo: Map<number, number> | undefined): number {
    const { key } = column;
    if (memo === undefined || key === undefined) return this.#compose(column);
    const value = Number(this.number(key, 0));
    let text = Number.isSafeInteger(value) ? memo.get(value) : undefined;
    if (text === undefined) {
      text = this.#compose(column);
      if (memo.size < MEMO_MAX) memo.set(value, text);
    }
    return text;
  }

  #compose(column: Column): number {
    const values = column.values.map((value) => evaluate(value, this));
    // A string that the kernel could not read.
    if (values.includes(FAULT)) return Number.NaN;
    return this.#out.strings.internString(this.#shown.fill(column.text, column.conversions, values).slice(0, MAX_TEXT));
  }

  // What expressions ask for.

  number(field: Field, index: number): bigint {
    const at = this.#at + field.offset + Math.max(0, index) * field.elementSize;
    const view = this.#view;
    const { signed, elementSize } = field;
    if (elementSize === 1) return BigInt(signed ? view.getInt8(at) : view.getUint8(at));
    if (elementSize === 2) return BigInt(signed ? view.getInt16(at, this.#little) : view.getUint16(at, this.#little));
    if (elementSize === 4) return BigInt(signed ? view.getInt32(at, this.#little) : view.getUint32(at, this.#little));
    if (elementSize !== 8) return 0n;
    return signed ? view.getBigInt64(at, this.#little) : view.getBigUint64(at, this.#little);
  }

  text(field: Field): string {
    if (field.located === "no") {
      const from = this.#at + field.offset;
      return this.#out.strings.text(this.#chars(from, field.size > 0 ? from + field.size : this.#end));
    }
    const { from, to } = this.#locate(field);
    return from === to ? FAULT : this.#out.strings.text(this.#chars(from, Math.min(to, from + MAX_TEXT)));
  }

  /** Hexadecimal digits of all bits, in groups of 32, as the kernel prints a mask of CPUs. */
  bitmask(field: Field): string {
    const { from, to } = this.#locate(field);
    const words: string[] = [];
    for (let at = Math.min(to, from + MAX_TEXT) - 4; at >= from; at -= 4) {
      // The kernel's longs: in a big one, the halves of 64 bits change places.
      words.push(this.#view.getUint32(at, this.#little).toString(16).padStart(8, "0"));
    }
    return words.join(",");
  }

  /** Where a __data_loc field says its data is: nothing outside the record. */
  #locate(field: Field): { readonly from: number; readonly to: number } {
    const at = this.#at + field.offset;
    const place = this.#view.getUint32(at, this.#little);
    const base = field.located === "rel" ? at + field.size : this.#at;
    const from = Math.min(this.#end, base + (place & 0xffff));
    return { from, to: Math.min(this.#end, from + (place >>> 16)) };
  }
}

/** Stands for a text that is not there; no text of a record can be this one. */
const FAULT = "\0(fault)";
