// SPDX-License-Identifier: MIT
// `barriers`: each barrier and each ordered access of a design is weakened in turn; a scenario that was safe and is
// violated now says what the barrier is for. That none does says nothing beyond these scenarios and their bounds.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Barrier } from "../program/weaken.ts";
import { judgeBarrier, type Question } from "./barriers-judge.ts";
import type { BarrierOutcome, BarrierRow, BarriersOptions, BarriersReport } from "./barriers-report.ts";
import { type Base, type Run, searchBase } from "./barriers-search.ts";
import { pairsOf, type Survey, surveyDesign } from "./barriers-survey.ts";
import { type Library, openLibrary } from "./library.ts";
import { lint } from "./lint.ts";
import type { JobContext, JobError } from "./reports.ts";
import { type Case, selectCases } from "./select.ts";

function rowOf(library: Library, barrier: Barrier, outcomes: readonly BarrierOutcome[]): BarrierRow {
  const { file, line, column, func, primitive, text, order } = barrier;
  return { file, line, column, func, primitive, text, order, pairs_with: pairsOf(library, barrier), outcomes };
}

/** Cases that say nothing of their barriers, as they fail already. */
function baseNotes(design: string, model: MemoryModel, bases: readonly Base[]): string[] {
  const failing = bases.filter(({ verdict }) => verdict !== "safe");
  return failing.map(({ subject, verdict, limit }) => {
    const why = limit === undefined ? "it is violated as it is" : `it is ${verdict} as it is: ${limit}`;
    return `${design}, ${model.name}: ${subject.item.scenario.info.name} is not asked: ${why}`;
  });
}

interface Judged {
  /** By barrier: what was found under each model so far. */
  readonly outcomes: readonly (readonly BarrierOutcome[])[];
  readonly notes: readonly string[];
}

async function judgeDesign(run: Run, survey: Survey, given: Pick<Question, "library" | "which">): Promise<Judged> {
  const { context } = run;
  const outcomes = survey.barriers.map((): BarrierOutcome[] => []);
  const notes: string[] = [];
  for (const model of survey.models) {
    const bases: Base[] = [];
    for (const subject of survey.subjects) {
      if (context.signal.aborted) return { outcomes, notes };
      if (subject.item.models.includes(model)) bases.push(await searchBase(run, subject, model));
    }
    notes.push(...baseNotes(survey.design.info.name, model, bases));
    for (const [i, barrier] of survey.barriers.entries()) {
      context.progress(`${survey.design.info.name}, ${model.name}: barriers`, i, survey.barriers.length);
      const outcome = await judgeBarrier(run, { ...given, survey, model, barrier, bases });
      // A search that was stopped knows less than it says.
      if (context.signal.aborted) return { outcomes, notes };
      outcomes[i]?.push(outcome);
    }
  }
  return { outcomes, notes };
}

/** Cases by design, in the order in which the designs come. */
export function byDesign(cases: readonly Case[]): Case[][] {
  const designs = [...new Set(cases.map(({ design }) => design))];
  return designs.map((design) => cases.filter((item) => item.design === design));
}

export async function barriers(
  options: BarriersOptions,
  context: JobContext,
): Promise<Result<BarriersReport, JobError>> {
  const library = openLibrary(options.overlay);
  if (!library.ok) return library;
  const cases = selectCases(library.value, options);
  if (!cases.ok) return cases;
  const faults = lint(library.value, cases.value);
  if (faults.length > 0) return err({ kind: "rejected", diagnostics: faults });
  const which = options.names.length === 0 ? "shipped" : "given";
  const run: Run = { maxStates: options.maxStates, context };
  const designs: BarriersReport["designs"][number][] = [];
  const notes = [...library.value.notes];
  for (const items of byDesign(cases.value)) {
    if (context.signal.aborted) break;
    const survey = surveyDesign(library.value, items);
    if (!survey.ok) return survey;
    const { design, models, subjects, barriers: all } = survey.value;
    const judged = await judgeDesign(run, survey.value, { library: library.value, which });
    designs.push({
      design: design.info.name,
      models: models.map(({ name }) => name),
      scenarios: subjects.map(({ item }) => item.scenario.info.name),
      barriers: all.map((barrier, i) => rowOf(library.value, barrier, judged.outcomes[i] ?? [])),
    });
    notes.push(...survey.value.notes, ...judged.notes);
  }
  return ok({ schema: "lazymm.barriers/1", notes, designs, ...(context.signal.aborted && { interrupted: true }) });
}
