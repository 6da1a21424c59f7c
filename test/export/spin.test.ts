// SPDX-License-Identifier: MIT
// Our checker and SPIN on the same programs: the same verdict, the same violated properties, the same number of states.
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { defined } from "../../src/base/assert.ts";
import { bufferDepth, build } from "../../src/jobs/engine.ts";
import { openLibrary } from "../../src/jobs/library.ts";
import { selectCases } from "../../src/jobs/select.ts";
import type { Program } from "../../src/program/program.ts";
import { compileSmall, type Small } from "../compiler/dialect.ts";
import { ours, theirs } from "./compare.ts";
import { missing } from "./spin.ts";

if (missing !== undefined) process.stderr.write(`test/export: the comparison with SPIN is skipped: ${missing}\n`);

const library = openLibrary(undefined);
if (!library.ok) throw new Error("the library opens");

interface Question {
  readonly program: Program;
  readonly model: MemoryModel;
  readonly depth: number;
}

/** A shipped scenario; `mutant`: its number from 1. */
function shipped(scenario: string, design: string, model: string, mutant?: number): Question {
  if (!library.ok) throw new Error("the library opens");
  const cases = selectCases(library.value, { names: [scenario], designs: [design], models: [model] });
  const item = defined(cases.ok ? cases.value[0] : undefined, `${scenario} applies to ${design}`);
  const memory = defined(item.models[0], `${design} has the model ${model}`);
  const program = build(library.value, item, mutant === undefined ? undefined : item.mutants[mutant - 1]);
  if (!program.ok) throw new Error(JSON.stringify(program.error));
  return { program: program.value, model: memory, depth: bufferDepth(item, memory) };
}

const both = ({ program, model, depth }: Question) =>
  [ours(program, model, depth), theirs(program, model, depth)] as const;

const SHIPPED = [
  ["asid_slot_reuse", "linux-6.12-x86-nopcid", "x86_tso", "safe"],
  ["batched_reclaim", "linux-6.12-x86-nopcid", "sc", "safe"],
  ["exec_preempted", "linux-6.12-x86", "sc", "safe"],
  ["exit_elsewhere", "x86-last-mmput", "x86_tso", "violates"],
  ["flushes_out_of_order", "x86-no-lazy", "sc", "safe"],
  ["lazy_to_user_vs_exit", "linux-6.12-x86-nopcid", "x86_tso", "safe"],
  ["mmdrop_under_a_lock", "x86-shootdown", "x86_tso", "violates"],
] as const;

describe.skipIf(missing !== undefined)("shipped scenarios", () => {
  test.each(SHIPPED)("%s, %s, %s", (scenario, design, model, verdict) => {
    const [mine, other] = both(shipped(scenario, design, model));
    expect(other).toEqual(mine);
    expect(mine.verdict).toBe(verdict);
    expect(mine.states).toBeGreaterThan(50);
  });
});

test("they have all that there is to disagree about", () => {
  const questions = SHIPPED.map(([scenario, design, model]) => shipped(scenario, design, model));
  const codes = questions.flatMap(({ program }) => program.codes);
  const accesses = new Set(codes.flatMap(({ steps }) => steps.map(({ access }) => access.kind)));
  expect(new Set(codes.map(({ kind }) => kind))).toEqual(new Set(["thread", "interrupt", "walker"]));
  expect(new Set(codes.map(({ level }) => level))).toEqual(new Set([0, 1, 2]));
  for (const kind of ["load", "await", "store", "rmw", "fence", "instruction", "choose"]) {
    expect(accesses).toContain(kind);
  }
});

const REST = `
interface cpu_hw { reg: upto<"n">; table: array<upto<"n">, 3>; asked: bool; }
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
const no_two = never("the table's value is not 2");
const no_two_after = never("the register's value is not 2");
const below_three = always("x is below 3", () => READ_ONCE(g.x) < 3);
const below_two = always("x is below 2", () => READ_ONCE(g.x) < 2);
const two_at_end = at_end("x is 2 in the end", () => READ_ONCE(g.x) === 2);
function look_up(n: number): void {
  instruction();
  hw[0].reg = hw[0].table[n];
  if (hw[0].reg === 2) raise(no_two);
}
function ask(): void { instruction(); hw[smp_processor_id()].asked = true; }
function answer(): void { instruction(); hw[smp_processor_id()].asked = false; }
`;
const WALKER_OF_Y = `
function walk(): void { when(hw[smp_processor_id()].reg === 0); hw[smp_processor_id()].reg = walker_read(g.y); }
export const walker = WALKER(walk);
`;
const HANDLER = `
function handler(): void {
  when(hw[smp_processor_id()].asked);
  atomic_inc(g.count);
  answer();
}
export const vector = INTERRUPT(handler, 2);
`;
const small = (threads: readonly string[], more: Partial<Small> = {}): Small => ({
  machine: { n: 3 },
  shared: 'x: upto<"n">; y: upto<"n">; plain: upto<"n">; count: atomic<"n">;',
  out: 'r: upto<"n">;',
  init: "hw[0].table[1] = 2; hw[0].table[2] = 1;",
  threads,
  ...more,
  rest: REST + (more.rest ?? ""),
});

