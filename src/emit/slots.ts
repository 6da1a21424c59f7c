// SPDX-License-Identifier: MIT
// Locals share JavaScript variables: inlined code has hundreds of them, of which a few are alive at a time, and a
// variable that lives on around a loop costs at every turn of it. Parameters stay where they are.
import { defined } from "../base/assert.ts";
import type { Code, Step } from "../program/program.ts";
import { expressionsOf, statementsOf } from "../program/visit.ts";

export interface Slots {
  /** By local. */
  readonly of: readonly number[];
  readonly count: number;
}

/** Two locals share a slot unless some step mentions both, or mentions one while the other has to live on. */
export function slotsOf(code: Code): Slots {
  const apart = code.locals.map(() => new Set<number>());
  for (const step of code.steps) {
    const together = [...localsAt(step)];
    for (const a of together) for (const b of together) defined(apart[a], "locals are declared").add(b);
  }
  const isMask = (local: number): boolean => code.locals[local]?.meaning.kind === "mask";
  const of: number[] = [];
  const masks: boolean[] = [];
  for (const local of code.locals.keys()) {
    const taken = new Set([...apart[local]!].map((other) => of[other]));
    const free = (slot: number): boolean => !taken.has(slot) && masks[slot] === isMask(local);
    const slot = local < code.params ? -1 : masks.findIndex((_, one) => free(one));
    of.push(slot < 0 ? masks.push(isMask(local)) - 1 : slot);
  }
  return { of, count: masks.length };
}

function localsAt(step: Step): Set<number> {
  const { access } = step;
  const locals = new Set(step.live);
  statementsOf(step, (s) => {
    if (s.kind === "set") locals.add(s.local);
  });
  expressionsOf(step, (e) => {
    if (e.kind === "local") locals.add(e.local);
  });
  if ("into" in access) locals.add(access.into);
  if ("old" in access) locals.add(access.old);
  return locals;
}
