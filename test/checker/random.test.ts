// SPDX-License-Identifier: MIT
// Random graphs against a search that is too simple to be wrong.

import fc from "fast-check";
import { expect, test } from "vitest";
import { replay } from "../../src/checker/path.ts";
import { search } from "../../src/checker/search.ts";
import { compileExplicit, namesOf } from "./models/explicit.ts";
import { graphs, modelOf, sizes } from "./models/random-graphs.ts";
import { referenceSearch } from "./models/reference.ts";

test("counts, depths, violations and witnesses agree with the simple search", () => {
  const property = fc.property(graphs, sizes, fc.boolean(), (graph, someSizes, storeParents) => {
    const model = modelOf(graph);
    const expected = referenceSearch(model);
    const compiled = compileExplicit(model);
    const options = { sizes: someSizes, storeParents };

    const all = search(compiled, namesOf(model), { ...options, stopAtViolation: false });
    const { states, transitions, depth, witnesses } = expected;
    expect(all).toMatchObject({ states, transitions, depth, complete: !expected.limited });
    expect(all.witnesses.map((witness) => witness.depth)).toEqual(witnesses);
    expect(new Map(all.violations.map((v) => [v.property, v.depth]))).toEqual(expected.violations);
    for (const { path } of all.violations) expect(replay(compiled, path).ok).toBe(true);

    const shortest = Math.min(...expected.violations.values());
    const { verdict } = search(compiled, namesOf(model), options);
    if (verdict.kind === "violates") expect(verdict.violation.depth).toBe(shortest);
    else expect([shortest, verdict.kind]).toEqual([Number.POSITIVE_INFINITY, expected.limited ? "unknown" : "safe"]);
  });
  fc.assert(property, { numRuns: 500 });
});

test("a path ends where its violation is, and does not depend on what the store keeps", () => {
  const property = fc.property(graphs, sizes, (graph, someSizes) => {
    const model = modelOf(graph);
    const compiled = compileExplicit(model);
    const options = { sizes: someSizes, stopAtViolation: false };
    const { violations } = search(compiled, namesOf(model), options);
    expect(search(compiled, namesOf(model), { ...options, storeParents: true }).violations).toEqual(violations);
    for (const { kind, path } of violations) {
      const run = replay(compiled, path);
      const states = run.ok ? run.value.states.map((state) => [...state]) : [];
      const last = states.at(-1)!;
      if (kind === "always") expect(model.properties?.[0]?.holds?.(last)).toBe(false);
      if (kind === "at_end") expect(model.properties?.[1]?.holds?.(last)).toBe(false);
      if (kind === "never") expect(model.steps(states.at(-2)!)[path.at(-1)!]?.raises).toBe(2);
      if (kind === "deadlock") expect(model.steps(last).some((step) => !step.walk)).toBe(false);
    }
  });
  fc.assert(property, { numRuns: 500 });
});
