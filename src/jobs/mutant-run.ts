// SPDX-License-Identifier: MIT
// One mutant beside one recording: is there a step that contradicts it?
import { CompileError } from "../compiler/errors.ts";
import { type Edit, type Patched, patched, withVariant } from "../compiler/patched.ts";
import { compileBeside, type Recording, runBeside } from "./conform.ts";

/** What is changed: texts, or the variant of a part. Plain data, which threads can send. */
export type Change =
  | { readonly kind: "edits"; readonly edits: readonly Edit[] }
  | { readonly kind: "variant"; readonly part: string; readonly path: string };

/** same: the program is the one without it. refused: it is none. unknown: a search or a bound of the model gave up. */
export type MutantResult =
  | { readonly kind: "same" | "admitted" }
  | { readonly kind: "refused" | "unknown"; readonly why: string }
  | { readonly kind: "rejected"; readonly row: number; readonly step: string; readonly reason: string };

/** Steps for which the search for an order was given up: it takes long, and rarely ends otherwise at the next one. */
const GIVEN_UP_MAX = 3;

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
    const { tally, limits } = runBeside(recording, beside, {
      enough: ({ failures }) =>
        failures.some(({ outcome }) => outcome === "unexplained") || failures.length >= GIVEN_UP_MAX,
    });
    const failure = tally.failures.find(({ outcome }) => outcome === "unexplained");
    if (failure) return { kind: "rejected", row: failure.row, step: failure.kind, reason: failure.reason };
    const [excess] = tally.excess();
    if (excess !== undefined) {
      const step = excess.split(".")[0] ?? "";
      return { kind: "rejected", row: recording.trace.table.length - 1, step, reason: excess };
    }
    if (tally.failures.length > 0) return { kind: "unknown", why: "the search for an order was given up" };
    if (limits.size > 0) return { kind: "unknown", why: "a bound of the model was hit" };
    return { kind: "admitted" };
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return { kind: "refused", why: error.diagnostic.text };
  }
}
