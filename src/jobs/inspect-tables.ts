// SPDX-License-Identifier: MIT
// The tables of a trace, for src/store: what `inspect -o` writes.
import { setImmediate as breathe } from "node:timers/promises";
import { err, type Result } from "../base/result.ts";
import { flushesTable, identityTable, residencyTable, stepsTable } from "../store/derived-tables.ts";
import { type EventSource, eventsTable, typedTables } from "../store/event-tables.ts";
import type { StepRow } from "../store/table.ts";
import { type Written, writeTables } from "../store/write.ts";
import { directory } from "../traces/hints.ts";
import type { OpenedTrace } from "../traces/input/open.ts";
import { worthOf } from "../traces/mm-intervals.ts";
import type { ScheduleResult } from "../traces/schedule.ts";
import type { JobContext, JobError } from "./reports.ts";

export interface TraceTables {
  readonly trace: OpenedTrace;
  /** undefined: no sched_switch, so nothing follows from the events. */
  readonly built: ScheduleResult | undefined;
  readonly keep: (row: number) => boolean;
  /** Steps that were held against a design, if there are any. */
  readonly steps?: readonly StepRow[];
}

export async function writeTraceTables(
  path: string,
  of: TraceTables,
  context: JobContext,
): Promise<Result<readonly Written[], JobError>> {
  const { trace, keep } = of;
  const known = directory(trace.table, trace.sidecars, trace.kernelThread);
  const source: EventSource = { table: trace.table, keep, comm: known.comm, tgid: known.tgid };
  const first = eventsTable(source);
  const others = derivedTables(of);
  const taken = [first, ...others].map(({ name }) => name);
  const stop = async (table: string, done: number, total: number): Promise<boolean> => {
    context.progress(`write ${table}`, done, total);
    await breathe();
    return context.signal.aborted;
  };
  const written = await writeTables(path, { first, others, typed: () => typedTables(source, taken) }, stop);
  return written.ok ? written : err({ kind: "usage", message: written.error });
}

function derivedTables({ trace, built, keep, steps = [] }: TraceTables) {
  if (built === undefined) return [];
  const { schedule, mms, tgids } = built;
  const { residency, epochs } = mms;
  const source = { table: trace.table, schedule, residency, epochs, tgids, worth: worthOf, keep };
  const derived = [residencyTable(source), identityTable(source), flushesTable(source)];
  return steps.length > 0 ? [...derived, stepsTable(steps)] : derived;
}
