// SPDX-License-Identifier: MIT
// The same search in the most obvious way: a Set of strings, one level after the other, and no attempt at speed.

import type { ExplicitModel } from "./explicit.ts";

export interface ReferenceResult {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** By name: the length of the shortest run that violates the property, "no deadlock" included. */
  readonly violations: ReadonlyMap<string, number>;
  readonly witnesses: readonly (number | undefined)[];
  readonly limited: boolean;
}

export function referenceSearch(model: ExplicitModel): ReferenceResult {
  const { properties = [], witnesses = [] } = model;
  const violations = new Map<string, number>();
  const reached = witnesses.map((): number | undefined => undefined);
  const violate = (name: string, depth: number) =>
    violations.set(name, Math.min(depth, violations.get(name) ?? Number.POSITIVE_INFINITY));
  const seen = new Set<string>();
  let transitions = 0;
  let limited = false;

  const judge = (state: readonly number[], depth: number) => {
    for (const { name, kind, holds } of properties)
      if (kind === "always" && holds?.(state) === false) violate(name, depth);
    for (const [w, witness] of witnesses.entries()) if (witness.holds?.(state)) reached[w] ??= depth;
  };
  const expand = (state: readonly number[], depth: number) => {
    const steps = model.steps(state);
    transitions += steps.length;
    for (const { raises, reaches } of steps) {
      if (raises !== undefined) violate(properties[raises]!.name, depth + 1);
      if (reaches !== undefined) reached[reaches] ??= depth + 1;
    }
    const limitHit = (model.limitAt?.(state) ?? -1) >= 0;
    limited ||= limitHit;
    if (limitHit || steps.some((step) => !step.walk)) return steps;
    if (!model.atRest?.(state)) violate("no deadlock", depth);
    else
      for (const { name, kind, holds } of properties)
        if (kind === "at_end" && holds?.(state) === false) violate(name, depth);
    return steps;
  };

  let depth = -1;
  let next = [model.initial];
  while (next.length > 0) {
    const level = next.filter(
      (state, i) => !seen.has(state.join()) && next.findIndex((s) => s.join() === state.join()) === i,
    );
    if (level.length === 0) break;
    depth++;
    for (const state of level) seen.add(state.join());
    for (const state of level) judge(state, depth);
    next = level.flatMap((state) => expand(state, depth).map(({ to }) => to));
  }
  return { states: seen.size, transitions, depth, violations, witnesses: reached, limited };
}
