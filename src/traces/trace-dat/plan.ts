// SPDX-License-Identifier: MIT
// From an event's format to the columns of its rows: the same that reading the kernel's text of the event gives.
// The text is known, by its `print fmt`; so the columns are found in the format of the text instead of in the text.

import type { ArgType } from "../../events/table.ts";
import { SITE } from "../ftrace-text/generic.ts";
import { type Template, templatesOf } from "../ftrace-text/templates.ts";
import { latin1 } from "./bytes.ts";
import { type Expression, onlyField } from "./expression.ts";
import { type EventFormat, type Field, isText } from "./format.ts";
import { MAX_VALUES } from "./limits.ts";
import { type Conversion, HOLE, type PrintFormat, parsePrintFormat } from "./print-format.ts";

/** How a column is read. i and u: a signed or unsigned number of so many bits. */
export const READ = {
  u8: 0, u16: 1, u32: 2, u64: 3, i8: 4, i16: 5, i32: 6, i64: 7,
  /** 64 bits as a word. */
  word: 8,
  /** A text in the record; one elsewhere in it; one in the kernel, by its address. */
  chars: 9, located: 10, pointer: 11,
  /** A code address: symbol, symbol+0x4/0x170, (symbol+0x4/0x170), (caller+0x4/0x170 <- symbol). */
  symbol: 12, symbolOffset: 13, site: 14, returnSite: 15,
  list: 16,
  /** Values that are calculated; a text that is put together. */
  number: 17, bits: 18, composed: 19,
} as const; // biome-ignore format: a table

export interface Column {
  readonly name: string;
  readonly type: ArgType;
  readonly read: number;
  /** Offset in the record, and size there. */
  readonly at: number;
  readonly size: number;
  /** Of a list. */
  readonly elements: readonly Column[];
  /** For what is calculated or put together: text with holes, and what fills them. */
  readonly text: string;
  readonly conversions: readonly Conversion[];
  readonly values: readonly Expression[];
  readonly key: Field | undefined;
  /**
   * The text shows a value of this type, if it can: an address without a symbol is a word, and a list has no negative
   * elements. Otherwise it shows a text, which is then `type`.
   */
  readonly narrow: ArgType | undefined;
  /** Second address of a returnSite. */
  readonly callerAt: number;
}

export interface Plan {
  readonly format: EventFormat;
  readonly columns: readonly Column[];
  /** Column of sched_switch that says whether the task was preempted; -1 for all other events. */
  readonly stateColumn: number;
}

interface Kernel {
  readonly little: boolean;
  readonly longSize: number;
}

type Part = Pick<Column, "name" | "type" | "read"> & Partial<Column>;

function column(part: Part): Column {
  return {
    at: 0,
    size: 0,
    elements: [],
    text: "",
    conversions: [],
    values: [],
    key: undefined,
    narrow: undefined,
    callerAt: 0,
    ...part,
  };
}

export function planOf(format: EventFormat, kernel: Kernel): Plan {
  const print = parsePrintFormat(format.printFormat, format.fields, kernel.longSize * 8);
  let columns = print === undefined ? undefined : (byTemplate(format.name, print, kernel) ?? named(print, kernel));
  const tooMany = (list: readonly Column[]) =>
    list.reduce((sum, { elements, values }) => sum + 1 + elements.length + values.length, 0) >
    Math.min(MAX_VALUES, 2 * format.size);
  if (columns === undefined || tooMany(columns)) columns = byFields(format);
  if (tooMany(columns)) columns = [];
  const stateColumn = format.name === "sched_switch" ? columns.findIndex(({ name }) => name === "prev_state") : -1;
  return { format, columns, stateColumn };
}

/** Events whose text the text reader knows by a template. */
function byTemplate(name: string, print: PrintFormat, kernel: Kernel): Column[] | undefined {
  for (const template of templatesOf(name) ?? []) {
    const match = templatePattern(template).exec(print.text);
    const places = match?.indices;
    if (match === null || places === undefined) continue;
    const columns: (Column | undefined)[] = template.args.map(({ name, type }, i) => {
      const [from, to] = places[i + 1]!;
      const piece = pieceOf(print, from, to);
      if (type === "text") return textColumn(name, piece, kernel);
      const read = numberColumn(name, piece.conversions[0]!, piece.values[0]!, kernel);
      return read?.type === type ? read : undefined;
    });
    if (columns.every((found) => found !== undefined)) return columns;
  }
  return undefined;
}

