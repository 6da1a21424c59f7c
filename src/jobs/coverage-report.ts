// SPDX-License-Identifier: MIT
// What `check --coverage` answers: the lines and conditions of the model that the searches did not exercise.
import type { Report } from "./reports.ts";

export interface MissedLine {
  /** From 1. */
  readonly line: number;
  readonly func: string;
  /** The line as it stands in the file, without its indentation. */
  readonly text: string;
  /**
   * not reached: it is in the code that was searched, and no run gets there. not called: nobody calls its function.
   * left out: its function is called, but a constant of the design or the machine decides against it. only in init:
   * it computes initial states, while nobody else runs.
   */
  readonly why: "not reached" | "not called" | "left out" | "only in init";
}

export interface OneSidedCondition {
  readonly line: number;
  readonly column: number;
  readonly func: string;
  readonly text: string;
  /** if: a branch. waits: the step waits for it. stores: a compare-and-exchange. access: it is not made at all. */
  readonly kind: "if" | "waits" | "stores" | "access";
  readonly never: "true" | "false" | "made";
}

export interface FileCoverage {
  readonly file: string;
  /** Lines that hold code of their own: names, declarations and checks that can only fail are none. */
  readonly lines: number;
  readonly executed: number;
  readonly missed: readonly MissedLine[];
  /** Conditions that were evaluated. */
  readonly conditions: number;
  readonly one_sided: readonly OneSidedCondition[];
}

export interface CoverageRun {
  readonly scenario: string;
  readonly design: string;
  readonly model: string;
  readonly states: number;
  /** complete: every reachable state was seen. Behind a step that violates a property, or a limit, nobody looks. */
  readonly ended: "complete" | "violation" | "limit";
}

export interface CoverageReport extends Report<"lazymm.coverage/1"> {
  readonly runs: readonly CoverageRun[];
  readonly lines: number;
  readonly executed: number;
  readonly conditions: number;
  readonly files: readonly FileCoverage[];
}
