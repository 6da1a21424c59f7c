// SPDX-License-Identifier: MIT
// docs/answers.md and docs/catalogue.md are what answers.ts, systems.ts and the stored verdicts say. UPDATE=1 writes
// them.
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { answersPage, cataloguePage, missingDesigns, unnamedDesigns, wrongGrounds } from "./catalogue-pages.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const PAGES: readonly [string, () => string][] = [
  ["docs/answers.md", answersPage],
  ["docs/catalogue.md", cataloguePage],
];

describe("the catalogue", () => {
  test("names every design of the library, and no other", () => {
    expect(unnamedDesigns()).toEqual([]);
    expect(missingDesigns()).toEqual([]);
  });

  test("no answer rests on a verdict that was not found", () => {
    expect(wrongGrounds()).toEqual([]);
  });

  test.each(PAGES)("%s is up to date", { timeout: 120_000 }, (path, page) => {
    const text = page();
    if (process.env.UPDATE) writeFileSync(`${ROOT}${path}`, text);
    expect(readFileSync(`${ROOT}${path}`, "utf8")).toBe(text);
  });
});
