// SPDX-License-Identifier: MIT
// The common model (bench/models/lazy-tlb.ts), of which every checker counts the same states, and its instances.
import { sc } from "../model/hw/memory/sc.ts";
import { assert, defined } from "../src/base/assert.ts";
import { type Emitted, emitPacked } from "../src/emit/packed.ts";
import { build } from "../src/jobs/engine.ts";
import { modelRoot, openLibrary } from "../src/jobs/library.ts";
import { type Reduction, reduce } from "../src/jobs/reduce.ts";
import { selectCases } from "../src/jobs/select.ts";
import type { Program } from "../src/program/program.ts";

const FILE = "bench/models/lazy-tlb.ts";

export interface Instance {
  readonly name: string;
  /** How often mm 0, and mm 1, may be unmapped. */
  readonly unmaps: readonly [number, number];
  /** Whether an unmapping CPU calls the others in any order, or in that of their numbers. */
  readonly scenario: "in_order" | "in_any_order";
  /** Distinct states and transitions without reductions, as independent checkers count them. */
  readonly states: number;
  readonly transitions: number;
}

export const instances: readonly Instance[] = [
  { name: "717k", unmaps: [0, 0], scenario: "in_order", states: 717_075, transitions: 3_230_292 },
  { name: "4.18M", unmaps: [1, 0], scenario: "in_order", states: 4_179_284, transitions: 17_418_679 },
  { name: "18.9M", unmaps: [1, 1], scenario: "in_order", states: 18_939_993, transitions: 75_303_860 },
];

export function instanceOf(name: string): Instance {
  return defined(
    instances.find((instance) => instance.name === name),
    `an instance is one of ${instances.map((instance) => instance.name).join(", ")}`,
  );
}

export interface Subject {
  readonly program: Program;
  readonly emitted: Emitted;
}

/** What is searched to reach the verdict alone. */
export interface VerdictCase {
  readonly name: string;
  readonly scenario: Instance["scenario"];
  readonly unmaps: Instance["unmaps"];
  /** The instance of the peer that it stands beside. */
  readonly beside: string;
  readonly reductions: readonly Reduction[];
}

export const verdictCases: readonly VerdictCase[] = [
  { name: "4.18M", scenario: "in_order", unmaps: [1, 0], beside: "4.18M", reductions: ["fusion", "put-off"] },
  { name: "18.9M", scenario: "in_order", unmaps: [1, 1], beside: "18.9M", reductions: ["fusion", "put-off"] },
  {
    name: "18.9M, calls in any order, symmetry",
    scenario: "in_any_order",
    unmaps: [1, 1],
    beside: "18.9M",
    reductions: ["fusion", "put-off", "symmetry"],
  },
];

/** Compiles and emits an instance, with these reductions. */
export function emitInstance(
  { unmaps, scenario }: Pick<Instance, "unmaps" | "scenario">,
  reductions: readonly Reduction[] = [],
): Subject {
  const library = openLibrary(undefined);
  assert(library.ok, "the installed model can be read");
  const file = `${modelRoot()}/${FILE}`;
  const cases = selectCases(library.value, { names: [`${file}:${scenario}`], designs: [file], models: [sc.name] });
  assert(cases.ok, "the common model can be read");
  const item = defined(cases.value[0], "the common model has a scenario");
  const { info } = item.scenario;
  const machine = new Map([...info.machine, ["unmaps0", unmaps[0]], ["unmaps1", unmaps[1]]] as const);
  const program = build(library.value, { ...item, scenario: { ...item.scenario, info: { ...info, machine } } });
  assert(program.ok, "the common model compiles");
  const reduced = reduce(program.value, sc, reductions);
  const emitted = emitPacked(reduced.program, sc, { depth: 0, labels: false, ...reduced.options });
  return { program: reduced.program, emitted };
}
