// SPDX-License-Identifier: MIT
// What every judged field of a recording was found to be, for whoever wants all of it and not only the sums. The sweep
// goes back and tries again: entries are kept with the row that was being taken, and those of undone rows are dropped.

import { grown } from "../events/intern.ts";
import type { PlannedField, PlannedProbe } from "./plan.ts";
import type { Outcome } from "./tally.ts";

const OUTCOMES: readonly Outcome[] = ["exact", "lossy", "environment", "unexplained", "unknown"];
const START_ENTRIES = 1024;

/** A field of a probe; undefined: the step itself. */
interface Judged {
  readonly probe: PlannedProbe;
  readonly field: PlannedField | undefined;
}

export interface Step extends Judged {
  readonly row: number;
  readonly outcome: Outcome;
  /** What the design has in its place, in its own numbers, or where it is; undefined: the same. */
  readonly predicted: number | string | undefined;
}

export class StepLog {
  length = 0;
  /** The sweep counts rows from here on. */
  offset = 0;
  #taking = new Int32Array(START_ENTRIES);
  #row = new Int32Array(START_ENTRIES);
  #judged = new Int32Array(START_ENTRIES);
  #outcome = new Uint8Array(START_ENTRIES);
  /** By entry; few differ. */
  readonly #predicted = new Map<number, number | string>();
  readonly #kinds: Judged[] = [];
  readonly #ids = new Map<PlannedProbe | PlannedField, number>();

  /** `taking`: the row that the sweep is at, which may be later than the one that is judged. */
  add(taking: number, { row, probe, field, outcome, predicted }: Step): void {
    const entry = this.length++;
    if (entry === this.#row.length) this.#grow();
    this.#taking[entry] = taking + this.offset;
    this.#row[entry] = row + this.offset;
    this.#judged[entry] = this.#idOf(probe, field);
    this.#outcome[entry] = OUTCOMES.indexOf(outcome);
    if (predicted !== undefined) this.#predicted.set(entry, predicted);
  }

  /** Whether a field has been told to differ since the sweep came to this row. */
  hasFailed(taking: number): boolean {
    const at = taking + this.offset;
    for (let entry = this.length - 1; entry >= 0 && this.#taking[entry] === at; entry--) {
      if (this.#outcome[entry]! >= OUTCOMES.indexOf("unexplained")) return true;
    }
    return false;
  }

  /** The sweep goes back to before it took this row. */
  undo(row: number): void {
    while (this.length > 0 && this.#taking[this.length - 1]! >= row + this.offset)
      this.#predicted.delete(--this.length);
  }

  step(entry: number): Step {
    return {
      ...this.#kinds[this.#judged[entry]!]!,
      row: this.#row[entry]!,
      outcome: OUTCOMES[this.#outcome[entry]!]!,
      predicted: this.#predicted.get(entry),
    };
  }

  /** The entries in the order of their rows: what could only be judged later stands where it was recorded. */
  inOrder(): Uint32Array {
    const entries = Uint32Array.from({ length: this.length }, (_, entry) => entry);
    return entries.sort((a, b) => this.#row[a]! - this.#row[b]! || a - b);
  }

  #idOf(probe: PlannedProbe, field: PlannedField | undefined): number {
    const known = this.#ids.get(field ?? probe);
    if (known !== undefined) return known;
    const id = this.#kinds.push({ probe, field }) - 1;
    this.#ids.set(field ?? probe, id);
    return id;
  }

  #grow(): void {
    this.#taking = grown(this.#taking, this.length);
    this.#row = grown(this.#row, this.length);
    this.#judged = grown(this.#judged, this.length);
    this.#outcome = grown(this.#outcome, this.length);
  }
}
