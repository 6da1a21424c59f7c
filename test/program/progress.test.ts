// SPDX-License-Identifier: MIT
// Where code may run for ever: loops that count, loops that wait, loops of clients.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { defined } from "../../src/base/assert.ts";
import type { Program } from "../../src/program/program.ts";
import { mayRunForEver, progressOf } from "../../src/program/progress.ts";
import { compileFiles, compileSmall, rejection } from "../compiler/dialect.ts";
import { MACHINE, randomProgram } from "../compiler/random-program.ts";
import { type Explored, explore } from "../emit/explore.ts";

const shared = 'x: upto<"n">; mask: cpumask_t';
const program = (thread: string): Program => compileSmall({ machine: { n: 30 }, shared, threads: [thread, ""] });

/** The texts of some steps of CPU 0. */
function texts(of: Program, steps: Iterable<number>): string[] {
  const code = defined(of.codes[0], "there is a thread");
  return [...new Set([...steps].map((step) => code.steps[step]?.at.text ?? ""))].filter((text) => text !== "");
}

describe("loops that may not end", () => {
  test.each([
    ["straight code", "xchg(g.x, 1);", []],
    ["a loop that counts", "for (let i = 0; i < 20; i++) { xchg(g.x, i); }", []],
    ["one that counts by more", "for (let i = 0; i < 20; i += 3) { xchg(g.x, i); }", []],
    ["over CPUs", "const m = cpumask_copy(g.mask); for (const cpu of for_each_cpu(m)) { xchg(g.x, cpu); }", []],
    ["nested ones", "for (let i = 0; i < 9; i++) { for (let k = 0; k < 9; k++) { xchg(g.x, i + k); } }", []],
    ["a wait", "while (READ_ONCE(g.x) === 0) smp_mb();", ["READ_ONCE(g.x)", "smp_mb()"]],
    ["a retry", "while (!try_cmpxchg(g.x, 0, 1)) smp_mb();", ["try_cmpxchg(g.x, 0, 1)", "smp_mb()"]],
    [
      "a wait inside one that counts",
      "for (let i = 0; i < 9; i++) { while (READ_ONCE(g.x) !== i) smp_mb(); xchg(g.x, 0); }",
      ["READ_ONCE(g.x)", "smp_mb()"],
    ],
    [
      "one that is reset",
      "let i = 0; while (READ_ONCE(g.x) !== 2) { i = i + 1; if (i > 9) i = 0; }",
      ["READ_ONCE(g.x)"],
    ],
  ])("%s", (_, thread, expected) => {
    const compiled = program(thread);
    const { loops, rests } = progressOf(defined(compiled.codes[0], "there is a thread"));
    expect(texts(compiled, loops).sort()).toEqual([...expected].sort());
    expect([...rests]).toEqual([0]);
    expect(mayRunForEver(compiled)).toBe(expected.length > 0);
  });

  test("a client rests at the head of its loop, and a loop in it is one to get out of", () => {
    const client = program(
      "while (true) { if (any(2) === 0) xchg(g.x, 1); else while (READ_ONCE(g.x) === 0) smp_mb(); }",
    );
    const { loops, rests } = progressOf(defined(client.codes[0], "there is a thread"));
    expect(texts(client, rests)).toEqual(["end", "any(2)"]);
    expect(texts(client, loops).sort()).toEqual(["READ_ONCE(g.x)", "smp_mb()"]);
    expect(mayRunForEver(client)).toBe(true);
  });

  test("a loop with a way out is none of a client's", () => {
    const leaving = program("while (true) { if (xchg(g.x, 1) === 1) break; }");
    const { loops, rests } = progressOf(defined(leaving.codes[0], "there is a thread"));
    expect([...rests]).toEqual([0]);
    expect(texts(leaving, loops)).toEqual(["xchg(g.x, 1)"]);
  });
});

/** Whether some state can be reached from itself. */
function isCyclic({ states }: Explored): boolean {
  const state = new Map<string, "open" | "done">();
  const visit = (start: string): boolean => {
    const path = [{ key: start, next: 0 }];
    state.set(start, "open");
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const to = states.get(top.key)?.next[top.next++];
      if (to === undefined) {
        state.set(top.key, "done");
        path.pop();
      } else if (state.get(to) === "open") return true;
      else if (!state.has(to)) {
        state.set(to, "open");
        path.push({ key: to, next: 0 });
      }
    }
    return false;
  };
  return [...states.keys()].some((key) => !state.has(key) && visit(key));
}

const SCENARIO = `import { g, run0, run1 } from "./entries.ts";
export const s = scenario({
  question: "?", machine: { cpus: 2, value: ${MACHINE.value}, many: 40 },
  init() { WRITE_ONCE(g.x, 2); atomic_set(g.a, 0); },
  threads: { CPU0() { run0(); }, CPU1() { run1(); while (READ_ONCE(g.y) > 3) WRITE_ONCE(g.x, READ_ONCE(g.y)); } },
  check: [], witness: [], expect: {}, mutants: [],
});`;

test("what is said to end, ends: random programs", () => {
  const seen = { ends: 0, cyclic: 0 };
  const choices = fc.array(fc.nat(1_000_000), { minLength: 10, maxLength: 40 });
  fc.assert(
    fc.property(choices, fc.boolean(), (list, waits) => {
      const { dialect } = randomProgram(list, { budget: 12, threads: 2 });
      const scenario = waits ? SCENARIO : SCENARIO.replace(/while .*; } },/, "} },");
      const sources = { "entries.ts": dialect, "scenario.ts": scenario };
      fc.pre(rejection(() => compileFiles(sources)) === undefined);
      const compiled = compileFiles(sources);
      let explored: Explored;
      try {
        explored = explore(compiled, sc);
      } catch {
        return fc.pre(false);
      }
      const cyclic = isCyclic(explored);
      if (cyclic) expect(mayRunForEver(compiled)).toBe(true);
      if (cyclic) seen.cyclic++;
      else if (!mayRunForEver(compiled)) seen.ends++;
    }),
    { numRuns: 80 },
  );
  expect(Math.min(seen.ends, seen.cyclic)).toBeGreaterThan(0);
});
