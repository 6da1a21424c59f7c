// SPDX-License-Identifier: MIT
// Data races: which programs have one, and that the emitted test and the definition agree on every state.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { armv8 } from "../../model/hw/memory/armv8.ts";
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { search } from "../../src/checker/search.ts";
import { emitPacked, loadPacked } from "../../src/emit/packed.ts";
import type { Program } from "../../src/program/program.ts";
import { possibleRaces, racesAt } from "../../src/program/races.ts";
import { compileFiles, compileSmall, type Small, scenarioText } from "../compiler/dialect.ts";
import { explore } from "./explore.ts";

const RACE = "no data race";
const shared = 'x: upto<"n">; flag: upto<"n">; list: array<upto<"n">, 2>; p: node | null; count: atomic<"n">';
const rest = `interface node { next: upto<"n"> }
const objects = DEFINE_POOL<node>("objects");
interface locks { lock: spinlock_t }
const locks = DEFINE_SHARED<locks>();
interface wire { pending: bool; preempted: bool }
const wire = DEFINE_HARDWARE<wire>();
function drop_it(o: node): void { instruction(); pool_free(o); }
function preempt(): void { instruction(); wire.preempted = true; }
function send(): void { serialising_instruction(); wire.pending = true; }
function sent(): void { instruction(); when(!wire.pending); }
function iret(): void { serialising_instruction(); wire.pending = false; }
function handler(): void { when(wire.pending && smp_processor_id() === 1); WRITE_ONCE(g.flag, g.x); iret(); }
`;
const INTERRUPT = "export const vector = INTERRUPT(handler, 2);\n";
/** May happen once, at any moment. */
const preemption = (body: string): string => `preempt: { CPU0() { when(!wire.preempted); preempt(); ${body} } },`;

function small(threads: readonly string[], more: Partial<Small> = {}): Program {
  return compileSmall({ machine: { n: 3, objects: 2 }, shared, rest, threads, ...more });
}

function verdictOf(program: Program, model: MemoryModel = sc): string {
  const compiled = loadPacked(emitPacked(program, model, { depth: model.depth, labels: false }));
  const { verdict } = search(compiled, program);
  return verdict.kind === "violates" ? verdict.violation.property : verdict.kind;
}

/** Accesses of g.x, in the middle of something. */
const plain = { read: "const r = g.x; WRITE_ONCE(g.flag, r);", write: "g.x = 1;" };
const marked = { read: "const r = READ_ONCE(g.x); WRITE_ONCE(g.flag, r);", write: "WRITE_ONCE(g.x, 1);" };

