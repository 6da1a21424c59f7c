// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { orderingOf } from "../../src/emit/ordering.ts";
import { fuse } from "../../src/reductions/fusion.ts";
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
