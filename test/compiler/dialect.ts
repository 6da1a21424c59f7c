// SPDX-License-Identifier: MIT
// Dialect text of a test, compiled: a design without parts, and files that exist only here.
import { readFileSync } from "node:fs";
import { defined } from "../../src/base/assert.ts";
import { compileEntries as compile, compileScenario } from "../../src/compiler/compile.ts";
import { type DesignInfo, described, readDesign, readScenario } from "../../src/compiler/describe.ts";
import { CompileError, type Diagnostic } from "../../src/compiler/errors.ts";
import { load, type Modules, newModules } from "../../src/compiler/modules.ts";
import { Watch } from "../../src/compiler/watch.ts";
import type { Program } from "../../src/program/program.ts";

/** path → text */
export type Sources = Readonly<Record<string, string>>;

const root = new URL("../..", import.meta.url);

/** The files of a test; `lazymm/…` is the shipped model. */
export function modulesOf(files: Sources): Modules {
  return newModules((path) => {
    if (path in files) return files[path];
    if (!path.startsWith("model/")) return undefined;
    try {
      return readFileSync(new URL(path, root), "utf8");
    } catch {
      return undefined;
    }
  });
}

const DESIGN =
  'export const d = design({ name: "d", arch: "riscv", parts: {}, config: {}, source: "s", status: "t" });';

function designOf(files: Sources): { modules: Modules; design: DesignInfo } {
  const modules = modulesOf({ "design.ts": DESIGN, ...files });
  const file = defined(load(modules, "design.ts"), "the design is there");
  const found = defined(described(file, "design")[0], "the file exports a design");
  return { modules, design: readDesign(modules, file, found.literal) };
}

/** The one scenario of scenario.ts, under the one design of design.ts. `mutant`: its number, from 0. */
export function compileFiles(files: Sources, mutant?: number, unordered?: boolean): Program {
  const { modules, design } = designOf(files);
  const file = defined(load(modules, "scenario.ts"), "the scenario is there");
  const found = defined(described(file, "scenario")[0], "the file exports a scenario");
  const scenario = readScenario(modules, found.decl, found.literal);
  return compileScenario({
    modules,
    design,
    scenario,
    mutant: mutant === undefined ? undefined : scenario.mutants[mutant],
    unordered,
  });
}

/** Every exported function of entries.ts, as a replay calls them. */
export function compileEntries(files: Sources, machine: Readonly<Record<string, number>>): Program {
  const { modules, design } = designOf(files);
  const file = defined(load(modules, "entries.ts"), "the entries are there");
  return compile({ modules, design, file, machine: new Map(Object.entries(machine)) });
}

/** The same, with what the program consists of; and the file that it is. */
export function watchEntries(files: Sources, machine: Readonly<Record<string, number>>) {
  const base = designOf(files);
  const file = defined(load(base.modules, "entries.ts"), "the entries are there");
  const watch = new Watch();
  const program = compile({ ...base, file, machine: new Map(Object.entries(machine)), watch });
  return { base, file, watch, program };
}

/** Why it is rejected; undefined if it is not. */
export function rejection(compile: () => unknown): Diagnostic | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostic;
    throw error;
  }
}

export interface Small {
  readonly machine?: Readonly<Record<string, number>>;
  /** Fields of the shared struct `g`. */
  readonly shared?: string;
  /** Fields of the per-CPU registers `this_cpu_ptr(out)`: where a thread leaves what it has seen. */
  readonly out?: string;
  /** Declarations and functions. */
  readonly rest?: string;
  readonly init?: string;
  /** Bodies of CPU0, CPU1, … */
  readonly threads: readonly string[];
  readonly check?: string;
  readonly witness?: string;
}

/** The text of a scenario without the scaffolding that all of them need. */
export function scenarioText(small: Small): string {
  const { machine, shared = "", out = "", rest = "", init = "", threads, check = "", witness = "" } = small;
  const sizes = Object.entries({ cpus: Math.max(1, threads.length), ...machine }).map(([name, n]) => `${name}: ${n}`);
  return `${rest}
interface globals { ${shared} }
const g = DEFINE_SHARED<globals>();
interface registers { ${out} }
const out = DEFINE_PER_CPU_FRAME<registers>();
export const s = scenario({
  question: "?",
  machine: { ${sizes.join(", ")} },
  init() { ${init} },
  threads: { ${threads.map((body, cpu) => `CPU${cpu}() { ${body} }`).join(", ")} },
  check: [${check}],
  witness: [${witness}],
  expect: {},
  mutants: [],
});
`;
}

export function compileSmall(small: Small): Program {
  return compileFiles({ "scenario.ts": scenarioText(small) });
}
