// SPDX-License-Identifier: MIT
// The full check: every shipped scenario, design, memory model and mutant gives the verdict that its file states.
import { describe, expect, test } from "vitest";
import { check } from "../../src/jobs/check.ts";
import { openLibrary } from "../../src/jobs/library.ts";
import type { CheckReport } from "../../src/jobs/reports.ts";
import { compareVerdicts, readVerdicts } from "../../src/jobs/verdicts.ts";

const context = { signal: new AbortController().signal, progress: () => undefined, note: () => undefined };
const options = { names: [], designs: [], models: [], overlay: undefined, maxStates: undefined };
const report = await check(options, context);

function results(): CheckReport["results"] {
  if (!report.ok) throw new Error(JSON.stringify(report.error, null, 2));
  return report.value.results;
}

describe("every verdict", () => {
  test("is the expected one", () => {
    const wrong = results().flatMap((result) =>
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

  test("is stated in its scenario's file", () => {
    const items = results().flatMap((result) => [result, ...result.mutants]);
    expect(items.filter((item) => item.expected === null).map((item) => item.claim)).toEqual([]);
  });

  test("that is safe has reached a witness", () => {
    const safe = results().filter((result) => result.verdict === "safe");
    const unwitnessed = safe.filter(({ witnesses }) => Object.values(witnesses).filter(Boolean).length === 0);
    expect(unwitnessed.map((result) => `${result.scenario} / ${result.design} / ${result.model}`)).toEqual([]);
  });
});

// A mutant may be caught under one memory model only: what counts is that the scenario can fail for this design.
test("every design that is safe in a scenario has a mutant that is caught there", () => {
  const safe = results().filter((result) => result.verdict === "safe");
  const blind = safe.filter(
    ({ scenario, design }) =>
      !results()
        .filter((other) => other.scenario === scenario && other.design === design)
        .some((other) => other.mutants.some((mutant) => mutant.verdict === "violates")),
  );
  expect(safe.length).toBeGreaterThan(0);
  expect([...new Set(blind.map(({ scenario, design }) => `${scenario} / ${design}`))]).toEqual([]);
});

test("the stored verdicts are these: `npm run verdicts` writes them", async () => {
  const library = openLibrary(undefined);
  if (!library.ok) throw new Error("the shipped model compiles");
  const rows = await compareVerdicts(library.value, library.value.designs, context);
  expect(rows.ok && rows.value.filter((row) => Object.values(row.verdicts).includes("stale"))).toEqual([]);
  const stored = readVerdicts().map((v) => [v.scenario, v.design, v.model, v.verdict, v.property, v.states]);
  const found = results().map((r) => [r.scenario, r.design, r.model, r.verdict, r.property, r.states]);
  expect(found).toEqual(stored);
});
