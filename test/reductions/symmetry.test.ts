// SPDX-License-Identifier: MIT
// Symmetry among CPUs, judged by counting: the orbits of the states that are kept must be all states that there are.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { defined } from "../../src/base/assert.ts";
import { search } from "../../src/checker/search.ts";
import { compileScenario } from "../../src/compiler/compile.ts";
import { orderingOf } from "../../src/emit/ordering.ts";
import { emitPacked, loadPacked } from "../../src/emit/packed.ts";
import { openLibrary, openUserFile } from "../../src/jobs/library.ts";
import type { Program } from "../../src/program/program.ts";
import type { Symmetry } from "../../src/program/symmetry.ts";
import { fuse } from "../../src/reductions/fusion.ts";
import { symmetryOf } from "../../src/reductions/symmetry.ts";
import { compileFiles } from "../compiler/dialect.ts";
import { type Explored, explore, orbits } from "./orbits.ts";
import { drawing, perturbed, symmetricProgram } from "./symmetric-program.ts";

/** `tampered`: what the emitter is told instead of the truth. */
function counted(program: Program, model: MemoryModel, depth = model.depth, tampered?: Symmetry) {
  const symmetry = symmetryOf(program);
  const raw = defined(explore(program, model, depth), "small");
  const canonical = defined(explore(program, model, depth, tampered ?? symmetry), "small");
  return { symmetry, raw, canonical, counts: orbits(program, symmetry, raw, canonical) };
}

const verdict = ({ violated, witnessed, limits, stuck }: Explored) => ({ violated, witnessed, limits, stuck });

/** The form in which calls go out in any order. `mutant`: of the other form, which has some. */
function commonModel(machine: Readonly<Record<string, number>>, mutant = false): Program {
  const library = openLibrary(undefined);
  const file = library.ok ? openUserFile(library.value, "bench/models/lazy-tlb.ts") : library;
  if (!library.ok || !file.ok) throw new Error("the common model cannot be read");
  const [inOrder, inAnyOrder] = ["in_order", "in_any_order"].map((name) =>
    defined(
      file.value.scenarios.find((s) => s.info.name === name),
      name,
    ),
  );
  const { info } = defined(inAnyOrder, "the scenario");
  const scenario = { ...info, machine: new Map([...info.machine, ...Object.entries(machine)]) };
  const program = compileScenario({
    modules: library.value.modules,
    design: defined(file.value.designs[0], "its design").info,
    scenario,
    mutant: mutant ? inOrder?.info.mutants[0] : undefined,
  });
  return fuse(program, orderingOf(program, sc)).program;
}

describe("the common model", () => {
  test("the orbits are all states", () => {
    const { symmetry, raw, canonical, counts } = counted(commonModel({ unmaps0: 0, unmaps1: 0, gens: 0 }), sc);
    expect(symmetry).toMatchObject({ classes: [[0, 1, 2]], off: undefined });
    expect(canonical.group).toBe(6);
    expect(counts).toEqual({ all: 114_633, kept: 20_864, sum: 114_633, strangers: 0, doubles: 0 });
    expect(verdict(canonical)).toEqual(verdict(raw));
  });

  test("the same violation at the same depth", () => {
    const program = commonModel({ unmaps0: 1, unmaps1: 0, gens: 1 }, true);
    const [raw, reduced] = [undefined, symmetryOf(program)].map((symmetry) =>
      search(loadPacked(emitPacked(program, sc, { depth: 0, labels: false, symmetry })), program),
    );
    expect(raw?.verdict).toMatchObject({ violation: { property: "no user access through an entry to a freed page" } });
    expect(reduced?.violations.map(({ path: _, ...rest }) => rest)).toEqual(
      raw?.violations.map(({ path: _, ...rest }) => rest),
    );
    expect(reduced?.witnesses).toEqual(raw?.witnesses);
    expect(reduced?.states).toBeLessThan((raw?.states ?? 0) / 4);
  });
});

