// SPDX-License-Identifier: MIT
// What is dialect by its syntax and has no meaning all the same.
import { describe, expect, test } from "vitest";
import { rejection } from "./dialect.ts";
import { type Case, check, compileMain, inRun } from "./rule.ts";

describe("meaning", () => {
  test.each<Case>([
    // per-CPU variables, hardware, places
    ["helper(¦pcpu.v¦);", "LZ104", "per-CPU variable"],
    ["¦pcpu.v¦ = 1;", "LZ104", "per-CPU variable"],
    ["READ_ONCE(¦pcpu.v¦);".replace("READ_ONCE(¦pcpu.v¦)", "READ_ONCE(¦pcpu.v¦)"), "LZ104", "per-CPU variable"],
    ["¦this_cpu_read(g.x)¦;", "LZ109", "not a per-CPU variable"],
    ["helper(¦hw[0].reg¦);", "LZ107", "is hardware"],
    ["¦hw[0].reg = 1¦;", "LZ107", "is hardware"],
    ["READ_ONCE(¦1¦);", "LZ108", "1 needs a place"],
    ["WRITE_ONCE(¦helper(1)¦, 2);", "LZ108", "needs a place"],
    ["READ_ONCE(¦objs[0].users¦);", "LZ109", "is not a plain variable"],
    ["atomic_inc(¦g.x¦);", "LZ109", "is not an atomic"],
    ["cpumask_set_cpu(0, ¦g.x¦);", "LZ109", "is not a cpumask_t"],
    ["spin_lock(¦g.x¦);", "LZ109", "is not a spinlock_t"],
    ["¦objs[0].users = 1¦;".replace("¦objs[0].users = 1¦", "¦objs[0].users¦ = 1"), "LZ109", "use its own primitives"],
    ["¦helper(objs[0].users)¦;", "LZ109", "helper(n): not an atomic"],
    ["const a = ¦objs[0].list¦;", "LZ109", "a whole array"],
    ["later(¦objs[2]¦);", "LZ109", "index 2 of 2"],
    ["helper(¦objs[0].list[2]¦);", "LZ109", "index 2 of 2"],
    ["READ_ONCE(¦per_cpu(pcpu.v, 2)¦);", "LZ109", "index 2 of 2"],
    ["helper(¦g.x.y¦);", "LZ109", "not a pointer"],
    ["helper(¦g.x[0]¦);", "LZ109", "not an array"],
    // calls
    ["¦helper()¦;", "LZ110", "helper() takes 1"],
    ["¦helper(1, 2)¦;", "LZ110", "helper() takes 1"],
    ["¦smp_mb(1)¦;", "LZ110", "smp_mb() takes 0"],
    ["¦READ_ONCE()¦;", "LZ110", "READ_ONCE() takes 1"],
    ["¦WRITE_ONCE(g.x)¦;", "LZ110", "WRITE_ONCE() takes 2"],
    ["¦g¦();", "LZ109", "not a function"],
    ["¦g.x¦();", "LZ109", "not a function"],
    ["const a = ¦later(objs[0])¦;", "LZ109", "a function without a result"],
    // masks
    ["const m = cpumask_none; helper(¦m === cpumask_none¦);", "LZ109", "not compared"],
    ["const m = cpumask_none; if (¦m¦) return;", "LZ109", "cpumask_empty()"],
    ["const m = cpumask_none; helper(¦m + 1¦);", "LZ109", "not a number"],
    ["¦WRITE_ONCE(g.x, cpumask_none)¦;", "LZ109", "cannot stand for each other"],
    ["¦this_cpu_ptr(frame).m = 1¦;", "LZ109", "cannot stand for each other"],
    ["cpumask_empty(¦1¦);", "LZ109", "not a copy of a cpumask"],
    ["cpumask_set_cpu(¦2¦, objs[0].mask);", "LZ109", "CPU 2 of 2"],
    ["as_void(cpumask_none);".replace(/.*/, "¦as_void(cpumask_none)¦;"), "LZ109", "a cpumask is not a pointer"],
    // properties, witnesses, choices
    ["¦raise(seen)¦;", "LZ109", "not a never(…)"],
    ["¦raise(at_all_times)¦;", "LZ109", "not a never(…)"],
    ["¦reached(bad)¦;", "LZ109", "not a witness"],
    ["any(¦g.x¦);", "LZ112", "is not known when the model is compiled"],
    ["any(¦100000¦);", "LZ117", "100000 is too large"],
    ["any_such(2, ¦helper¦);", "LZ109", "an arrow function is needed"],
    ["any_such(2, ¦(i, j) => i === j¦);", "LZ110", "the arrow function takes at most 1"],
    ["any_such(2, ¦(i) => { return true; }¦);", "LZ103", "an arrow function with statements"],
    ["any_such(2, ¦async (i) => true¦);", "LZ103", "an async function"],
    [
      "any_such(2, ¦(i) => any(2) === i¦);".replace("¦(i) => any(2) === i¦", "(i) => ¦any(2)¦ === i"),
      "LZ115",
      "any(2)",
    ],
    ["any_such(2, (i) => ¦g.x¦ === i);", "LZ115", "g.x"],
    ["when(¦g.x¦ === 1);", "LZ115", "g.x"],
    ["when(¦objs[0].state¦ === 1);", "LZ115", "objs[0].state"],
    ["¦walker_read(g.x)¦;", "LZ103", "outside of a walker"],
    ["¦pool_free(objs[0])¦;", "LZ103", "pool_free() outside of an instruction"],
    ["pool_alloc(¦g¦);".replace(/.*/, "¦pool_alloc(g)¦;"), "LZ108", "pool_alloc(g)"],
  ])("%s", (code, expected, what) => check(inRun(code), expected, what));
});