describe("two accesses without any order", () => {
  test.each([
    ["plain read, plain write", plain.read, plain.write, RACE],
    ["plain read, marked write", plain.read, marked.write, RACE],
    ["plain read, release", plain.read, "smp_store_release(g.x, 1);", RACE],
    ["plain read, xchg()", plain.read, "xchg(g.x, 1);", RACE],
    ["plain read, a cmpxchg() that can succeed", plain.read, "cmpxchg(g.x, 0, 1);", RACE],
    ["plain read, a cmpxchg() that cannot", plain.read, "cmpxchg(g.x, 2, 1);", "safe"],
    ["marked read, plain write: CONFIG_KCSAN_ASSUME_PLAIN_WRITES_ATOMIC", marked.read, plain.write, "safe"],
    ["marked read, marked write", marked.read, marked.write, "safe"],
    ["plain write, plain write: the same option", plain.write, "g.x = 2;", "safe"],
    ["plain read, plain read", plain.read, plain.read, "safe"],
    ["data_race() around the read", "WRITE_ONCE(g.flag, data_race(g.x));", marked.write, "safe"],
    ["data_race() around the write", plain.read, "data_race(g.x = 1);", "safe"],
    ["data_race() around a call", "data_race(racy());", marked.write, "safe"],
    ["the same call without it", "racy();", marked.write, RACE],
    ["two elements of an array", "WRITE_ONCE(g.flag, g.list[0]);", "g.list[1] = 1;", "safe"],
    ["one element, by different names", "const i = any(2); WRITE_ONCE(g.flag, g.list[i]);", "g.list[1] = 1;", RACE],
    ["different elements, as it happens", "WRITE_ONCE(g.flag, g.list[g.x]);", "g.list[1] = 1;", "safe"],
  ])("%s", (_, first, second, expected) => {
    const functions = `${rest}\nfunction racy(): void { const r = g.x; WRITE_ONCE(g.flag, r); }\n`;
    const program = small([first, second], { rest: functions });
    expect([sc, x86_tso, armv8].map((model) => verdictOf(program, model))).toEqual([expected, expected, expected]);
  });

  test("an object that is freed is no race, but a use after free", () => {
    const program = small(
      ["drop_it(objects[0]);", "const o = READ_ONCE(g.p); if (o !== null) WRITE_ONCE(o.next, 1);"],
      {
        init: "const o = pool_alloc(objects); g.p = o;",
      },
    );
    expect(verdictOf(program)).toBe("no use after free");
  });

  test("the object behind a pointer: only where both point to the same one", () => {
    const reads = "const o = READ_ONCE(g.p); if (o !== null) WRITE_ONCE(g.flag, o.next);";
    const init = "const a = pool_alloc(objects); const b = pool_alloc(objects); g.p = a;";
    expect(verdictOf(small([reads, "WRITE_ONCE(objects[0].next, 1);"], { init }))).toBe(RACE);
    expect(verdictOf(small([reads, "WRITE_ONCE(objects[1].next, 1);"], { init }))).toBe("safe");
  });
});

describe("accesses that something keeps apart", () => {
  test("a lock", () => {
    const under = (body: string): string => `spin_lock(locks.lock); ${body} spin_unlock(locks.lock);`;
    expect(verdictOf(small([under(plain.read), under(plain.write)]), x86_tso)).toBe("safe");
    expect(verdictOf(small([under(plain.read), plain.write]), x86_tso)).toBe(RACE);
  });

  test("publication by release and acquire", () => {
    const publish = "g.x = 1; smp_store_release(g.flag, 1);";
    const consume = "if (smp_load_acquire(g.flag) === 1) WRITE_ONCE(g.list[0], g.x);";
    expect(verdictOf(small([publish, consume]), x86_tso)).toBe("safe");
    expect(verdictOf(small([publish, "smp_load_acquire(g.flag); WRITE_ONCE(g.list[0], g.x);"]), x86_tso)).toBe(RACE);
  });

  test("exclusion that a store buffer breaks is a race only under the model that has one", () => {
    const enter = (mine: number): string =>
      `WRITE_ONCE(g.list[${mine}], 1); if (READ_ONCE(g.list[${1 - mine}]) === 0) `;
    const program = small([`${enter(0)} WRITE_ONCE(g.flag, g.x);`, `${enter(1)} g.x = 1;`]);
    expect([sc, x86_tso, armv8].map((model) => verdictOf(program, model))).toEqual(["safe", RACE, RACE]);
  });

  test("a function call interrupt, waited for", () => {
    const program = (thread: string): Program => small([thread, ""], { rest: `${rest}${INTERRUPT}` });
    expect(verdictOf(program("g.x = 1; send(); sent(); g.x = 2;"), x86_tso)).toBe("safe");
    expect(verdictOf(program("g.x = 1; send(); g.x = 2;"), x86_tso)).toBe(RACE);
  });

  test("an interrupt of the same CPU: CONFIG_KCSAN_INTERRUPT_WATCHER is off", () => {
    const text = scenarioText({ machine: { n: 3, objects: 1 }, shared, rest, threads: [plain.read] });
    const program = compileFiles({ "scenario.ts": text.replace("check:", `${preemption(plain.write)} check:`) });
    expect(program.codes.map(({ level }) => level)).toEqual([0, 1]);
    expect(verdictOf(program)).toBe("safe");
  });
});

