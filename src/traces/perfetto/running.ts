// SPDX-License-Identifier: MIT
// What can only be told once the rows are in the order of time: who runs. A compact switch does not say whom it
// switched from, and compact events do not say whose they are: the task that this CPU switched to last. And names
// and states of tasks: the number of a state means what the kernel's release says, which may come last in a file.

import type { EventTableBuilder, RowColumns } from "../../events/builder.ts";
import { argIndex, BUFFER_STARTED_KIND, type EventKind, FLAG, LOST_KIND } from "../../events/table.ts";
import { SITE } from "../ftrace-text/generic.ts";
import { SCHEMAS } from "./schemas.ts";

/** Columns of a kind, as offsets; -1 if it has none such. */
interface Offsets {
  readonly prevComm: number;
  readonly prevPid: number;
  readonly prevPrio: number;
  readonly prevState: number;
  readonly nextComm: number;
  readonly nextPid: number;
  readonly nextPrio: number;
  /** A task that another event names. */
  readonly comm: number;
  readonly pid: number;
}

/** Who runs on a CPU: pid -1 is unknown; the task before, whose events come until the switch is complete. */
class Running {
  pid = -1;
  prio = Number.NaN;
  previous = -1;

  /** From here on it is not known. */
  forget(): void {
    this.pid = -1;
    this.prio = Number.NaN;
    this.previous = -1;
  }
}

export interface State {
  readonly text: number;
  readonly preempted: boolean;
}

/** Events whose `comm` is the name of the task `pid`, as a text. */
const NAMING = new Set(SCHEMAS.map(({ name }) => name));

function ofTask({ name, args }: EventKind): boolean {
  return NAMING.has(name) && args.every((arg) => arg.type === "text" || !/comm$/.test(arg.name));
}

/** Completes the rows, which must be in the order of time, and learns the names of pids. */
export function completeRows(out: EventTableBuilder, cpus: number, states: ReadonlyMap<number, State>): void {
  const rows = out.rows();
  const { time, cpu, kind, args } = rows;
  const kinds = out.kinds();
  const offsets = kinds.map((one): Offsets => {
    // A probe may bear the name of a tracepoint, and its arguments mean something else.
    const at = (name: string) => (argIndex(one, SITE) < 0 ? argIndex(one, name) : -1);
    return {
      prevComm: at("prev_comm"), prevPid: at("prev_pid"), prevPrio: at("prev_prio"), prevState: at("prev_state"),
      nextComm: at("next_comm"), nextPid: at("next_pid"), nextPrio: at("next_prio"),
      comm: ofTask(one) ? at(one.name === "task_rename" ? "newcomm" : "comm") : -1,
      pid: at("pid"),
    }; // biome-ignore format: a table
  });
  const isSwitch = kinds.map((one) => one.name === "sched_switch" && argIndex(one, SITE) < 0);
  const isMark = kinds.map((one) => one.name === LOST_KIND || one.name === BUFFER_STARTED_KIND);
  const names = new Names(out);
  const running = Array.from({ length: cpus }, () => new Running());
  for (let row = 0; row < time.length; row++) {
    const on = running[cpu[row]!]!;
    const at = offsets[kind[row]!]!;
    if (isMark[kind[row]!]) on.forget();
    else if (isSwitch[kind[row]!]) switchRow(out, rows, row, at, on, names, states);
    else {
      follow(rows, row, on);
      const pid = at.pid < 0 ? rows.pid[row]! : out.values[args[row]! + at.pid]!;
      if (at.comm >= 0) names.note(pid, out.values[args[row]! + at.comm]!);
    }
  }
}

/** A row's pid, or what it must be. */
function follow(rows: RowColumns, row: number, on: Running): void {
  const pid = rows.pid[row]!;
  if (pid < 0) {
    rows.pid[row] = on.pid;
    return;
  }
  // A switch is missing; but just after one, the task before goes on for a while.
  if (pid !== on.pid && pid !== on.previous) {
    on.forget();
    on.pid = pid;
  }
  if (pid === on.pid) on.previous = -1;
}

function switchRow(
  out: EventTableBuilder,
  rows: RowColumns,
  row: number,
  at: Offsets,
  on: Running,
  names: Names,
  states: ReadonlyMap<number, State>,
): void {
  const values = out.values;
  const first = rows.args[row]!;
  // Of compact events only; others have no such column where they do not know.
  const isCompact = at.prevPid >= 0 && Number.isNaN(values[first + at.prevPid]!);
  if (isCompact && on.pid >= 0) {
    values[first + at.prevPid] = on.pid;
    values[first + at.prevComm] = names.of(on.pid, rows.cpu[row]!);
    values[first + at.prevPrio] = on.prio;
  }
  if (rows.pid[row]! < 0) rows.pid[row] = isCompact || at.prevPid < 0 ? on.pid : values[first + at.prevPid]!;
  if (at.prevPid >= 0 && at.prevComm >= 0) names.note(values[first + at.prevPid]!, values[first + at.prevComm]!);
  if (at.prevState >= 0) {
    const state = states.get(values[first + at.prevState]!)!;
    values[first + at.prevState] = state.text;
    if (state.preempted) rows.flags[row]! |= FLAG.preempted;
  }
  on.previous = rows.pid[row]!;
  on.pid = at.nextPid < 0 ? -1 : values[first + at.nextPid]!;
  on.prio = at.nextPrio < 0 ? Number.NaN : values[first + at.nextPrio]!;
  if (at.nextComm >= 0) names.note(on.pid, values[first + at.nextComm]!);
}

/** Name of each pid, as last seen. Idle tasks share pid 0 and have a name per CPU. */
class Names {
  readonly #out: EventTableBuilder;
  readonly #text = new Map<number, number>();

  constructor(out: EventTableBuilder) {
    this.#out = out;
  }

  of(pid: number, cpu: number): number {
    if (pid === 0) return this.#out.strings.internString(`swapper/${cpu}`);
    return this.#text.get(pid) ?? Number.NaN;
  }

  note(pid: number, text: number): void {
    if (!(pid > 0) || Number.isNaN(text) || this.#text.get(pid) === text) return;
    if (!this.#text.has(pid)) this.#out.pid(pid, this.#out.strings.text(text), -1);
    this.#text.set(pid, text);
  }
}
