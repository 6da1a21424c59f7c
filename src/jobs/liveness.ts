// SPDX-License-Identifier: MIT
// What a search cannot see, because it looks at states and steps one by one: somebody who waits for ever while the
// others go on. Asked where a program may run for ever, once a search has found everything else to be right.
import { findEndlessWait, type Liveness } from "../checker/liveness.ts";
import type { Explored, SearchResult } from "../checker/search.ts";
import type { Compiled } from "../program/compiled.ts";
import type { LiveContext } from "../program/progress.ts";

/** What liveness needs beside what was stored. */
export interface LivenessQuestion {
  readonly contexts: readonly LiveContext[];
  /** The searched model, emitted with labels. */
  readonly labelled: Compiled;
  readonly explored: Explored;
  /** For what was stored and for this. */
  readonly maxBytes: number;
  readonly pause: () => Promise<void>;
  readonly stop: () => boolean;
}

function amended(result: SearchResult, answer: Liveness): SearchResult {
  switch (answer.kind) {
    case "none":
      return result;
    case "violates":
      return { ...result, verdict: answer, violations: [answer.violation] };
    default:
      return { ...result, verdict: answer, limits: [answer.limit], complete: false };
  }
}

/** The result of a safe search, amended by what its cycles say. */
export async function withLiveness(result: SearchResult, question: LivenessQuestion): Promise<SearchResult> {
  const { contexts, labelled, explored, maxBytes, pause, stop } = question;
  const start = performance.now();
  const work = findEndlessWait(labelled, contexts, explored, maxBytes);
  for (let step = work.next(); ; step = work.next()) {
    const seconds = result.seconds + (performance.now() - start) / 1000;
    if (step.done) return { ...amended(result, step.value), seconds };
    await pause();
    if (stop()) return { ...amended(result, { kind: "unknown", limit: { kind: "stopped" } }), seconds };
  }
}
