// SPDX-License-Identifier: MIT
// The tables of a trace, for src/store: what `inspect -o` and `conform -o` write.
import { setImmediate as breathe } from "node:timers/promises";
import { err, type Result } from "../base/result.ts";
import { flushesTable, identityTable, residencyTable } from "../store/derived-tables.ts";
import { type EventSource, eventsTable, typedTables } from "../store/event-tables.ts";
import type { Table } from "../store/table.ts";
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
  /** What a design was held against, if one was: it comes first, and only a database has the other tables beside it. */
  readonly steps?: Table;
}

export async function writeTraceTables(
  path: string,
  of: TraceTables,
  context: JobContext,
): Promise<Result<readonly Written[], JobError>> {
  const { trace, keep } = of;
  const known = directory(trace.table, trace.sidecars, trace.kernelThread);
  const source: EventSource = { table: trace.table, keep, comm: known.comm, tgid: known.tgid };
  const own = [eventsTable(source), ...derivedTables(of)];
  const taken = [...own, ...(of.steps ? [of.steps] : [])].map(({ name }) => name);
  const typed = (): Table[] => typedTables(source, taken);
  const tables = of.steps
    ? { first: of.steps, others: [], typed: () => [...own, ...typed()] }
    : { first: own[0]!, others: own.slice(1), typed };
  const stop = async (table: string, done: number, total: number): Promise<boolean> => {
    context.progress(`write ${table}`, done, total);
    await breathe();
    return context.signal.aborted;
  };
  const written = await writeTables(path, tables, stop);
  return written.ok ? written : err({ kind: "usage", message: written.error });
}

function derivedTables({ trace, built, keep }: TraceTables): Table[] {
  if (built === undefined) return [];
  const { schedule, mms, tgids } = built;
  const { residency, epochs } = mms;
  const source = { table: trace.table, schedule, residency, epochs, tgids, worth: worthOf, keep };
  return [residencyTable(source), identityTable(source), flushesTable(source)];
}