const LOADS = "this_cpu_ptr(out).r = READ_ONCE";
const STORE_BUFFERING = [`WRITE_ONCE(g.x, 1); ${LOADS}(g.y);`, `WRITE_ONCE(g.y, 1); ${LOADS}(g.x);`];
const WAITS = ["smp_cond_load_acquire(g.x, VAL === 1);", "WRITE_ONCE(g.y, 1);"];

/** What either checker must say, so that a fault that both have shows, too. */
const SMALL: readonly (readonly [what: string, small: Small, model: MemoryModel, depth: number, answer: string])[] = [
  ["store buffering", small(STORE_BUFFERING), x86_tso, 2, "safe"],
  ["own stores are seen", small([`WRITE_ONCE(g.x, 1); WRITE_ONCE(g.x, 2); ${LOADS}(g.x);`, ""]), x86_tso, 2, "safe"],
  ["a walker, which may see its CPU's stores", small(["", WAITS[1]!], { rest: WALKER_OF_Y }), x86_tso, 2, "safe"],
  ["a deadlock, though a walker walks", small(WAITS, { rest: WALKER_OF_Y }), sc, 0, "violates no deadlock"],
  ["an interrupt ends a wait", small(["ask(); WRITE_ONCE(g.x, 1);", WAITS[0]!], { rest: HANDLER }), sc, 0, "safe"],
  ["the end", small(["WRITE_ONCE(g.x, 1);"], { check: "two_at_end" }), x86_tso, 2, "violates x is 2 in the end"],
  [
    "two properties, where one hides the other",
    small(["WRITE_ONCE(g.x, 3);"], { check: "below_three, below_two" }),
    sc,
    0,
    "violates x is below 2,x is below 3",
  ],
  [
    "a violation in the middle of a step, and constants behind an index",
    small(["look_up(any(3));", "WRITE_ONCE(g.x, 1);"], { check: "no_two" }),
    sc,
    0,
    "violates the table's value is not 2",
  ],
  [
    "a data race",
    small(["g.plain = 1;", "const r = g.plain; WRITE_ONCE(g.x, r);"], { check: "no_data_race" }),
    sc,
    0,
    "violates no data race",
  ],
  ["a value out of range", small(["WRITE_ONCE(g.x, READ_ONCE(g.y) - 1);"]), sc, 0, "unknown"],
  ["a full store buffer", small(["WRITE_ONCE(g.x, 1); WRITE_ONCE(g.y, 1);", "ask();"]), x86_tso, 1, "unknown"],
];

describe.skipIf(missing !== undefined)("small programs", () => {
  test.each(SMALL)("%s", (_what, text, model, depth, expected) => {
    const [mine, other] = both({ program: compileSmall(text), model, depth });
    expect(other).toEqual(mine);
    expect(`${mine.verdict} ${mine.violated}`.trim()).toBe(expected);
  });
});

describe.skipIf(missing !== undefined)("the comparison can fail", () => {
  test("a mutant has another verdict", () => {
    const mutant = shipped("mmdrop_under_a_lock", "linux-6.12-x86", "sc", 1);
    const original = shipped("mmdrop_under_a_lock", "linux-6.12-x86", "sc");
    const other = theirs(mutant.program, mutant.model, mutant.depth);
    expect(other.verdict).toBe("violates");
    expect(ours(original.program, original.model, original.depth).verdict).toBe("safe");
    expect(other).toEqual(ours(mutant.program, mutant.model, mutant.depth));
  });

  test("locals that are not forgotten make more states", () => {
    const reader = "const r = READ_ONCE(g.y); WRITE_ONCE(g.x, r); WRITE_ONCE(g.x, 3); WRITE_ONCE(g.plain, 1);";
    const program = compileSmall(small([reader, "WRITE_ONCE(g.y, 1);"]));
    const kept = theirs(program, sc, 0, (text) => text.replaceAll(/^ +CPU0_[a-z]+_\d+ = 0;\n/gm, ""));
    expect(kept.states).toBeGreaterThan(ours(program, sc, 0).states);
    expect(theirs(program, sc, 0)).toEqual(ours(program, sc, 0));
  });

  test("loads that do not see the CPU's own stores make others", () => {
    const program = compileSmall(defined(SMALL[1], "own stores are seen")[1]);
    const blind = theirs(program, x86_tso, 2, (text) => text.replaceAll(/CPU_\d_load\(\d+, (g_x)\)/g, "$1"));
    expect(blind.states).not.toBe(ours(program, x86_tso, 2).states);
  });
});
