// SPDX-License-Identifier: MIT
// How the tables write what a column shows.
import type { Field, Index, Reading } from "./types.ts";

/** A cell of the model. */
export function cell(column: string, as: Reading, name: string, ...at: Index[]): Field {
  return { column, as, of: { cell: name, at } };
}

/** The event's argument `n`; of a return, 0 is the result. */
export function arg(column: string, as: Reading, n: number): Field {
  return { column, as, of: { arg: n } };
}
