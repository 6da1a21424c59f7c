// SPDX-License-Identifier: MIT
// `check`: every scenario × design × memory model that was asked about, searched exhaustively, and its mutants, which
// must fail as their file says.
import { ok, type Result } from "../base/result.ts";
import { workOn } from "./cases.ts";
import { openLibrary } from "./library.ts";
import { lint } from "./lint.ts";
import type { CheckOptions, CheckReport, JobContext, JobError } from "./reports.ts";
import { selectCases } from "./select.ts";

export async function check(options: CheckOptions, context: JobContext): Promise<Result<CheckReport, JobError>> {
  const { names, designs, models, overlay, jobs = 1, ...how } = options;
  const library = openLibrary(overlay);
  if (!library.ok) return library;
  const cases = selectCases(library.value, { names, designs, models });
  if (!cases.ok) return cases;
  const faults = lint(library.value, cases.value);
  if (faults.length > 0) return { ok: false, error: { kind: "rejected", diagnostics: faults } };
  const reports = await workOn("check", library.value, cases.value, how, jobs, context);
  if (!reports.ok) return reports;
  const notes = [...library.value.notes, ...reports.value.flatMap((report) => report.notes)];
  const unmutated = cases.value.some(
    (item) => item.design.user && !item.scenario.user && item.scenario.info.mutants.length > 0,
  );
  if (unmutated)
    notes.push("mutants change shipped code: they say nothing about a design of your own, and were not run");
  const results = reports.value.flatMap((report) => report.results);
  return ok({ schema: "lazymm.check/1", notes, results, ...(context.signal.aborted && { interrupted: true }) });
}
