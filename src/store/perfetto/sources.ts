// SPDX-License-Identifier: MIT
// What an export draws: what the table itself shows (which task ran, tlb_flush events), and what the caller knows
// beyond that. Each source is in the order of time; merged() makes one stream of them.

import {
  argIndex,
  argToString,
  BUFFER_STARTED_KIND,
  type EventKind,
  type EventTable,
  LOST_KIND,
} from "../../events/table.ts";

export type TrackName = "task" | "mm" | "lazy" | "call";
/** What was recorded, what a design would have done, and where it did something else. */
export type InstantTrack = "flushes" | "predicted" | "steps";

/** Something that lasts. On one track of a CPU, the next one ends the one before. Times are ticks of the table. */
export interface Interval {
  readonly cpu: number;
  readonly track: TrackName;
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** Something that happens. An arrow goes from the instant with its number in flowOut to the one with it in flowIn. */
export interface Instant {
  readonly cpu: number;
  /** Left out: `flushes`. */
  readonly track?: InstantTrack;
  readonly time: number;
  readonly name: string;
  readonly flowOut?: readonly number[];
  readonly flowIn?: readonly number[];
  readonly args?: Readonly<Record<string, string | number>>;
}

/** Arrow i goes from row `from[i]` to row `to[i]`. */
export interface Arrows {
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
}

/** What happens to the slices of a track: a slice ends where another one begins, or at `end`. */
export type Step =
  | { readonly kind: "begin"; readonly time: number; readonly interval: Interval }
  | { readonly kind: "stop"; readonly time: number; readonly cpu: number; readonly track: TrackName }
  | { readonly kind: "instant"; readonly time: number; readonly instant: Instant };

/** The tasks that are drawn; undefined: all. */
export type Pids = ReadonlySet<number> | undefined;

type Flows = Pick<Instant, "flowOut" | "flowIn">;

const REASONS = [
  "on task switch",
  "remote shootdown",
  "local",
  "local mm",
  "remote IPI send",
  "remote wrong CPU",
] as const;

export function* intervalSteps(intervals: Iterable<Interval>): Generator<Step> {
  for (const interval of intervals) yield { kind: "begin", time: interval.start, interval };
}

export function* instantSteps(instants: Iterable<Instant>): Generator<Step> {
  for (const instant of instants) yield instantStep(instant);
}

/**
 * Who runs, by sched_switch; tlb_flush events; and the rows at the ends of arrows. A CPU is blank while it is idle, or
 * not known to run a task.
 */
export function* tableSteps(table: EventTable, arrows: Arrows, pids: Pids): Generator<Step> {
  yield* firstTasks(table, pids);
  const flows = flowsOf(arrows);
  const readers = table.kinds.map((kind) => readerOf(table, kind, pids));
  for (let row = 0; row < table.length; row++) {
    const flow = flows.get(row);
    const reader = readers[table.kind[row]!];
    if (reader !== undefined) yield* reader(row, flow);
    else if (flow !== undefined && wanted(pids, table.pid[row]!)) yield instantStep(anyInstant(table, row, flow));
  }
}

function wanted(pids: Pids, pid: number): boolean {
  return pids === undefined || pids.has(pid);
}

/** By row; an arrow's number is its place in the list, from 1. */
function flowsOf({ from, to }: Arrows): ReadonlyMap<number, Flows> {
  const flows = new Map<number, { flowOut: number[]; flowIn: number[] }>();
  const at = (row: number): { flowOut: number[]; flowIn: number[] } => {
    const known = flows.get(row) ?? { flowOut: [], flowIn: [] };
    flows.set(row, known);
    return known;
  };
  for (let arrow = 0; arrow < from.length; arrow++) {
    at(from[arrow]!).flowOut.push(arrow + 1);
    at(to[arrow]!).flowIn.push(arrow + 1);
  }
  return flows;
}

function instantStep(instant: Instant): Step {
  return { kind: "instant", time: instant.time, instant };
}

/** A row by its name, with all that it says. */
function anyInstant(table: EventTable, row: number, flows: Flows): Instant {
  const kind = table.kinds[table.kind[row]!]!;
  const args = Object.fromEntries(kind.args.map(({ name }, i) => [name, argToString(table, row, i)]));
  return { cpu: table.cpu[row]!, time: table.time[row]!, name: kind.name, args, ...flows };
}

type RowReader = (row: number, flows: Flows | undefined) => Step[];

function readerOf(table: EventTable, kind: EventKind, pids: Pids): RowReader | undefined {
  if (kind.name === LOST_KIND) {
    return (row) => [{ kind: "stop", time: table.time[row]!, cpu: table.cpu[row]!, track: "task" }];
  }
  if (kind.name === "sched_switch") return switchReader(table, kind, pids);
  return kind.name === "tlb_flush" ? flushReader(table, kind, pids) : undefined;
}

function switchReader(table: EventTable, kind: EventKind, pids: Pids): RowReader | undefined {
  const [pidColumn, commColumn] = [argIndex(kind, "next_pid"), argIndex(kind, "next_comm")];
  if (pidColumn < 0 || kind.args[commColumn]?.type !== "text") return undefined;
  const { time, cpu, args, values } = table;
  return (row) => {
    const pid = values[args[row]! + pidColumn]!;
    if (!(pid > 0 && wanted(pids, pid))) return [{ kind: "stop", time: time[row]!, cpu: cpu[row]!, track: "task" }];
    return [taskStep(table, cpu[row]!, time[row]!, pid, values[args[row]! + commColumn]!)];
  };
}

/** What ran from the first row on: the task that a CPU's first switch switches from, if nothing was lost before it. */
function firstTasks(table: EventTable, pids: Pids): Step[] {
  const steps: Step[] = [];
  const columns = table.kinds.map((kind) => {
    const isSwitch = kind.name === "sched_switch";
    if (!isSwitch && kind.name !== LOST_KIND && kind.name !== BUFFER_STARTED_KIND) return undefined;
    const isText = kind.args[argIndex(kind, "prev_comm")]?.type === "text";
    return { pid: isSwitch && isText ? argIndex(kind, "prev_pid") : -1, comm: argIndex(kind, "prev_comm") };
  });
  const seen = new Set<number>();
  for (let row = 0; row < table.length && seen.size < table.cpus; row++) {
    const at = columns[table.kind[row]!];
    const cpu = table.cpu[row]!;
    if (at === undefined || seen.has(cpu)) continue;
    seen.add(cpu);
    const pid = at.pid < 0 ? 0 : table.values[table.args[row]! + at.pid]!;
    if (pid > 0 && wanted(pids, pid))
      steps.push(taskStep(table, cpu, table.time[0]!, pid, table.values[table.args[row]! + at.comm]!));
  }
  return steps;
}

function taskStep(table: EventTable, cpu: number, start: number, pid: number, comm: number): Step {
  const name = `${table.strings[comm] ?? "?"} ${pid}`;
  const interval: Interval = { cpu, track: "task", start, end: Number.POSITIVE_INFINITY, name };
  return { kind: "begin", time: start, interval };
}

function flushReader(table: EventTable, kind: EventKind, pids: Pids): RowReader | undefined {
  const [pagesColumn, reasonColumn] = [argIndex(kind, "pages"), argIndex(kind, "reason")];
  if (pagesColumn < 0 || reasonColumn < 0) return undefined;
  const { time, cpu, pid, args, values } = table;
  return (row, flows) => {
    if (!wanted(pids, pid[row]!)) return [];
    const reason = values[args[row]! + reasonColumn]!;
    const pages = values[args[row]! + pagesColumn]!;
    return [instantStep({ cpu: cpu[row]!, time: time[row]!, ...flushDetails(reason, pages), ...flows })];
  };
}

/** How a flush is called, by the reason and the pages that tlb_flush gives. */
export function flushDetails(reason: number, pages: number): Pick<Instant, "name" | "args"> {
  return {
    name: `flush: ${REASONS[reason] ?? `reason ${reason}`}`,
    args: { reason: Number.isInteger(reason) ? reason : "?", pages: pages === -1 ? "all" : pages },
  };
}

/** All steps of the sources in the order of time; of the same time, those of the first source first. */
export function* merged(sources: readonly Generator<Step>[]): Generator<Step> {
  const heads = sources.map((source) => source.next());
  for (;;) {
    let first = -1;
    let time = Number.POSITIVE_INFINITY;
    for (let source = 0; source < heads.length; source++) {
      const head = heads[source]!;
      if (head.done || (first >= 0 && head.value.time >= time)) continue;
      first = source;
      time = head.value.time;
    }
    if (first < 0) return;
    yield heads[first]!.value;
    heads[first] = sources[first]!.next();
  }
}
