// SPDX-License-Identifier: MIT
// --time, --cpus and --pid: which part of a trace is counted. The rest is read, and replayed, all the same.
import { err, ok, type Result } from "../base/result.ts";
import type { Selection } from "../events/selection.ts";
import type { EventTable } from "../events/table.ts";
import type { ScheduleResult } from "../traces/schedule.ts";
import type { JobError } from "./reports.ts";

/** A moment: since the first event of the trace, or (`absolute`) as the trace prints it. */
export interface Moment {
  /** Seconds; ticks where the clock has no known unit. */
  readonly at: number;
  readonly absolute: boolean;
}

export interface TraceSelection {
  /** undefined: from the start, to the end. */
  readonly time?: { readonly from: Moment | undefined; readonly to: Moment | undefined } | undefined;
  readonly cpus?: readonly number[] | undefined;
  /** A process by its pid: all of its threads, as far as their tgids are known. */
  readonly pid?: number | undefined;
}

/** A selection that fits the trace. */
export interface Selected {
  readonly selection: Selection;
  /** Whether a row of the event table is in it. */
  readonly row: (row: number) => boolean;
  /** Times of the event table: [from, to]. */
  readonly ticks: { readonly from: number; readonly to: number };
  /** Of the tasks of one process only, and which pids that are. */
  readonly byPid: boolean;
  readonly pids: ReadonlySet<number>;
  readonly notes: readonly string[];
}

/** undefined: nothing was asked for, so all of it. */
export function selected(
  asked: TraceSelection | undefined,
  table: EventTable,
  built: ScheduleResult,
): Result<Selected | undefined, JobError> {
  const { time, cpus, pid } = asked ?? {};
  if (time === undefined && cpus === undefined && pid === undefined) return ok(undefined);
  const during = ticksOf(table, time);
  if (!during.ok) return during;
  const onCpus = markCpus(table, cpus);
  if (!onCpus.ok) return onCpus;
  const ofTasks = markTasks(built, pid);
  if (!ofTasks.ok) return ofTasks;
  const { from, to } = during.value;
  const { schedule } = built;
  const start = schedule.length > 0 ? table.time[schedule.row[0]!]! : 0;
  const tasks = ofTasks.value;
  const pids = new Set(schedule.tasks.filter((_, id) => tasks[id] === 1).map((task) => task.pid));
  return ok({
    selection: { from: from - start, to: to - start, cpus: onCpus.value, tasks },
    row: (row) => {
      const at = table.time[row]!;
      return (
        at >= from &&
        at <= to &&
        onCpus.value[table.cpu[row]!] === 1 &&
        (pid === undefined || pids.has(table.pid[row]!))
      );
    },
    ticks: { from, to },
    byPid: pid !== undefined,
    pids,
    notes: notesOn(asked ?? {}, pids.size, built),
  });
}

function ticksOf(table: EventTable, time: TraceSelection["time"]): Result<{ from: number; to: number }, JobError> {
  const perSecond = Number.isNaN(table.secondsPerTick) ? 1 : 1 / table.secondsPerTick;
  const [first, last] = [table.time[0] ?? 0, table.time[table.length - 1] ?? 0];
  const tick = ({ at, absolute }: Moment): number => Math.round(at * perSecond) + (absolute ? 0 : first);
  const from = time?.from ? tick(time.from) : Number.NEGATIVE_INFINITY;
  const to = time?.to ? tick(time.to) : Number.POSITIVE_INFINITY;
  if (from <= last && to >= first) return ok({ from, to });
  const unit = Number.isNaN(table.secondsPerTick) ? "ticks" : "s";
  const digits = unit === "s" ? 6 : 0;
  const shown = (ticks: number): string => (ticks / perSecond).toFixed(digits);
  const range = `0,${shown(last - first)} (${unit} since its first event), or @${shown(first)},@${shown(last)}`;
  return err({ kind: "usage", message: `--time: nothing of the trace is in there; it is ${range} as it prints them` });
}

function markCpus(table: EventTable, cpus: readonly number[] | undefined): Result<Uint8Array, JobError> {
  const marks = new Uint8Array(table.cpus);
  if (cpus === undefined) return ok(marks.fill(1));
  for (const cpu of cpus) {
    if (cpu >= table.cpus) {
      return err({ kind: "usage", message: `--cpus: there is no CPU ${cpu} in the trace; it has 0-${table.cpus - 1}` });
    }
    marks[cpu] = 1;
  }
  return ok(marks);
}

function markTasks({ schedule, tgids }: ScheduleResult, pid: number | undefined): Result<Uint8Array, JobError> {
  const marks = new Uint8Array(schedule.tasks.length);
  if (pid === undefined) return ok(marks.fill(1));
  schedule.tasks.forEach((task, id) => {
    if (tgids[id] === pid || task.pid === pid) marks[id] = 1;
  });
  if (marks.includes(1)) return ok(marks);
  return err({ kind: "usage", message: `--pid: no task or process ${pid} is in the trace` });
}

function notesOn({ time, cpus, pid }: TraceSelection, tasks: number, { tgids }: ScheduleResult): string[] {
  const parts: string[] = [];
  const shown = (moment: Moment | undefined, open: string): string =>
    moment === undefined ? open : `${moment.absolute ? "@" : ""}${moment.at}`;
  if (time) parts.push(`the time ${shown(time.from, "start")},${shown(time.to, "end")}`);
  if (cpus) parts.push(`CPUs ${cpus.join(",")}`);
  if (pid !== undefined) parts.push(`process ${pid} (${tasks} pid${tasks === 1 ? "" : "s"})`);
  const notes = [`selected: ${parts.join("; ")}: what else happened is replayed, and not counted`];
  if (pid !== undefined && tgids.includes(-1)) {
    notes.push("of some tasks no tgid is known: threads of the selected process may be missing");
  }
  return notes;
}