test("what cannot race costs nothing", () => {
  const text = (threads: readonly string[]): string =>
    emitPacked(small(threads), x86_tso, { depth: 2, labels: false }).text;
  expect(text([marked.read, plain.write])).not.toMatch(/\bR[RWA]\d/);
  expect(text([plain.read, plain.write])).toMatch(/\bR[RWA]\d/);
});

test("a violation is one step away from both accesses", () => {
  const program = small([`WRITE_ONCE(g.flag, 1); ${plain.read}`, plain.write]);
  const compiled = loadPacked(emitPacked(program, sc, { depth: 0, labels: false }));
  const { verdict } = search(compiled, program);
  // The start of each thread, where no access is pending, and the store to flag.
  expect(verdict).toMatchObject({ kind: "violates", violation: { kind: "race", property: RACE, depth: 1 } });
});

/** How many states of a program race, and that check() says so of exactly these. */
function racingStates(program: Program, model: MemoryModel): number {
  const property = program.properties.findIndex(({ kind }) => kind === "race");
  const { compiled, states } = explore(program, model);
  let racing = 0;
  for (const [key, { plain: state }] of states) {
    const races = racesAt(program, state.cells, state.contexts).length > 0;
    const words = Int32Array.from(key.split(","), Number);
    expect(compiled.check(words, 0) === property + 1).toBe(races);
    if (races) racing++;
  }
  return racing;
}

const STATEMENTS = [
  "WRITE_ONCE(g.flag, g.x);",
  "g.x = 1;",
  "WRITE_ONCE(g.x, 2);",
  "cmpxchg(g.x, 1, 3);",
  "try_cmpxchg(g.list[g.x & 1], 0, 1);",
  "WRITE_ONCE(g.flag, g.list[g.flag & 1]);",
  "g.list[1] = g.x;",
  "WRITE_ONCE(g.flag, data_race(g.x));",
  "data_race(g.list[0] = 2);",
  "if (g.p !== null) WRITE_ONCE(g.flag, g.p.next);",
  "objects[1].next = 1;",
  "WRITE_ONCE(g.p, objects[1]);",
  "WRITE_ONCE(g.p, null);",
  "spin_lock(locks.lock); g.x = g.list[0]; spin_unlock(locks.lock);",
  "if (READ_ONCE(g.x) === 1) g.list[0] = 1;",
  "xchg(g.x, 0);",
  "drop_it(objects[1]);",
  "smp_mb();",
];
const thread = fc.array(fc.constantFrom(...STATEMENTS), { minLength: 1, maxLength: 5 });
const init = "const a = pool_alloc(objects); const b = pool_alloc(objects); g.p = b;";

test.each([sc, x86_tso])("the emitted test is the definition, on random programs under $name", (model) => {
  const seen = { racing: 0, clean: 0, impossible: 0 };
  fc.assert(
    fc.property(thread, thread, thread, (first, second, handler) => {
      const text = scenarioText({
        machine: { n: 3, objects: 2 },
        shared,
        rest,
        init,
        threads: [first, second].map((list) => list.map((s) => `{ ${s} }`).join(" ")),
      });
      const preempted = preemption(handler.slice(0, 2).join(" "));
      const program = compileFiles({ "scenario.ts": text.replace("check:", `${preempted} check:`) });
      const racing = racingStates(program, model);
      const possible = possibleRaces(program).length > 0;
      expect(racing === 0 || possible).toBe(true);
      seen[racing > 0 ? "racing" : possible ? "clean" : "impossible"]++;
    }),
    { numRuns: 60 },
  );
  // Of each kind there were some, or nothing was compared.
  expect(Math.min(seen.racing, seen.clean, seen.impossible)).toBeGreaterThan(0);
});
