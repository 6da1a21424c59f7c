// SPDX-License-Identifier: MIT
// Searches a part of the shipped scenarios, designs and mutants (draw.ts says which), and finds what is stored. All of
// them: `npm run check:all`, or LAZYMM_ALL=1.
import { describe, expect, test } from "vitest";
import { workOn } from "../../src/jobs/cases.ts";
import type { CheckResult } from "../../src/jobs/reports.ts";
import { keyOf, readVerdicts, stored } from "../../src/jobs/verdict-store.ts";
import { quiet } from "../jobs/tiny.ts";
import { drawnCases } from "./draw.ts";
import { cases, library } from "./shipped.ts";

const drawn = drawnCases(cases);
const reports = await workOn("check", library, drawn, { tell: "news" }, 2, quiet());
if (!reports.ok) throw new Error(JSON.stringify(reports.error, null, 2));
const results: readonly CheckResult[] = reports.value.flatMap((report) => report.results);

describe(`of ${cases.length} cases, ${drawn.length}`, () => {
  test("have the expected verdicts", () => {
    const wrong = results.flatMap((result) =>
      [result, ...result.mutants]
        .filter((item) => !item.agrees)
        .map((item) => {
          const mutant = "mutant" in item ? ` / ${item.mutant}` : "";
          const expected = `expected: ${item.expected} ${item.expected_property ?? ""}`;
          return `${result.scenario} / ${result.design}${mutant}: ${item.claim}; ${expected}`;
        }),
    );
    expect(wrong).toEqual([]);
  });

  test("have the verdicts, states and witnesses that are stored", () => {
    const known = new Map(readVerdicts().map((verdict) => [keyOf(verdict), verdict]));
    const found = results.map((result) => {
      const { hash = "", mutants_hash = "" } = known.get(keyOf(result)) ?? {};
      return stored(result, { ...result, hash, mutants_hash });
    });
    expect(found).toEqual(results.map((result) => known.get(keyOf(result))));
    expect(results.length).toBe(drawn.reduce((n, item) => n + item.models.length, 0));
  });
});