const PATTERN = { int: `(${HOLE})`, hex: `(${HOLE})`, text: `(${HOLE})`, token: `(${HOLE}+)`, skip: ".*?" } as const;
const escaped = (literal: Uint8Array) => latin1(literal).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function templatePattern(template: Template): RegExp {
  const steps = template.steps.map(({ literal, type }) => escaped(literal) + PATTERN[type]);
  return new RegExp(`^${steps.join("")}${escaped(template.tail)}(?: .*)?$`, "d");
}

interface Piece {
  readonly text: string;
  readonly conversions: readonly Conversion[];
  readonly values: readonly Expression[];
}

/** text[from, to) with what fills its holes. */
function pieceOf(print: PrintFormat, from: number, to: number): Piece {
  const holes = (text: string) => text.split(HOLE).length - 1;
  const first = holes(print.text.slice(0, from));
  const text = print.text.slice(from, to);
  const last = first + holes(text);
  return { text, conversions: print.conversions.slice(first, last), values: print.values.slice(first, last) };
}

/** Events that print name=value, perhaps after the address of a probe; undefined if this prints in another way. */
function named(print: PrintFormat, kernel: Kernel): Column[] | undefined {
  const columns: Column[] = [];
  const start = /^(?:\(\ue000( <- \ue000)?\))?/.exec(print.text)!;
  if (start[0] !== "") {
    const site = siteColumn(print.values, start[1] !== undefined);
    if (site === undefined) return undefined;
    columns.push(site);
  }
  // What separates is taken as a whole, or each part of a long run would be tried again.
  const names = [...print.text.matchAll(/(?:^|(?<![ ,)])[ ,)]+)(\w+)=/g)].filter(
    (match) => match.index + 1 >= start[0].length,
  );
  if (names.length > MAX_VALUES) return undefined;
  if (names.length === 0) return columns.length > 0 && print.text.length === start[0].length ? columns : undefined;
  if (print.text.slice(start[0].length, names[0]!.index).trim() !== "") return undefined;
  for (const [i, match] of names.entries()) {
    const from = match.index + match[0].length;
    const piece = pieceOf(print, from, names[i + 1]?.index ?? print.text.trimEnd().length);
    const found = valueColumn(match[1]!, piece, kernel);
    if (found === undefined) return undefined;
    columns.push(found);
  }
  return columns;
}

function siteColumn(values: readonly Expression[], isReturn: boolean): Column | undefined {
  const [first, second] = values;
  if (first?.op !== "field" || first.field.array) return undefined;
  const { offset, size } = first.field;
  if (!isReturn) return column({ name: SITE, type: "text", read: READ.site, at: offset, size });
  if (second?.op !== "field" || second.field.size !== size) return undefined;
  return column({ name: SITE, type: "text", read: READ.returnSite, at: offset, size, callerAt: second.field.offset });
}

const LIST = /^\{(?:(?:0x)?\ue000(?:,(?=0x\ue000|\ue000)|(?=\})))*\}$/;

function valueColumn(name: string, piece: Piece, kernel: Kernel): Column | undefined {
  const { text, conversions, values } = piece;
  const [conversion] = conversions;
  if ((text === HOLE || (text === `0x${HOLE}` && /[xX]/.test(conversion!.letter))) && conversion!.letter !== "c") {
    if (conversion!.letter === "s") return textColumn(name, piece, kernel);
    return addressColumn(name, conversion!, values[0]!) ?? numberColumn(name, conversion!, values[0]!, kernel);
  }
  if (LIST.test(text)) {
    const elements = values.map((value, i) => numberColumn("", conversions[i]!, value, kernel));
    if (elements.some((element) => element === undefined)) return undefined;
    const signed = conversions.some(({ letter }) => letter === "d" || letter === "i");
    const types = signed ? ({ type: "text", narrow: "list" } as const) : ({ type: "list" } as const);
    return column({ name, ...types, read: READ.list, elements: elements as Column[], ...piece });
  }
  // Words after a text are part of it; after a number they are not name=value any more.
  if (/[ ,]/.test(text) && !(text.startsWith(HOLE) && conversion!.letter === "s") && !text.startsWith('"'))
    return undefined;
  return textColumn(name, piece, kernel);
}

