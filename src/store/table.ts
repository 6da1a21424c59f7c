// SPDX-License-Identifier: MIT
// A table as it leaves: columns with a type, and a function that gives the value of a row. Nothing is copied before
// it is written.

/** `word`: an unsigned 64-bit value. `words`: a list of them. */
export type ColumnType = "int" | "double" | "text" | "bool" | "word" | "words";
export type Cell = number | bigint | string | boolean | readonly bigint[] | null;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly at: (row: number) => Cell;
}

export interface Table {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly Column[];
}

export function column(name: string, type: ColumnType, at: (row: number) => Cell): Column {
  return { name, type, at };
}

/** `ticks` of the clock as the trace has it, and seconds where its unit is known. */
export function timeColumns(prefix: string, secondsPerTick: number, ticks: (row: number) => number): Column[] {
  const known = !Number.isNaN(secondsPerTick);
  return [
    column(`${prefix}ticks`, "int", ticks),
    column(`${prefix}s`, "double", (row) => (known ? ticks(row) * secondsPerTick : null)),
  ];
}
