// SPDX-License-Identifier: MIT
// Random graphs, with states of 1 to 5 words spread over all bits, against a search that is too simple to be wrong.

import fc from "fast-check";
import { expect, test } from "vitest";
import { replay } from "../../src/checker/path.ts";
import { search } from "../../src/checker/search.ts";
import { compileExplicit, type ExplicitModel, namesOf, type StepTo } from "./models/explicit.ts";
import { referenceSearch } from "./models/reference.ts";

const NODES = 60;

interface RandomEdge {
  readonly to: number;
  readonly walk: boolean;
  readonly raises: boolean;
  readonly reaches: boolean;
}

const rarely = fc.integer({ min: 0, max: 60 }).map((n) => n === 1);
const edge: fc.Arbitrary<RandomEdge> = fc.record({
  to: fc.nat(NODES - 1),
  walk: rarely,
  raises: rarely,
  reaches: rarely,
});
const nodeSet = fc.uniqueArray(fc.nat(NODES - 1), { maxLength: 3 });

const graphs = fc.record({
  words: fc.integer({ min: 1, max: 5 }),
  multiplier: fc.constantFrom(1, 1 << 26, 0x9e3779b1 | 0),
  edges: fc.array(fc.array(edge, { maxLength: 4 }), { minLength: NODES, maxLength: NODES }),
  bad: nodeSet,
  badEnd: nodeSet,
  rest: fc.uniqueArray(fc.nat(NODES - 1), { maxLength: NODES }),
  limited: nodeSet,
});
type Graph = typeof graphs extends fc.Arbitrary<infer T> ? T : never;

/** Node i as a state: its number in one word, something that depends on it in the others. */
function stateOf(node: number, { words, multiplier }: Graph): number[] {
  return Array.from({ length: words }, (_, w) => (w === node % words ? Math.imul(node + 1, multiplier) : 0));
}

function modelOf(graph: Graph): ExplicitModel {
  const nodes = new Map(Array.from({ length: NODES }, (_, node) => [stateOf(node, graph).join(), node]));
  const nodeOf = (state: readonly number[]) => nodes.get(state.join())!;
  const stepOf = ({ to, walk, raises, reaches }: RandomEdge): StepTo => ({
    to: stateOf(to, graph),
    walk,
    ...(raises && { raises: 2 }),
    ...(reaches && { reaches: 1 }),
  });
  return {
    initial: stateOf(0, graph),
    steps: (state) => graph.edges[nodeOf(state)]!.map(stepOf),
    properties: [
      { name: "good", kind: "always", holds: (state) => !graph.bad.includes(nodeOf(state)) },
      { name: "good end", kind: "at_end", holds: (state) => !graph.badEnd.includes(nodeOf(state)) },
      { name: "no raise", kind: "never" },
    ],
    witnesses: [{ name: "node 7", holds: (state) => nodeOf(state) === 7 }, { name: "a special edge" }],
    atRest: (state) => graph.rest.includes(nodeOf(state)),
    limits: ["limit"],
    limitAt: (state) => (graph.limited.includes(nodeOf(state)) ? 0 : -1),
  };
}

const sizes = fc.record({
  chunkWords: fc.constantFrom(5, 16, 64, 1 << 20),
  firstStates: fc.constantFrom(1, 2, 1024),
  firstSlots: fc.constantFrom(2, 8, 2048),
  hashMask: fc.constantFrom(0, 3, -1, -1),
});

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