/** %pS, %ps and their older names. */
function addressColumn(name: string, conversion: Conversion, value: Expression): Column | undefined {
  if (conversion.letter !== "p" || !/^[SsFfB]/.test(conversion.pointer)) return undefined;
  const plain = value.op === "cast" ? value.of : value;
  if (plain.op !== "field" || plain.field.array) return undefined;
  const read = /^[sf]/.test(conversion.pointer) ? READ.symbol : READ.symbolOffset;
  return column({ name, type: "text", read, at: plain.field.offset, size: plain.field.size, narrow: "word" });
}

function textColumn(name: string, piece: Piece, { longSize }: Kernel): Column {
  const [value] = piece.values;
  if (piece.text === HOLE && value?.op === "string") {
    return column({
      name,
      type: "text",
      read: READ.located,
      at: value.field.offset,
      size: value.field.size,
      key: value.field,
    });
  }
  if (piece.text === HOLE && value?.op === "field") {
    const { field } = value;
    if (isText(field)) return column({ name, type: "text", read: READ.chars, at: field.offset, size: field.size });
    if (field.type.endsWith("*") && field.size === longSize) {
      return column({ name, type: "text", read: READ.pointer, at: field.offset, size: field.size });
    }
  }
  return column({ name, type: "text", read: READ.composed, ...piece, key: onlyField(piece.values) });
}

interface Plain {
  readonly at: number;
  readonly size: number;
  readonly signed: boolean;
}

/** The part of the record that the value is; undefined if it must be calculated. */
function plain(value: Expression, { little }: Kernel): Plain | undefined {
  if (value.op === "field") {
    const { field, index } = value;
    if (index < 0 || ![1, 2, 4, 8].includes(field.elementSize)) return undefined;
    return { at: field.offset + index * field.elementSize, size: field.elementSize, signed: field.signed };
  }
  if (value.op !== "cast") return undefined;
  const inner = plain(value.of, { little, longSize: 0 });
  return inner && converted(inner, value.bits, value.signed, little);
}

/** A number of another width. A longer unsigned one of a negative number must be calculated. */
function converted(from: Plain, bits: number, signed: boolean, little: boolean): Plain | undefined {
  const size = bits / 8;
  if (size > from.size) return from.signed && !signed ? undefined : from;
  return { at: little ? from.at : from.at + from.size - size, size, signed };
}

const READS: Readonly<Record<string, number>> = {
  u1: READ.u8, u2: READ.u16, u4: READ.u32, u8: READ.u64, i1: READ.i8, i2: READ.i16, i4: READ.i32, i8: READ.i64,
}; // biome-ignore format: a table

function numberColumn(name: string, conversion: Conversion, value: Expression, kernel: Kernel): Column | undefined {
  const { letter, bits } = conversion;
  if (letter === "s" || letter === "c") return undefined;
  const decimal = /[diu]/.test(letter);
  const type = decimal ? "int" : "word";
  const signed = letter === "d" || letter === "i";
  const inner = plain(value, kernel);
  const found = inner && converted(inner, bits, signed, kernel.little);
  if (found === undefined) {
    const read = decimal ? READ.number : READ.bits;
    return column({ name, type, read, conversions: [conversion], values: [value] });
  }
  const read = !decimal && found.size === 8 ? READ.word : READS[`${found.signed ? "i" : "u"}${found.size}`]!;
  return column({ name, type, read, at: found.at, size: found.size });
}

/** Every field under its own name: numbers, texts, and arrays as lists. */
function byFields(format: EventFormat): Column[] {
  const columns: Column[] = [];
  for (const field of format.fields) {
    const { name, offset: at, size } = field;
    if (isText(field)) {
      const read = field.located === "no" ? READ.chars : READ.located;
      columns.push(column({ name, type: "text", read, at, size, key: field }));
    } else if (field.located === "no" && [1, 2, 4, 8].includes(field.elementSize)) {
      const count = Math.min(MAX_VALUES, Math.floor(size / field.elementSize));
      if (!field.array) columns.push(fieldColumn(field, 0));
      else if (count > 0 && !field.signed) {
        const elements = Array.from({ length: count }, (_, i) => fieldColumn(field, i));
        columns.push(column({ name, type: "list", read: READ.list, elements }));
      }
    }
  }
  return columns;
}

function fieldColumn(field: Field, index: number): Column {
  const { name, offset, elementSize: size, signed } = field;
  const word = size === 8 && !signed;
  const read = word ? READ.word : READS[`${signed ? "i" : "u"}${size}`]!;
  return column({
    name,
    type: word || field.type.endsWith("*") ? "word" : "int",
    read,
    at: offset + index * size,
    size,
  });
}