describe("random programs whose CPUs all do the same", () => {
  const RUNS = Number(process.env.RUNS ?? 60);
  const draws = fc.array(fc.nat(1_000_000), { minLength: 30, maxLength: 120 });
  const MAX = 5_000;

  test.each([
    ["sc", sc, 0, { cpus: 3, steps: 4, interrupt: false }],
    ["sc", sc, 0, { cpus: 3, steps: 4, interrupt: true }],
    ["x86_tso", x86_tso, 2, { cpus: 2, steps: 5, interrupt: false }],
    ["x86_tso", x86_tso, 1, { cpus: 3, steps: 4, interrupt: false }],
    ["sc", sc, 0, { cpus: 4, steps: 4, interrupt: false }],
  ] as const)("%s, %#: the orbits are all states", (_name, model, depth, shape) => {
    let [states, kept] = [0, 0];
    fc.assert(
      fc.property(draws, (list) => {
        const program = symmetricProgram(drawing(list), shape);
        const symmetry = symmetryOf(program);
        expect(symmetry).toMatchObject({ classes: [Array.from({ length: shape.cpus }, (_, c) => c)], off: undefined });
        const raw = explore(program, model, depth, undefined, MAX);
        fc.pre(raw !== undefined);
        const canonical = defined(explore(program, model, depth, symmetry, MAX), "not more than without symmetry");
        const found = orbits(program, symmetry, raw, canonical);
        expect(found).toEqual({ all: raw.states.length, kept: found.kept, sum: found.all, strangers: 0, doubles: 0 });
        expect(verdict(canonical)).toEqual(verdict(raw));
        states += found.all;
        kept += found.kept;
      }),
      { numRuns: RUNS },
    );
    expect(states).toBeGreaterThan(RUNS * 20);
    expect(kept).toBeLessThan(0.8 * states);
  });
});

test("whatever is claimed of programs with one thing changed holds", () => {
  const RUNS = Number(process.env.RUNS ?? 200);
  const claims = new Map<string, number>();
  const draws = fc.array(fc.nat(1_000_000), { minLength: 30, maxLength: 120 });
  fc.assert(
    fc.property(draws, draws, (list, change) => {
      const shape = { cpus: 3, steps: 4, interrupt: false };
      const program = perturbed(symmetricProgram(drawing(list), shape), drawing(change));
      const symmetry = symmetryOf(program);
      claims.set(`${symmetry.classes.length}`, (claims.get(`${symmetry.classes.length}`) ?? 0) + 1);
      const raw = explore(program, sc, 0, undefined, 2_000);
      fc.pre(raw !== undefined);
      const canonical = defined(explore(program, sc, 0, symmetry, 2_000), "not more than without symmetry");
      const found = orbits(program, symmetry, raw, canonical);
      expect(found).toEqual({ all: raw.states.length, kept: found.kept, sum: found.all, strangers: 0, doubles: 0 });
      expect(verdict(canonical)).toEqual(verdict(raw));
    }),
    { numRuns: RUNS },
  );
  // Some changes leave two CPUs alike, or all; some leave none.
  expect(claims.get("0")).toBeGreaterThan(0);
  expect(claims.get("1")).toBeGreaterThan(0);
});

