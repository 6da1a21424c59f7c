// SPDX-License-Identifier: MIT
// The style rules of tools/tidy.ts hold for every file, and each of them can fail.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readFiles, root, SOURCE } from "../../tools/source-files.ts";
import { checkSource, checkWords, type Exceptions, findDead, staleExceptions } from "../../tools/tidy.ts";

const sources = readFiles(SOURCE);
const prose = readFiles(/(\.(md|json|ya?ml|sh)|\.ci\/run)$/);
const entries = Object.values(JSON.parse(readFileSync(`${root}/tools/entries.json`, "utf8")) as Record<string, string>);
const none: Exceptions = { longFiles: {}, longFunctions: {}, unreached: {}, banned: {} };

describe("this tree", () => {
  test("every source file is tidy", () => {
    expect(sources.size).toBeGreaterThan(10);
    expect([...sources].flatMap(([file, text]) => checkSource(file, text))).toEqual([]);
  });

  test("no banned word in prose and data", () => {
    expect([...prose].flatMap(([file, text]) => checkWords(file, text))).toEqual([]);
  });

  test("no dead files", () => {
    const inPlay = new Map([...sources].filter(([file]) => /^(src|model|test|bench)\/.*\.tsx?$/.test(file)));
    expect(findDead(inPlay, entries)).toEqual([]);
  });

  test("no exception outlives its file", () => {
    expect(staleExceptions(sources)).toEqual([]);
  });
});

const MIT = "// SPDX-License-Identifier: MIT\n";
const GPL = "// SPDX-License-Identifier: GPL-2.0-only\n";

describe("a breach is reported", () => {
  const body = (lines: number): string => `function f() {\n${"  g();\n".repeat(lines - 2)}}\n`;
  const cases: [why: string, file: string, text: string, report: RegExp][] = [
    ["no licence", "src/base/a.ts", "export {};\n", /a\.ts:1: the first line must be "SPDX-License-Identifier: MIT"/],
    ["a blank line before it", "src/base/a.ts", `\n${MIT}`, /a\.ts:1: the first line/],
    ["the wrong licence", "model/kernel/fork.ts", MIT, /GPL-2\.0-only/],
    ["the other wrong licence", "model/designs/x.ts", GPL, /SPDX-License-Identifier: MIT/],
    ["after a shebang", "bin/x.js", "#!/usr/bin/env node\nfoo();\n", /x\.js:2: the first line/],
    ["a long file", "src/base/a.ts", MIT + "g();\n".repeat(500), /501 lines; split it/],
    ["a long function", "src/base/a.ts", MIT + body(71), /a\.ts:2: f has 71 lines/],
    [
      "a long method",
      "src/base/a.ts",
      `${MIT}export const o = {\n${body(71).replace("function f", "f")}};`,
      /f has 71/,
    ],
    ["a long line", "src/base/a.ts", `${MIT}// ${"x".repeat(118)}\n`, /a\.ts:2: longer than 120/],
    ["a TODO", "src/base/a.ts", `${MIT}// TODO later\n`, /"TODO" is banned/],
    ["@ts-ignore", "src/base/a.ts", `${MIT}// @ts-ignore\n`, /give it a type/],
    ["as any", "src/base/a.ts", `${MIT}const a = b as any;\n`, /use unknown/],
    [": any", "src/base/a.ts", `${MIT}let a: any;\n`, /use unknown/],
    ["a machine's path", "src/base/a.ts", `${MIT}const a = "/home/me/x";\n`, /path from the root/],
    ["console", "src/base/a.ts", `${MIT}console.log(1);\n`, /use the Io/],
    ["a kernel name", "src/checker/a.ts", `${MIT}const a = "active_mm";\n`, /knows "active_mm"/],
    ["a kernel name in code", "src/simulator/a.ts", `${MIT}x.tlb_gen++;\n`, /knows "tlb_gen"/],
  ];
  test.each(cases)("%s", (_why, file, text, report) => {
    expect(checkSource(file, text, none).join("\n")).toMatch(report);
  });

  test("in prose, too", () => {
    expect(checkWords("README.md", "fetch it from https://registry.example.org/x", none)).toHaveLength(1);
    expect(checkWords("README.md", `see ${"/wor"}${"k/x"}`, none)).toHaveLength(1);
  });

  test("a file that nothing imports, and one that only a test imports", () => {
    const files = new Map([
      ["src/cli/main.ts", `${MIT}import "./used.ts";`],
      ["src/cli/used.ts", MIT],
      ["src/cli/tested.ts", MIT],
      ["src/cli/dead.ts", MIT],
      ["test/a.test.ts", `${MIT}import "../src/cli/tested.ts"; import "./helper.ts";`],
      ["test/helper.ts", MIT],
      ["test/unused.ts", MIT],
    ]);
    const dead = findDead(files, ["src/cli/main.ts"], none).map((line) => line.split(":")[0]);
    expect(dead).toEqual(["src/cli/tested.ts", "src/cli/dead.ts", "test/unused.ts"]);
  });

  test("an exception for a file that is gone", () => {
    expect(staleExceptions(new Map(), { ...none, longFiles: { "src/gone.ts": "was long" } })).toEqual(["src/gone.ts"]);
  });
});

describe("what is fine is not reported", () => {
  const cases: [why: string, file: string, text: string][] = [
    [
      "70 lines, 120 columns",
      "src/base/a.ts",
      `${MIT}function f() {\n${"  g();\n".repeat(68)}}\n//${"x".repeat(118)}\n`,
    ],
    ["a long describe", "test/a.test.ts", `${MIT}describe("x", () => {\n${"  g();\n".repeat(90)}});\n`],
    ["a kernel name in a comment", "src/checker/a.ts", `${MIT}// as per_cpu(cpu_tlbstate.loaded_mm, 1)\nexport {};\n`],
    ["a kernel name in the kernel", "model/kernel/a.ts", `${GPL}export const x = active_mm;\n`],
    ["English in a comment", "src/base/a.ts", `${MIT}// as short as any other\nexport {};\n`],
    ["/proc and relative paths", "src/cli/a.ts", `${MIT}const a = ["/proc/version", "../home/x"];\n`],
  ];
  test.each(cases)("%s", (_why, file, text) => {
    expect(checkSource(file, text, none)).toEqual([]);
  });
});
