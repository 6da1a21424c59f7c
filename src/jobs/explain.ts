// SPDX-License-Identifier: MIT
// `explain`: one run, told again from its path.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { err, ok, type Result } from "../base/result.ts";
import { describePathError, type Path, parsePath, printPath } from "../checker/path.ts";
import type { MutantInfo } from "../compiler/describe.ts";
import type { Program } from "../program/program.ts";
import { type Story, type Subject, tell } from "./counterexample.ts";
import { bufferDepth, build, prepare, runSearch } from "./engine.ts";
import type { ExplainOptions, ExplainReport } from "./explain-report.ts";
import { follow, type History } from "./history.ts";
import { type Library, openLibrary } from "./library.ts";
import type { JobContext, JobError } from "./reports.ts";
import { type Case, selectCases } from "./select.ts";
import { type Weakening, weakenByName, withRoom } from "./weakening.ts";

/** One run of one case. */
export interface Told {
  readonly story: Story;
  readonly subject: Subject;
  readonly history: History;
}

/** What makes a program another one than the design's. */
type Change = MutantInfo | Weakening;

function changeOption(item: Case, change: Change): string[] {
  return "weaken" in change ? ["--weaken", change.weaken] : ["--mutant", `${item.mutants.indexOf(change) + 1}`];
}

/** A word of a command line, quoted where the shell would take it apart. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+,=-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function commandOf(library: Library, item: Case, model: MemoryModel, change: Change | undefined, path: Path): string {
  const words = ["lazymm", "explain", item.scenario.ref, "--design", item.design.ref, "--model", model.name];
  if (change) words.push(...changeOption(item, change));
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
  change: Change | undefined,
  program: Program,
  path: Path,
  full: boolean,
): Result<Told, JobError> {
  const depth = bufferDepth(item, model);
  const history = follow(program, model, depth, prepare(program, model, depth, true).compiled, path);
  if (!history.ok) return err({ kind: "usage", message: `the path does not fit: ${describePathError(history.error)}` });
  const { scenario, design } = item;
  const command = commandOf(library, item, model, change, path);
  const subject = {
    scenario: scenario.info.name,
    file: scenario.info.file.path,
    question: scenario.info.question,
    design: design.info.name,
    model: model.name,
    mutant: change?.name,
    command,
  };
  return ok({ story: tell(history.value, subject, full), subject, history: history.value });
}

/** By name, or by number from 1. */
export function findMutant(item: Case, wanted: string | undefined): Result<MutantInfo | undefined, JobError> {
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
  if (options.mutant !== undefined && options.weaken !== undefined) {
    return err({ kind: "usage", message: "--mutant, or --weaken: one of the two" });
  }
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

/** What a candidate is built to: its mutant, or the design with one barrier weakened. */
interface Built {
  readonly item: Case;
  readonly program: Program;
  readonly change: Change | undefined;
}

function buildCandidate(
  library: Library,
  { item, model, mutant }: Candidate,
  weaken: string | undefined,
): Result<Built, JobError> {
  const program = build(library, item, mutant);
  if (!program.ok) return program;
  if (weaken === undefined) return ok({ item, program: program.value, change: mutant });
  const weakened = weakenByName(program.value, weaken);
  return weakened.ok ? ok({ item: withRoom(item, model), ...weakened.value }) : weakened;
}

/** A run to tell: the one that the path names, or the first candidate's shortest counterexample. */
async function chooseRun(
  library: Library,
  candidates: readonly Candidate[],
  { weaken }: ExplainOptions,
  path: Path | undefined,
  context: JobContext,
): Promise<Result<Built & { readonly model: MemoryModel; readonly path: Path }, JobError>> {
  let failed: JobError = { kind: "usage", message: "nothing to explain" };
  for (const candidate of candidates) {
    const { model } = candidate;
    const built = buildCandidate(library, candidate, weaken);
    if (!built.ok) return built;
    const { item, program } = built.value;
    const found = path ? ok(path) : await shortest(item, model, program, context);
    if (found.ok) return ok({ ...built.value, model, path: found.value });
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
  const chosen = await chooseRun(library.value, candidates.value, options, given.value, context);
  if (!chosen.ok) return chosen;
  const { item, model, change, program, path } = chosen.value;
  const told = tellPath(library.value, item, model, change, program, path, options.full);
  if (!told.ok) return told;
  const { story, subject, history } = told.value;
  return ok({
    schema: "lazymm.explain/1",
    notes: [...library.value.notes],
    scenario: subject.scenario,
    question: subject.question,
    design: subject.design,
    model: subject.model,
    mutant: subject.mutant ?? null,
    path,
    command: subject.command,
    verdict: history.broken ? "violates" : "no violation",
    ...story,
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