/** A lock (whose value is its owner + 1), a mask of waiting CPUs, a pointer to a task of each CPU, a walker. */
interface Text {
  readonly enter?: string;
  readonly loop?: string;
  readonly init?: string;
  readonly check?: string;
  readonly third?: string;
}
function lockModel({ enter = "", loop = "", init = "", check = "", third = "enter();" }: Text = {}): string {
  return `
interface task { state: int<0, 1> }
const tasks = DEFINE_POOL<task>("tasks");
interface shared { lock: spinlock_t; owner: int<0, 3>; waiting: cpumask_t; turns: int<0, 1> }
const g = DEFINE_SHARED<shared>();
interface mine { curr: task | null; inside: bool }
const m = DEFINE_PER_CPU<mine>();
interface cpu_hw { line: bool }
const hw = DEFINE_HARDWARE<array<cpu_hw, "cpus">>();
function inside(cpu: cpu_id): boolean { return READ_ONCE(per_cpu(m.inside, cpu)); }
export const alone = always("one at most is inside", () =>
  !(inside(0) && inside(1)) && !(inside(1) && inside(2)) && !(inside(2) && inside(0))${check});
export const waited = sometimes("somebody waits", () => !cpumask_empty(cpumask_copy(g.waiting)));
function enter(): void {
  const cpu = smp_processor_id();
  cpumask_set_cpu(cpu, g.waiting);
  spin_lock(g.lock);
  WRITE_ONCE(g.owner, cpu + 1);
  this_cpu_write(m.inside, true);
  WRITE_ONCE(this_cpu_read(m.curr).state, 1);
  ${enter}
  ${loop}
  wire();
  this_cpu_write(m.inside, false);
  cpumask_clear_cpu(cpu, g.waiting);
  WRITE_ONCE(g.owner, 0);
  spin_unlock(g.lock);
}
function wire(): void {
  instruction();
  for (let i = 0; i < machine.cpus; i++) { if (i !== smp_processor_id()) hw[i].line = true; }
}
function quiet(): void { const cpu = smp_processor_id(); when(hw[cpu].line); hw[cpu].line = false; }
export const walker = WALKER(quiet);
export const s = scenario({
  question: "?", machine: { cpus: 3, tasks: 4 },
  init() {
    for (let i = 0; i < machine.tasks; i++) pool_alloc(tasks);
    for (let cpu = 0; cpu < machine.cpus; cpu++) WRITE_ONCE(per_cpu(m.curr, cpu), tasks[cpu + 1]);
    ${init}
  },
  threads: { CPU0() { enter(); }, CPU1() { enter(); }, CPU2() { ${third} } },
  check: [alone], witness: [waited], expect: {}, mutants: [],
});`;
}

const compiled = (text: Text = {}, unordered = false): Program =>
  compileFiles({ "scenario.ts": lockModel(text) }, undefined, unordered);
const lineOf = (model: string, text: string): number => model.split("\n").findIndex((line) => line.includes(text)) + 1;

describe("a lock, and what each CPU has of its own", () => {
  test.each([sc, x86_tso])("$name: the orbits are all states", (model) => {
    const { symmetry, raw, canonical, counts } = counted(compiled(), model, model === sc ? 0 : 2);
    expect(symmetry).toMatchObject({ classes: [[0, 1, 2]], off: undefined });
    expect(counts).toEqual({ all: counts.all, kept: counts.kept, sum: counts.all, strangers: 0, doubles: 0 });
    expect(counts.all).toBeGreaterThan(1000);
    expect(verdict(canonical)).toEqual(verdict(raw));
    expect(verdict(raw)).toMatchObject({ violated: [], witnessed: ["somebody waits"], stuck: false });
  });

  test("what is a CPU is found by use: a lock's owner, a task at the start", () => {
    const { cells } = compiled();
    const { sorts } = symmetryOf(compiled());
    const sortOf = (name: string) => sorts.cells[cells.findIndex((cell) => cell.name === name)];
    expect(sortOf("g.lock")).toEqual({ value: 1, index: [] });
    expect(sortOf("g.waiting")).toEqual({ value: "mask", index: [] });
    expect(sortOf("g.turns") ?? { value: undefined }).toMatchObject({ value: undefined });
    // tasks[1] is CPU 0's, and 2 the pointer to it.
    expect(sortOf("m.curr")).toEqual({ value: 2, index: [0] });
    expect(sortOf("task.state")).toEqual({ value: undefined, index: [1] });
  });

  test("two of three CPUs", () => {
    const { symmetry, raw, canonical, counts } = counted(compiled({ third: "enter(); enter();" }), sc, 0);
    expect(symmetry.classes).toEqual([[0, 1]]);
    expect(symmetry.off).toMatch(/^scenario.ts:\d+ is not the same on CPU 0 and CPU 2$/);
    expect(canonical.group).toBe(2);
    expect(counts).toEqual({ all: counts.all, kept: counts.kept, sum: counts.all, strangers: 0, doubles: 0 });
    expect(verdict(canonical)).toEqual(verdict(raw));
  });

  test.each([
    [
      "sets of CPUs are not renamed",
      (sorts: Symmetry["sorts"]["cells"]) => sorts.map((s) => (s.value === "mask" ? { ...s, value: undefined } : s)),
    ],
    [
      "owners of locks are not renamed",
      (sorts: Symmetry["sorts"]["cells"]) => sorts.map((s) => (s.value === 1 ? { ...s, value: undefined } : s)),
    ],
    [
      "flags stay where they are",
      (sorts: Symmetry["sorts"]["cells"], cells: Program["cells"]) =>
        sorts.map((s, id) => (cells[id]?.name === "m.inside" ? { ...s, index: [undefined] } : s)),
    ],
  ] as const)("the count notices if %s", (_what, tamper) => {
    const program = compiled();
    const symmetry = symmetryOf(program);
    const tampered = { ...symmetry, sorts: { ...symmetry.sorts, cells: tamper(symmetry.sorts.cells, program.cells) } };
    const { counts } = counted(program, sc, 0, tampered);
    expect(counts.strangers + counts.doubles + Math.abs(counts.sum - counts.all)).toBeGreaterThan(0);
  });
});

