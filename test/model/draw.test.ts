// SPDX-License-Identifier: MIT
import { expect, test } from "vitest";
import type { Case } from "../../src/jobs/select.ts";
import { caseName, isDrawn, quickCases } from "./draw.ts";

const entry = (name: string) => ({ info: { name }, ref: name, user: false });
const designs = ["a", "b", "c", "d"].map(entry);
const scenarios = ["first", "second", "third"].map(entry);
const all = scenarios.flatMap((scenario) => designs.map((design) => ({ scenario, design }) as unknown as Case));

function quick(cases: readonly Case[], states: Readonly<Record<string, number>> = {}): string[] {
  const known = new Map(cases.map((item) => [caseName(item), states[caseName(item)] ?? 100]));
  return [...quickCases(cases, known)].map(caseName);
}

test("every scenario is asked, and every design", () => {
  expect(quick(all)).toEqual(["first / a", "second / b", "third / c", "first / d"]);
});

test("what is large is left out, unless there is nothing else", () => {
  const large = { "first / a": 1e6, "second / b": 3e6, "second / c": 2e6 };
  expect(quick(all, large)).toEqual(["first / b", "second / a", "third / c", "first / d"]);
  const second = all.filter(({ scenario, design }) => scenario.info.name === "second" && /[bc]/.test(design.info.name));
  expect(quick(second, large)).toEqual(["second / c", "second / b"]);
});

test("a case that nobody has searched yet counts as large", () => {
  const known = new Map([["first / b", 10]]);
  const two = all.slice(0, 2);
  expect([...quickCases(two, known)].map(caseName)).toEqual(["first / b", "first / a"]);
});

test.skipIf((process.env.LAZYMM_ALL ?? "") !== "")("one in ten is drawn, always the same", () => {
  const names = Array.from({ length: 2000 }, (_, i) => `case ${i}`);
  const drawn = names.filter((name) => isDrawn(name));
  expect(drawn.length).toBeGreaterThan(120);
  expect(drawn.length).toBeLessThan(280);
  expect(names.filter((name) => isDrawn(name))).toEqual(drawn);
});
