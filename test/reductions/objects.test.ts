// SPDX-License-Identifier: MIT
// Symmetry among objects, judged by counting, as that among CPUs is.
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { defined } from "../../src/base/assert.ts";
import { compileScenario } from "../../src/compiler/compile.ts";
import { orderingOf } from "../../src/emit/ordering.ts";
import { openLibrary } from "../../src/jobs/library.ts";
import type { Program } from "../../src/program/program.ts";
import { groupSize } from "../../src/program/symmetry.ts";
import { fuse } from "../../src/reductions/fusion.ts";
import { symmetryOf } from "../../src/reductions/symmetry.ts";
import { compileFiles } from "../compiler/dialect.ts";
import { type Explored, explore, orbits } from "./orbits.ts";

const verdict = ({ violated, witnessed, limits, stuck }: Explored) => ({ violated, witnessed, limits, stuck });

function ladder(name: string): Program {
  const library = openLibrary(undefined);
  if (!library.ok) throw new Error("the library cannot be read");
  const { modules, ladder, designs } = library.value;
  const scenario = defined(
    ladder.find(({ info }) => info.name === name),
    name,
  );
  const design = defined(
    designs.find(({ info }) => info.name === "arm64-asid-allocator"),
    "the allocator",
  );
  return compileScenario({ modules, design: design.info, scenario: scenario.info, unordered: true });
}

function judge(
  program: Program,
  model: MemoryModel = sc,
): { objects: number | undefined; classes: number; kept: number; all: number } {
  const symmetry = symmetryOf(program);
  const raw = defined(explore(program, model, model.depth), "small");
  const canonical = defined(explore(program, model, model.depth, symmetry), "small");
  // Where objects are not exchanged, it is CPUs alone that are.
  const isOfBoth = canonical.group > groupSize(symmetry);
  const counts = orbits(program, isOfBoth ? symmetry : { ...symmetry, objects: undefined }, raw, canonical);
  expect(counts).toEqual({ all: counts.all, kept: counts.kept, sum: counts.all, strangers: 0, doubles: 0 });
  expect(verdict(canonical)).toEqual(verdict(raw));
  return { objects: symmetry.objects?.size, classes: symmetry.classes.length, kept: counts.kept, all: counts.all };
}

describe("tasks, and CPUs that switch among them: the orbits are all states", () => {
  test.each([
    ["asidalloc_2_tasks", 2],
    ["asidalloc_unmap_2_tasks", 2],
    ["asidalloc_3_tasks", 3],
  ] as const)("%s", (name, size) => {
    const program = ladder(name);
    const { objects, classes, kept, all } = judge(fuse(program, orderingOf(program, sc)).program);
    expect([objects, classes]).toEqual([size, 1]);
    expect(kept).toBeLessThan(all / size);
  });
});

interface Text {
  readonly body?: string;
  readonly init?: string;
  readonly check?: string;
  readonly second?: string;
}

/** Objects of a pool: one is chosen, remembered by number and by pointer, and marked. */
const poolModel = ({ body = "", init = "", check = "true", second = "work();" }: Text = {}): string => `
interface task { state: int<0, 2> }
const tasks = DEFINE_POOL<task>("tasks");
interface shared { curr: task | null }
const g = DEFINE_SHARED<shared>();
interface world { last: int<-1, "tasks">; marks: array<bool, "tasks"> }
const w = DEFINE_FRAME<world>();
export const fine = always("fine", () => ${check});
function work(): void {
  const t = any_such(machine.tasks, (i) => !w.marks[i]);
  mark(t);
  WRITE_ONCE(g.curr, tasks[t]);
  WRITE_ONCE(tasks[t].state, 1);
  ${body}
}
function mark(t: number): void {
  instruction();
  w.marks[t] = true;
  if (w.last !== -1 && w.last !== t) w.marks[w.last] = false;
  w.last = t;
}
export const s = scenario({
  question: "?", machine: { cpus: 2, tasks: 4 },
  init() {
    for (let i = 0; i < machine.tasks; i++) pool_alloc(tasks);
    w.last = -1;
    ${init}
  },
  threads: { CPU0() { work(); work(); }, CPU1() { ${second} } },
  check: [fine], witness: [], expect: {}, mutants: [],
});`;
const compiled = (text: Text): Program => compileFiles({ "scenario.ts": poolModel(text) }, undefined, true);

describe("a pool of objects", () => {
  test.each([
    ["a property that names one of them", { check: "!w.marks[1]" }],
    ["an initial state that does", { init: "w.marks[2] = true;" }],
    ["code that does", { body: "if (t === 1) w.last = t;" }],
    ["an order among them", { body: "if (t < 2) w.last = t;" }],
    ["arithmetic", { body: "if (t % 2 === 1) w.last = t;" }],
  ])("not with %s", (_what, text) => {
    const program = compiled(text);
    expect(symmetryOf(program).objects).toBeUndefined();
    judge(program);
  });

  test.each([sc, x86_tso])("$name: whatever is claimed holds", (model) => {
    // Store buffers hold pointers to tasks, and their fields: tasks stay as they are there.
    const { kept, all } = judge(compiled({}), model);
    if (model === sc) expect(kept).toBeLessThan(all / 10);
    expect(symmetryOf(compiled({})).objects?.size).toBe(4);
    judge(compiled({ second: "" }), model);
  });
});
