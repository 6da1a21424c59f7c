// SPDX-License-Identifier: MIT
// Random graphs as models, with states of 1 to 5 words spread over all bits, and sizes of stores that grow at once.
import fc from "fast-check";
import type { ExplicitModel, StepTo } from "./explicit.ts";

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

export const graphs = fc.record({
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

export function modelOf(graph: Graph): ExplicitModel {
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

export const sizes = fc.record({
  chunkWords: fc.constantFrom(5, 16, 64, 1 << 20),
  firstStates: fc.constantFrom(1, 2, 1024),
  firstSlots: fc.constantFrom(2, 8, 2048),
  hashMask: fc.constantFrom(0, 3, -1, -1),
});
