// SPDX-License-Identifier: MIT
// How the tests of the dialect's rules are written: code with the offending text between marks, and what is said of it.
import { expect } from "vitest";
import type { Diagnostic } from "../../src/compiler/errors.ts";
import { type MessageCode, messages } from "../../src/compiler/messages.ts";
import { compileFiles, rejection } from "./dialect.ts";

/** What the code of a test may use. */
const PRELUDE = `
export interface obj {
  users: atomic<"n">; next: obj | null; state: upto<"n">; mask: cpumask_t; lock: spinlock_t; list: array<upto<"n">, 2>;
}
export const objs = DEFINE_POOL<obj>("objs");
interface globals { x: upto<"n">; y: bool; p: obj | null; }
export const g = DEFINE_SHARED<globals>();
interface pcpu { v: upto<"n">; o: obj | null; }
export const pcpu = DEFINE_PER_CPU<pcpu>();
interface cpu_hw { reg: upto<"n">; }
export const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
interface frame { f: upto<"n">; m: cpumask_copy_t; }
export const frame = DEFINE_PER_CPU_FRAME<frame>();
export const bad = never("bad");
export const at_all_times = always("good", () => true);
export const seen = sometimes("seen");
export function helper(n: number): number { return n + 1; }
export function later(o: obj): void { o.state = 1; }
`;
const IMPORT = 'import { at_all_times, bad, frame, g, helper, hw, later, objs, pcpu, seen } from "./prelude.ts";';

const SCENARIO = `import { run } from "./main.ts";
export const s = scenario({
  question: "?", machine: { cpus: 2, n: 3, objs: 2 }, init() {}, threads: { CPU0() { run(); } },
  check: [], witness: [], expect: {}, mutants: [],
});`;

/** `code`: the rest of main.ts, from line 1 on; run() is what CPU 0 runs. */
export function compileMain(code: string): () => unknown {
  const run = /function run\b/.test(code) ? "" : "\nexport function run(): void {}";
  // Imports are hoisted: behind the code they do not move its lines.
  return () => compileFiles({ "prelude.ts": PRELUDE, "main.ts": `${code}${run}\n${IMPORT}`, "scenario.ts": SCENARIO });
}

export const inRun = (statements: string): string => `export function run(): void {\n${statements}\n}`;

/** What is underlined. */
function offending(d: Diagnostic): string {
  return d.source.slice(d.column - 1, d.column - 1 + d.length);
}

/** `mark` in the code is where it points to, up to the next mark; `what`: part of the text. */
export function check(code: string, expected: MessageCode, what: string): void {
  const [before = "", marked = "", after = ""] = code.split("¦");
  const found = rejection(compileMain(before + marked + after));
  expect(found, "it is accepted").toBeDefined();
  if (!found) return;
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  expect(`${found.code} ${found.text}`).toContain(`${expected} `);
  expect(found.text).toContain(what);
  const firstLine = marked.split("\n")[0] ?? "";
  const length = marked.includes("\n") ? 1 : firstLine.length;
  expect({ file: found.file, line: found.line, column: found.column, text: offending(found) }).toEqual({
    file: "main.ts",
    line,
    column,
    text: firstLine.slice(0, length),
  });
  // The way out may repeat what was written.
  const [start = "", end = ""] = messages[found.code].fix
    .split("%what%")
    .filter((_, i, list) => i % (list.length - 1) === 0);
  expect(found.fix.startsWith(start) && found.fix.endsWith(end), found.fix).toBe(true);
}

export type Case = [code: string, expected: MessageCode, what: string];
