// SPDX-License-Identifier: MIT
// Programs that reductions are tried on: every shipped scenario under some designs, and the common model.
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { defined } from "../../src/base/assert.ts";
import { type SearchResult, search } from "../../src/checker/search.ts";
import { compileScenario } from "../../src/compiler/compile.ts";
import { orderingOf } from "../../src/emit/ordering.ts";
import { emitPacked, loadPacked, type PackedOptions } from "../../src/emit/packed.ts";
import { bufferDepth } from "../../src/jobs/engine.ts";
import { openLibrary, openUserFile } from "../../src/jobs/library.ts";
import { caseOf } from "../../src/jobs/select.ts";
import type { Program } from "../../src/program/program.ts";
import { fuse } from "../../src/reductions/fusion.ts";
import { putOff } from "../../src/reductions/put-off.ts";

export interface Sample {
  readonly name: string;
  readonly program: Program;
  readonly model: MemoryModel;
  readonly depth: number;
}

function library() {
  const opened = openLibrary(undefined);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  return opened.value;
}

const shipped = library();

const QUICK = ["unlazy_vs_munmap", "switch_to_vs_munmap", "lazy_vs_exit", "exec_preempted", "flushes_out_of_order"];

export function isQuick({ name }: Sample): boolean {
  return QUICK.some((scenario) => name.startsWith(`${scenario} `));
}

/** Every scenario under these designs, each under sequential consistency and x86-TSO; perhaps with its mutants. */
export function samples(designs: readonly string[], mutants = false): Sample[] {
  return shipped.scenarios.flatMap((scenario) =>
    shipped.designs
      .filter(({ ref }) => designs.includes(ref))
      .flatMap((design) => {
        const item = caseOf(scenario, design, [sc, x86_tso]);
        if (!item) return [];
        return [undefined, ...(mutants ? item.mutants : [])].flatMap((mutant) => {
          const unit = { modules: shipped.modules, design: design.info, scenario: scenario.info, mutant };
          const program = compileScenario(unit);
          return item.models.map((model) => ({
            name: [scenario.ref, design.ref, model.name, ...(mutant ? [mutant.name] : [])].join(" / "),
            program,
            model,
            depth: bufferDepth(item, model),
          }));
        });
      }),
  );
}

/** The common model with these bounds of tlb_gen. */
export function commonModel(form: "in_order" | "in_any_order", unmaps0: number, unmaps1: number): Program {
  const lib = library();
  const file = openUserFile(lib, "bench/models/lazy-tlb.ts");
  if (!file.ok) throw new Error(JSON.stringify(file.error));
  const scenario = defined(
    file.value.scenarios.find(({ info }) => info.name === form),
    form,
  ).info;
  const bounds = { unmaps0, unmaps1, gens: Math.max(unmaps0, unmaps1) };
  const machine = new Map([...scenario.machine, ...Object.entries(bounds)]);
  const design = defined(file.value.designs[0], "the file has a design").info;
  return compileScenario({ modules: lib.modules, design, scenario: { ...scenario, machine } });
}

export function searched(
  { program, model, depth }: Omit<Sample, "name">,
  options: Partial<PackedOptions> = {},
): SearchResult {
  const emitted = emitPacked(program, model, { depth, labels: false, ...options });
  return search(loadPacked(emitted), program, { maxStates: 2_000_000 });
}

export function fused(sample: Sample): Sample {
  return { ...sample, program: fuse(sample.program, orderingOf(sample.program, sample.model)).program };
}

export function putOffIn({ program, model }: Omit<Sample, "name">) {
  return putOff(program, orderingOf(program, model));
}
