// SPDX-License-Identifier: MIT
// What `litmus` takes and gives: a published JSON format.
import type { Report } from "./reports.ts";

export type LitmusVerdict =
  /** The sets of final states are the same. */
  | "equal"
  /** They are not, and nothing that we know of explains it. */
  | "different"
  /** Nothing extra, but something is missing, and `reason` says why. */
  | "incomplete"
  /** Something in the test, or the file itself, cannot be read: `reason` and `at`. */
  | "unsupported"
  /** Nothing to compare with. */
  | "no_oracle";

export interface LitmusTestResult {
  /** As the first line of the file has it; the file's name if it has none. */
  readonly name: string;
  readonly file: string;
  /** null: the first line does not say. */
  readonly arch: string | null;
  readonly model: string;
  readonly verdict: LitmusVerdict;
  /** Final states as herd prints them, sorted: `0:rax=0; [x]=1;`. */
  readonly states: readonly string[];
  /** What only we have, and what only the oracle has. */
  readonly extra: readonly string[];
  readonly missing: readonly string[];
  /** null where nothing was searched. */
  readonly condition: {
    readonly quantifier: "exists" | "~exists" | "forall";
    /** In how many of the final states the proposition holds. */
    readonly observation: "Never" | "Sometimes" | "Always";
    /** What the quantifier says of that. */
    readonly holds: boolean;
  } | null;
  readonly reason: string | null;
  /** `file:line:column` of what is not supported. */
  readonly at: string | null;
  /** The file is damaged or cannot be read: nothing that could be supported. */
  readonly damaged: boolean;
  /** A limit that the search met: there may be more final states. */
  readonly limit: string | null;
  /** Different states of the machine that were found. */
  readonly explored: number;
}

export interface LitmusReport extends Report<"lazymm.litmus/1"> {
  readonly model: string;
  readonly summary: {
    readonly total: number;
    readonly equal: number;
    readonly different: number;
    readonly unsupported: number;
    readonly no_oracle: number;
    readonly incomplete: number;
  };
  readonly tests: readonly LitmusTestResult[];
}

export interface LitmusOptions {
  /** Files that end in .litmus, and folders with such files. */
  readonly paths: readonly string[];
  readonly model: string;
  readonly oracle: string | undefined;
  /** Per test. */
  readonly maxStates: number | undefined;
}
