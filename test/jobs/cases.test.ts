// SPDX-License-Identifier: MIT
// Cases side by side, in threads: what is found is what one after the other finds, in the same order.
import { describe, expect, test } from "vitest";
import { check } from "../../src/jobs/check.ts";
import type { CheckResult, JobContext } from "../../src/jobs/reports.ts";
import { CHECK, checked, DESIGN, quiet, STORE_BUFFERING, scenarioOf, temporary } from "./tiny.ts";

const { write } = temporary();
const scenario = write("scenario.ts", STORE_BUFFERING);
const designs = ["one", "two", "three"].map((name) => write(`${name}.ts`, DESIGN.replaceAll("tiny", name)));

/** Without what depends on the clock. */
function timeless(results: readonly CheckResult[]): unknown {
  return JSON.parse(JSON.stringify(results, (key, value: unknown) => (key === "seconds" ? 0 : value)));
}

test.each([
  ["a shipped scenario", ["mmdrop_under_a_lock"], ["x86-no-lazy", "x86-shootdown", "linux-6.12-x86"]],
  ["a user's", [scenario], designs],
])("%s: the same results, in the same order, and all of the progress", async (_what, names, asked) => {
  const seen: [number, number | undefined][] = [];
  const context: JobContext = { ...quiet(), progress: (_line, done, total) => seen.push([done, total]) };
  const alone = await check({ ...CHECK, names, designs: asked }, quiet());
  const threads = await check({ ...CHECK, names, designs: asked, jobs: 2 }, context);
  if (!alone.ok || !threads.ok) throw new Error("both are checked");
  expect(threads.value.results.length).toBeGreaterThan(3);
  expect(timeless(threads.value.results)).toEqual(timeless(alone.value.results));
  expect(threads.value.notes).toEqual(alone.value.notes);
  const of = alone.value.results.reduce((n, result) => n + 1 + result.mutants.length, 0);
  expect(new Set(seen.flatMap(([, total]) => total ?? []))).toEqual(new Set([of]));
  expect(Math.max(...seen.flatMap(([done, total]) => (total === undefined ? [] : [done])))).toBeLessThan(of);
});

test("an interrupted check returns what it has", async () => {
  const controller = new AbortController();
  const context = { ...quiet(controller.signal), progress: () => controller.abort() };
  const report = await check({ ...CHECK, names: [scenario], designs, jobs: 2 }, context);
  if (!report.ok) throw new Error("it is checked");
  expect(report.value.interrupted).toBe(true);
  // Whoever had begun says what it found; the third case was never begun.
  expect(report.value.results.length).toBeLessThan(6);
  expect(report.value.results.map(({ design }) => design)).not.toContain("three");
});

test("of several that fail, the first one's error is reported", async () => {
  const bad = write("bad.ts", scenarioOf("", "", { init: "WRITE_ONCE(s.x, 2);" }));
  const of = async (jobs: number) => await check({ ...CHECK, names: [bad], designs, jobs }, quiet());
  const found = await of(2);
  expect(found).toMatchObject({ ok: false, error: { kind: "rejected" } });
  expect(found).toEqual(await of(1));
});

describe("counterexamples", () => {
  test.each([
    ["news", null],
    ["all", expect.stringContaining("CPU 1")],
  ] as const)("of what is expected, where %s are told", async (tell, told) => {
    const { results } = await checked({ names: [scenario], designs: designs.slice(0, 1), models: ["x86_tso"], tell });
    expect(results[0]?.mutants[0]).toMatchObject({ verdict: "violates", agrees: true, counterexample: told });
  });

  test("of what nobody expected are always told", async () => {
    const surprise = write("surprise.ts", scenarioOf("raise(wrong);"));
    const { results } = await checked({ names: [surprise], designs: designs.slice(0, 1), tell: "news" });
    expect(results.map(({ counterexample }) => counterexample)).toEqual([
      expect.stringContaining("something wrong"),
      expect.stringContaining("something wrong"),
    ]);
  });
});
