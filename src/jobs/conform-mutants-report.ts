// SPDX-License-Identifier: MIT
// What `conform --mutants` says, and what it is asked.

export interface ConformMutantsOptions {
  readonly traces: readonly string[];
  /** undefined: for each trace the one that it speaks for. */
  readonly design: string | undefined;
  readonly overlay: string | undefined;
  readonly sidecars: boolean;
  /** Only mutants of these; empty: of all. */
  readonly functions: readonly string[];
  /** Threads. */
  readonly jobs: number;
}

/**
 * rejected: some recording contradicts it. never exercised: no recording comes to the place, or to a case in which it
 * would differ. equivalent: the compiled program is the same, or a reason is stated. not observable: all that it
 * changes is an order, a wait, or what nothing reads that a recording shows. survived: none of these.
 */
export type MutantOutcome = "rejected" | "never exercised" | "equivalent" | "not observable" | "survived";

/** The first step that contradicts a mutant. */
export interface Rejection {
  readonly trace: string;
  /** From 0. */
  readonly row: number;
  readonly step: string;
  /** The function that the step is of, and how it is related to the one that was changed. */
  readonly step_function: string | null;
  readonly relation: "itself" | "called by it" | "calls it" | "through state";
  /** unknown: the search for an order was given up; within the same bounds the design as it is explains the step. */
  readonly outcome: "unexplained" | "unknown";
  readonly reason: string;
}

export interface MutantReport {
  /** Set for those that are part of lazymm. */
  readonly name?: string;
  readonly file: string;
  readonly function: string;
  /** From 1. */
  readonly line: number;
  readonly kind: "drop" | "negate" | "off by one" | "named";
  readonly from: string;
  readonly to: string;
  readonly outcome: MutantOutcome;
  readonly rejection?: Rejection;
  /** Why it is equivalent, or what else is known of a survivor. */
  readonly because?: string;
}

export interface MutantRecording {
  readonly trace: string;
  readonly design: string;
  /** Why this one. */
  readonly chosen: string;
  /** Mutants of this design, those whose place the recording comes to, those that were run, those that it rejected. */
  readonly mutants: number;
  readonly exercised: number;
  readonly run: number;
  readonly rejected: number;
  readonly seconds: number;
}

export interface ConformMutantsReport {
  readonly schema: "lazymm.conform-mutants/1";
  readonly recordings: readonly MutantRecording[];
  /** `refused`: those that are no program. They are not among the generated ones. */
  readonly generated: number;
  readonly refused: number;
  readonly rejected: number;
  /** Of these, by a step for which the search for an order was given up. */
  readonly given_up: number;
  readonly never_exercised: number;
  readonly equivalent: number;
  readonly not_observable: number;
  readonly survived: number;
  /** In functions that no recording enters: they are not among the generated ones. */
  readonly elsewhere: number;
  readonly named: readonly MutantReport[];
  readonly mutants: readonly MutantReport[];
  /** What is stated of mutants, and is not so. */
  readonly stale: readonly string[];
  readonly notes: readonly string[];
  readonly interrupted?: true;
}