describe("symmetry is off, and the line says why", () => {
  const reason = (text: Text, unordered = false): string | undefined => symmetryOf(compiled(text, unordered)).off;
  const at = (text: Text, line: string): string => `scenario.ts:${lineOf(lockModel(text), line)}`;

  test.each([
    ["if (cpu === 1) WRITE_ONCE(g.turns, 1);", "is not the same on CPU 0 and CPU 1"],
    ["if (cpu < 1) WRITE_ONCE(g.turns, 1);", "compares the numbers of CPUs"],
    ["if (cpu * 2 === 2) WRITE_ONCE(g.turns, 1);", "computes with the numbers of CPUs"],
    ["this_cpu_write(m.inside, READ_ONCE(per_cpu(m.inside, 0)));", "is not the same on CPU 0 and CPU 1"],
  ])("%s", (enter, what) => {
    const off = reason({ enter });
    // What is decided between two accesses belongs to the step of the first one.
    const lines = [at({ enter }, enter), at({ enter }, "WRITE_ONCE(this_cpu_read(m.curr).state, 1)")];
    expect(lines.map((line) => `${line} ${what}`)).toContain(off);
  });

  test("the initial state, a property", () => {
    expect(reason({ init: "WRITE_ONCE(per_cpu(m.inside, 1), true);" })).toBe("the initial m.inside tells CPUs apart");
    expect(reason({ check: " && READ_ONCE(g.owner) !== 1" })).toBe('"one at most is inside" tells CPUs apart');
  });

  test("for_each_cpu(), unless its order is left open: then there are more runs, and the same answers", () => {
    const text = {
      loop: "for (const to of for_each_cpu(cpumask_copy(g.waiting))) WRITE_ONCE(per_cpu(m.inside, to), to === cpu);",
    };
    expect(reason(text)).toMatch(/^scenario.ts:\d+ goes through CPUs in the order of their numbers$/);
    const ascending = defined(explore(compiled(text), sc, 0), "small");
    const { symmetry, raw, canonical, counts } = counted(compiled(text, true), sc, 0);
    expect(symmetry).toMatchObject({ classes: [[0, 1, 2]], off: undefined });
    expect(counts).toEqual({ all: counts.all, kept: counts.kept, sum: counts.all, strangers: 0, doubles: 0 });
    expect(verdict(canonical)).toEqual(verdict(raw));
    expect(verdict(raw)).toEqual(verdict(ascending));
    expect(raw.states.length).toBeGreaterThan(ascending.states.length);
  });
});
