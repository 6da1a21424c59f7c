// SPDX-License-Identifier: MIT
// Arguments that are laid out like earlier ones. A form is made of the template or shape that has read an event, with
// the very bytes that stood between its values; readForm() reads the next event by comparing these bytes a word at a
// time, and finds the end of the line on the way. It takes only what the template or shape would take, with the same
// values, and what it does not take says nothing: then those read it.

import type { EventTableBuilder } from "../../events/builder.ts";
import type { Shape } from "./generic.ts";
import { textEnd } from "./generic.ts";
import { Literal } from "./literal.ts";
import { BYTE, HEX_PAIR, readInt, readList } from "./scan.ts";
import { MAX_TEXT_BYTES, type Template } from "./templates.ts";
import type { Window } from "./window.ts";

const OP = { int: 0, hex: 1, list: 2, value: 3, site: 4, name: 5, token: 6, skip: 7 } as const;
type Op = (typeof OP)[keyof typeof OP];

interface Step {
  /** What stands before the value. */
  readonly before: Literal;
  readonly op: Op;
  /** The last text here, and its id: most repeat. */
  readonly last: Literal;
  lastId: number;
}

export interface Form {
  readonly kind: number;
  /** Other forms come first where the text starts with one of these. */
  readonly rivals: readonly Literal[];
  readonly steps: readonly Step[];
  readonly tail: Literal;
  /** Whether what follows after a space is ignored. */
  readonly open: boolean;
}

/** Fewer digits are read faster than they are compared. */
const LONG_DIGITS = 8;
/** Names of a template: where each starts and ends, and which argument it is. */
const names = new Int32Array(3 * 8);

/** undefined: it cannot be a form. */
export function formOfTemplate(template: Template, kind: number, rivals: readonly Uint8Array[]): Form | undefined {
  const op = { int: OP.int, hex: OP.hex, text: OP.name, token: OP.token, skip: OP.skip };
  const steps = template.steps.map(({ literal, type }) => ({ before: literal, op: op[type] }));
  return form(kind, rivals, steps, template.tail, true);
}

export function formOfShape(shape: Shape, rivals: readonly Uint8Array[]): Form | undefined {
  const op = { int: OP.int, word: OP.hex, list: OP.list, text: OP.value };
  const start = { int: "", word: "0x", list: "", text: "" };
  const steps = shape.columns.map(({ gap, name, type }) => ({
    before: Uint8Array.from([...gap, ...name, BYTE.equals, ...[...start[type]].map((c) => c.charCodeAt(0))]),
    op: op[type] as Op,
  }));
  if (shape.site) {
    steps.unshift({ before: Uint8Array.of(BYTE.open), op: OP.site });
    const second = steps[1];
    if (second) second.before = Uint8Array.from([BYTE.close, ...second.before]);
  }
  const tail = shape.site && steps.length === 1 ? [BYTE.close] : [];
  return form(shape.kind, rivals, steps, Uint8Array.from(tail), false);
}

function form(
  kind: number,
  rivals: readonly Uint8Array[],
  steps: readonly { readonly before: Uint8Array; readonly op: Op }[],
  tail: Uint8Array,
  open: boolean,
): Form | undefined {
  if (rivals.some((rival) => rival.length === 0) || steps.filter(({ op }) => op === OP.name).length > 8)
    return undefined;
  const literals = [...rivals, ...steps.map(({ before }) => before), tail].map((text) => Literal.of(text));
  const known = literals.filter((literal) => literal !== undefined);
  if (known.length < literals.length) return undefined;
  return {
    kind,
    rivals: known.slice(0, rivals.length),
    steps: steps.map(({ op }, i) => ({ before: known[rivals.length + i]!, op, last: new Literal(), lastId: -1 })),
    tail: known[known.length - 1]!,
    open,
  };
}

/**
 * Appends the arguments at `at`, of a line that ends before `end`. Returns where the next line starts, or -1: then
 * nothing is appended, except words and texts to the tables of words and texts.
 */
export function readForm(form: Form, text: Window, at: number, end: number, out: EventTableBuilder): number {
  const used = out.used;
  const listsUsed = out.listsUsed;
  const next = readSteps(form, text, at, end, out);
  if (next >= 0) return next;
  out.used = used;
  out.listsUsed = listsUsed;
  return -1;
}

