// SPDX-License-Identifier: MIT
// How the steps of a code follow one another, for layouts that run it to completion.
import type { Code, Step } from "../program/program.ts";
import { statementsOf } from "../program/visit.ts";

/** To which step how often, the call itself included. */
export function jumpsOf(code: Code): Map<number, number> {
  const jumps = new Map([[code.kind === "interrupt" ? 0 : 1, 1]]);
  for (const step of code.steps) {
    statementsOf(step, (s) => {
      if (s.kind === "goto") jumps.set(s.step, (jumps.get(s.step) ?? 0) + 1);
    });
  }
  return jumps;
}

/** It is then tried again, from its start. */
export function mayWait(step: Step): boolean {
  let may = step.guard !== null || step.access.kind === "await" || step.access.kind === "choose";
  statementsOf(step, (s) => {
    if (s.kind === "disabled") may = true;
  });
  return may;
}
