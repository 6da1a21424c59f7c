// SPDX-License-Identifier: MIT
// From an event's name to the reader of its arguments.

import type { EventTableBuilder } from "../../events/builder.ts";
import { type Form, formOfShape, formOfTemplate } from "./forms.ts";
import { readNamed, type ShapeSet } from "./generic.ts";
import { Literal, mix } from "./literal.ts";
import { ascii, BYTE, startsWith } from "./scan.ts";
import { matchTemplate, type Template, templatesOf } from "./templates.ts";

/** Text written into the trace by users. "0": an old kernel that did not know the caller's name. */
const MARKS = new Set(["tracing_mark_write", "print", "bprint", "bputs", "0"]);
/** Marks whose text is kept: some systems write one per function call, each different. The rest have no text. */
const MARKS_KEPT = 65_536;
const MARK_BYTES = 256;
const SLOTS = 4096;
const MAX_NAMES = SLOTS / 2;
const KNOWN_SLOTS = 1024;
/** Longer names are found in the other way only. */
const MAX_KNOWN_BYTES = 60;

export interface NamedEvent {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly hash: number;
  /** The name and a colon; undefined if that is long. */
  readonly literal: Literal | undefined;
  /** `kind` is -1 until a row needs it: kinds of a table have rows. */
  readonly templates: readonly { readonly template: Template; kind: number; form: Form | undefined }[];
  readonly shapes: ShapeSet;
  readonly mark: boolean;
  /** Column of prev_state of sched_switch, or -1. */
  readonly stateColumn: number;
  /** Of the arguments that were read last. */
  form: Form | undefined;
}

/** All names seen, found again by hash without making a string. */
export class EventNames {
  readonly #out: EventTableBuilder;
  readonly #slots: (NamedEvent | undefined)[] = new Array<NamedEvent | undefined>(SLOTS).fill(undefined);
  readonly #known: (NamedEvent | undefined)[] = new Array<NamedEvent | undefined>(KNOWN_SLOTS).fill(undefined);
  #count = 0;
  #marks = 0;

  constructor(out: EventTableBuilder) {
    this.#out = out;
  }

  /** The event called bytes[from, to), or undefined if there are already too many names to be a trace. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): NamedEvent | undefined {
    let slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    for (;;) {
      const event = this.#slots[slot];
      if (event === undefined) break;
      if (event.hash === hash && event.bytes.length === to - from && startsWith(bytes, from, to, event.bytes))
        return event;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.#count >= MAX_NAMES) return undefined;
    this.#count++;
    const event = this.#create(bytes.slice(from, to), hash);
    this.#slots[slot] = event;
    return event;
  }

  /** The event whose name and colon stand at `at`, if learn() was told of it and of no similar one since. */
  findKnown(view: DataView, at: number): NamedEvent | undefined {
    const event = this.#known[knownSlot(view, at)];
    return event?.literal?.at(view, at) ? event : undefined;
  }

  learn(event: NamedEvent, view: DataView, at: number): void {
    if (event.literal !== undefined) this.#known[knownSlot(view, at)] = event;
  }

  #create(bytes: Uint8Array, hash: number): NamedEvent {
    const name = String.fromCharCode(...bytes);
    const templates = (templatesOf(name) ?? []).map((template) => ({ template, kind: -1, form: undefined }));
    return {
      name,
      bytes,
      hash,
      literal: bytes.length < MAX_KNOWN_BYTES ? Literal.of(ascii(`${name}:`)) : undefined,
      templates,
      shapes: { name, shapes: [] },
      mark: MARKS.has(name),
      stateColumn:
        name === "sched_switch" ? (templates[0]?.template.args ?? []).findIndex((a) => a.name === "prev_state") : -1,
      form: undefined,
    };
  }

  /** Appends the arguments bytes[at, end). Returns the kind of row, or -1 (nothing appended) if they do not parse. */
  read(event: NamedEvent, bytes: Uint8Array, at: number, end: number): number {
    const out = this.#out;
    if (event.mark) return this.#readMark(event, bytes, at, end);
    for (let i = 0; i < event.templates.length; i++) {
      const known = event.templates[i]!;
      if (!matchTemplate(known.template, bytes, at, end, out)) continue;
      if (known.kind < 0) {
        known.kind = out.kind(event.name, known.template.args);
        known.form = formOfTemplate(known.template, known.kind, starts(event, i));
      }
      event.form = known.form;
      return known.kind;
    }
    // What else an event with a form of its own prints is not name=value, unless it is a probe that bears its name.
    if (event.templates.length > 0 && bytes[at] !== BYTE.open) return -1;
    const shape = readNamed(event.shapes, bytes, at, end, out);
    if (shape === undefined) return -1;
    shape.form ??= formOfShape(shape, starts(event, event.templates.length));
    event.form = shape.form;
    return shape.kind;
  }

  #readMark(event: NamedEvent, bytes: Uint8Array, at: number, end: number): number {
    const kept = this.#marks++ < MARKS_KEPT;
    const newline = bytes.subarray(at, end).indexOf(BYTE.newline);
    const to = Math.min(newline < 0 ? end : at + newline, at + MARK_BYTES);
    this.#out.value(kept ? this.#out.strings.intern(bytes, at, to) : Number.NaN);
    return this.#out.kind(event.name, [{ name: "text", type: "text" }]);
  }

  /** The kind of a row whose arguments are not kept. */
  bare(event: NamedEvent): number {
    return this.#out.kind(event.name, []);
  }
}

/** What the first `count` templates start with. */
function starts(event: NamedEvent, count: number): Uint8Array[] {
  return event.templates.slice(0, count).map(({ template }) => template.steps[0]!.literal);
}

/** By the first bytes of the name and its length. */
function knownSlot(view: DataView, at: number): number {
  let hash = 0;
  for (let p = at; p < at + MAX_KNOWN_BYTES; p += 4) {
    const word = view.getInt32(p, true);
    // The lowest bit that is set is in the first byte that is a colon.
    const differs = word ^ 0x3a3a3a3a;
    const colons = (differs - 0x01010101) & ~differs & 0x80808080;
    if (colons !== 0) return mix(hash, word & ((colons & -colons) - 1)) & (KNOWN_SLOTS - 1);
    hash = Math.imul(hash ^ word ^ (word >>> 15), 0x9e3779b1);
  }
  return 0;
}

export const UNKNOWN_COMM = ascii("<...>");
