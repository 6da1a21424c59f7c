// SPDX-License-Identifier: MIT
// Designs, scenarios and mutants are read as data: what is missing, unknown, or changes nothing is rejected.
import { describe, expect, test } from "vitest";
import type { MessageCode } from "../../src/compiler/messages.ts";
import { compileFiles, rejection } from "./dialect.ts";

const PRELUDE = `
interface globals { x: upto<"n">; y: upto<"n">; }
const g = DEFINE_SHARED<globals>();
export const bad = never("bad");
export const seen = sometimes("seen");
const base = { cpus: 2, n: 3 };
const loop = { ...loop };
export function f(): void {
  WRITE_ONCE(g.x, 1);
  smp_mb();
  if (READ_ONCE(g.x) === 1) reached(seen);
  WRITE_ONCE(g.y, 1);
}
export function other(): void {}
export function unused(): void { smp_mb(); }
`;

const FIELDS = {
  question: '"?"',
  machine: "{ cpus: 2, n: 3 }",
  init: "() => {}",
  threads: "{ CPU0() { f(); } }",
  check: "[bad]",
  witness: "[seen]",
  expect: "{}",
  mutants: "[]",
};

type Changes = Readonly<Partial<Record<string, string>>>;

function textOf(changes: Changes): string {
  const fields: Readonly<Partial<Record<string, string>>> = { ...FIELDS, ...changes };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === "" ? [] : [`  ${name}: ${value},`]));
  return `${PRELUDE}export const s = scenario({\n${lines.join("\n")}\n});\n`;
}

function check(text: string, expected: MessageCode, what: string, offending: string, mutant?: number): void {
  const found = rejection(() => compileFiles({ "scenario.ts": text }, mutant));
  expect(found, "it is accepted").toBeDefined();
  expect(found && `${found.code} ${found.text}`).toContain(`${expected} `);
  expect(found?.text).toContain(what);
  const at = found ? found.source.slice(found.column - 1, found.column - 1 + found.length) : "";
  expect(at).toBe(offending);
}

test("the scenario that the others differ from compiles", () => {
  expect(rejection(() => compileFiles({ "scenario.ts": textOf({}) }))).toBeUndefined();
});

describe("a scenario", () => {
  test.each<[Changes, MessageCode, string, string]>([
    [{ question: "" }, "LZ114", "question: a text is needed", "{"],
    [{ question: "1" }, "LZ114", "question: a text is needed", "1"],
    [{ machine: "3" }, "LZ114", "an object literal is needed", "3"],
    [{ machine: "{ cpus: 0 }" }, "LZ114", "machine.cpus is 1 … 31", "{ cpus: 0 }"],
    [{ machine: "{ cpus: 32 }" }, "LZ114", "machine.cpus is 1 … 31", "{ cpus: 32 }"],
    [{ machine: '{ cpus: "2" }' }, "LZ114", "a number or true or false is needed", '"2"'],
    [{ machine: "{ cpus: 2.5 }" }, "LZ103", "the number 2.5", "2.5"],
    [{ machine: "{ cpus: 2 }" }, "LZ111", '"n" has no bound', '"n"'],
    [{ machine: "{ ...nobody }" }, "LZ101", '"nobody"', "nobody"],
    [{ machine: "{ ...bad }" }, "LZ114", "an object literal is needed", 'never("bad")'],
    [{ machine: "{ ...loop }" }, "LZ106", "loop", "loop = { ...loop }"],
    [{ machine: "{ ...base, cpus: 2, cpus: 3 }" }, "LZ103", "a second cpus", "cpus: 3"],
    [{ init: "" }, "LZ114", "init() {…} is needed", "{"],
    [{ init: "1" }, "LZ114", "init() {…} is needed", "1"],
    [{ init: "(x: number) => {}" }, "LZ114", "init() takes nothing", "(x: number) => {}"],
    [{ init: "async () => {}" }, "LZ103", "an async function", "async () => {}"],
    [{ init: "() => { WRITE_ONCE(g.x, any(2)); }" }, "LZ115", "any(2)", "any(2)"],
    [{ init: "() => { while (g.x > 0) {} }" }, "LZ115", "while", "while (g.x > 0) {}"],
    [{ threads: "{ first() {} }" }, "LZ114", "threads are called CPU0, CPU1", "{ first() {} }"],
    [{ threads: "{ CPU00() {} }" }, "LZ114", "threads are called CPU0, CPU1", "{ CPU00() {} }"],
    [{ threads: "{ CPU2() { f(); } }" }, "LZ114", "the machine has 2 CPUs", "CPU2() { f(); }"],
    [{ threads: "{ get CPU0() { return 1; } }" }, "LZ103", "a method", "get CPU0() { return 1; }"],
    [{ threads: "{ *CPU0() {} }" }, "LZ103", "a generator function", "*CPU0() {}"],
    [{ preempt: "{ CPU0() { f(); } }" }, "LZ116", "it would run all the time", "CPU0() { f(); }"],
    [{ check: "[seen]" }, "LZ114", "not a property", "seen"],
    [{ check: "[f]" }, "LZ114", "not a property", "f"],
    [{ check: "bad" }, "LZ114", "a list is needed", "bad"],
    [{ check: "[...bad]" }, "LZ103", "a list with gaps or spreads", "[...bad]"],
    [{ check: "[, bad]" }, "LZ103", "a list with gaps or spreads", "[, bad]"],
    [{ witness: "[bad]" }, "LZ114", "not a witness", "bad"],
    [{ expect: "{ sc: 1 }" }, "LZ114", "safe or violates(property)", "1"],
    [{ expect: "{ sc: violates(seen) }" }, "LZ114", "seen is not a property", "seen"],
    [{ expect: "{ sc: violates(no_nothing) }" }, "LZ101", '"no_nothing"', "no_nothing"],
    [{ mutants: "{}" }, "LZ114", "a list is needed", "{}"],
    [{ expct: "{}" }, "LZ114", "expct is none of question, needs,", "expct: {}"],
    [{ expect: "{ tso: safe }" }, "LZ114", "tso is none of sc, x86_tso, armv8", "tso: safe"],
    [{ needs: "{ ach: 1 }" }, "LZ114", "ach is none of arch, parts, config", "ach: 1"],
    [{ needs: '{ arch: ["x86", "arm"] }' }, "LZ114", "arch is one of x86, arm64, powerpc, riscv", '"arm"'],
    [{ needs: "{ parts: { lifetime: [] } }" }, "LZ114", "a list of nothing fits nothing", "[]"],
    [{ needs: "{ config: { PCID: [0, f] } }" }, "LZ114", "a number or true or false is needed", "f"],
    [{ models: '["sc"]' }, "LZ114", "an object literal is needed", '["sc"]'],
    [{ models: '{ because: "?" }' }, "LZ114", "asked: a list of memory models is needed", '{ because: "?" }'],
    [{ models: '{ asked: ["sc"] }' }, "LZ114", "because: a text is needed", '{ asked: ["sc"] }'],
    [{ models: '{ asked: ["tso"], because: "?" }' }, "LZ114", "a memory model is one of sc, x86_tso, armv8", '"tso"'],
    [{ mutants: "[{ nme: 1 }]" }, "LZ114", "nme is none of name, mutant,", "nme: 1"],
  ])("%o", (changes, ...expected) => check(textOf(changes), ...expected));

  test("what it says must be an object literal, here", () => {
    check("const o = {};\nexport const s = scenario(o);", "LZ114", "scenario({…})", "scenario(o)");
  });
});

