// SPDX-License-Identifier: MIT
// One case of `check`: a scenario under a design, searched under each memory model, and its mutants.
import { join } from "node:path";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { assert } from "../base/assert.ts";
import { ok, type Result } from "../base/result.ts";
import type { SearchResult } from "../checker/search.ts";
import type { MutantInfo } from "../compiler/describe.ts";
import type { Program } from "../program/program.ts";
import { hashSearch, type OpenCheckpoint, openCheckpoint } from "./checkpoint.ts";
import { claimOf } from "./claims.ts";
import { bufferDepth, build, type Engine, prepare, runSearch } from "./engine.ts";
import { tellPath } from "./explain.ts";
import type { Library } from "./library.ts";
import { countsForEver, type Form, REDUCTIONS, reduceInForm } from "./reduce.ts";
import { type Answer, searchAsWanted } from "./reduced-search.ts";
import type { CheckHow, CheckResult, JobContext, JobError, MutantResult } from "./reports.ts";
import { type Case, expectedOf } from "./select.ts";

/** What was found about one case. */
export interface CaseReport {
  /** One for each memory model. */
  readonly results: readonly CheckResult[];
  readonly notes: readonly string[];
}

type Searched = Omit<MutantResult, "mutant" | "number">;

/**
 * Whether the answer is the one that the scenario's file gives. A `safe` that covered nothing is not. A mutant of which
 * nothing is expected may do what it likes.
 */
function agrees(
  expected: ReturnType<typeof expectedOf>,
  { verdict, witnesses }: SearchResult,
  isMutant: boolean,
): boolean {
  switch (verdict.kind) {
    case "unknown":
      return false;
    case "violates":
      if (expected === undefined) return isMutant;
      return expected.verdict === "violates" && expected.property === verdict.violation.property;
    case "safe":
      if (expected === undefined) return true;
      return expected.verdict === "safe" && witnesses.every(({ depth }) => depth !== undefined);
  }
}

const WITHOUT_SYMMETRY = REDUCTIONS.filter((one) => one !== "symmetry");

interface Run {
  readonly library: Library;
  readonly item: Case;
  readonly how: CheckHow;
  readonly context: JobContext;
  readonly done: { searches: number; readonly of: number };
}

/** The checkpoint of one search of a command that keeps some: in a folder named after it. */
function checkpointOf(
  { how: { checkpoint }, item, context }: Run,
  model: MemoryModel,
  mutant: MutantInfo | undefined,
  program: Program,
  engine: Engine,
): Result<OpenCheckpoint | undefined, JobError> {
  if (checkpoint === undefined) return ok(undefined);
  const number = mutant && `mutant-${item.mutants.indexOf(mutant) + 1}`;
  const parts = [item.scenario.info.name, item.design.info.name, model.name, ...(number ? [number] : [])];
  const folder = join(checkpoint, parts.join(".").replaceAll(/[^\w.-]/g, "_"));
  const hash = hashSearch(engine, program);
  const opened = openCheckpoint(folder, parts.join(", "), hash, engine.compiled.words);
  if (opened.ok && opened.value.note !== undefined) context.note(opened.value.note);
  return opened;
}

/** The program again, as reductions want it. */
function formsOf({ library, item }: Run, mutant: MutantInfo | undefined): (form: Form) => Program {
  return (form) => {
    const built = build(library, item, mutant, undefined, form);
    assert(built.ok, "what compiles in one form compiles in any");
    return built.value;
  };
}

/** One search of a command that keeps checkpoints: as it is, so that the next run finds the same states. */
async function kept(
  run: Run,
  model: MemoryModel,
  mutant: MutantInfo | undefined,
  program: Program,
): Promise<Result<Answer, JobError>> {
  const { item, context, how } = run;
  const { reduce = "auto" } = how;
  const wanted = reduce === "auto" ? (countsForEver(program) ? WITHOUT_SYMMETRY : []) : reduce;
  const less = reduceInForm(
    formsOf(run, mutant),
    model,
    wanted.filter((one) => one !== "symmetry"),
  );
  const engine = prepare(less.program, model, bufferDepth(item, model), false, less.options);
  const opened = checkpointOf(run, model, mutant, less.program, engine);
  if (!opened.ok) return opened;
  const name = item.scenario.info.name;
  const result = await runSearch(engine, less.program, how, context, name, opened.value?.checkpoint);
  const incomplete = opened.value?.close();
  if (incomplete !== undefined) context.note(incomplete);
  const counterexample = less.used.length === 0 ? result : undefined;
  return ok({ result, reductions: less.used, notes: less.notes, counterexample });
}

