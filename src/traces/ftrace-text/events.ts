// SPDX-License-Identifier: MIT
// From an event's name to the reader of its arguments.

import type { EventTableBuilder } from "../../events/builder.ts";
import { readNamed, type ShapeSet } from "./generic.ts";
import { ascii, BYTE, startsWith } from "./scan.ts";
import { matchTemplate, type Template, templatesOf } from "./templates.ts";

/** Text written into the trace by users. "0": an old kernel that did not know the caller's name. */
const MARKS = new Set(["tracing_mark_write", "print", "bprint", "bputs", "0"]);
/** Marks whose text is kept: some systems write one per function call, each different. The rest have no text. */
const MARKS_KEPT = 65_536;
const MARK_BYTES = 256;
const SLOTS = 4096;
const MAX_NAMES = SLOTS / 2;

export interface NamedEvent {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly hash: number;
  /** `kind` is -1 until a row needs it: kinds of a table have rows. */
  readonly templates: readonly { readonly template: Template; kind: number }[];
  readonly shapes: ShapeSet;
  readonly mark: boolean;
  /** Column of prev_state of sched_switch, or -1. */
  readonly stateColumn: number;
}

/** All names seen, found again by hash without making a string. */
export class EventNames {
  readonly #out: EventTableBuilder;
  readonly #slots: (NamedEvent | undefined)[] = new Array<NamedEvent | undefined>(SLOTS).fill(undefined);
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

  #create(bytes: Uint8Array, hash: number): NamedEvent {
    const name = String.fromCharCode(...bytes);
    const templates = (templatesOf(name) ?? []).map((template) => ({ template, kind: -1 }));
    return {
      name,
      bytes,
      hash,
      templates,
      shapes: { name, shapes: [] },
      mark: MARKS.has(name),
      stateColumn:
        name === "sched_switch" ? (templates[0]?.template.args ?? []).findIndex((a) => a.name === "prev_state") : -1,
    };
  }

  /** Appends the arguments bytes[at, end). Returns the kind of row, or -1 (nothing appended) if they do not parse. */
  read(event: NamedEvent, bytes: Uint8Array, at: number, end: number): number {
    const out = this.#out;
    if (event.mark) return this.#readMark(event, bytes, at, end);
    for (const form of event.templates) {
      if (!matchTemplate(form.template, bytes, at, end, out)) continue;
      if (form.kind < 0) form.kind = out.kind(event.name, form.template.args);
      return form.kind;
    }
    // What else an event with a form of its own prints is not name=value, unless it is a probe that bears its name.
    if (event.templates.length > 0 && bytes[at] !== BYTE.open) return -1;
    return readNamed(event.shapes, bytes, at, end, out);
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

export const UNKNOWN_COMM = ascii("<...>");
