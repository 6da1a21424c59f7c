// SPDX-License-Identifier: MIT
// `compare`: every design over one trace, beside its verdicts.
import { ok, type Result } from "../base/result.ts";
import { type DesignEntry, type Library, openLibrary } from "./library.ts";
import { onMachine } from "./on-machine.ts";
import { findProfile } from "./profiles.ts";
import { findDesign } from "./replay.ts";
import { boundNotes, checkArchitecture, prepareReplay, type ReplayRun, runReplay } from "./replay-run.ts";
import type { CompareOptions, CompareReport, CompareRow, JobContext, JobError } from "./reports.ts";
import { readTrace, type TraceInput } from "./trace-input.ts";
import { compareVerdicts } from "./verdicts.ts";

export async function compare(options: CompareOptions, context: JobContext): Promise<Result<CompareReport, JobError>> {
  const library = openLibrary(options.overlay);
  if (!library.ok) return library;
  const input = await readTrace(options.trace, { ...options, context });
  if (!input.ok) return input;
  const trace = input.value;
  const profile = findProfile(options.profile, trace.arch);
  if (!profile.ok) return profile;
  const designs = chooseDesigns(library.value, options.designs, trace);
  if (!designs.ok) return designs;

  const verdicts = await compareVerdicts(library.value, designs.value, context);
  if (!verdicts.ok) return verdicts;
  const runs: ReplayRun[] = [];
  for (const design of designs.value) {
    const program = prepareReplay(library.value, onMachine(design.info, trace.cpuFlags), trace.schedule);
    if (!program.ok) return program;
    const run = await runReplay(program.value, trace, profile.value, context);
    // Half a replay is no row: what there is of it would look like little.
    if (context.signal.aborted) break;
    runs.push(run);
  }
  const left = designs.value.length - runs.length;
  const rows = runs.map((run, i): CompareRow => {
    const { design, verdicts: byModel, scenarios, violated } = verdicts.value[i]!;
    const { counts, price, agreement } = run;
    return { design, verdicts: byModel, scenarios, violated, counts, price, agreement };
  });
  return ok({
    schema: "lazymm.compare/1",
    trace: trace.info,
    profile: profile.value.name,
    rows,
    notes: [
      ...(left > 0
        ? [`interrupted: ${left} of ${designs.value.length} designs were not replayed and have no row`]
        : []),
      ...library.value.notes,
      ...trace.notes,
      ...replayNotes(runs),
      ...runs.flatMap((run, i) => boundNotes(designs.value[i]!.ref, run)),
      SAME_SCHEDULE,
    ],
    ...(context.signal.aborted ? { interrupted: true } : {}),
  });
}

const SAME_SCHEDULE = "same schedule, same flush calls for every design, as recorded; access counts are exact for them";

/** What the replays of all designs have to say, once. */
function replayNotes(runs: readonly ReplayRun[]): string[] {
  return [...new Set(runs.flatMap((run) => run.notes))];
}

/** Those named; otherwise all of the trace's architecture. */
function chooseDesigns(
  library: Library,
  names: readonly string[],
  trace: TraceInput,
): Result<readonly DesignEntry[], JobError> {
  const chosen: DesignEntry[] = [];
  for (const name of names) {
    const design = findDesign(library, name);
    if (!design.ok) return design;
    const fits = checkArchitecture(design.value.info, trace);
    if (!fits.ok) return fits;
    chosen.push(design.value);
  }
  if (chosen.length > 0) return ok(chosen);
  const all = library.designs.filter(({ info }) => info.arch === trace.arch && info.parts.size > 0);
  if (all.length > 0) return ok(all);
  const what = `the trace is of another architecture (${trace.arch}), for which there is no design yet`;
  return { ok: false, error: { kind: "input", message: what } };
}