async function answer(
  run: Run,
  model: MemoryModel,
  mutant: MutantInfo | undefined,
  program: Program,
): Promise<Result<Answer, JobError>> {
  const { item, how, context } = run;
  const inForm = formsOf(run, mutant);
  const depth = bufferDepth(item, model);
  const what = item.scenario.info.name;
  const searches = { program, inForm, model, depth, limits: how, context, what };
  return ok(await searchAsWanted(searches, how.reduce ?? "auto"));
}

/** Searches one program under one memory model. */
async function searched(
  run: Run,
  model: MemoryModel,
  mutant: MutantInfo | undefined,
  program: Program,
): Promise<Result<Searched, JobError>> {
  const { item, context, library, how } = run;
  const { scenario } = item;
  context.progress(`${scenario.info.name}, ${item.design.info.name}, ${model.name}`, run.done.searches, run.done.of);
  const found = await (how.checkpoint === undefined ? answer : kept)(run, model, mutant, program);
  if (!found.ok) return found;
  const { result, reductions, notes, counterexample } = found.value;
  for (const note of notes) context.note(note);
  run.done.searches++;
  const expected = expectedOf(item, mutant ?? scenario.info, model.name);
  const violation = result.verdict.kind === "violates" ? result.verdict.violation : undefined;
  const isExpected = agrees(expected, result, mutant !== undefined);
  const isTold = how.tell !== "news" || !isExpected || expected === undefined;
  const shown = isTold && counterexample?.verdict.kind === "violates" ? counterexample.verdict.violation : undefined;
  const told = shown && tellPath(library, item, model, mutant, program, shown.path, false);
  if (told && !told.ok) return told;
  return ok({
    verdict: result.verdict.kind,
    property: violation?.property ?? null,
    expected: expected?.verdict ?? null,
    expected_property: expected?.verdict === "violates" ? expected.property : null,
    agrees: isExpected,
    states: result.states,
    transitions: result.transitions,
    depth: result.depth,
    seconds: Number(result.seconds.toFixed(4)),
    bytes_per_state: Number(result.bytesPerState.toFixed(1)),
    reductions,
    witnesses: Object.fromEntries(result.witnesses.map(({ name, depth }) => [name, depth !== undefined])),
    claim: claimOf(item, model, program, result),
    counterexample: told ? told.value.story.text : null,
  });
}

/** A mutant of the shipped text need not fit an overlay: the line that it drops may be gone already. */
function isOutOfPlace(library: Library, error: JobError): boolean {
  return (
    library.overlay !== undefined &&
    error.kind === "rejected" &&
    error.diagnostics.every((d) => / {2}LZ113 {2}/.test(d))
  );
}

interface Mutants {
  /** By memory model. */
  readonly results: ReadonlyMap<string, MutantResult[]>;
  readonly notes: string[];
}

async function searchMutants(run: Run): Promise<Result<Mutants, JobError>> {
  const { library, item, context } = run;
  const results = new Map(item.models.map((model): [string, MutantResult[]] => [model.name, []]));
  const notes: string[] = [];
  for (const mutant of item.mutants) {
    if (context.signal.aborted) break;
    const program = build(library, item, mutant);
    if (!program.ok && isOutOfPlace(library, program.error)) {
      notes.push(`${item.scenario.info.name}: the mutant "${mutant.name}" does not fit the overlay and was left out`);
      continue;
    }
    if (!program.ok) return program;
    for (const model of item.models) {
      if (context.signal.aborted) break;
      const result = await searched(run, model, mutant, program.value);
      if (!result.ok) return result;
      results.get(model.name)?.push({ mutant: mutant.name, number: item.mutants.indexOf(mutant) + 1, ...result.value });
    }
  }
  return ok({ results, notes });
}

export async function checkCase(
  library: Library,
  item: Case,
  how: CheckHow,
  context: JobContext,
): Promise<Result<CaseReport, JobError>> {
  const done = { searches: 0, of: item.models.length * (1 + item.mutants.length) };
  const run = { library, item, how, context, done };
  const { scenario, design } = item;
  const program = build(library, item);
  if (!program.ok) return program;
  const own: [MemoryModel, Searched][] = [];
  for (const model of item.models) {
    if (context.signal.aborted) break;
    const result = await searched(run, model, undefined, program.value);
    if (!result.ok) return result;
    own.push([model, result.value]);
  }
  const mutants = await searchMutants(run);
  if (!mutants.ok) return mutants;
  const results = own.map(([model, result]) => ({
    scenario: scenario.info.name,
    question: scenario.info.question,
    design: design.info.name,
    model: model.name,
    ...result,
    mutants: mutants.value.results.get(model.name) ?? [],
  }));
  return ok({ results, notes: mutants.value.notes });
}
