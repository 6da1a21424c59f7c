// SPDX-License-Identifier: MIT
// Events that print name=value: all kprobe events and most tracepoints.
//
//   (dup_mmap+0x1ae/0x610 <- flush_tlb_mm_range) mm=0xff11… asid=5 func=flush_tlb_func+0x0/0x1f0 ctxs={264,5,265,6}
//
// The first line of an event says which columns it has (discover); every later one is read straight into that shape,
// comparing names only. A line that does not fit tries the event's other shapes and then discovers a new one: a
// symbol, for instance, prints as 0x0 when it is NULL.

import type { EventTableBuilder } from "../../events/builder.ts";
import type { ArgColumn, ArgType } from "../../events/table.ts";
import type { Form } from "./forms.ts";
import { ascii, BYTE, isDigit, isWord, readInt, readList, readWord, startsWith } from "./scan.ts";

/** The column of the code address that a probe prints in parentheses. */
export const SITE = "at";
const FAULT = ascii("(fault)");
/** An event with more shapes than this prints something that is not name=value. */
const MAX_SHAPES = 16;
/** A probe has up to 128 arguments. */
const MAX_COLUMNS = 512;
/** What the type of a value is told by. */
const MAX_NUMBER_BYTES = 64;
const MAX_LIST_BYTES = 4096;

interface ShapeColumn {
  /** What stood between it and the value before. */
  readonly gap: Uint8Array;
  readonly name: Uint8Array;
  readonly type: ArgType;
}

export interface Shape {
  readonly kind: number;
  readonly site: boolean;
  readonly columns: readonly ShapeColumn[];
  /** Made when the shape has read something. */
  form: Form | undefined;
}

/** What is known of an event's text: its shapes, the one that fitted last in front. */
export interface ShapeSet {
  readonly name: string;
  readonly shapes: Shape[];
}

/** Reads the arguments bytes[at, end) into the builder; their shape, or undefined (nothing appended) if that fails. */
export function readNamed(
  set: ShapeSet,
  bytes: Uint8Array,
  at: number,
  end: number,
  out: EventTableBuilder,
): Shape | undefined {
  const shapes = set.shapes;
  for (let i = 0; i < shapes.length; i++) {
    const shape = shapes[i]!;
    if (!readShape(shape, bytes, at, end, out)) continue;
    if (i > 0) {
      shapes[i] = shapes[0]!;
      shapes[0] = shape;
    }
    return shape;
  }
  if (shapes.length >= MAX_SHAPES) return undefined;
  const found = discover(bytes, at, end);
  if (found === undefined) return undefined;
  const args: ArgColumn[] = found.columns.map((column) => ({ name: latin1(column.name), type: column.type }));
  if (found.site) args.unshift({ name: SITE, type: "text" });
  const shape: Shape = { kind: out.kind(set.name, args), form: undefined, ...found };
  if (!readShape(shape, bytes, at, end, out)) return undefined;
  shapes.unshift(shape);
  return shape;
}

/** Of a few bytes; a decoder takes longer to be called. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

function readShape(shape: Shape, bytes: Uint8Array, at: number, end: number, out: EventTableBuilder): boolean {
  const used = out.used;
  const listsUsed = out.listsUsed;
  let p = at;
  if (shape.site) p = readSite(bytes, p, end, out);
  const columns = shape.columns;
  for (let i = 0; i < columns.length && p >= 0; i++)
    p = readColumn(columns[i]!, bytes, skipGap(bytes, p, end), end, out);
  if (p >= 0 && skipGap(bytes, p, end) >= end) return true;
  out.used = used;
  out.listsUsed = listsUsed;
  return false;
}

/** `(symbol+0x0/0x170)`, `(caller+0x4/0x8 <- symbol)`; returns the position after it. */
function readSite(bytes: Uint8Array, at: number, end: number, out: EventTableBuilder): number {
  if (bytes[at] !== BYTE.open) return -1;
  let p = at + 1;
  while (p < end && bytes[p] !== BYTE.close) p++;
  if (p >= end) return -1;
  out.values[out.used++] = out.strings.intern(bytes, at + 1, p);
  return p + 1;
}

function skipGap(bytes: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end && (bytes[p] === BYTE.space || bytes[p] === BYTE.comma)) p++;
  return p;
}

