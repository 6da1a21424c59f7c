// SPDX-License-Identifier: MIT
// Symmetry among CPUs, judged by counting: the orbits of the states that are kept must be all states that there are.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { defined } from "../../src/base/assert.ts";
import { compileScenario } from "../../src/compiler/compile.ts";
import { orderingOf } from "../../src/emit/ordering.ts";
import { openLibrary, openUserFile } from "../../src/jobs/library.ts";
import type { Program } from "../../src/program/program.ts";
import type { Symmetry } from "../../src/program/symmetry.ts";
import { fuse } from "../../src/reductions/fusion.ts";
import { symmetryOf } from "../../src/reductions/symmetry.ts";
import { type Explored, explore, orbits } from "./orbits.ts";
import { drawing, symmetricProgram } from "./symmetric-program.ts";

function commonModel(name: string, machine: Readonly<Record<string, number>>): Program {
  const library = openLibrary(undefined);
  const file = library.ok ? openUserFile(library.value, "bench/models/lazy-tlb.ts") : library;
  if (!library.ok || !file.ok) throw new Error("the common model cannot be read");
  const { info } = defined(
    file.value.scenarios.find((s) => s.info.name === name),
    name,
  );
  const scenario = { ...info, machine: new Map([...info.machine, ...Object.entries(machine)]) };
  const design = defined(file.value.designs[0], "its design").info;
  return compileScenario({ modules: library.value.modules, design, scenario });
}

/** `tampered`: what the emitter is told instead. */
function counted(program: Program, model: MemoryModel, depth = model.depth, tampered?: Symmetry) {
  const symmetry = symmetryOf(program);
  const raw = defined(explore(program, model, depth), "small");
  const canonical = defined(explore(program, model, depth, tampered ?? symmetry), "small");
  return { symmetry, raw, canonical, ...orbits(program, symmetry, raw, canonical) };
}

const verdict = ({ violated, witnessed, limits, stuck }: Explored) => ({ violated, witnessed, limits, stuck });

const SMALL = { unmaps0: 0, unmaps1: 0, gens: 0 };

describe("the common model", () => {
  test("the orbits are all states", () => {
    const whole = commonModel("in_any_order", SMALL);
    const { program } = fuse(whole, orderingOf(whole, sc));
    const { symmetry, raw, canonical, ...counts } = counted(program, sc);
    expect(symmetry).toMatchObject({ classes: [[0, 1, 2]], off: undefined });
    expect(canonical.group).toBe(6);
    expect(counts).toEqual({ all: 114_633, kept: 20_864, sum: 114_633, strangers: 0, doubles: 0 });
    expect(verdict(canonical)).toEqual(verdict(raw));
  });
});

describe("random programs whose CPUs all do the same", () => {
  const RUNS = Number(process.env.RUNS ?? 60);
  const draws = fc.array(fc.nat(1_000_000), { minLength: 30, maxLength: 120 });
  const MAX = 20_000;

  test.each([
    ["sc", sc, 0, { cpus: 3, steps: 4, interrupt: false }],
    ["sc", sc, 0, { cpus: 3, steps: 3, interrupt: true }],
    ["x86_tso", x86_tso, 2, { cpus: 2, steps: 5, interrupt: false }],
    ["x86_tso", x86_tso, 1, { cpus: 3, steps: 3, interrupt: false }],
    ["sc", sc, 0, { cpus: 4, steps: 3, interrupt: false }],
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
