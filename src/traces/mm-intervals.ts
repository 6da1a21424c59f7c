// SPDX-License-Identifier: MIT
// From the actions, once the evidence is resolved: which mm each CPU had loaded or borrowed, which mm each task had and
// how that is known, and for how much of the time it is known.

import type { MmEpochs, Residency } from "../events/intervals.ts";
import { ACTION } from "../events/schedule.ts";
import type { EventTable } from "../events/table.ts";
import type { Actions } from "./actions.ts";
import type { Window } from "./look-ahead.ts";
import { EVIDENCE, type Evidence, type MmIdentity, NO_MM } from "./mm-identity.ts";
import type { Task } from "./tasks.ts";

/** How it is known which mm a CPU's task has. `unobserved`: which task runs is not known either. */
const PROVENANCE = [...EVIDENCE, "idle", "unobserved"] as const;
export type Provenance = (typeof PROVENANCE)[number];

const INFERRED: readonly Provenance[] = ["kernel_name", "tgid"];
const NO_QUESTION: readonly Provenance[] = ["idle", "unobserved"];

/** Shares of what tasks did, 0 … 1; idle CPUs, and those of which nothing is recorded, are apart. */
export interface Shares {
  /** By a probe, a snapshot, rss_stat, exec, exit, clone flags, or a list of the kernel threads. */
  readonly known: number;
  /** By a name or a tgid. */
  readonly inferred: number;
  readonly unknown: number;
}

export interface MmIntervals {
  readonly residency: Residency;
  readonly epochs: MmEpochs;
  /** Ticks of all CPUs by how the mm of the running task is known. */
  readonly time: Readonly<Record<Provenance, number>>;
}

export interface IntervalsInput {
  readonly table: EventTable;
  readonly window: Window;
  readonly actions: Actions;
  /** mmNodes() of the actions, from before their mms were numbered. */
  readonly nodes: Int32Array;
  readonly identity: MmIdentity;
  readonly tasks: readonly Task[];
  readonly mmId: (node: number) => number;
  /** Per CPU: the task before the first action (-1 unknown), and what the START snapshot says, if there is one. */
  readonly firstTask: Int32Array;
  readonly loaded: readonly { readonly mm: number; readonly lazy: boolean }[] | undefined;
}

/** What a kind of evidence is worth. */
export function worthOf(provenance: string): keyof Shares {
  if (provenance === "assumed" || provenance === "unobserved") return "unknown";
  return INFERRED.some((name) => name === provenance) ? "inferred" : "known";
}

function noTime(): Record<Provenance, number> {
  return Object.fromEntries(PROVENANCE.map((name) => [name, 0])) as Record<Provenance, number>;
}

/** Of ticks or of switches. All known if there is nothing to know. */
export function sharesOf(by: Readonly<Partial<Record<Provenance, number>>>): Shares {
  const sum = { known: 0, inferred: 0, unknown: 0 };
  for (const name of PROVENANCE) {
    if (NO_QUESTION.includes(name)) continue;
    sum[worthOf(name)] += by[name] ?? 0;
  }
  const total = sum.known + sum.inferred + sum.unknown;
  if (total === 0) return { known: 1, inferred: 0, unknown: 0 };
  return { known: sum.known / total, inferred: sum.inferred / total, unknown: sum.unknown / total };
}

export function mmIntervals(input: IntervalsInput): MmIntervals {
  const { table, window } = input;
  const [begin, end] = [table.time[window.from] ?? 0, table.time[window.to - 1] ?? 0];
  const residency = new ResidencyColumns(input, begin);
  const epochs = new EpochColumns(input, begin);
  const known = new KnownTime(input, begin);
  const { actions } = input;
  const last = new Float64Array(table.cpus).fill(begin);
  let row = window.from;
  for (let at = 0; at < actions.length; at++) {
    for (; row < actions.row[at]!; row++) last[table.cpu[row]!] = table.time[row]!;
    // What was lost begins where the CPU was last heard of, not at the mark.
    const lost = actions.kind[at] === ACTION.lost;
    const time = lost ? last[actions.cpu[at]!]! : table.time[actions.row[at]!]!;
    residency.action(at, time);
    epochs.action(at, time);
    known.action(at, time);
  }
  residency.finish(end);
  epochs.finish(end);
  return { residency: residency.columns, epochs: epochs.columns, time: known.finish(end) };
}

/** Per action: the node of the mm that its task has from then on. */
export function mmNodes(actions: Actions): Int32Array {
  return Int32Array.from({ length: actions.length }, (_, at) => {
    const isSwitch = actions.kind[at] === ACTION.switch;
    return isSwitch ? actions.c[at]! : actions.b[at]!;
  });
}

interface NewMm {
  readonly task: number;
  readonly node: number;
  readonly evidence?: Evidence;
}

/** The task that an action is about, and the mm that it has from now on; undefined: it is about something else. */
function newMmOf({ actions, nodes }: IntervalsInput, at: number): NewMm | undefined {
  const a = actions.a[at]!;
  switch (actions.kind[at]) {
    case ACTION.switch:
      return { task: actions.b[at]!, node: nodes[at]! };
    case ACTION.newTask:
    case ACTION.exec:
    case ACTION.useMm:
      return { task: a, node: nodes[at]! };
    case ACTION.exit:
      return { task: a, node: NO_MM, evidence: "exit" };
    case ACTION.unuseMm:
      return { task: a, node: NO_MM, evidence: "probe" };
    default:
      return undefined;
  }
}

class ResidencyColumns {
  readonly columns = {
    cpu: [] as number[],
    mm: [] as number[],
    lazy: [] as boolean[],
    from: [] as number[],
    to: [] as number[],
  };
  readonly #input: IntervalsInput;
  readonly #mm: Int32Array;
  readonly #lazy: Uint8Array;
  readonly #since: Float64Array;