function readColumn(column: ShapeColumn, bytes: Uint8Array, at: number, end: number, out: EventTableBuilder): number {
  const { name, type } = column;
  let p = at;
  for (let i = 0; i < name.length; i++) if (bytes[p++] !== name[i]) return -1;
  if (bytes[p++] !== BYTE.equals || p > end) return -1;
  if (bytes[p] === BYTE.open && startsWith(bytes, p, end, FAULT)) {
    out.values[out.used++] = Number.NaN;
    return p + FAULT.length;
  }
  if (type === "word") p = readWord(bytes, p, end, out);
  else if (type === "int") p = readInt(bytes, p, end, out);
  else if (type === "list") p = readList(bytes, p, end, out);
  else {
    const to = textEnd(bytes, p, end);
    out.values[out.used++] = out.strings.intern(bytes, p, to);
    return to;
  }
  // A number must end here: 12abc is text.
  return p < 0 || p >= end || bytes[p] === BYTE.space || bytes[p] === BYTE.comma ? p : -1;
}

/** Where a text value ends: at its closing quote, before the next ` name=`, or at the end of the line. */
export function textEnd(bytes: Uint8Array, from: number, end: number): number {
  if (bytes[from] === BYTE.quote) {
    for (let p = from + 1; p < end; p++) {
      if (bytes[p] === BYTE.quote && (p + 1 >= end || bytes[p + 1] === BYTE.space)) return p + 1;
    }
  }
  for (let p = from; p < end; p++) {
    if (bytes[p] !== BYTE.space) continue;
    let q = p + 1;
    while (q < end && isWord(bytes[q])) q++;
    if (q > p + 1 && bytes[q] === BYTE.equals) return p;
  }
  return end;
}

/** Finds columns and their types; undefined if the text is not name=value. */
function discover(bytes: Uint8Array, at: number, end: number): Pick<Shape, "site" | "columns"> | undefined {
  let p = at;
  const site = isSite(bytes, at, end);
  if (site) {
    while (bytes[p] !== BYTE.close) p++;
    p++;
  }
  const columns: ShapeColumn[] = [];
  for (;;) {
    const nameFrom = skipGap(bytes, p, end);
    if (nameFrom >= end) return { site, columns };
    const gap = bytes.slice(p, nameFrom);
    p = nameFrom;
    while (p < end && isWord(bytes[p])) p++;
    if (p === nameFrom || p >= end || bytes[p] !== BYTE.equals) return undefined;
    const name = bytes.slice(nameFrom, p++);
    const type = typeAt(bytes, p, end);
    if (columns.push({ gap, name, type }) > MAX_COLUMNS) return undefined;
    p = type === "text" ? textEnd(bytes, p, end) : valueEnd(bytes, p, end);
  }
}

/** A probe's address, not words in parentheses. perf and trace-cmd print it without 0x and without its symbol. */
function isSite(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] !== BYTE.open) return false;
  const close = bytes.subarray(at, end).indexOf(BYTE.close);
  if (close < 0) return false;
  return /^\(((?:0x)?[0-9a-f]{8,16}|0x[0-9a-f]+|\S+\+0x[0-9a-f]+\/0x[0-9a-f]+.*|.* <- .*)$/.test(
    latin1(bytes.subarray(at, at + close)),
  );
}

/** End of a value without spaces, or of a list. */
function valueEnd(bytes: Uint8Array, from: number, end: number): number {
  const list = bytes[from] === BYTE.openBrace;
  let p = from;
  while (p < end && bytes[p] !== BYTE.space && (list || bytes[p] !== BYTE.comma)) p++;
  return p;
}

function typeAt(bytes: Uint8Array, from: number, end: number): ArgType {
  const most = bytes[from] === BYTE.openBrace ? MAX_LIST_BYTES : MAX_NUMBER_BYTES;
  const value = latin1(bytes.subarray(from, Math.min(end, from + most)));
  if (/^0x[0-9a-fA-F]{1,16}(?=[ ,]|$)/.test(value)) return "word";
  if (/^-?\d+(?=[ ,]|$)/.test(value) && !/^\d+,\d/.test(value)) return "int";
  if (/^\{(?:(?:0x[0-9a-fA-F]{1,16}|\d+)(?:,|(?=\})))*\}(?= |$)/.test(value)) return "list";
  if (isFault(bytes, from, end)) return "int";
  return "text";
}

function isFault(bytes: Uint8Array, from: number, end: number): boolean {
  return isDigit(bytes[from]) ? false : startsWith(bytes, from, end, FAULT);
}
