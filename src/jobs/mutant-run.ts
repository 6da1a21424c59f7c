// SPDX-License-Identifier: MIT
// One mutant beside one recording: is there a step that contradicts it?
import { CompileError } from "../compiler/errors.ts";
import { type Edit, type Patched, patched, withVariant } from "../compiler/patched.ts";
import { MissingCellError } from "../conformance/plan.ts";
import { compileBeside, type Recording, runBeside } from "./conform.ts";
import type { Rejection } from "./conform-mutants-report.ts";

/** What is changed: texts, or the variant of a part. Plain data, which threads can send. */
export type Change =
  | { readonly kind: "edits"; readonly edits: readonly Edit[] }
  | { readonly kind: "variant"; readonly part: string; readonly path: string };

/**
 * same: the program is the one without it. refused: it is none. unknown: a bound of the model was hit. rejected: by the
 * first step that is not explained, or for which the search for an order was given up: within the same bounds, the
 * design as it is explains all of them.
 */
export type MutantResult =
  | { readonly kind: "same" | "admitted" }
  | { readonly kind: "refused" | "unknown"; readonly why: string }
  | ({ readonly kind: "rejected" } & Pick<Rejection, "row" | "step" | "outcome" | "reason">);

function applied(base: Patched, change: Change): Patched {
  if (change.kind === "edits") return patched(base, change.edits);
  const found = withVariant(base, change.part, change.path);
  if (found === undefined) throw new Error(`lazymm bug: ${change.path} is not installed`);
  return found;
}

/** `text`: the code that is emitted without the change. */
export function tryMutant(recording: Recording, base: Patched, text: string, change: Change): MutantResult {
  try {
    const beside = compileBeside(recording, applied(base, change));
    if (beside.emitted.text === text) return { kind: "same" };
    const { tally, limits } = runBeside(recording, beside, { enough: ({ failures }) => failures.length > 0 });
    const [failure] = tally.failures;
    if (failure) {
      const { row, kind: step, outcome, reason } = failure;
      return { kind: "rejected", row, step, outcome, reason };
    }
    const [excess] = tally.excess();
    if (excess !== undefined) {
      const [step = ""] = excess.split(".");
      const row = recording.trace.table.length - 1;
      return { kind: "rejected", row, step, outcome: "unexplained", reason: excess };
    }
    return limits.size > 0 ? { kind: "unknown", why: "a bound of the model was hit" } : { kind: "admitted" };
  } catch (error) {
    if (error instanceof MissingCellError)
      return { kind: "rejected", row: 0, step: "", outcome: "unexplained", reason: error.message };
    if (!(error instanceof CompileError)) throw error;
    return { kind: "refused", why: error.diagnostic.text };
  }
}
