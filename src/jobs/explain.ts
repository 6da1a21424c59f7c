// SPDX-License-Identifier: MIT
// `explain`: one run, told again from its path.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { err, ok, type Result } from "../base/result.ts";
import { describePathError, type Path, parsePath, printPath } from "../checker/path.ts";
import type { MutantInfo } from "../compiler/describe.ts";
import type { Program } from "../program/program.ts";
import { type Story, tell } from "./counterexample.ts";
import { bufferDepth, build, prepare, runSearch } from "./engine.ts";
import { follow, type History } from "./history.ts";
import { type Library, openLibrary } from "./library.ts";
import type { ExplainOptions, ExplainReport, JobContext, JobError } from "./reports.ts";
import { type Case, selectCases } from "./select.ts";

/** One run of one case. */
export interface Told extends Story {
  readonly history: History;
}

/** A word of a command line, quoted where the shell would take it apart. */
function shellWord(text: string): string {
  if (/^[\w./:@%+,=-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function commandOf(
  library: Library,
  item: Case,
  model: MemoryModel,
  mutant: MutantInfo | undefined,
  path: Path,
): string {
  const words = ["lazymm", "explain", item.scenario.ref, "--design", item.design.ref, "--model", model.name];
  if (mutant) words.push("--mutant", `${item.mutants.indexOf(mutant) + 1}`);
  if (library.overlay) words.push("--overlay", library.overlay.folder);
  return [...words, "--path", printPath(path) || "''"]
    .map((word) => (word === "''" ? word : shellWord(word)))
    .join(" ");
}

/** Tells a path of a program that has been built. */
export function tellPath(
  library: Library,
  item: Case,
  model: MemoryModel,
  mutant: MutantInfo | undefined,
  program: Program,
  path: Path,
  full: boolean,
): Result<Told, JobError> {
  const depth = bufferDepth(item, model);
  const history = follow(program, model, depth, prepare(program, model, depth, true).compiled, path);
  if (!history.ok) return err({ kind: "usage", message: `the path does not fit: ${describePathError(history.error)}` });
  const { scenario, design } = item;
  const command = commandOf(library, item, model, mutant, path);
  const subject = {
    scenario: scenario.info.name,
    file: scenario.info.file.path,
    question: scenario.info.question,
    design: design.info.name,
    model: model.name,
    mutant: mutant?.name,
    command,
  };
  return ok({ ...tell(history.value, subject, full), history: history.value });
}

/** By name, or by number from 1. */
function findMutant(item: Case, wanted: string | undefined): Result<MutantInfo | undefined, JobError> {
  if (wanted === undefined) return ok(undefined);
  const { mutants } = item;
  const found = mutants.find(({ name }) => name === wanted) ?? mutants[/^\d+$/.test(wanted) ? Number(wanted) - 1 : -1];
  if (found) return ok(found);
  return err({ kind: "unknown name", what: "mutant", name: wanted, known: mutants.map(({ name }) => name) });
}

/** What can be explained: a case, a memory model, perhaps a mutant. */
interface Candidate {
  readonly item: Case;
  readonly model: MemoryModel;
  readonly mutant: MutantInfo | undefined;
}

/** All that the options leave open. A path belongs to one of them only. */
function findCases(library: Library, options: ExplainOptions): Result<readonly Candidate[], JobError> {
  const { scenario, design, model: wanted } = options;
  const cases = selectCases(library, {
    names: [scenario],
    designs: design === undefined ? [] : [design],
    models: wanted === undefined ? [] : [wanted],
  });
  if (!cases.ok) return cases;
  const candidates: Candidate[] = [];
  let refused: JobError | undefined;
  for (const item of cases.value) {
    const mutant = findMutant(item, options.mutant);
    if (!mutant.ok) refused ??= mutant.error;
    else for (const model of item.models) candidates.push({ item, model, mutant: mutant.value });
  }
  if (candidates.length === 0 && refused) return err(refused);
  if (options.path === undefined || candidates.length === 1) return ok(candidates);
  const designs = [...new Set(candidates.map(({ item }) => item.design.info.name))].join(", ");
  const models = [...new Set(candidates.map(({ model }) => model.name))].join(", ");
  const message = `a path is one of a design and a model: --design (${designs}) and --model (${models}) are needed`;
  return err({ kind: "usage", message });
}

/** A run to tell: the one that the path names, or the first candidate's shortest counterexample. */
async function chooseRun(
  library: Library,
  candidates: readonly Candidate[],
  path: Path | undefined,
  context: JobContext,
): Promise<Result<Candidate & { readonly program: Program; readonly path: Path }, JobError>> {
  let failed: JobError = { kind: "usage", message: "nothing to explain" };
  for (const candidate of candidates) {
    const { item, model, mutant } = candidate;
    const program = build(library, item, mutant);
    if (!program.ok) return program;
    const found = path ? ok(path) : await shortest(item, model, program.value, context);
    if (found.ok) return ok({ ...candidate, program: program.value, path: found.value });
    failed = found.error;
  }
  if (candidates.length < 2) return err(failed);
  return err({
    kind: "usage",
    message: `no counterexample to explain under any of ${candidates.length} designs and models`,
  });
}

export async function explain(options: ExplainOptions, context: JobContext): Promise<Result<ExplainReport, JobError>> {
  const given = options.path === undefined ? ok(undefined) : parsePath(options.path);
  if (!given.ok) return err({ kind: "usage", message: describePathError(given.error) });
  const library = openLibrary(options.overlay);
  if (!library.ok) return library;
  const candidates = findCases(library.value, options);
  if (!candidates.ok) return candidates;
  const chosen = await chooseRun(library.value, candidates.value, given.value, context);
  if (!chosen.ok) return chosen;
  const { item, model, mutant, program, path } = chosen.value;
  const told = tellPath(library.value, item, model, mutant, program, path, options.full);
  if (!told.ok) return told;
  const { broken } = told.value.history;
  return ok({
    schema: "lazymm.explain/1",
    notes: [...library.value.notes],
    scenario: item.scenario.info.name,
    design: item.design.info.name,
    model: model.name,
    mutant: mutant?.name ?? null,
    path,
    verdict: broken ? "violates" : "no violation",
    property: broken?.property ?? null,
    steps: told.value.steps,
    text: told.value.text,
  });
}

/** The path of the shortest counterexample. */
async function shortest(
  item: Case,
  model: MemoryModel,
  program: Program,
  context: JobContext,
): Promise<Result<Path, JobError>> {
  const engine = prepare(program, model, bufferDepth(item, model), false);
  const { verdict, states } = await runSearch(
    engine,
    program,
    { maxStates: undefined },
    context,
    item.scenario.info.name,
  );
  if (verdict.kind === "violates") return ok(verdict.violation.path);
  const what = verdict.kind === "safe" ? "it is safe" : "the search ended early";
  const seen = `${states.toLocaleString("en-US")} states`;
  const message = `no counterexample to explain: ${what} (${seen}); --path names a run`;
  return err({ kind: "usage", message });
}
