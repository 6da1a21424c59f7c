// SPDX-License-Identifier: MIT
// `replay`: one design over a trace's schedule.
import { err, ok, type Result } from "../base/result.ts";
import { FlushLog } from "../simulator/flush-log.ts";
import { asFile, type DesignEntry, type Library, openLibrary, openUserFile } from "./library.ts";
import { onMachine } from "./on-machine.ts";
import { findProfile } from "./profiles.ts";
import { boundNotes, checkArchitecture, prepareReplay, runReplay } from "./replay-run.ts";
import type { JobContext, JobError, ReplayOptions, ReplayReport } from "./reports.ts";
import { drawTrace } from "./trace-drawing.ts";
import { readTrace } from "./trace-input.ts";

export function findDesign(library: Library, name: string): Result<DesignEntry, JobError> {
  const found = library.designs.find((entry) => entry.ref === name);
  if (found) return ok(found);
  if (asFile(name)) return designOfFile(library, name);
  return err({ kind: "unknown name", what: "design", name, known: library.designs.map((entry) => entry.ref) });
}

/** A user's file, which must have one design. */
function designOfFile(library: Library, path: string): Result<DesignEntry, JobError> {
  const file = openUserFile(library, path);
  if (!file.ok) return file;
  const [design, other] = file.value.designs;
  if (design && !other) return ok(design);
  return err({ kind: "input", message: `${path}: one exported design is needed, not ${file.value.designs.length}` });
}

/** Numbers and texts of a nested report, by dotted name. */
export function flatten(tree: object, prefix = ""): Record<string, number | string> {
  const flat: Record<string, number | string> = {};
  for (const [name, value] of Object.entries(tree)) {
    if (typeof value === "number" || typeof value === "string") flat[prefix + name] = value;
    else if (typeof value === "object" && value !== null) Object.assign(flat, flatten(value, `${prefix}${name}.`));
  }
  return flat;
}

export async function replay(options: ReplayOptions, context: JobContext): Promise<Result<ReplayReport, JobError>> {
  const library = openLibrary(options.overlay);
  if (!library.ok) return library;
  const design = findDesign(library.value, options.design);
  if (!design.ok) return design;
  const { draw } = options;
  const input = await readTrace(options.trace, { ...options, context, keepEvents: draw !== undefined });
  if (!input.ok) return input;
  const trace = input.value;
  const profile = findProfile(options.profile, trace.arch);
  if (!profile.ok) return profile;
  const fits = checkArchitecture(design.value.info, trace);
  if (!fits.ok) return fits;
  const program = prepareReplay(library.value, onMachine(design.value.info, trace.cpuFlags), trace.schedule);
  if (!program.ok) return program;
  const log = draw && new FlushLog();
  const run = await runReplay(program.value, trace, profile.value, context, log);
  if (run.whyNot !== undefined) context.note(`no agreement: ${run.whyNot}`);
  const drawn =
    draw === undefined || log === undefined || trace.source === undefined
      ? ok({ files: [], notes: [] })
      : await drawTrace(
          draw,
          { ...trace.source, select: trace.select, predicted: { design: design.value.ref, log } },
          context,
        );
  if (!drawn.ok) return drawn;
  return ok({
    schema: "lazymm.replay/1",
    trace: trace.info,
    design: design.value.ref,
    profile: profile.value.name,
    counts: run.counts,
    price: run.price,
    inferred: flatten(trace.inferred),
    predicted_sha256: run.predicted_sha256,
    agreement: run.agreement,
    bounds: run.bounds,
    drawn: drawn.value.files,
    notes: [
      ...library.value.notes,
      ...trace.notes,
      ...run.notes,
      ...boundNotes(design.value.ref, run),
      ...drawn.value.notes,
    ],
    ...(run.interrupted ? { interrupted: true } : {}),
  });
}
