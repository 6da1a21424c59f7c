// SPDX-License-Identifier: MIT
import { err, type Result } from "../base/result.ts";
import type { ExplainOptions, ExplainReport, JobContext, JobError } from "./reports.ts";

export async function explain(_options: ExplainOptions, _context: JobContext): Promise<Result<ExplainReport, JobError>> {
  return err({ kind: "input", message: "this build has no engine behind the command yet" });
}
