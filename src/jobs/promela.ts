// SPDX-License-Identifier: MIT
// `export promela`: a scenario under a design and a memory model as a text for SPIN.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { MutantInfo } from "../compiler/describe.ts";
import { type Assertion, exportPromela } from "../export/promela.ts";
import { UnsupportedError } from "../export/unsupported.ts";
import { bufferDepth, build } from "./engine.ts";
import { findMutant } from "./explain.ts";
import { openLibrary } from "./library.ts";
import type { JobError, Report } from "./reports.ts";
import { type Case, selectCases } from "./select.ts";

export interface PromelaOptions {
  /** Its name, or a dialect file with one scenario. */
  readonly scenario: string;
  readonly design: string | undefined;
  readonly model: string | undefined;
  /** Its name, or its number from 1. */
  readonly mutant: string | undefined;
  readonly overlay: string | undefined;
}

export interface PromelaReport extends Report<"lazymm.promela/1"> {
  readonly scenario: string;
  readonly design: string;
  readonly model: string;
  readonly mutant: string | null;
  /** What SPIN says about each of these names is said about a property, a deadlock, or a bound of the model. */
  readonly assertions: readonly Assertion[];
  /** The Promela text. */
  readonly text: string;
}

interface Subject {
  readonly item: Case;
  readonly model: MemoryModel;
  readonly mutant: MutantInfo | undefined;
}

/** The one case that the options leave. */
function chooseCase(cases: readonly Case[], options: PromelaOptions): Result<Subject, JobError> {
  const [item, ...others] = cases;
  const [model, ...models] = item?.models ?? [];
  if (item === undefined || model === undefined || others.length > 0 || models.length > 0) {
    const designs = cases.map(({ design }) => design.info.name).join(", ");
    const all = [...new Set(cases.flatMap((one) => one.models.map(({ name }) => name)))].join(", ");
    const message = `a text is about one design and one model: --design (${designs}) and --model (${all}) are needed`;
    return err({ kind: "usage", message });
  }
  const mutant = findMutant(item, options.mutant);
  return mutant.ok ? ok({ item, model, mutant: mutant.value }) : mutant;
}

function titleOf({ item, model, mutant }: Subject, depth: number, notes: readonly string[]): string[] {
  const { scenario, design } = item;
  const buffers = depth > 0 ? ` (store buffers of ${depth})` : "";
  return [
    `${scenario.info.name}, ${scenario.info.file.path}`,
    scenario.info.question,
    `Design ${design.info.name}, memory model ${model.name}${buffers}${mutant ? `, mutant "${mutant.name}"` : ""}.`,
    ...notes,
    "Written by lazymm export promela; docs/promela.md says what it means. With this in model.pml:",
    "  spin -o2 -a model.pml && gcc -O1 -DSAFETY -DNOREDUCE -DNOFAIR -DVECTORSZ=8192 -o pan pan.c && ./pan -m1000000",
    "  ./pan -c0 -m1000000: all states, also behind a violation; spin -t -p model.pml: the run that violates.",
  ];
}

export async function promela(options: PromelaOptions): Promise<Result<PromelaReport, JobError>> {
  const library = openLibrary(options.overlay);
  if (!library.ok) return library;
  const cases = selectCases(library.value, {
    names: [options.scenario],
    designs: options.design === undefined ? [] : [options.design],
    models: options.model === undefined ? [] : [options.model],
  });
  if (!cases.ok) return cases;
  const subject = chooseCase(cases.value, options);
  if (!subject.ok) return subject;
  const { item, model, mutant } = subject.value;
  const program = build(library.value, item, mutant);
  if (!program.ok) return program;
  const depth = bufferDepth(item, model);
  const names = { scenario: item.scenario.info.name, design: item.design.info.name, model: model.name };
  try {
    const { notes } = library.value;
    const written = exportPromela(program.value, model, depth, titleOf(subject.value, depth, notes));
    return ok({ schema: "lazymm.promela/1", notes, ...names, mutant: mutant?.name ?? null, ...written });
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    const what = `${names.scenario} under ${names.design} and ${names.model}`;
    return err({ kind: "usage", message: `${what} cannot be written in Promela: ${error.message}` });
  }
}