describe("a mutant", () => {
  test.each<[string, MessageCode, string]>([
    ['drop(f, "smp_rmb")', "LZ113", "f() calls smp_rmb() 0 times, not 1"],
    ['drop(f, "smp_mb", 2)', "LZ113", "f() calls smp_mb() 1 times, not 2"],
    ['drop(f, "smp_mb", 0)', "LZ113", "not 0"],
    ['drop(f, "READ_ONCE")', "LZ113", "the value of READ_ONCE() is used"],
    ['drop(seen, "smp_mb")', "LZ113", "seen is not a function"],
    ["drop(f, f)", "LZ113", "a name in quotes is needed"],
    ['drop(f, "smp_mb", "1")', "LZ113", "a number is needed"],
    ["drop(f)", "LZ110", "drop() takes 2 or 3"],
    ['omit(f, "smp_rmb()")', "LZ113", '"smp_rmb()" occurs 0 times in f()'],
    ['weaken(f, "smp_mb", 1, "smp_mb")', "LZ113", "smp_mb() is what it is"],
    ['weaken(f, "smp_mb", 2, "smp_rmb")', "LZ113", "not 2"],
    ['move_before(f, "smp_mb", 1, "smp_mb", 1)', "LZ113", "f() calls smp_mb() 0 times"],
    ['move_before(f, "smp_mb", 1, "READ_ONCE", 1)', "LZ113", "it is there already"],
    ["replace(f, f)", "LZ113", "f is what it is"],
    ["replace(unused, f)", "LZ113", "nothing here calls the function"],
    ['drop(unused, "smp_mb")', "LZ113", "nothing here calls the function"],
    ["replace(f, seen)", "LZ113", "seen is not a function"],
    ['never("x")', "LZ113", ""],
    ["f", "LZ113", "a mutant is drop(…)"],
  ])("%s", (mutant, code, what) => {
    const text = textOf({ mutants: `[{ name: "m", mutant: ${mutant}, expect: {} }]` });
    const found = rejection(() => compileFiles({ "scenario.ts": text }, 0));
    expect(found && `${found.code} ${found.text}`).toContain(`${code} `);
    expect(found?.text).toContain(what);
    expect(found?.source).toContain(mutant);
  });

  test("of a call that gets the wrong primitive", () => {
    const text = textOf({ mutants: '[{ name: "m", mutant: weaken(f, "smp_mb", 1, "smp_rbm"), expect: {} }]' });
    check(text, "LZ101", `"smp_rbm"`, "smp_mb", 0);
  });
});

describe("a design", () => {
  const FIELDS = { name: '"d"', arch: '"riscv"', parts: "{}", config: "{}", source: '"s"', status: '"t"' };
  test.each<[Changes, string, string]>([
    [{ name: "" }, "name: a text is needed", "{"],
    [{ arch: '"mips"' }, "arch is one of x86, arm64, powerpc, riscv", '"mips"'],
    [{ parts: "{ lifetime: 1 }" }, "parts.lifetime: an imported module", "1"],
    [{ config: '{ PCID: "yes" }' }, "a number or true or false is needed", '"yes"'],
    [{ config: "3" }, "an object literal is needed", "3"],
    [{ status: "3" }, "status: a text is needed", "3"],
    [{ statu: '"x"' }, "statu is none of name, arch,", 'statu: "x"'],
  ])("%o", (changes, what, offending) => {
    const fields: Readonly<Partial<Record<string, string>>> = { ...FIELDS, ...changes };
    const lines = Object.entries(fields).flatMap(([name, value]) => (value === "" ? [] : [`${name}: ${value},`]));
    const design = `export const d = design({\n${lines.join("\n")}\n});`;
    const found = rejection(() => compileFiles({ "design.ts": design, "scenario.ts": textOf({}) }));
    expect(found).toMatchObject({ code: "LZ114", file: "design.ts" });
    expect(found?.text).toContain(what);
    expect(found?.source.slice(found.column - 1, found.column - 1 + found.length)).toBe(offending);
  });
});
