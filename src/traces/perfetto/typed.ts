// SPDX-License-Identifier: MIT
// Events that have a message of their own. A kind has the columns that the event's message has: a field that a
// recorder leaves out is unknown, and not 0.

import type { EventTableBuilder } from "../../events/builder.ts";
import type { ArgColumn } from "../../events/table.ts";
import { type Column, RSS_MEMBERS, SCHEMAS, type Schema } from "./schemas.ts";
import type { PrevStates } from "./states.ts";
import { type Cursor, WIRE } from "./wire.ts";

const MAX_COLUMNS = 8;
const TEXT_TYPES: readonly string[] = ["text", "state", "member", "bytes"];

/** The column as the event table has it. */
export function argColumn({ name, type }: Pick<Column, "name" | "type">): ArgColumn {
  return { name, type: type === "word" ? "word" : TEXT_TYPES.includes(type) ? "text" : "int" };
}

interface TypedEvent {
  readonly schema: Schema;
  /** Field number → index of its column. */
  readonly columnOf: readonly (number | undefined)[];
  /** Which columns there are, as bits → kind. */
  readonly kinds: Map<number, number>;
}

export class TypedEvents {
  readonly #out: EventTableBuilder;
  readonly #states: PrevStates;
  readonly #events = new Map<number, TypedEvent>();
  readonly #values = new Float64Array(MAX_COLUMNS);

  constructor(out: EventTableBuilder, states: PrevStates) {
    this.#out = out;
    this.#states = states;
    for (const schema of SCHEMAS) {
      if (schema.number < 0) continue;
      const columnOf: number[] = [];
      schema.columns.forEach(({ field }, column) => {
        columnOf[field] = column;
      });
      this.#events.set(schema.number, { schema, columnOf, kinds: new Map() });
    }
  }

  /** Appends the arguments in `message`. Returns the kind of row, or -1 if the event has no schema. */
  read(number: number, message: Cursor): number {
    const event = this.#events.get(number);
    if (event === undefined) return -1;
    const { columns } = event.schema;
    let present = 0;
    while (message.next()) {
      const column = event.columnOf[message.field];
      if (column === undefined) continue;
      const value = this.#value(columns[column]!, message);
      if (Number.isNaN(value)) continue;
      this.#values[column] = value;
      present |= 1 << column;
    }
    this.#out.reserve(columns.length);
    for (let column = 0; column < columns.length; column++) {
      if ((present & (1 << column)) !== 0) this.#out.value(this.#values[column]!);
    }
    return this.#kind(event, present);
  }

  #kind({ schema, kinds }: TypedEvent, present: number): number {
    let kind = kinds.get(present);
    if (kind === undefined) {
      const columns = schema.columns.filter((_, column) => (present & (1 << column)) !== 0);
      kind = this.#out.kind(schema.name, columns.map(argColumn));
      kinds.set(present, kind);
    }
    return kind;
  }

  /** The field's value for its column; NaN if it is not sent as such a column is. */
  #value({ type }: Column, field: Cursor): number {
    if ((type === "text") !== (field.wire === WIRE.bytes)) return Number.NaN;
    const { strings } = this.#out;
    if (type === "text") return strings.intern(field.bytes, field.from, field.to);
    return type === "word" ? field.word(this.#out) : printNumber(type, field.signed(), this.#out, this.#states);
  }
}

/** A number as its column has it: as it is, or in the kernel's words. */
export function printNumber(type: Column["type"], value: number, out: EventTableBuilder, states: PrevStates): number {
  if (type === "state") return states.note(value);
  if (type === "member") return out.strings.internString(RSS_MEMBERS[value] ?? String(value));
  if (type === "bytes") return out.strings.internString(`${value}B`);
  return value;
}
