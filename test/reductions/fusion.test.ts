// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { orderingOf } from "../../src/emit/ordering.ts";
import { fuse } from "../../src/reductions/fusion.ts";
import { compileFiles } from "../compiler/dialect.ts";
import { explore } from "../emit/explore.ts";
import { commonModel, fused, isQuick, type Sample, samples, searched } from "./programs.ts";

/** States in which some context stands before a step that is never stood before. */
function standing(sample: Sample): { all: number; notStanding: number; reduced: number; locations: number } {
  const { program, locations } = fuse(sample.program, orderingOf(sample.program, sample.model));
  const raw = explore(sample.program, sample.model, sample.depth);
  const stay = [...raw.states.values()].filter(({ plain }) =>
    plain.contexts.every(({ code, pc }) => !locations[code]?.has(pc)),
  );
  const reduced = explore(program, sample.model, sample.depth);
  return {
    all: raw.states.size,
    notStanding: stay.length,
    reduced: reduced.states.size,
    locations: locations.reduce((n, of) => n + of.size, 0),
  };
}

describe("the states that disappear are those in which somebody stands at a fused location, and no others", () => {
  const quick = samples(["linux-6.12-x86"]).filter(isQuick);
  test.each(quick.map((sample) => [sample.name, sample] as const))("%s", (_, sample) => {
    const { all, notStanding, reduced, locations } = standing(sample);
    expect(locations).toBeGreaterThan(10);
    expect(reduced).toBe(notStanding);
    expect(reduced).toBeLessThan(all);
  });
});

/** Two CPUs that count under a lock. `inside`, `outside`: what they do besides. */
const counting = (inside: string, outside: string) => `
interface shared { lock: spinlock_t; n: int<0, 8>; seen: int<0, 8> }
const g = DEFINE_SHARED<shared>();
function add(): void {
  spin_lock(g.lock);
  const n = READ_ONCE(g.n);
  WRITE_ONCE(g.n, n + 1);
  const again = READ_ONCE(g.n);
  BUG_ON(again !== n + 1);
  ${inside}
  spin_unlock(g.lock);
  ${outside}
}
export const s = scenario({
  question: "?", machine: { cpus: 2, store_buffer: 6 }, init() {},
  threads: { CPU0() { add(); add(); }, CPU1() { add(); add(); } },
  check: [], witness: [], expect: {}, mutants: [],
});`;

describe("a lock keeps others out: what is done under it is one step", () => {
  const sample = (inside: string, outside: string, model: Sample["model"]): Sample => {
    const program = compileFiles({ "scenario.ts": counting(inside, outside) });
    return { name: "counting", program, model, depth: model === sc ? 0 : 6 };
  };

  test.each([
    ["nothing else", "", "", 4],
    ["others read without the lock", "", "const seen = READ_ONCE(g.n); WRITE_ONCE(g.seen, seen);", 0],
    ["others write without the lock", "", "WRITE_ONCE(g.n, 0);", 0],
    ["it is released before the end", "spin_unlock(g.lock); WRITE_ONCE(g.n, 0); spin_lock(g.lock);", "", 0],
    ["somebody who does not hold it releases it", "", "spin_unlock(g.lock);", 0],
  ])("%s", (_, inside, outside, atLeast) => {
    for (const model of [sc, x86_tso]) {
      const { reduced, notStanding, locations, all } = standing(sample(inside, outside, model));
      expect(reduced).toBe(notStanding);
      expect(locations).toBeGreaterThanOrEqual(atLeast);
      if (atLeast > 0) expect(reduced).toBeLessThan(0.7 * all);
    }
  });
});

describe("the common model", () => {
  const program = commonModel("in_order", 0, 0);
  const sample = { name: "common", program, model: sc, depth: 0 };

  test("has the states that other checkers count", () => {
    const { states, transitions, verdict } = searched(sample);
    expect([states, transitions, verdict.kind]).toEqual([717_075, 3_230_292, "safe"]);
  });

  test("fused, has fewer, and the same verdict", () => {
    const { states, verdict } = searched(fused(sample));
    expect(verdict.kind).toBe("safe");
    expect(states).toBeLessThan(717_075 / 5);
  });
});
