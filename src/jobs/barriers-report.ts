// SPDX-License-Identifier: MIT
// What `barriers` takes and gives: a published JSON format.
import type { CheckOptions, Report } from "./reports.ts";

/** What became of one barrier under one memory model. */
export interface BarrierOutcome {
  readonly model: string;
  /**
   * `no effect`: under this model the weaker form is the same code. `not executed`: no run of a scenario gets there.
   * `not asked`: no safe scenario executes it; the design violates those that may, as it is.
   */
  readonly result: "distinguished" | "not distinguished" | "unknown" | "no effect" | "not executed" | "not asked";
  /** The weakest form, which was tried first: `dropped`, `once`, `relaxed`, `not serialising`. */
  readonly weakened: string;
  /** The shortest counterexample: the scenario, the violated property, the number of steps. Else null. */
  readonly scenario: string | null;
  readonly property: string | null;
  readonly steps: number | null;
  /** Other scenarios that distinguish it. */
  readonly also: readonly string[];
  /** Stronger forms that nothing distinguishes, where the weakest is distinguished. */
  readonly enough: readonly string[];
  /** The scenarios that execute it, and that the weakest form was searched with. */
  readonly searched: readonly string[];
  /** In words, with exactly the strength that the search gives them. */
  readonly claim: string;
  /** Prints the counterexample. */
  readonly command: string | null;
}
export interface BarrierRow {
  /** From the root of the project; line and column from 1. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly func: string;
  readonly primitive: string;
  readonly text: string;
  /** Kind and order of the access: `fence mb`, `load acquire`, `rmw full`, `instruction serialising`. */
  readonly order: string;
  /** What the comment above it says behind `Pairs with:`; null: nothing. */
  readonly pairs_with: string | null;
  /** In the order of the memory models; after an interrupt the last may be missing. */
  readonly outcomes: readonly BarrierOutcome[];
}
export interface BarriersReport extends Report<"lazymm.barriers/1"> {
  readonly designs: readonly {
    readonly design: string;
    readonly models: readonly string[];
    /** Those that were asked and apply. */
    readonly scenarios: readonly string[];
    readonly barriers: readonly BarrierRow[];
  }[];
}

export type BarriersOptions = Pick<CheckOptions, "names" | "designs" | "models" | "overlay" | "maxStates">;
