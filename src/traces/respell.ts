// SPDX-License-Identifier: MIT
// What trace-cmd, perf and Android print in their own way, respelt as the kernel prints it, so that rows of one
// recording are equal whatever printed them. Works on the finished table: only what occurs is looked at.

import { type ArgColumn, argIndex, type EventKind, type EventTable, FLAG } from "../events/table.ts";
import { stateSpelling } from "./task-state.ts";

export interface Respelt {
  readonly table: EventTable;
  readonly notes: readonly string[];
}

/** Names under which text written to trace_marker is printed; old Android kernels know no symbol and print 0. */
const MARKS = new Set(["print", "0"]);
const MARK = "tracing_mark_write";
/** What is written to trace_marker, as it is called before and after this. */
export const isMarkName = (name: string): boolean => name === MARK || MARKS.has(name);
/** trace-cmd prints the caller in front of the text, as a symbol or as an address; -R prints both as fields. */
const MARK_PREFIX = /^(?:tracing_mark_write|(?:0x[0-9a-f]{6,16}|[0-9a-f]{8,16})s?): |^ip=0x[0-9a-f]+ buf=/;
const FLUSH_ARGS: readonly ArgColumn[] = [
  { name: "pages", type: "int" },
  { name: "reason", type: "int" },
];

export function respell(table: EventTable): Respelt {
  const draft = new Draft(table);
  draft.marks();
  draft.states();
  draft.rawFlushes();
  return { table: draft.table(), notes: draft.notes };
}

class Draft {
  readonly notes: string[] = [];
  readonly #table: EventTable;
  readonly #strings: string[];
  readonly #kinds: EventKind[];

  constructor(table: EventTable) {
    this.#table = table;
    this.#strings = [...table.strings];
    this.#kinds = [...table.kinds];
  }

  /** The table that is made. Its columns are those of the old one, which is no longer used. */
  table(): EventTable {
    return {
      ...this.#table,
      strings: this.#strings,
      kinds: this.#kinds,
      // A task whose name was forgotten: <7952>.
      pids: this.#table.pids.map((info) => (info.comm === `<${info.pid}>` ? { ...info, comm: "" } : info)),
    };
  }

  /** Calls `visit` with each row of the kinds that `wanted` chooses, and the place of its first argument. */
  #rows(wanted: (kind: number) => boolean, visit: (row: number, at: number) => void): void {
    const { kind, args, length, kinds } = this.#table;
    const chosen = kinds.map((_, id) => wanted(id));
    if (!chosen.includes(true)) return;
    for (let row = 0; row < length; row++) if (chosen[kind[row]!]) visit(row, args[row]!);
  }

  /** One string for another; ids of strings that are already spelt right stay. */
  #speller(spell: (text: string) => string): (id: number) => number {
    const known = new Map<number, number>();
    return (id) => {
      if (Number.isNaN(id)) return id;
      let spelt = known.get(id);
      if (spelt === undefined) {
        const text = spell(this.#strings[id]!);
        spelt = text === this.#strings[id] ? id : this.#strings.push(text) - 1;
        known.set(id, spelt);
      }
      return spelt;
    };
  }

  /** All marks are of one kind, the kernel's. */
  marks(): void {
    const { kinds, kind: kindOf, values } = this.#table;
    const isMark = kinds.map((kind) => isMarkName(kind.name) && columns(kind) === "text:text");
    const first = isMark.indexOf(true);
    if (first < 0) return;
    const spell = this.#speller((text) => text.replace(MARK_PREFIX, ""));
    this.#rows(
      (kind) => isMark[kind]!,
      (row, at) => {
        if (kinds[kindOf[row]!]!.name !== MARK) values[at] = spell(values[at]!);
        kindOf[row] = first;
      },
    );
    this.#kinds[first] = { name: MARK, args: kinds[first]!.args };
  }

  /** States as letters where they are numbers; and by them, who was preempted. */
  states(): void {
    const { kinds, kind: kindOf, values, flags } = this.#table;
    const column = kinds.map((kind) => {
      const index = kind.name === "sched_switch" ? argIndex(kind, "prev_state") : -1;
      return index >= 0 && kind.args[index]!.type === "text" ? index : -1;
    });
    const seen = new Set<number>();
    const each = (visit: (row: number, at: number) => void) => {
      this.#rows(
        (kind) => column[kind]! >= 0,
        (row, at) => {
          const place = at + column[kindOf[row]!]!;
          if (!Number.isNaN(values[place]!)) visit(row, place);
        },
      );
    };
    each((_, at) => seen.add(values[at]!));
    const spelling = stateSpelling([...seen].map((id) => this.#strings[id]!));
    const spell = this.#speller(spelling.spell);
    const preempted = new Map<number, number>();
    each((row, at) => {
      const state = spell(values[at]!);
      values[at] = state;
      let bit = preempted.get(state);
      if (bit === undefined) {
        bit = this.#strings[state]!.includes("+") ? FLAG.preempted : 0;
        preempted.set(state, bit);
      }
      flags[row]! |= bit;
    });
    this.notes.push(...spelling.notes);
  }

  /** -R prints a tlb_flush in the order of its fields, and their pages as an unsigned number. */
  rawFlushes(): void {
    const { kinds, values, words } = this.#table;
    const raw = kinds.map((kind) => kind.name === "tlb_flush" && columns(kind) === "reason:int pages:word");
    this.#rows(
      (kind) => raw[kind]!,
      (_, at) => {
        const [reason, pages] = [values[at]!, values[at + 1]!];
        values[at] = pages < 0 ? Number(BigInt.asIntN(64, words[-1 - pages]!)) : pages;
        values[at + 1] = reason;
      },
    );
    raw.forEach((isRaw, kind) => {
      if (isRaw) this.#kinds[kind] = { name: "tlb_flush", args: FLUSH_ARGS };
    });
  }
}

function columns(kind: EventKind): string {
  return kind.args.map(({ name, type }) => `${name}:${type}`).join(" ");
}
