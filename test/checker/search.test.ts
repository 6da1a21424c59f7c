// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { NO_DEADLOCK } from "../../src/checker/findings.ts";
import { replay } from "../../src/checker/path.ts";
import { type SearchOptions, search } from "../../src/checker/search.ts";
import { counter, dining, grid, peterson } from "./models/classics.ts";
import { compileExplicit, type ExplicitModel, namesOf } from "./models/explicit.ts";

const run = (model: ExplicitModel, options?: SearchOptions) => search(compileExplicit(model), namesOf(model), options);

/** What the models below share: a step to each of `next`, and an end that is no deadlock. */
function graph(next: Readonly<Record<number, readonly number[]>>, more: Partial<ExplicitModel> = {}): ExplicitModel {
  return {
    initial: [0],
    steps: ([n]) => (next[n!] ?? []).map((to) => ({ to: [to] })),
    atRest: ([n]) => (next[n!] ?? []).length === 0,
    ...more,
  };
}

describe("verdicts on textbook models", () => {
  test("a counter is safe, and counted", () => {
    const expected = { verdict: { kind: "safe" }, complete: true, states: 5001, transitions: 5000, depth: 5000 };
    expect(run(counter(5000))).toMatchObject(expected);
  });

  test.each([[[300]], [[20, 30]], [[5, 6, 7]], [[2, 3, 4, 5]], [[3, 1, 4, 1, 5, 2]]])(
    "all of a grid of %j",
    (extents) => {
      const states = extents.reduce((product, n) => product * n);
      const transitions = extents.reduce((sum, n) => sum + (states / n) * (n - 1), 0);
      const depth = extents.reduce((sum, n) => sum + n - 1, 0);
      expect(run(grid(extents))).toMatchObject({ verdict: { kind: "safe" }, states, transitions, depth });
    },
  );

  test.each([2, 3, 5])("%i philosophers starve, after one step each", (seats) => {
    // After the first one took the left fork, its right fork is what index 0 always means, until somebody takes it.
    const path = new Array<number>(seats).fill(1).with(0, 0);
    expect(run(dining(seats, false)).verdict).toEqual({
      kind: "violates",
      violation: { property: NO_DEADLOCK, kind: "deadlock", depth: seats, path },
    });
    const saved = run(dining(seats, true));
    expect(saved.verdict).toEqual({ kind: "safe" });
    expect(saved.witnesses).toEqual([{ name: "somebody eats", depth: 2 }]);
  });

  test("Peterson's lock excludes, and its at_end property is asked", () => {
    const result = run(peterson(false));
    expect(result.verdict).toEqual({ kind: "safe" });
    expect(result.witnesses).toEqual([
      { name: "CPU 1 is inside", depth: 3 },
      { name: "CPU 0 is inside twice", depth: undefined },
    ]);
  });

  test("Peterson's lock with its first two steps swapped does not", () => {
    const { verdict } = run(peterson(true));
    expect(verdict).toMatchObject({ kind: "violates", violation: { property: "mutual exclusion", depth: 6 } });
  });
});

