// SPDX-License-Identifier: MIT
// Files of a user's own: what they may be, what is refused, and that nothing in them is ever executed.
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { check } from "../../src/jobs/check.ts";
import { CHECK, checked, DESIGN, modelFile, quiet, STORE_BUFFERING, temporary } from "./tiny.ts";

const { folder, write } = temporary();
const tiny = write("tiny.ts", DESIGN);

/** A shipped design with a lifetime of the user's own: a copy of the shipped one, and `more`. */
function designWith(name: string, more: string): string {
  write(`${name}-lifetime.ts`, modelFile("model/kernel/lifetime/refcount.ts") + more);
  const text = modelFile("model/designs/x86/linux-6.12-x86.ts").replace(
    /from "lazymm\/kernel\/lifetime\/refcount\.ts"/,
    `from "./${name}-lifetime.ts"`,
  );
  return write(`${name}.ts`, text.replace('name: "linux-6.12-x86"', `name: "${name}"`));
}

describe("a design", () => {
  test("runs the shipped scenarios that apply; nothing is expected, and no mutant is its own", async () => {
    const file = designWith("mine", "");
    const report = await checked({ names: [file], models: ["sc"] });
    expect(report.results.length).toBeGreaterThan(0);
    expect(new Set(report.results.map((r) => r.design))).toEqual(new Set(["mine"]));
    expect(report.results.every((r) => r.expected === null && r.mutants.length === 0)).toBe(true);
    expect(report.notes.join()).toMatch(/mutants change shipped code/);
    // A copy answers like the original.
    const original = await checked({ designs: ["linux-6.12-x86"], models: ["sc"] });
    const verdicts = (results: typeof report.results) => results.map((r) => [r.scenario, r.verdict, r.states]);
    const asked = new Set(report.results.map((r) => r.scenario));
    expect(verdicts(report.results)).toEqual(verdicts(original.results.filter((r) => asked.has(r.scenario))));
  });

  test("with a named scenario runs that one", async () => {
    const all = await checked({ names: [designWith("named", "")], models: ["sc"], maxStates: 1 });
    const name = all.results[0]!.scenario;
    const one = await checked({ names: [name, designWith("named", "")], models: ["sc"], maxStates: 1 });
    expect(one.results.map((r) => [r.scenario, r.design])).toEqual([[name, "named"]]);
  });
});

test("a file may import what is beside it", async () => {
  const [head, rest] = STORE_BUFFERING.split("export const store_buffering");
  write("deep/code.ts", head!);
  const imports = 'import { both, first, second, seen } from "./code.ts";\nexport const store_buffering';
  const file = write("deep/scenario.ts", imports + rest);
  const report = await checked({ names: [file], designs: [tiny] });
  expect(report.results.map((r) => r.agrees)).toEqual([true, true]);
});

test("a function that no scenario calls may be for a predicate, or for an initial state", async () => {
  const text = `
interface seen_state { on: bool; }
const seen_states = DEFINE_HARDWARE<array<seen_state, "cpus">>();
export function looks(cpu: cpu_id): boolean { return cpu === 0 ? seen_states[cpu].on : !seen_states[1].on; }
export function writes(): void { seen_states[0].on = true; }
`;
  const report = await checked({ names: ["unlazy_vs_munmap", designWith("looks", text)], models: ["sc"] });
  expect(report.results.map((r) => r.verdict)).toEqual(["safe"]);
});

describe("what is not dialect is refused, wherever in the file it is", () => {
  const marker = `${folder}/executed`;
  const touch = `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "")`;
  test.each<[what: string, code: string, text: string]>([
    ["a syntax error", "LZ100", "export function x( {"],
    ["an unbounded loop", "LZ105", "export function x(): void { let i = 0; while (true) { i = 1; } }"],
    ["a loop without an end", "LZ105", "export function x(): void { for (let i = 0; i < 10; ) {} }"],
    [
      "a plain access to a per-CPU variable",
      "LZ104",
      'import { cpu_tlbstate } from "lazymm/kernel/arch/x86/mm/tlbstate.ts";\n' +
        "export function x(): void { const mm = cpu_tlbstate.loaded_mm; }",
    ],
    ['import "fs"', "LZ102", 'import "fs";'],
    ["a file that is no dialect file", "LZ102", 'import "../../../../../../../../etc/passwd";'],
    ["process.exit() at top level", "LZ103", "process.exit(7);"],
    ["process.exit() in a constant", "LZ101", "export const y = process.exit(7);"],
    ["process.exit() in a function that nobody calls", "LZ101", "export function x(): void { process.exit(7); }"],
    ["eval()", "LZ101", 'export function x(): void { eval("1"); }'],
    ["writing a file", "LZ101", `export function x(): void { ${touch}; }`],
    ["writing a file, at top level", "LZ103", `${touch};`],
    [
      "a way around",
      "LZ101",
      `export function x(): void { ({}).constructor.constructor(${JSON.stringify(touch)})(); }`,
    ],
    ["import()", "LZ103", 'export function x(): void { import("fs"); }'],
    ["recursion", "LZ106", "export function x(): void { x(); }"],
    ["a class", "LZ103", "export class A {}"],
    ["a generator", "LZ103", "export function* x() {}"],
    ["endless nesting", "LZ100", `export const y = ${"(".repeat(50_000)}1${")".repeat(50_000)};`],
  ])("%s", async (what, code, text) => {
    const name = `bad-${what.replace(/\W+/g, "-")}`;
    const file = designWith(name, `\n${text}\n`);
    const report = await check({ ...CHECK, names: [file] }, quiet());
    expect(report).toMatchObject({ ok: false, error: { kind: "rejected" } });
    const diagnostics = report.ok || report.error.kind !== "rejected" ? [] : report.error.diagnostics;
    // File, line, column, code; below it the line, and what to do.
    expect(diagnostics[0]).toMatch(
      new RegExp(`${name}-lifetime\\.ts:\\d+:\\d+ {2}${code} {2}.+\\n {4}.*\\n {4} *\\^+\\n {4}.+`),
    );
    expect(existsSync(marker)).toBe(false);
  });

  test("code in a description", async () => {
    const text = DESIGN.replace('source: "a test"', `source: \`$${"{process.exit(7)}"}\``);
    const report = await check({ ...CHECK, names: [write("description.ts", text)] }, quiet());
    expect(report).toMatchObject({ ok: false, error: { kind: "rejected" } });
  });
});

describe("what cannot be used says why", () => {
  test.each([
    ["a missing file", () => `${folder}/missing.ts`, /no such file/],
    ["a folder", () => folder, /ends in \.ts/],
    ["an empty file", () => write("empty.ts", ""), /exports no design and no scenario/],
    ["another file", () => write("data.json", "{}"), /ends in \.ts/],
  ])("%s", async (_what, path, message) => {
    const report = await check({ ...CHECK, names: [path()] }, quiet());
    expect(report).toMatchObject({ ok: false, error: { kind: "input", message } });
  });
});
