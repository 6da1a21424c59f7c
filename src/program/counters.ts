// SPDX-License-Identifier: MIT
import type { Expr } from "./program.ts";

/** Names an object: its index, a pointer to it (index + 1; 0 is NULL), or the id that is never given to another. */
export interface Owner {
  readonly by: "index" | "pointer" | "id";
  /** In terms of locals and cells. */
  readonly e: Expr;
}

/** A local with a value of the counter of the owner. */
export interface HeldLocal {
  readonly code: number;
  readonly local: number;
  readonly owner: Owner;
}

/** A cell with such values; `owner` is the cell of the same shape that names the object. */
export interface HeldCell {
  readonly cell: number;
  readonly owner: number;
  readonly by: "pointer" | "id";
}

/** Everybody who holds a value of the counters that a program counts for ever. */
export interface Counters {
  /** The cell with the newest values, one element per object. */
  readonly newest: number;
  /** Which objects there are. */
  readonly allocated: number;
  /** Their ids; `lasting`: an id is declared to be no other object's, ever, whatever its number. */
  readonly id: number | null;
  readonly lasting: boolean;
  readonly cells: readonly HeldCell[];
  readonly locals: readonly HeldLocal[];
}