describe("kinds of violation", () => {
  const always = { name: "below 3", kind: "always", holds: ([n]: readonly number[]) => n! < 3 } as const;
  const atEnd = { name: "ends in 7", kind: "at_end", holds: ([n]: readonly number[]) => n === 7 } as const;

  test("always: at the state", () => {
    const { verdict } = run(graph({ 0: [1, 2], 1: [2], 2: [1, 3], 3: [3] }, { properties: [always] }));
    expect(verdict).toMatchObject({ violation: { property: "below 3", kind: "always", depth: 2, path: [1, 1] } });
  });

  test("always, in the initial state", () => {
    const { verdict, complete } = run(graph({ 4: [4] }, { initial: [4], properties: [always] }));
    expect(verdict).toMatchObject({ kind: "violates", violation: { depth: 0, path: [] } });
    expect(complete).toBe(false);
  });

  test("never: by the step that leads to a state, even a known one", () => {
    const model = graph({ 0: [1], 1: [0, 1] });
    const raising: ExplicitModel = {
      ...model,
      properties: [always, { name: "no use after free", kind: "never" }],
      steps: (state) => model.steps(state).map((step, i) => (i === 1 ? { ...step, raises: 1 } : step)),
    };
    const { verdict } = run(raising);
    expect(verdict).toMatchObject({
      violation: { property: "no use after free", kind: "never", depth: 2, path: [0, 1] },
    });
  });

  test("at_end: only where all have come to rest", () => {
    expect(run(graph({ 0: [7] }, { properties: [atEnd] })).verdict).toEqual({ kind: "safe" });
    const { verdict } = run(graph({ 0: [7, 1], 1: [2] }, { properties: [atEnd] }));
    expect(verdict).toMatchObject({ violation: { property: "ends in 7", kind: "at_end", depth: 2, path: [1, 0] } });
  });

  test("deadlock: page walks are no progress", () => {
    const walks: ExplicitModel = {
      initial: [0],
      steps: ([n]) => [{ to: [n === 0 ? 1 : 1 - n!], walk: n !== 0 }],
      atRest: () => false,
    };
    expect(run(walks).verdict).toMatchObject({ violation: { kind: "deadlock", depth: 1, path: [0] } });
    expect(run({ ...walks, atRest: ([n]) => n === 1 }).verdict).toEqual({ kind: "safe" });
  });

  test("a deadlock later in a level is shorter than a step into the next one", () => {
    const properties = [{ name: "never 5", kind: "always", holds: ([n]: readonly number[]) => n !== 5 } as const];
    const wide = Array.from({ length: 1000 }, (_, i) => 10 + i);
    const next = { 0: [1, ...wide, 2], 1: [5], 5: [5], ...Object.fromEntries(wide.map((n) => [n, [1]])) };
    const model = graph(next, { properties, atRest: () => false, maxSuccessors: 1002 });
    expect(run(model).violations).toMatchObject([{ kind: "deadlock", depth: 1, path: [1001] }]);
    expect(run(model, { stopAtViolation: false }).violations).toMatchObject([
      { kind: "deadlock", depth: 1, path: [1001] },
      { kind: "always", depth: 2, path: [0, 0] },
    ]);
  });

  test("going on finds the shortest violation of every property, and all states", () => {
    const properties = [always, atEnd];
    const model = graph({ 0: [1, 2], 1: [3], 2: [4, 5], 3: [], 4: [6], 5: [] }, { properties });
    const result = run(model, { stopAtViolation: false });
    expect(result.violations).toMatchObject([
      { property: "below 3", depth: 2, path: [0, 0] },
      { property: "ends in 7", depth: 2, path: [0, 0] },
    ]);
    expect(result).toMatchObject({ complete: true, states: 7, transitions: 6, depth: 3 });
  });
});

