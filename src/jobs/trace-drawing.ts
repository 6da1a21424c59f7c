// SPDX-License-Identifier: MIT
// A recorded trace for ui.perfetto.dev: per CPU its task, the mm that it has loaded, when it is lazy, flush calls,
// flushes, and the interrupts between them; after a replay also the flushes and interrupts of the design.
import { setImmediate as breathe } from "node:timers/promises";
import { err, type Result } from "../base/result.ts";
import { ACTION } from "../events/schedule.ts";
import { argIndex, type EventTable } from "../events/table.ts";
import { FlushLog } from "../simulator/flush-log.ts";
import { type DrawnFile, PART_BYTES, writePerfettoFiles } from "../store/perfetto/files.ts";
import { flushDetails, type Instant, type Interval } from "../store/perfetto/sources.ts";
import { MIN_PART_BYTES } from "../store/perfetto/write.ts";
import type { OpenedTrace } from "../traces/input/open.ts";
import { interruptsOf } from "../traces/interrupts.ts";
import type { ScheduleResult } from "../traces/schedule.ts";
import type { JobContext, JobError } from "./reports.ts";
import type { Selected } from "./trace-selection.ts";

export interface Drawing {
  readonly trace: OpenedTrace;
  /** undefined: no sched_switch, so nobody knows which mm is where. */
  readonly built: ScheduleResult | undefined;
  readonly select: Selected | undefined;
  /** What a design would have done, if one was asked. */
  readonly predicted?: { readonly design: string; readonly log: FlushLog };
  /** What the trace was found to be, in the order of time. */
  readonly found?: Iterable<Instant>;
}

/** Where it goes, and from which size on it takes another file; undefined: PART_BYTES. */
export interface DrawTo {
  readonly file: string;
  readonly split: number | undefined;
}

export interface Drawn {
  readonly files: readonly DrawnFile[];
  readonly notes: readonly string[];
}

export async function drawTrace(to: DrawTo, drawing: Drawing, context: JobContext): Promise<Result<Drawn, JobError>> {
  const { trace, built, select, predicted, found } = drawing;
  const { table } = trace;
  const maxBytes = to.split ?? PART_BYTES;
  if (maxBytes < MIN_PART_BYTES) {
    return err({ kind: "usage", message: `--split: a file of less than ${MIN_PART_BYTES} bytes is not worth one` });
  }
  const arrows = interruptsOf(table);
  const part = select && { ...select.ticks, cpus: select.selection.cpus, pids: select.byPid ? select.pids : undefined };
  const input = {
    table,
    intervals: built === undefined ? [] : sorted([...residency(built), ...flushCalls(table, built)]),
    instants:
      predicted === undefined || built === undefined
        ? (found ?? [])
        : predictedFlushes(predicted, startOf(table, built), arrows.from.length),
    arrows,
    part,
    title: predicted === undefined ? trace.file : `${trace.file}, and ${predicted.design}`,
    maxBytes,
  };
  const files = await writePerfettoFiles(to.file, input, async (bytes) => {
    context.progress("draw, in kB", Math.ceil(bytes / 1024), undefined);
    await breathe();
    return context.signal.aborted;
  });
  if (!files.ok) return err({ kind: "usage", message: files.error });
  return { ok: true, value: { files: files.value, notes: notesOn(files.value, arrows.ambiguous) } };
}

function notesOn(files: readonly DrawnFile[], ambiguous: number): string[] {
  const notes: string[] = [];
  if (files.length > 1) notes.push(`drawn in ${files.length} files, each of which can be opened alone`);
  if (ambiguous > 0) {
    notes.push(`${ambiguous} flushes on request have no arrow: several CPUs may have asked for each of them`);
  }
  return notes;
}

/** The table's time of the schedule's 0. */
function startOf(table: EventTable, { schedule }: ScheduleResult): number {
  return schedule.length > 0 ? table.time[schedule.row[0]!]! : 0;
}