const CALL = "export function run(): void { f(1); }";

describe("functions", () => {
  const instruction = (body: string): string =>
    `export function run(): void { op(1); }\nfunction op(n: number): void {\ninstruction();\n${body}\n}`;
  test.each<Case>([
    ["export function run(): void { a(); }\nfunction a(): void { b(); }\nfunction b(): void { ¦a()¦; }", "LZ106", "a"],
    ["export function run(): void { ¦run()¦; }", "LZ106", "run"],
    [
      "export function run(): void { f(1); }\n¦function f(n: number): number {\nif (n > READ_ONCE(g.x)) return 1;\n}¦",
      "LZ109",
      "may end without a value",
    ],
    [
      `${CALL}\nfunction f(n: number): number { if (n > READ_ONCE(g.x)) return 1; ¦return;¦ }`,
      "LZ109",
      "without a value",
    ],
    [
      "export function run(): void { f(1); }\nfunction f(n: number) { if (n > READ_ONCE(g.x)) ¦return 1;¦ return 2; }",
      "LZ109",
      "needs a return type",
    ],
    [
      `${CALL}\nfunction f(n: number): { a: number } { if (n > g.x) return { a: 1 }; ¦return { b: 1 };¦ }`,
      "LZ109",
      "different fields",
    ],
    [instruction("¦g.x = 1¦;"), "LZ115", "g.x = 1"],
    [instruction("¦WRITE_ONCE(g.x, 1)¦;"), "LZ115", "WRITE_ONCE(g.x, 1)"],
    [instruction("hw[0].reg = ¦g.x¦;"), "LZ115", "g.x"],
    [instruction("¦atomic_inc(objs[0].users)¦;"), "LZ115", "atomic_inc"],
    [instruction("¦smp_mb()¦;"), "LZ115", "smp_mb()"],
    [instruction("¦spin_lock(objs[0].lock)¦;"), "LZ115", "spin_lock"],
    [instruction("hw[0].reg = ¦any(2)¦;"), "LZ115", "any(2)"],
    [instruction("¦while (hw[0].reg > 0) hw[0].reg = 0;¦"), "LZ115", "while"],
    [instruction("¦for (const cpu of for_each_possible_cpu()) hw[cpu].reg = 0;¦"), "LZ115", "for_each_possible_cpu"],
    [instruction("for (let i = 0; ¦i < n + hw[0].reg¦; i++) hw[0].reg = i;"), "LZ112", "the number of rounds"],
    [instruction("for (let i = 0; ¦i < 5000¦; i++) hw[0].reg = 1;"), "LZ112", "the number of rounds"],
    [
      `export function run(): void { ¦op()¦; }
function op(): void { instruction(); hw[0].reg = 1; when(hw[1].reg > 0); }`,
      "LZ115",
      "when() after the instruction has changed something",
    ],
    [
      "¦function h(): void { this_cpu_ptr(frame).f = 1; when(hw[0].reg === 1); }¦\nexport const i = INTERRUPT(h, 2);",
      "LZ116",
      "a handler starts with when() or any_such()",
    ],
    [
      "¦function h(): void { READ_ONCE(g.x); }¦\nexport const i = INTERRUPT(h, 2);",
      "LZ116",
      "it would run all the time",
    ],
    [
      "¦function h(): void { walker_read(g.x); walker_read(g.y); }¦\nexport const w = WALKER(h);",
      "LZ116",
      "a walker reads memory once",
    ],
    [
      "¦function h(): void { if (hw[0].reg > 0) return; walker_read(g.x); }¦\nexport const w = WALKER(h);",
      "LZ116",
      "no if",
    ],
    ["function h(): void { walker_read(g.x); ¦g.x = 1¦; }\nexport const w = WALKER(h);", "LZ115", "g.x = 1"],
    [
      "¦function h(i: int<0, 999>): void { walker_read(g.x); }¦\nexport const w = WALKER(h);",
      "LZ117",
      "1000 ways to walk",
    ],
    ["export const i = ¦INTERRUPT(1, 2)¦;", "LZ112", "the function"],
  ])("%s", (...args) => check(...args));

  test("what nobody calls is looked at, too", () => {
    check(
      "export function f(): void { if (config.x) ¦nobody¦(); }\ndeclare const config: { x: bool };",
      "LZ101",
      "nobody",
    );
  });

  test("code that grows without end", () => {
    const doubling = Array.from({ length: 30 }, (_, i) => `function f${i + 1}(): void { f${i}(); f${i}(); }`).join(
      "\n",
    );
    const found = rejection(
      compileMain(`export function run(): void { f30(); }\nfunction f0(): void { g.x = 1; }\n${doubling}`),
    );
    expect(found).toMatchObject({ code: "LZ117", text: expect.stringContaining("is too large") });
  });

  test("deep nesting", () => {
    const found = rejection(compileMain(inRun(`helper(${"(".repeat(300)}1${")".repeat(300)});`)));
    expect(found).toBeUndefined(); // Parentheses are not nesting.
    const sums = rejection(compileMain(inRun(`helper(${"1 + (".repeat(300)}1${")".repeat(300)});`)));
    expect(sums).toMatchObject({ code: "LZ117" });
  });
});
