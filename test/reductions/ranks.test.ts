// SPDX-License-Identifier: MIT
// A counter that only grows, and somebody who keeps a copy: with ranks there is an end of states, and what can be told
// of the distance is told.
import { expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { search } from "../../src/checker/search.ts";
import { emitPacked, loadPacked } from "../../src/emit/packed.ts";
import type { Counters } from "../../src/program/counters.ts";
import type { Program } from "../../src/program/program.ts";
import { countersOf } from "../../src/reductions/counters.ts";
import { OTHER_OWNERS, watchOwners } from "../../src/reductions/owners.ts";
import { compileFiles } from "../compiler/dialect.ts";

const DECLARATIONS = `
interface thing { gen: atomic_counter<"gens", "id">; id: upto<"ids">; }
const objects = DEFINE_POOL<thing>("objects");
interface copy { gen: counter<"gens", "id">; id: upto<"ids">; }
const copies = DEFINE_PER_CPU<copy>();
const equal = sometimes("equal");
const one_behind = sometimes("one behind");
const two_behind = sometimes("two behind");
function advance(o: thing): void { atomic_inc(o.gen); }
function remember(o: thing): void {
  this_cpu_write(copies.id, READ_ONCE(o.id));
  this_cpu_write(copies.gen, atomic_read(o.gen));
}
`;

function program(compare: string, run: string): Program {
  return compileFiles({
    "scenario.ts": `${DECLARATIONS}
function look(o: thing): void {
  const now = atomic_read(o.gen);
  const mine = this_cpu_read(copies.gen);
  ${compare}
}
export const s = scenario({
  question: "?",
  machine: { cpus: 2, objects: 2, gens: 12, ids: 3 },
  init() {
    for (let i = 0; i < 2; i++) WRITE_ONCE(pool_alloc(objects).id, i + 1);
    for (let cpu = 0; cpu < 2; cpu++) WRITE_ONCE(per_cpu(copies.id, cpu), 1);
  },
  threads: {
    CPU0() { while (true) { advance(objects[0]); } },
    CPU1() { while (true) { ${run} } },
  },
  check: [],
  witness: [equal, one_behind, two_behind],
  mutants: [],
});`,
  });
}

const COMPARE = `
  if (now === mine) reached(equal);
  if (now === mine + 1) reached(one_behind);
  if (mine + 1 < now) reached(two_behind);
`;

function ranked(p: Program) {
  const { program, counters, off } = countersOf(p);
  const watched = counters ? watchOwners(program, counters) : program;
  return { off, counters, result: searched(watched, counters) };
}

function searched(p: Program, counters: Counters | undefined) {
  return search(loadPacked(emitPacked(p, sc, { depth: 0, labels: false, counters })), p);
}

const reachedBy = (result: ReturnType<typeof searched>) =>
  result.witnesses.filter(({ depth }) => depth !== undefined).map(({ name }) => name);

test("without ranks, a counter leaves every bound", () => {
  const result = searched(program(COMPARE, "remember(objects[0]); look(objects[0]);"), undefined);
  expect(result.verdict.kind).toBe("unknown");
});

test("with ranks there is an end, and one behind, two behind and equal are told apart", () => {
  const { result, off } = ranked(program(COMPARE, "remember(objects[0]); look(objects[0]);"));
  expect(off).toBeUndefined();
  expect(result.verdict.kind).toBe("safe");
  expect(reachedBy(result).sort()).toEqual(["equal", "one behind", "two behind"]);
  expect(result.states).toBeLessThan(200);
});

test("a distance is not made up: who reads twice in a row may be behind, who has just incremented alone is not", () => {
  const alone = program(COMPARE, "remember(objects[1]); look(objects[1]);");
  expect(reachedBy(ranked(alone).result)).toEqual(["equal"]);
});

test("values of two objects are not compared: that is a limit", () => {
  const { result } = ranked(program(COMPARE, "remember(objects[1]); look(objects[0]);"));
  expect(result.limits).toContainEqual({ kind: "model", text: OTHER_OWNERS });
});

test("a value that goes somewhere else switches ranks off", () => {
  const { off } = countersOf(program("WRITE_ONCE(objects[1].id, now);", "look(objects[0]);"));
  expect(off).toMatch(/id/);
});