function sorted(intervals: Interval[]): Interval[] {
  return intervals.sort((a, b) => a.start - b.start);
}

function* residency({ mms, schedule }: ScheduleResult): Generator<Interval> {
  const { cpu, mm, lazy, from, to } = mms.residency;
  const names = mmNames(mms.epochs, schedule.tasks);
  for (let i = 0; i < cpu.length; i++) {
    if (mm[i] === 0) continue;
    const [name, start, end] = [names(mm[i]!), from[i]!, to[i]!];
    yield { cpu: cpu[i]!, track: "mm", start, end, name };
    if (lazy[i]) yield { cpu: cpu[i]!, track: "lazy", start, end, name: `lazy: ${name}` };
  }
}

/** `mm 7 (sh)`: by the first task that had it. */
function mmNames(
  { task, mm }: ScheduleResult["mms"]["epochs"],
  tasks: ScheduleResult["schedule"]["tasks"],
): (mm: number) => string {
  const names = new Map([[1, "init_mm"]]);
  task.forEach((id, i) => {
    if (!names.has(mm[i]!)) names.set(mm[i]!, `mm ${mm[i]} (${tasks[id]!.comm || tasks[id]!.pid})`);
  });
  return (id) => names.get(id) ?? `mm ${id}`;
}

/** From the call to its return, where probes show both. */
function* flushCalls(table: EventTable, { schedule }: ScheduleResult): Generator<Interval> {
  const calls = table.kinds.map((kind) => kind.name === "flush_range" && argIndex(kind, "mm") >= 0);
  const returns = table.kinds.map((kind) => kind.name === "flush_range_r");
  if (!calls.includes(true) || !returns.includes(true)) return;
  const names = new Map<number, string>();
  for (let i = 0; i < schedule.length; i++) {
    if (schedule.kind[i] === ACTION.flush) names.set(schedule.row[i]!, callName(schedule, i));
  }
  const open = new Map<number, number>();
  for (let row = 0; row < table.length; row++) {
    const pid = table.pid[row]!;
    if (calls[table.kind[row]!]) open.set(pid, row);
    else if (returns[table.kind[row]!]) {
      const call = open.get(pid);
      open.delete(pid);
      if (call === undefined || table.cpu[call] !== table.cpu[row]) continue;
      const [start, end] = [table.time[call]!, table.time[row]!];
      yield { cpu: table.cpu[row]!, track: "call", start, end, name: names.get(call) ?? "flush" };
    }
  }
}

function callName({ a, b, c, start, end }: ScheduleResult["schedule"], action: number): string {
  const bytes = end[action]! - start[action]!;
  const what = end[action]! < 0 ? "all" : `${Math.ceil(bytes / 2 ** c[action]!)} pages`;
  return `flush mm ${a[action]}: ${what}${b[action] === 1 ? ", freed tables" : ""}`;
}

/** Times are the schedule's; `arrows`: so many numbers of arrows are taken. */
function* predictedFlushes(
  { log, design }: NonNullable<Drawing["predicted"]>,
  start: number,
  arrows: number,
): Generator<Instant> {
  const flows = new Map<number, Pick<Instant, "flowOut" | "flowIn">>();
  for (let i = 0; i < log.from.length; i++) {
    const number = arrows + i + 1;
    flows.set(log.from[i]!, { flowOut: [number] });
    flows.set(log.to[i]!, { flowIn: [number] });
  }
  for (let i = 0; i < log.cpu.length; i++) {
    const [reason, pages] = [log.reason[i]!, log.pages[i]!];
    const details =
      reason === FlushLog.IPI ? { name: "interrupt", args: { to: `CPU ${pages}` } } : flushDetails(reason, pages);
    yield {
      cpu: log.cpu[i]!,
      track: "predicted",
      time: start + log.time[i]!,
      ...details,
      args: { ...details.args, design },
      ...flows.get(i),
    };
  }
}
