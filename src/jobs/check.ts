// SPDX-License-Identifier: MIT
// `check`: every scenario × design × memory model that was asked about, searched exhaustively, and its mutants, which
// must fail as their file says.
import { join } from "node:path";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { assert } from "../base/assert.ts";
import { ok, type Result } from "../base/result.ts";
import type { SearchResult } from "../checker/search.ts";
import type { MutantInfo } from "../compiler/describe.ts";
import type { Program } from "../program/program.ts";
import { hashSearch, type OpenCheckpoint, openCheckpoint } from "./checkpoint.ts";
import { claimOf } from "./claims.ts";
import { bufferDepth, build, type Engine, prepare, runSearch, type SearchLimits } from "./engine.ts";
import { tellPath } from "./explain.ts";
import { type Library, openLibrary } from "./library.ts";
import { lint } from "./lint.ts";
import { countsForEver, type Form, REDUCTIONS, reduceInForm } from "./reduce.ts";
import { type Answer, searchAsWanted, type Wanted } from "./reduced-search.ts";
import type { CheckOptions, CheckReport, CheckResult, JobContext, JobError, MutantResult } from "./reports.ts";
import { type Case, expectedOf, selectCases } from "./select.ts";

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
  readonly limits: SearchLimits;
  readonly reduce: Wanted;
  /** The folder of checkpoints. */
  readonly checkpoint: string | undefined;
  readonly context: JobContext;
  readonly done: { searches: number; readonly of: number };
}

/** The checkpoint of one search of a command that keeps some: in a folder named after it. */
function checkpointOf(
  { checkpoint, item, context }: Run,
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
  const { item, context } = run;
  const wanted = run.reduce === "auto" ? (countsForEver(program) ? WITHOUT_SYMMETRY : []) : run.reduce;
  const less = reduceInForm(
    formsOf(run, mutant),
    model,
    wanted.filter((one) => one !== "symmetry"),
  );
  const engine = prepare(less.program, model, bufferDepth(item, model), false, less.options);
  const opened = checkpointOf(run, model, mutant, less.program, engine);
  if (!opened.ok) return opened;
  const name = item.scenario.info.name;
  const result = await runSearch(engine, less.program, run.limits, context, name, opened.value?.checkpoint);
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
  const { item, limits, context } = run;
  const inForm = formsOf(run, mutant);
  const depth = bufferDepth(item, model);
  const what = item.scenario.info.name;
  return ok(await searchAsWanted({ program, inForm, model, depth, limits, context, what }, run.reduce));
}

/** Searches one program under one memory model. */
async function searched(
  run: Run,
  model: MemoryModel,
  mutant: MutantInfo | undefined,
  program: Program,
): Promise<Result<Searched, JobError>> {
  const { item, context, library, done } = run;
  const { scenario } = item;
  context.progress(`${scenario.info.name}, ${item.design.info.name}, ${model.name}`, done.searches, done.of);
  const found = await (run.checkpoint === undefined ? answer : kept)(run, model, mutant, program);
  if (!found.ok) return found;
  const { result, reductions, notes, counterexample } = found.value;
  for (const note of notes) context.note(note);
  done.searches++;
  const expected = expectedOf(item, mutant ?? scenario.info, model.name);
  const violation = result.verdict.kind === "violates" ? result.verdict.violation : undefined;
  const shown = counterexample?.verdict.kind === "violates" ? counterexample.verdict.violation : undefined;
  const told = shown && tellPath(library, item, model, mutant, program, shown.path, false);
  if (told && !told.ok) return told;
  return ok({
    verdict: result.verdict.kind,
    property: violation?.property ?? null,
    expected: expected?.verdict ?? null,
    expected_property: expected?.verdict === "violates" ? expected.property : null,
    agrees: agrees(expected, result, mutant !== undefined),
    states: result.states,
    transitions: result.transitions,
    depth: result.depth,
    seconds: Number(result.seconds.toFixed(4)),
    bytes_per_state: Number(result.bytesPerState.toFixed(1)),
    reductions,
    witnesses: Object.fromEntries(result.witnesses.map(({ name, depth }) => [name, depth !== undefined])),
    claim: claimOf(scenario.info, model, program, result),
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

async function checkCase(run: Run): Promise<Result<{ results: CheckResult[]; notes: string[] }, JobError>> {
  const { library, item, context } = run;
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

export async function check(options: CheckOptions, context: JobContext): Promise<Result<CheckReport, JobError>> {
  const library = openLibrary(options.overlay);
  if (!library.ok) return library;
  const cases = selectCases(library.value, options);
  if (!cases.ok) return cases;
  const faults = lint(library.value, cases.value);
  if (faults.length > 0) return { ok: false, error: { kind: "rejected", diagnostics: faults } };
  const of = cases.value.reduce((n, item) => n + item.models.length * (1 + item.mutants.length), 0);
  const done = { searches: 0, of };
  const results: CheckResult[] = [];
  const notes = [...library.value.notes];
  for (const item of cases.value) {
    if (context.signal.aborted) break;
    const { checkpoint, reduce = "auto" } = options;
    const run: Run = { library: library.value, item, limits: options, reduce, checkpoint, context, done };
    const checked = await checkCase(run);
    if (!checked.ok) return checked;
    results.push(...checked.value.results);
    notes.push(...checked.value.notes);
  }
  const unmutated = cases.value.some(
    (item) => item.design.user && !item.scenario.user && item.scenario.info.mutants.length > 0,
  );
  if (unmutated)
    notes.push("mutants change shipped code: they say nothing about a design of your own, and were not run");
  return ok({ schema: "lazymm.check/1", notes, results, ...(context.signal.aborted && { interrupted: true }) });
}
