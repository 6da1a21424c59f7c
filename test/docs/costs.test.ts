// SPDX-License-Identifier: MIT
// docs/costs.md: a row for each design, and those of a few that are drawn anew for each run are counted again.
// UPDATE=1 counts and writes all of it; so does LAZYMM_ALL=1, without writing.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isDrawn } from "../model/draw.ts";
import { costsPage, costsRow, pricedDesigns } from "./costs-page.ts";

const PAGE = new URL("../../docs/costs.md", import.meta.url).pathname;
if (process.env.UPDATE) writeFileSync(PAGE, costsPage());
const page = readFileSync(PAGE, "utf8").split("\n");

test("a row for each design", () => {
  const named = page.flatMap((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? []);
  expect(named).toEqual(pricedDesigns.map(({ name }) => name));
});

const counted = pricedDesigns.filter(({ name }) => name === "linux-6.12-x86" || isDrawn(`costs ${name}`));

test.each(counted)("$name costs what the page says", { timeout: 60_000 }, (info) => {
  expect(page).toContain(costsRow(info));
});
