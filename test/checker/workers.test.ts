// SPDX-License-Identifier: MIT
// Several workers find what one search finds, whoever is quicker.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Partition } from "../../src/checker/route-code.ts";
import { type SearchOptions, type SearchResult, search } from "../../src/checker/search.ts";
import { createShared } from "../../src/checker/shared.ts";
import { SearchWorker } from "../../src/checker/worker.ts";
import { counter, dining, grid, peterson } from "./models/classics.ts";
import { compileExplicit, type ExplicitModel, namesOf } from "./models/explicit.ts";
import { graphs, modelOf, sizes } from "./models/random-graphs.ts";
import { searchInTurns } from "./models/turns.ts";

const TURNS = [0, 1, 2, 0, 0, 2, 1, 1];

/** All that must not depend on who searches. */
function essence({ verdict, violations, limits, witnesses, complete, states, transitions, depth }: SearchResult) {
  return { verdict, violations, limits, witnesses, complete, states, transitions, depth };
}

function alone(model: ExplicitModel, options?: SearchOptions): SearchResult {
  return search(compileExplicit(model), namesOf(model), options);
}

describe("the same as alone", () => {
  const models: [string, ExplicitModel][] = [
    ["a counter", counter(300)],
    ["a grid", grid([20, 30])],
    ["a deep grid", grid([2, 3, 4, 5])],
    ["philosophers who starve", dining(5, false)],
    ["philosophers", dining(4, true)],
    ["Peterson's lock", peterson(false)],
    ["Peterson's lock, wrong", peterson(true)],
  ];
  test.each(models)("%s", (_name, model) => {
    const expected = essence(alone(model));
    for (const workers of [1, 2, 3, 5]) {
      expect(essence(searchInTurns(model, workers, TURNS))).toEqual(expected);
      // A batch never fits, and whoever sends one has to wait in the middle of it.
      expect(essence(searchInTurns(model, workers, TURNS, { mailboxStates: 4 }))).toEqual(expected);
    }
  });

  test("random graphs, in any turns", () => {
    const turns = fc.array(fc.nat(7), { minLength: 1, maxLength: 12 });
    const workers = fc.integer({ min: 1, max: 4 });
    const by = fc.constantFrom<Partition>("all", 0);
    const mailboxes = fc.constantFrom(1, 2, 16, 8192);
    const property = fc.property(
      graphs,
      sizes,
      fc.boolean(),
      workers,
      turns,
      by,
      mailboxes,
      (graph, some, stop, n, order, partition, mailboxStates) => {
        const model = modelOf(graph);
        const options = { sizes: some, stopAtViolation: stop, partition, mailboxStates };
        expect(essence(searchInTurns(model, n, order, options))).toEqual(essence(alone(model, options)));
      },
    );
    fc.assert(property, { numRuns: 400 });
  });
});

describe("a limit of one ends all", () => {
  const unknown = (limit: object) => ({ verdict: { kind: "unknown", limit }, complete: false, violations: [] });

  test("of states, exactly", () => {
    const model = grid([20, 30]);
    expect(searchInTurns(model, 3, TURNS, { maxStates: 599 })).toMatchObject(unknown({ kind: "states" }));
    expect(searchInTurns(model, 3, TURNS, { maxStates: 600 })).toMatchObject({
      verdict: { kind: "safe" },
      states: 600,
    });
    expect(searchInTurns(model, 3, TURNS, { maxStates: 0 })).toMatchObject(unknown({ kind: "states" }));
  });

  test("of memory", () => {
    const options = { maxMemoryBytes: 3 * 40_000 };
    expect(searchInTurns(grid([300, 300]), 3, TURNS, options)).toMatchObject(unknown({ kind: "memory" }));
  });
});

test("a worker of another build does not take part", () => {
  const model = counter(3);
  const compiled = compileExplicit(model);
  const join = (shared: ReturnType<typeof createShared>) =>
    new SearchWorker(compiled, namesOf(model), shared, 0, { partition: "all" });
  const shared = createShared(2, compiled.words);
  expect(join(shared).step()).toBe("worked");
  expect(() => join({ ...shared, pact: shared.pact.replace("closed", "shut") })).toThrow(/of the same build/);
});

test("all states in one store come in the same order, whoever was quicker", () => {
  const model = grid([6, 7, 8]);
  const orders = [[0], [1, 0, 0], TURNS, [2, 2, 2, 2, 1, 0]].map((turns) => {
    const seen: number[][] = [];
    const onSafe: SearchOptions["onSafe"] = ({ store, levels }) => {
      seen.push([...levels]);
      for (let n = 0; n < store.count; n++) {
        seen.push([...store.chunkOf(n).subarray(store.offsetOf(n), store.offsetOf(n) + 3)]);
      }
    };
    expect(searchInTurns(model, 3, turns, { onSafe }).verdict.kind).toBe("safe");
    return seen;
  });
  expect(orders[0]).toHaveLength(1 + 6 * 7 * 8);
  for (const order of orders) expect(order).toEqual(orders[0]);
  // Level by level: the depth of a cell is the sum of its coordinates.
  const depths = orders[0]!.slice(1).map((cell) => cell.reduce((a, b) => a + b));
  expect(depths).toEqual(depths.toSorted((a, b) => a - b));
});
