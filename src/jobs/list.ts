// SPDX-License-Identifier: MIT
import { err, type Result } from "../base/result.ts";
import type { JobError, Listable, ListReport } from "./reports.ts";

export async function list(_what: Listable): Promise<Result<ListReport, JobError>> {
  return err({ kind: "input", message: "this build has no engine behind the command yet" });
}
