// SPDX-License-Identifier: MIT
// The text itself: nothing of the model gets into it but as a made-up identifier or inside of a comment, and what it
// cannot say is refused. What it means, SPIN says (spin.test.ts).
import { describe, expect, test } from "vitest";
import { armv8 } from "../../model/hw/memory/armv8.ts";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { Names } from "../../src/export/names.ts";
import { exportPromela } from "../../src/export/promela.ts";
import { UnsupportedError } from "../../src/export/unsupported.ts";
import type { Program } from "../../src/program/program.ts";
import { compileFiles, compileSmall, type Small, scenarioText } from "../compiler/dialect.ts";
import { missing, spin } from "./spin.ts";

const INJECTION = '*/ assert(false); /* "\\\n#define stuck 1\n ??/ 数';

/** Every name and text that a file can choose is hostile. */
const HOSTILE = scenarioText({
  machine: { n: 2 },
  shared: 'do: upto<"n">; linux: upto<"n">; __x86_64__: upto<"n">; 数: upto<"n">; st_atime: bool; $: atomic<"n">;',
  rest: `
const od = never(${JSON.stringify(INJECTION)});
const byte = always(${JSON.stringify(INJECTION)}, () => READ_ONCE(g.do) < 2);
function run(stuck: number): number { return stuck; }
function errno(now: number): void {
  const skip = run(now) /* \${*/ + 1; // */
  WRITE_ONCE(g.__x86_64__, /* ??/ \\ */ skip);
  if (READ_ONCE(g.linux) === skip) raise(od);
}
`,
  threads: ["errno(0); WRITE_ONCE(g.do, 1); atomic_inc(g.$);", "WRITE_ONCE(g.linux, 1); WRITE_ONCE(g.数, 1);"],
  check: "od, byte",
});

const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\//g, " ");

describe("a hostile model", () => {
  const program = compileFiles({ "scenario.ts": HOSTILE });
  const { text, assertions } = exportPromela(program, x86_tso, 2, [INJECTION]);

  test("is in the comments, as plain text", () => {
    expect(text).toContain("assert(false)");
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text).not.toMatch(/\?\?/);
  });

  test("is nowhere else", () => {
    const code = withoutComments(text);
    expect(code).not.toMatch(/\*\/|\/\*|"|'|\/\/|assert\(false\)/);
    expect(code.match(/^#\w+ \w+/gm)).toEqual([
      "#define mask_next",
      "#define mask_weight",
      "#define CPU_0_load",
      "#define CPU_1_load",
      "#define at_rest",
      "#define stuck",
    ]);
  });

  test("keeps its names in what SPIN's complaints stand for", () => {
    const properties = assertions.filter(({ kind }) => kind === "property");
    expect(properties.map((one) => one.text)).toEqual(program.properties.map(({ name }) => name));
    expect(new Set(assertions.map(({ name }) => name)).size).toBe(assertions.length);
  });

  test.skipIf(missing !== undefined)("is a model that SPIN takes", () => {
    const { complete, complaints, states } = spin(text);
    expect(complete).toBe(true);
    expect(states).toBeGreaterThan(10);
    expect([...complaints].every((name) => assertions.some((one) => one.name === name))).toBe(true);
  });
});

test("names read as they did, are unique, and are nobody else's", () => {
  const names = new Names();
  const texts = [
    "mm_struct.mm_count",
    "mm_struct mm.count",
    "do",
    "linux",
    "__unix__",
    "数",
    "st_atime",
    "SIG_IGN",
    "9",
  ];
  expect(texts.map((text) => names.of(text))).toEqual([
    "mm_struct_mm_count",
    "mm_struct_mm_count_2",
    "x_do",
    "x_linux",
    "x_unix",
    "x_",
    "x_st_atime",
    "x_SIG_IGN",
    "x__2",
  ]);
});

describe("what Promela cannot say is refused", () => {
  const small = (thread: string): Small => ({
    machine: { n: 3, big: 2_000_000_000 },
    shared: 'x: upto<"n">; y: upto<"n">; b: upto<"big">;',
    threads: [thread],
  });
  test.each([
    ["32 bits", "WRITE_ONCE(g.b, READ_ONCE(g.b) * 2);", /scenario\.ts:\d+: .* may leave 32 bits/],
    ["a shift", "WRITE_ONCE(g.x, 1 >> (READ_ONCE(g.y) + 30));", /may shift by less than 0 or more than 31/],
  ])("%s", (_what, thread, message) => {
    const program = compileSmall(small(thread));
    expect(() => exportPromela(program, sc, 0, [])).toThrow(UnsupportedError);
    expect(() => exportPromela(program, sc, 0, [])).toThrow(message);
  });

  test("a division", () => {
    const text = JSON.stringify(compileSmall(small("WRITE_ONCE(g.x, 3 - READ_ONCE(g.y));")));
    const program = JSON.parse(text.replaceAll('"op":"-"', '"op":"/"')) as Program;
    expect(() => exportPromela(program, sc, 0, [])).toThrow(/may divide by 0/);
  });

  test("an array that starts with different numbers, some of them negative", () => {
    const shared = "list: array<int<-2, 1>, 2>; x: bool;";
    const program = compileSmall({ shared, init: "g.list[1] = -1;", threads: ["WRITE_ONCE(g.list[0], 1);"] });
    expect(() => exportPromela(program, sc, 0, [])).toThrow(/g\.list starts with different values/);
  });

  test("a step that is taken with the one before", () => {
    const text = JSON.stringify(compileSmall(small("WRITE_ONCE(g.x, 1); WRITE_ONCE(g.y, 1);")));
    const program = JSON.parse(text.replace('"kind":"goto"', '"kind":"goto","atOnce":true')) as Program;
    expect(() => exportPromela(program, sc, 0, [])).toThrow(/at once/);
  });

  test("a memory model without store buffers", () => {
    const program = compileSmall(small("WRITE_ONCE(g.x, 1);"));
    expect(() => exportPromela(program, armv8, armv8.depth, [])).toThrow(/armv8 has no store buffers/);
  });
});

test("a step is an option, with the line of the model that it comes from", () => {
  const program = compileSmall({
    machine: { n: 2 },
    shared: 'x: upto<"n">; y: upto<"n">;',
    threads: ["WRITE_ONCE(g.x, READ_ONCE(g.y));", "WRITE_ONCE(g.y, 1);"],
  });
  const { text } = exportPromela(program, sc, 0, ["a title"]);
  expect(text.startsWith("/* a title\n */\n")).toBe(true);
  expect(text).toMatch(/\/\* CPU0, step 1 {2}scenario\.ts:\d+ CPU0\(\)\n +\* READ_ONCE\(g\.y\) \*\//);
  expect(text).toContain(":: d_step { CPU1_pc == 1 ->\n         g_y = 1;\n         CPU1_pc = 0\n      }");
  expect(exportPromela(program, sc, 0, ["a title"]).text).toBe(text);
});
