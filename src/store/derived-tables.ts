// SPDX-License-Identifier: MIT
// What follows from the events: which mm was where, how that is known, which flushes were asked for, and how a design's
// steps compare with the recorded ones.
import type { MmEpochs, Residency } from "../events/intervals.ts";
import { ACTION, type Schedule } from "../events/schedule.ts";
import type { EventTable } from "../events/table.ts";
import { column, type Table, timeColumns } from "./table.ts";

export interface DerivedSource {
  readonly table: EventTable;
  readonly schedule: Schedule;
  readonly residency: Residency;
  readonly epochs: MmEpochs;
  /** By task of the schedule, or -1. */
  readonly tgids: ArrayLike<number>;
  /** `known`, `inferred`, `unknown`: what a kind of evidence is worth. */
  readonly worth: (evidence: string) => string;
  readonly keep: (row: number) => boolean;
}

const orNull = (value: number, no: number): number | null => (value === no ? null : value);

export function residencyTable({ table, residency }: DerivedSource): Table {
  const { cpu, mm, lazy, from, to } = residency;
  return {
    name: "residency",
    rows: cpu.length,
    columns: [
      column("cpu", "int", (i) => cpu[i]!),
      column("mm", "int", (i) => orNull(mm[i]!, 0)),
      column("lazy", "bool", (i) => lazy[i]!),
      ...timeColumns("start_", table.secondsPerTick, (i) => from[i]!),
      ...timeColumns("end_", table.secondsPerTick, (i) => to[i]!),
    ],
  };
}

export function identityTable({ table, schedule, epochs, tgids, worth }: DerivedSource): Table {
  const { task, mm, from, to, evidence } = epochs;
  const info = (i: number) => schedule.tasks[task[i]!]!;
  return {
    name: "mm_identity",
    rows: task.length,
    columns: [
      column("task", "int", (i) => task[i]!),
      column("pid", "int", (i) => info(i).pid),
      column("tgid", "int", (i) => orNull(tgids[task[i]!]!, -1)),
      column("comm", "text", (i) => info(i).comm || null),
      column("kernel_thread", "bool", (i) => info(i).kernelThread),
      column("mm", "int", (i) => orNull(mm[i]!, 0)),
      ...timeColumns("start_", table.secondsPerTick, (i) => from[i]!),
      ...timeColumns("end_", table.secondsPerTick, (i) => to[i]!),
      column("evidence", "text", (i) => evidence[i]!),
      column("worth", "text", (i) => worth(evidence[i]!)),
    ],
  };
}

/** The calls, not what the kernel then did: that is in its own events. */
export function flushesTable({ table, schedule, keep }: DerivedSource): Table {
  const at: number[] = [];
  for (let action = 0; action < schedule.length; action++) {
    if (schedule.kind[action] === ACTION.flush && keep(schedule.row[action]!)) at.push(action);
  }
  const row = (i: number): number => schedule.row[at[i]!]!;
  const pages = (i: number): number | null => {
    const [start, end] = [schedule.start[at[i]!]!, schedule.end[at[i]!]!];
    return end < 0 ? null : Math.ceil((end - start) / 2 ** schedule.c[at[i]!]!);
  };
  return {
    name: "flushes",
    rows: at.length,
    columns: [
      column("row", "int", row),
      ...timeColumns("time_", table.secondsPerTick, (i) => table.time[row(i)]!),
      column("cpu", "int", (i) => schedule.cpu[at[i]!]!),
      column("pid", "int", (i) => orNull(table.pid[row(i)]!, -1)),
      column("mm", "int", (i) => orNull(schedule.a[at[i]!]!, 0)),
      column("everything", "bool", (i) => schedule.end[at[i]!]! < 0),
      column("pages", "int", pages),
      column("stride_shift", "int", (i) => schedule.c[at[i]!]!),
      column("freed_tables", "bool", (i) => (schedule.b[at[i]!]! < 0 ? null : schedule.b[at[i]!] === 1)),
    ],
  };
}

/** Of a field that a design is held against: what was recorded and what the design has there, side by side. */
export interface StepRow {
  readonly row: number;
  /** "switch_mm", "flush_func", … */
  readonly kind: string;
  /** null: the step as a whole. */
  readonly field: string | null;
  /** null: there is no such row, or nothing in it to compare. */
  readonly recorded: string | null;
  readonly predicted: string | null;
  readonly outcome: string;
}

/** `step` makes the rows, one at a time: there are as many as the recording has numbers. */
export function stepsTable(events: EventTable, rows: number, step: (i: number) => StepRow): Table {
  let at = -1;
  let last: StepRow | undefined;
  const of = (i: number): StepRow => {
    if (i !== at || last === undefined) last = step(i);
    at = i;
    return last;
  };
  return {
    name: "steps",
    rows,
    columns: [
      column("row", "int", (i) => of(i).row),
      ...timeColumns("time_", events.secondsPerTick, (i) => events.time[of(i).row]!),
      column("cpu", "int", (i) => events.cpu[of(i).row]!),
      column("pid", "int", (i) => orNull(events.pid[of(i).row]!, -1)),
      column("kind", "text", (i) => of(i).kind),
      column("field", "text", (i) => of(i).field),
      column("recorded", "text", (i) => of(i).recorded),
      column("predicted", "text", (i) => of(i).predicted),
      column("outcome", "text", (i) => of(i).outcome),
    ],
  };
}