  constructor(input: IntervalsInput, begin: number) {
    this.#input = input;
    const { cpus } = input.table;
    this.#mm = new Int32Array(cpus);
    this.#lazy = new Uint8Array(cpus);
    this.#since = new Float64Array(cpus).fill(begin);
    for (let cpu = 0; cpu < cpus; cpu++) {
      const told = input.loaded?.[cpu];
      const first = input.tasks[input.firstTask[cpu]!];
      this.#mm[cpu] = told?.mm ?? (first === undefined ? 0 : input.mmId(first.startNode));
      this.#lazy[cpu] = told?.lazy ? 1 : 0;
    }
  }

  action(at: number, time: number): void {
    const { actions, mmId } = this.#input;
    const cpu = actions.cpu[at]!;
    if (actions.kind[at] === ACTION.lost) return this.#change(cpu, 0, 0, time);
    const change = newMmOf(this.#input, at);
    if (change === undefined || actions.kind[at] === ACTION.newTask) return;
    const mm = mmId(change.node);
    // Without an mm of its own, the task borrows what is there.
    if (mm > 0) this.#change(cpu, mm, 0, time);
    else this.#change(cpu, this.#mm[cpu]!, this.#mm[cpu]! > 0 ? 1 : 0, time);
  }

  #change(cpu: number, mm: number, lazy: number, time: number): void {
    if (this.#mm[cpu] === mm && this.#lazy[cpu] === lazy) return;
    this.#close(cpu, time);
    this.#mm[cpu] = mm;
    this.#lazy[cpu] = lazy;
  }

  #close(cpu: number, time: number): void {
    const since = this.#since[cpu]!;
    // Clocks of CPUs may differ a little.
    const to = Math.max(time, since);
    this.#since[cpu] = to;
    if (to === since) return;
    const { columns } = this;
    columns.cpu.push(cpu);
    columns.mm.push(this.#mm[cpu]!);
    columns.lazy.push(this.#lazy[cpu] === 1);
    columns.from.push(since);
    columns.to.push(to);
  }

  finish(end: number): void {
    for (let cpu = 0; cpu < this.#mm.length; cpu++) this.#close(cpu, end);
  }
}

class EpochColumns {
  readonly columns = {
    task: [] as number[],
    mm: [] as number[],
    from: [] as number[],
    to: [] as number[],
    evidence: [] as string[],
  };
  readonly #input: IntervalsInput;
  /** By task: the epoch that goes on. */
  readonly #open = new Map<number, { node: number; from: number; evidence: Evidence }>();

  constructor(input: IntervalsInput, begin: number) {
    this.#input = input;
    for (const { id, pid, born, startNode } of input.tasks) {
      if (pid > 0 && !(born && startNode === NO_MM)) this.#begin(id, startNode, begin);
    }
  }

  action(at: number, time: number): void {
    const { actions } = this.#input;
    if (actions.kind[at] === ACTION.switch) return;
    const change = newMmOf(this.#input, at);
    if (change === undefined) return;
    this.#end(change.task, time);
    // What comes after an exit is no epoch.
    if (actions.kind[at] !== ACTION.exit) this.#begin(change.task, change.node, time, change.evidence);
  }

  #begin(task: number, node: number, from: number, evidence = this.#input.identity.evidence(node)): void {
    this.#open.set(task, { node, from, evidence });
  }

  #end(task: number, time: number): void {
    const epoch = this.#open.get(task);
    if (epoch === undefined) return;
    this.#open.delete(task);
    const { columns } = this;
    columns.task.push(task);
    columns.mm.push(this.#input.mmId(epoch.node));
    columns.from.push(epoch.from);
    columns.to.push(Math.max(time, epoch.from));
    columns.evidence.push(epoch.evidence);
  }

  finish(end: number): void {
    for (const task of [...this.#open.keys()].sort((a, b) => a - b)) this.#end(task, end);
  }
}

class KnownTime {
  readonly #input: IntervalsInput;
  readonly #time = noTime();
  readonly #now: Provenance[];
  readonly #running: Int32Array;
  readonly #since: Float64Array;

  constructor(input: IntervalsInput, begin: number) {
    this.#input = input;
    this.#running = input.firstTask.slice();
    this.#since = new Float64Array(input.table.cpus).fill(begin);
    this.#now = Array.from(input.firstTask, (id): Provenance => {
      const task = input.tasks[id];
      if (task === undefined) return "unobserved";
      return task.pid === 0 ? "idle" : input.identity.evidence(task.startNode);
    });
  }

  action(at: number, time: number): void {
    const { actions, identity, table } = this.#input;
    const cpu = actions.cpu[at]!;
    if (actions.kind[at] === ACTION.lost) {
      this.#running[cpu] = -1;
      return this.#change(cpu, "unobserved", time);
    }
    const change = newMmOf(this.#input, at);
    if (change === undefined) return;
    if (actions.kind[at] === ACTION.switch) this.#running[cpu] = change.task;
    else if (this.#running[cpu] !== change.task) return;
    const how = change.evidence ?? identity.evidence(change.node);
    this.#change(cpu, change.task < table.cpus ? "idle" : how, time);
  }

  #change(cpu: number, to: Provenance, time: number): void {
    const spent = Math.max(time - this.#since[cpu]!, 0);
    this.#time[this.#now[cpu]!] += spent;
    this.#since[cpu]! += spent;
    this.#now[cpu] = to;
  }

  finish(end: number): Readonly<Record<Provenance, number>> {
    for (let cpu = 0; cpu < this.#now.length; cpu++) this.#change(cpu, "unobserved", end);
    return this.#time;
  }
}