function readSteps(form: Form, text: Window, at: number, end: number, out: EventTableBuilder): number {
  const { bytes, view } = text;
  const { rivals, steps, tail } = form;
  for (let i = 0; i < rivals.length; i++) if (rivals[i]!.at(view, at)) return -1;
  out.reserve(steps.length);
  let p = at;
  let nameCount = 0;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    if (!step.before.at(view, p)) return -1;
    p += step.before.length;
    switch (step.op) {
      case OP.hex:
        p = readHex(step, bytes, view, p, out);
        break;
      case OP.int:
        p = readInt(bytes, p, end, out);
        break;
      case OP.list:
        p = readList(bytes, p, end, out);
        break;
      case OP.name: {
        const from = p;
        p = findLiteral(i + 1 < steps.length ? steps[i + 1]!.before : tail, bytes, view, p);
        names[nameCount++] = out.used++;
        names[nameCount++] = from;
        names[nameCount++] = p;
        break;
      }
      case OP.skip:
        p = findLiteral(i + 1 < steps.length ? steps[i + 1]!.before : tail, bytes, view, p);
        break;
      default:
        p = readText(step, text, p, out);
    }
    if (p < 0) return -1;
  }
  p = endOfLine(form, text, p);
  // The last one first, as a template does it: ids are given in the order of the first use.
  if (p >= 0)
    while (nameCount > 0) {
      nameCount -= 3;
      out.values[names[nameCount]!] = out.strings.intern(bytes, names[nameCount + 1]!, names[nameCount + 2]!);
    }
  return p;
}

function endOfLine(form: Form, text: Window, at: number): number {
  const { bytes, view } = text;
  if (!form.tail.at(view, at)) return -1;
  let p = at + form.tail.length;
  if (form.open && bytes[p] === BYTE.space) while (bytes[p] !== BYTE.newline) p++;
  return bytes[p] === BYTE.newline ? p + 1 : -1;
}

/** The first place at or after `at` in the line where the literal stands, or -1. */
function findLiteral(literal: Literal, bytes: Uint8Array, view: DataView, at: number): number {
  const first = literal.first;
  for (let p = at; p <= at + MAX_TEXT_BYTES; p++) {
    const byte = bytes[p]!;
    if (byte === first && literal.at(view, p)) return p;
    if (byte === BYTE.newline) return -1;
  }
  return -1;
}

/** Hexadecimal digits, as a word. Pointers repeat: they are compared with the last one first. */
function readHex(step: Step, bytes: Uint8Array, view: DataView, at: number, out: EventTableBuilder): number {
  const { last } = step;
  if (last.length > 0 && last.at(view, at) && HEX_PAIR[bytes[at + last.length]! | (BYTE.zero << 8)]! < 0) {
    out.values[out.used++] = step.lastId;
    return at + last.length;
  }
  let p = at;
  let high = 0;
  let low = 0;
  for (;;) {
    const pair = HEX_PAIR[view.getUint16(p, true)]!;
    if (pair < 0) break;
    high = (high << 8) | (low >>> 24);
    low = (low << 8) | pair;
    p += 2;
  }
  const digit = HEX_PAIR[bytes[p]! | (BYTE.zero << 8)]! >> 4;
  if (digit >= 0) {
    high = (high << 4) | (low >>> 28);
    low = (low << 4) | digit;
    p++;
  }
  if (p === at || p - at > 16) return -1;
  const value = out.wordOf(high, low);
  if (p - at >= LONG_DIGITS) {
    last.set(view, at, p);
    step.lastId = value;
  }
  out.values[out.used++] = value;
  return p;
}

function readText(step: Step, text: Window, at: number, out: EventTableBuilder): number {
  const { bytes, view } = text;
  if (step.lastId >= 0 && step.last.at(view, at)) {
    const after = bytes[at + step.last.length]!;
    if (step.op === OP.site ? after === BYTE.close : after === BYTE.space || after === BYTE.newline) {
      out.values[out.used++] = step.lastId;
      return at + step.last.length;
    }
  }
  const to = step.op === OP.value ? textEnd(bytes, at, bytes.indexOf(BYTE.newline, at)) : delimiter(step.op, bytes, at);
  // A carriage return before the newline is no part of the text.
  if (to < 0 || (to > at && bytes[to - 1] === BYTE.return)) return -1;
  const id = out.strings.intern(bytes, at, to);
  // What is quoted ends in another way.
  step.lastId = bytes[at] !== BYTE.quote && step.last.set(view, at, to) ? id : -1;
  out.values[out.used++] = id;
  return to;
}

/** Where a site's or a token's delimiter stands; -1 if it is not in the line. */
function delimiter(op: Op, bytes: Uint8Array, at: number): number {
  const wanted = op === OP.site ? BYTE.close : BYTE.space;
  let p = at;
  while (bytes[p] !== wanted && bytes[p] !== BYTE.newline) p++;
  return bytes[p] === wanted && (p > at || op === OP.site) ? p : -1;
}
