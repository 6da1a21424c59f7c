// SPDX-License-Identifier: MIT
// `check --coverage`: the scenarios are searched once more, as Programs that note what they execute, and all that the
// searches did not execute is listed. Mutants are not run: what only they reach proves nothing of the design.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import { ok, type Result } from "../base/result.ts";
import { Marks } from "../compiler/marks.ts";
import { load, reachable } from "../compiler/modules.ts";
import { initialCells } from "../program/evaluate.ts";
import { withProbes } from "../program/probes.ts";
import type { Program, Stmt } from "../program/program.ts";
import type { CoverageReport, CoverageRun } from "./coverage-report.ts";
import { Tally } from "./coverage-tally.ts";
import { bufferDepth, build, prepare, runSearch, type SearchLimits } from "./engine.ts";
import { type Library, openLibrary } from "./library.ts";
import type { CheckOptions, JobContext, JobError } from "./reports.ts";
import { type Case, selectCases } from "./select.ts";

/** Questions and descriptions are no part of what is covered. */
const NOT_MEASURED = ["model/scenarios/", "model/properties/", "model/designs/"];

/** By path: whether a file is of the design's own, or came along with the scenario. */
function filesOf(library: Library, { scenario, design }: Case): Map<string, boolean> {
  const { file } = scenario.info;
  const parts = [...design.info.parts.values()];
  const own = new Set(reachable(library.modules, parts).map(({ path }) => path));
  const all = reachable(library.modules, [file, ...parts]).map(({ path }) => path);
  const measured = all.filter((path) => path !== file.path && !NOT_MEASURED.some((folder) => path.startsWith(folder)));
  return new Map(measured.map((path) => [path, own.has(path)]));
}

/** The witnesses that are reached while the initial state is computed, before any CPU runs. */
function reachedInInit(program: Program): ReadonlySet<number> {
  const cell = program.cells.length;
  const note = (s: Stmt): Stmt => {
    switch (s.kind) {
      case "reach":
        return { kind: "put", cell, index: [{ kind: "const", value: s.witness }], value: { kind: "const", value: 1 } };
      case "if":
        return { ...s, then: s.then.map(note), else: s.else.map(note) };
      case "block":
        return { ...s, body: s.body.map(note) };
      default:
        return s;
    }
  };
  const dims = [Math.max(1, program.witnesses.length)];
  const reached = { name: "reached", storage: "hardware", dims, own: false, min: 0, max: 1 } as const;
  const cells = [...program.cells, { ...reached, meaning: { kind: "bool" } } as const];
  const values = defined(initialCells({ ...program, cells, init: program.init.map(note) })[cell], "just added");
  return new Set(values.flatMap((value, witness) => (value === 1 ? [witness] : [])));
}

interface Run extends SearchLimits {
  readonly library: Library;
  readonly tally: Tally;
  readonly item: Case;
  readonly context: JobContext;
}

/** What is executed does not depend on what states are judged by: a violation of those does not end the search. */
function withoutJudgement(program: Program): Program {
  return { ...program, properties: program.properties.map(({ name }) => ({ name, kind: "never", test: null })) };
}

async function coverOne(run: Run, program: Program, model: MemoryModel): Promise<CoverageRun> {
  const { item, tally, context } = run;
  const scenario = item.scenario.info.name;
  const { program: probed, probes } = withProbes(withoutJudgement(program));
  const engine = prepare(probed, model, bufferDepth(item, model), false);
  const result = await runSearch(engine, probed, run, context, scenario);
  const hit = (witness: number): boolean =>
    defined(result.witnesses[witness], "every witness is reported").depth !== undefined;
  const initial = reachedInInit(program);
  for (const [w, { name }] of program.witnesses.entries()) {
    tally.addMark(defined(tally.marks.list[Number(name)], "marks are numbered"), hit(w), initial.has(w));
  }
  for (const [i, probe] of probes.entries()) {
    tally.addProbe(probe, program.sources, hit(program.witnesses.length + i));
  }
  const ended = result.complete ? "complete" : result.limits.length > 0 ? "limit" : "violation";
  return { scenario, design: item.design.info.name, model: model.name, states: result.states, ended };
}

async function coverCase(run: Run): Promise<Result<CoverageRun[], JobError>> {
  const { library, item, tally, context } = run;
  const program = build(library, item, undefined, tally.marks);
  if (!program.ok) return program;
  const runs: CoverageRun[] = [];
  for (const model of item.models) {
    if (context.signal.aborted) break;
    runs.push(await coverOne(run, program.value, model));
  }
  return ok(runs);
}

function notesOf(runs: readonly CoverageRun[]): string[] {
  const searches = (ended: CoverageRun["ended"]): string => {
    const n = runs.filter((run) => run.ended === ended).length;
    return n === 0 ? "" : `${n} ${n === 1 ? "search" : "searches"}`;
  };
  const [limit, violation] = [searches("limit"), searches("violation")];
  return [
    ...(limit === "" ? [] : [`${limit} met a limit: what is listed as not reached may be reached beyond it`]),
    ...(violation === "" ? [] : [`${violation} ended with a violation, and did not look at what lies behind it`]),
    "measured are statements, and conditions as a whole; a function that is a single expression, and a name for a " +
      "value, count where they are used",
  ];
}

export async function coverage(options: CheckOptions, context: JobContext): Promise<Result<CoverageReport, JobError>> {
  const library = openLibrary(options.overlay);
  if (!library.ok) return library;
  const cases = selectCases(library.value, options);
  if (!cases.ok) return cases;
  const { maxStates, maxMemory, timeoutSeconds, threads } = options;
  const limits = { maxStates, maxMemory, timeoutSeconds, threads };
  const tally = new Tally(new Marks());
  const runs: CoverageRun[] = [];
  const files = new Map<string, boolean>();
  for (const [done, item] of cases.value.entries()) {
    if (context.signal.aborted) break;
    context.progress(`${item.scenario.info.name}, ${item.design.info.name}`, done, cases.value.length);
    const covered = await coverCase({ ...limits, library: library.value, tally, item, context });
    if (!covered.ok) return covered;
    runs.push(...covered.value);
    for (const [path, own] of filesOf(library.value, item)) files.set(path, own || files.get(path) === true);
  }
  const covered = [...files].sort().flatMap(([path, own]) => {
    const file = defined(load(library.value.modules, path), "a file that was compiled is there");
    const measured = tally.file(file);
    // A scenario may name another design's variant, to drop a line of it in a mutant.
    const isUsed =
      own || measured.missed.length < measured.lines || measured.missed.some(({ why }) => why !== "not called");
    return measured.lines > 0 && isUsed ? [measured] : [];
  });
  const sum = (of: "lines" | "executed" | "conditions"): number => covered.reduce((n, file) => n + file[of], 0);
  return ok({
    schema: "lazymm.coverage/1",
    notes: [...library.value.notes, ...notesOf(runs)],
    runs,
    lines: sum("lines"),
    executed: sum("executed"),
    conditions: sum("conditions"),
    files: covered,
    ...(context.signal.aborted && { interrupted: true }),
  });
}
