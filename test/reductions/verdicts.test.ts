// SPDX-License-Identifier: MIT
// Every combination of reductions gives the verdict and reaches the witnesses of the search without any: all of them at
// once each time, the others if they are drawn (test/model/draw.ts), as are samples that are not quick.
import { describe, expect, test } from "vitest";
import type { SearchResult } from "../../src/checker/search.ts";
import { countersOf } from "../../src/reductions/counters.ts";
import { fillsOf } from "../../src/reductions/fills.ts";
import { OTHER_OWNERS, watchOwners } from "../../src/reductions/owners.ts";
import { isDrawn } from "../model/draw.ts";
import { fused, isQuick, putOffIn, type Sample, samples, searched } from "./programs.ts";

const SWITCHES = ["fusion", "put off", "fills", "ranks"] as const;

/** All subsets but the empty one. */
const combinations = Array.from({ length: 2 ** SWITCHES.length - 1 }, (_, i) =>
  SWITCHES.filter((__, bit) => ((i + 1) >> bit) & 1),
);

function reduced(sample: Sample, switches: readonly (typeof SWITCHES)[number][]): SearchResult {
  const counted = switches.includes("ranks") ? countersOf(sample.program) : undefined;
  const ranked = { ...sample, program: counted?.program ?? sample.program };
  const less = switches.includes("fusion") ? fused(ranked) : ranked;
  const putOff = switches.includes("put off") ? putOffIn(less) : undefined;
  const fills = switches.includes("fills") ? fillsOf(less.program) : undefined;
  const counters = counted?.counters;
  const program = counters ? watchOwners(less.program, counters) : less.program;
  return searched({ ...less, program }, { counters, putOff, fills });
}

const said = ({ verdict, witnesses }: SearchResult) => ({
  verdict: verdict.kind === "violates" ? verdict.violation.property : verdict.kind,
  // Where a violation ends the search, what else was seen is chance.
  witnesses: verdict.kind === "violates" ? [] : witnesses.filter((w) => w.depth !== undefined).map((w) => w.name),
});

function compare(sample: Sample, raw: SearchResult, switches: readonly (typeof SWITCHES)[number][]): void {
  const first = reduced(sample, switches);
  // Ranks that would say nothing say so.
  const refused = first.limits.some((limit) => limit.kind === "model" && limit.text === OTHER_OWNERS);
  const less = refused
    ? reduced(
        sample,
        switches.filter((one) => one !== "ranks"),
      )
    : first;
  expect(said(less)).toEqual(said(raw));
  if (raw.verdict.kind === "safe") expect(less.states).toBeLessThanOrEqual(raw.states);
}

describe("every combination", () => {
  const some = samples(["linux-6.12-x86"]).filter((sample) => isQuick(sample) || isDrawn(sample.name));
  describe.each(some.map((sample) => [sample.name, sample] as const))("%s", (_, sample) => {
    const raw = searched(sample);
    const drawn = combinations.filter((c) => c.length === SWITCHES.length || isDrawn(`${sample.name}: ${c}`, 3));
    test.each(drawn.map((c) => [c.join(", "), c] as const))("%s", (__, switches) => compare(sample, raw, switches));
  });
});

describe("all of them", () => {
  const some = samples(["x86-shootdown"], true).filter((sample) => isQuick(sample) || isDrawn(sample.name, 3));
  test.each(some.map((sample) => [sample.name, sample] as const))("%s", (_, sample) =>
    compare(sample, searched(sample), SWITCHES),
  );
});
