// SPDX-License-Identifier: MIT
// `compare`: every design over one trace, beside its verdicts.
import { err, type Result } from "../base/result.ts";
import type { CompareOptions, CompareReport, JobContext, JobError } from "./reports.ts";

export async function compare(
  _options: CompareOptions,
  _context: JobContext,
): Promise<Result<CompareReport, JobError>> {
  return err({ kind: "input", message: "this build has no engine behind the command yet" });
}
