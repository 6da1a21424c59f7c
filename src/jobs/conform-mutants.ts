// SPDX-License-Identifier: MIT
// `conform --mutants`: would a recording notice if the design were a little different? Every small change of the
// functions that recorded steps go through is held against the recordings: one that no recording contradicts shows
// what conformance does not see, unless there is a reason.
import { type Equivalent, equivalent } from "../../model/probes/mutants.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { FunctionDecl } from "../compiler/lower/lowering.ts";
import { textOf } from "../compiler/source.ts";
import { openRecording, type Recording } from "./conform.ts";
import type { ConformMutantsOptions, ConformMutantsReport, MutantRecording } from "./conform-mutants-report.ts";
import { attempt, openLibrary } from "./library.ts";
import { Book } from "./mutant-book.ts";
import { candidatesOf } from "./mutant-list.ts";
import { type Survey, survey } from "./mutant-survey.ts";
import { tryAll } from "./mutant-work.ts";
import type { JobContext, JobError } from "./reports.ts";

export async function conformMutants(
  options: ConformMutantsOptions,
  context: JobContext,
): Promise<Result<ConformMutantsReport, JobError>> {
  const library = openLibrary(options.overlay);
  if (!library.ok) return library;
  const { modules, overlay } = library.value;
  const book = new Book(equivalent);
  const recordings: MutantRecording[] = [];
  for (const trace of options.traces) {
    if (context.signal.aborted) break;
    const start = performance.now();
    const asked = { ...options, trace };
    const opened = await openRecording(library.value, asked, context);
    if (!opened.ok) return opened;
    const recording = opened.value;
    const base = { modules, design: recording.design.info };
    const surveyed = attempt(() => survey(recording, base));
    if (!surveyed.ok) return surveyed;
    const { fault } = surveyed.value;
    if (fault !== undefined) return err(notConforming(recording, trace, fault));
    const listed = candidatesOf(surveyed.value, base);
    if (!listed.ok) return listed;
    const candidates = listed.value.filter(({ about }) => isAsked(about.function, options.functions));
    if (candidates.length === 0) return err(unknownFunction(options.functions, surveyed.value));
    const stale = staleIn(surveyed.value.functions, equivalent, new Set(overlay?.files.keys()));
    if (stale !== undefined) return err(stale);
    const todo = book.add(candidates);
    let rejected = 0;
    const done: Parameters<typeof tryAll>[0]["done"] = (index, result) => {
      const candidate = todo[index]!;
      if (result.kind === "rejected") rejected++;
      book.note(candidate, result, trace, recording.probes, surveyed.value);
    };
    const changes = todo.map(({ change }) => change);
    await tryAll({ options: asked, changes, jobs: options.jobs, done }, context);
    recordings.push({
      trace,
      design: recording.design.ref,
      chosen: recording.why,
      mutants: candidates.length,
      exercised: candidates.filter(({ exercised }) => exercised).length,
      run: todo.length,
      rejected,
      seconds: Math.round((performance.now() - start) / 100) / 10,
    });
  }
  return ok({
    schema: "lazymm.conform-mutants/1",
    recordings,
    ...book.close(),
    notes: library.value.notes,
    ...(context.signal.aborted && { interrupted: true }),
  });
}

function isAsked(func: string, functions: readonly string[]): boolean {
  return functions.length === 0 || functions.includes(func);
}

function unknownFunction(functions: readonly string[], { mutants }: Survey): JobError {
  const known = [...new Set(mutants.map(({ mutant }) => mutant.func))].sort();
  return { kind: "unknown name", what: "function with mutants", name: functions.join(", "), known };
}

function notConforming({ design }: Recording, trace: string, fault: string): JobError {
  const what = `${trace}: ${design.ref} does not conform as it is, and so nothing can be learnt from its mutants`;
  return { kind: "input", message: `${what}\n${fault}` };
}

/** What is stated of a place that is not there any more; not in files that an overlay has changed. */
export function staleIn(
  functions: ReadonlyMap<string, Pick<FunctionDecl, "file" | "node">>,
  stated: readonly Equivalent[],
  shadowed: ReadonlySet<string>,
): JobError | undefined {
  for (const { of, old = "", within = "" } of stated) {
    const func = functions.get(of);
    if (func === undefined || shadowed.has(func.file.path)) continue;
    const text = textOf(func.file, func.node);
    const missing = [old, within.replace("«", "")].find((one) => !text.includes(one));
    if (missing === undefined) continue;
    return { kind: "input", message: `model/probes/mutants.ts is out of date: ${of} has no "${missing}"` };
  }
  return undefined;
}
