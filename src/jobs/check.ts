// SPDX-License-Identifier: MIT
import { err, type Result } from "../base/result.ts";
import type { CheckOptions, CheckReport, JobContext, JobError } from "./reports.ts";

export async function check(_options: CheckOptions, _context: JobContext): Promise<Result<CheckReport, JobError>> {
  return err({ kind: "input", message: "this build has no engine behind the command yet" });
}
