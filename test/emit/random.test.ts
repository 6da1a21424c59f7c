// SPDX-License-Identifier: MIT
// Random programs of two CPUs: what the packed layout does is what the interpreter does, state by state; and what may
// be forgotten (dead locals) or kept changes nothing that anybody can see.
import fc from "fast-check";
import { expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import type { Program } from "../../src/program/program.ts";
import { compileFiles, rejection } from "../compiler/dialect.ts";
import { MACHINE, randomProgram } from "../compiler/random-program.ts";
import { type Explored, explore } from "./explore.ts";
import { keyOf, reach } from "./reference.ts";

const RUNS = Number(process.env.RUNS ?? 150);
const choices = fc.array(fc.nat(1_000_000), { minLength: 10, maxLength: 40 });

/** An interrupt that counts in the frame, and a walker that copies x, beside the two threads. */
const SCENARIO = `import { f, g, hw, run0, run1 } from "./entries.ts";
function tick(): void {
  const left = any_such(3, (i) => i > 0 && per_cpu(f.p, smp_processor_id()) === i);
  WRITE_ONCE(g.y, left);
  this_cpu_ptr(f).p = 7;
}
export const interrupt = INTERRUPT(tick, 2);
function walk(i: int<0, 1>): void {
  const cpu = smp_processor_id();
  when(hw[cpu].t > 5 + i);
  hw[cpu].t = walker_read(g.x) >> i;
}
export const walker = WALKER(walk);
export const seen = sometimes("x is 3", () => READ_ONCE(g.x) === 3);
export const small = always("x is below 6", () => READ_ONCE(g.x) < 6);
export const s = scenario({
  question: "?", machine: { cpus: 2, value: ${MACHINE.value}, many: 40 },
  init() { WRITE_ONCE(g.x, 2); atomic_set(g.a, 0); },
  threads: { CPU0() { run0(); }, CPU1() { run1(); } },
  check: [small], witness: [seen], expect: {}, mutants: [],
});`;

function programOf(list: readonly number[], budget: number): Program | undefined {
  const { dialect } = randomProgram(list, { budget, threads: 2 });
  const sources = { "entries.ts": dialect, "scenario.ts": SCENARIO };
  // A loop whose bound its body assigns is not part of the dialect.
  if (rejection(() => compileFiles(sources))?.code === "LZ105") return undefined;
  return compileFiles(sources);
}

function tooMuch(explore: () => Explored): Explored | undefined {
  try {
    return explore();
  } catch (error) {
    if (error instanceof Error && error.message.includes("explores too much")) return undefined;
    throw error;
  }
}

test("packed states and successors are the interpreter's", () => {
  let states = 0;
  fc.assert(
    fc.property(choices, (list) => {
      const program = programOf(list, 10);
      const packed = program && tooMuch(() => explore(program, sc));
      fc.pre(program !== undefined && packed !== undefined);
      const reference = reach(program);
      const plain = new Map([...packed.states].map(([words, { plain }]) => [words, keyOf(plain)]));
      const successors = [...packed.states.values()].map(({ plain: from, next }): [string, string[]] => [
        keyOf(from),
        next.map((words) => plain.get(words) ?? "?").sort(),
      ]);
      expect(new Map(successors)).toEqual(reference.states);
      expect([...packed.limits].map(withoutAdvice).sort()).toEqual([...reference.limits].sort());
      states += packed.states.size;
    }),
    { numRuns: RUNS },
  );
  expect(states).toBeGreaterThan(RUNS * 10);
});

const withoutAdvice = (limit: string): string => limit.replace(/ its range .*/, "");

/** All locals that are in scope are kept, though nobody will read them. */
function keepDeadLocals(program: Program): Program {
  const codes = program.codes.map((code) => ({ ...code, steps: code.steps.map((s) => ({ ...s, live: s.scope })) }));
  return { ...program, codes };
}

/** What somebody could have noticed. */
function visible({ ends, stuck, limits, violated, witnessed, states }: Explored) {
  const memories = new Set([...states.values()].map(({ plain }) => JSON.stringify(plain.cells)));
  const last = new Set(ends.map((end) => JSON.stringify(end.cells)));
  return { memories, last, stuck: stuck > 0, limits, violated, witnessed };
}

test.each([sc, x86_tso])("$name: dead locals change nothing but the number of states", (model) => {
  let more = 0;
  fc.assert(
    fc.property(choices, (list) => {
      const program = programOf(list, 8);
      const forgotten = program && tooMuch(() => explore(program, model, model.depth && 2));
      fc.pre(program !== undefined && forgotten !== undefined);
      const kept = tooMuch(() => explore(keepDeadLocals(program), model, model.depth && 2));
      fc.pre(kept !== undefined);
      expect(visible(kept)).toEqual(visible(forgotten));
      expect(kept.states.size).toBeGreaterThanOrEqual(forgotten.states.size);
      if (kept.states.size > forgotten.states.size) more++;
    }),
    { numRuns: RUNS },
  );
  expect(more).toBeGreaterThan(0);
});