describe("a limit", () => {
  const unknown = (limit: object) => ({ verdict: { kind: "unknown", limit }, complete: false, violations: [] });
  const never = { name: "never 500", kind: "always", holds: ([n]: readonly number[]) => n !== 500 } as const;

  test("of states is never safe, and not met by a model that just fits", () => {
    expect(run(counter(99), { maxStates: 99 })).toMatchObject({ ...unknown({ kind: "states" }), states: 99 });
    expect(run(counter(99), { maxStates: 100 })).toMatchObject({ verdict: { kind: "safe" }, limits: [] });
    expect(run(counter(99), { maxStates: 0 })).toMatchObject({ ...unknown({ kind: "states" }), states: 0 });
  });

  test("of memory", () => {
    const result = run(counter(1e6), { maxMemoryBytes: 100_000 });
    expect(result).toMatchObject(unknown({ kind: "memory" }));
    expect(result.bytes).toBeLessThanOrEqual(100_000);
    expect(run(counter(9), { maxMemoryBytes: 0 })).toMatchObject(unknown({ kind: "memory" }));
  });

  test("of time", () => {
    expect(run(counter(1e9), { timeoutSeconds: 0.05 })).toMatchObject(unknown({ kind: "time" }));
    // Too late for a search that has just finished.
    expect(run(counter(0), { timeoutSeconds: 0 }).verdict).toEqual({ kind: "safe" });
  });

  test("by request, with progress on the way", () => {
    const seen: number[] = [];
    const options = {
      onProgress: ({ states }: { states: number }) => seen.push(states),
      stop: () => seen.length === 2,
    };
    expect(run(counter(1e9), options)).toMatchObject(unknown({ kind: "stopped" }));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test("of the model: the search goes on, and its end is unknown", () => {
    const limits = ["a store buffer is full", "a value is out of range"];
    const bounded: ExplicitModel = { ...counter(1000), limits, limitAt: ([n]) => (n === 300 ? 1 : n === 400 ? 0 : -1) };
    const result = run(bounded);
    expect(result).toMatchObject({ ...unknown({ kind: "model", text: limits[1] }), states: 1001 });
    expect(result.limits).toEqual(limits.toReversed().map((text) => ({ kind: "model", text })));
  });

  test("of the model that leaves a state without successors is no deadlock", () => {
    const stuck = graph({ 0: [1] }, { limits: ["full"], limitAt: ([n]) => n! - 1, atRest: () => false });
    expect(run(stuck)).toMatchObject(unknown({ kind: "model", text: "full" }));
  });

  test("does not hide a violation found before or beside it", () => {
    const bounded: ExplicitModel = {
      ...counter(1000),
      properties: [never],
      limits: ["full"],
      limitAt: ([n]) => (n === 3 ? 0 : -1),
    };
    expect(run(bounded)).toMatchObject({ verdict: { violation: { depth: 500 } }, limits: [{ kind: "model" }] });
    expect(run(bounded, { maxStates: 501 }).verdict.kind).toBe("violates");
    expect(run(bounded, { maxStates: 501, stopAtViolation: false })).toMatchObject({
      verdict: { kind: "violates" },
      limits: [{ kind: "model" }, { kind: "states" }],
    });
    expect(run(bounded, { maxStates: 500 }).verdict.kind).toBe("unknown");
  });

  test("in the midst of a batch leaves the violation that this batch stored", () => {
    const fan = graph({ 0: [1, 2, 3, 4, 5, 500, 7] }, { properties: [never], maxSuccessors: 7 });
    expect(run(fan, { maxStates: 7 }).verdict).toMatchObject({ violation: { depth: 1, path: [5] } });
    expect(run(fan, { maxStates: 6 }).verdict).toEqual({ kind: "unknown", limit: { kind: "states" } });
  });
});

describe("the path", () => {
  const far = {
    name: "not the far corner",
    kind: "always",
    holds: (s: readonly number[]) => s.join() !== "9,9,9",
  } as const;
  const model: ExplicitModel = { ...grid([12, 12, 12]), properties: [far] };
  const sizes = { chunkWords: 100, firstStates: 4, firstSlots: 4 };

  test.each([{}, { storeParents: true }, { sizes }, { sizes, storeParents: true }])(
    "is the same with %j",
    (options) => {
      const { verdict } = run(model, options);
      const path = verdict.kind === "violates" ? verdict.violation.path : [];
      // Of all shortest paths the first in the order of the successors.
      expect(path.join("")).toBe("0".repeat(9) + "1".repeat(9) + "2".repeat(9));
      const replayed = replay(compileExplicit(model), path);
      expect(replayed.ok && replayed.value.states.at(-1)).toEqual(Int32Array.of(9, 9, 9));
    },
  );
});

test("a model that breaks its own maxSuccessors is caught", () => {
  const wide = graph({ 0: Array.from({ length: 70_000 }, (_, i) => i) }, { maxSuccessors: 3 });
  expect(() => run(wide)).toThrow("maxSuccessors");
});

test("flags left over from another search say nothing about this one", () => {
  const model = peterson(false);
  const compiled = compileExplicit(model);
  compiled.report.fill(1);
  expect(search(compiled, namesOf(model)).witnesses[1]).toEqual({ name: "CPU 0 is inside twice", depth: undefined });
});
