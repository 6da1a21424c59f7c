// SPDX-License-Identifier: MIT
// Imports obey the table in tools/layers.ts. The second half feeds the rule files that break it: a rule that cannot
// fail proves nothing.
import { describe, expect, test } from "vitest";
import { arrowsOf, checkLayers, findCycle } from "../../tools/check-layers.ts";
import { layers } from "../../tools/layers.ts";
import { readFiles } from "../../tools/source-files.ts";

const tree = readFiles(/^(src|model)\/.*\.tsx?$/);

function check(file: string, text: string): string[] {
  return checkLayers(new Map([[file, text]]));
}

describe("this tree", () => {
  test("has files to check", () => {
    expect(tree.size).toBeGreaterThan(3);
  });

  test("imports only what the table allows", () => {
    expect(checkLayers(tree)).toEqual([]);
  });

  test("the table itself has no cycle and names only folders it has", () => {
    const edges = new Map(Object.entries(layers));
    expect(findCycle(edges)).toBeUndefined();
    for (const to of Object.values(layers).flat()) expect(Object.keys(layers)).toContain(to);
  });

  test("model/ imports nothing from src/", () => {
    const out = arrowsOf(tree).filter((arrow) => arrow.from.startsWith("model/") && arrow.to.startsWith("src/"));
    expect(out).toEqual([]);
  });
});

describe("a forbidden import is reported", () => {
  const cases: [why: string, file: string, text: string, report: RegExp][] = [
    [
      "static",
      "src/checker/a.ts",
      'import { x } from "../compiler/b.ts";',
      /src\/checker must not import src\/compiler/,
    ],
    ["type", "src/checker/a.ts", 'import type { X } from "../emit/b.ts";', /src\/checker must not import src\/emit/],
    ["re-export", "src/base/a.ts", 'export { x } from "../program/b.ts"; export const y = 1;', /src\/base must not/],
    ["export *", "src/base/a.ts", 'export * from "../program/b.ts"; export const y = 1;', /src\/base must not/],
    ["dynamic", "src/simulator/a.ts", 'await import("../checker/b.ts");', /must not import src\/checker/],
    ["import type expression", "src/emit/a.ts", 'let x: import("../checker/b.ts").X;', /must not import src\/checker/],
    ["computed", "src/emit/a.ts", "const f = (x: string) => import(x);", /<computed>/],
    [
      "model to src",
      "model/kernel/a.ts",
      'import { x } from "../../src/base/b.ts";',
      /model\/kernel must not import src/,
    ],
    ["out of the tree", "src/jobs/a.ts", 'import x from "../../test/x.ts";', /must not import test\/x\.ts/],
    ["node: in a pure folder", "src/emit/a.ts", 'import { readFileSync } from "node:fs";', /must not import "node:fs"/],
    ["node without the prefix", "src/traces/text.ts", 'import { gunzipSync } from "zlib";', /must not import "zlib"/],
    ["node by its global", "src/emit/a.ts", "export const x = process.env.HOME;", /uses process/],
    ["the parser elsewhere", "src/emit/a.ts", 'import { parse } from "@babel/parser";', /only src\/compiler may/],
    ["fzstd, which is for tests", "src/traces/a.ts", 'import { decompress } from "fzstd";', /in no table/],
    ["commander elsewhere", "src/jobs/a.ts", 'import { Command } from "commander";', /only src\/cli may/],
    ["an unknown package", "src/jobs/a.ts", 'import x from "left-pad";', /in no table/],
    ["a folder nobody planned", "src/utils/a.ts", "export const x = 1;", /in no folder/],
    ["a barrel", "src/base/index.ts", 'export { x } from "./x.ts"; export * from "./y.ts";', /only re-exports/],
    ["a barrel by way of imports", "src/base/i.ts", 'import { x } from "./x.ts"; export { x };', /only re-exports/],
  ];
  test.each(cases)("%s", (_why, file, text, report) => {
    expect(check(file, text).join("\n")).toMatch(report);
  });

  test("a cycle between folders", () => {
    const files = new Map([
      ["src/base/a.ts", 'import "../events/b.ts";'],
      ["src/events/b.ts", 'import "../base/a.ts";'],
    ]);
    expect(checkLayers(files)).toContain("folders import each other in a circle: src/base -> src/events -> src/base");
  });
});

describe("what is allowed is not reported", () => {
  const cases: [why: string, file: string, text: string][] = [
    ["the own folder", "src/checker/a.ts", 'import { x } from "./b.ts"; export const y = x;'],
    ["a table arrow", "src/emit/a.ts", 'import { m } from "../../model/hw/memory/sc.ts"; export const y = m;'],
    ["Node where it belongs", "src/traces/input/open.ts", 'import { readFileSync } from "node:fs"; readFileSync("x");'],
    ["a property called process", "src/emit/a.ts", "export const f = (x: { process: number }) => x.process;"],
    ["an own name", "src/emit/a.ts", "export function f(global: number) { return global; }"],
    ["a variant made of shared hooks", "model/kernel/backend/a.ts", 'export { flush } from "../tlb.ts";'],
    ["the version", "src/cli/a.ts", 'import p from "../../package.json" with { type: "json" }; export const v = p;'],
  ];
  test.each(cases)("%s", (_why, file, text) => {
    expect(check(file, text)).toEqual([]);
  });
});
