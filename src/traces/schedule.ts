// SPDX-License-Identifier: MIT
// From an event table to what a replay runs on: the Schedule, and how much of it was inferred and from what.
//
// Inputs of the Schedule are sched_switch, the points of fork, exec, exit and use_mm, the START snapshot, and of
// flush_range mm, start, end, stride and freed. What the kernel then did (tlb_flush, IPIs, returns) is no input where
// flush_range is recorded: a test deletes it and gets the same Schedule.

import { err, ok, type Result } from "../base/result.ts";
import { ACTION, type CpuSnapshot, type Schedule, type TaskInfo } from "../events/schedule.ts";
import type { EventTable } from "../events/table.ts";
import { type Actions, WITHDRAWN } from "./actions.ts";
import { type TraceError, traceError } from "./errors.ts";
import { type Directory, directory, linkHints } from "./hints.ts";
import { findExecs, findWindow, type Window } from "./look-ahead.ts";
import { EVIDENCE, type Evidence, INIT_MM, MmIdentity, NO_MM } from "./mm-identity.ts";
import { type MmIntervals, mmIntervals, mmNodes, type Shares, sharesOf } from "./mm-intervals.ts";
import { type FlushSource, flushSource, walk } from "./row-handlers.ts";
import { noSidecars, type Sidecars } from "./sidecars.ts";
import { cpuSnapshot } from "./snapshot.ts";
import type { Task } from "./tasks.ts";
import { Timeline } from "./timeline.ts";

/** What was inferred, from what, and what is doubtful. Counts are of the replayed window unless they say otherwise. */
export interface Inferred {
  readonly window: Window & { readonly rowsBefore: number; readonly rowsAfter: number };
  /** Switches by how the mm of the task switched to is known. */
  readonly switches: Readonly<Record<Evidence | "idle", number>>;
  /** Share of all switches whose mm is not just assumed, 0 … 1. */
  readonly identified: number;
  /** The same of tasks that are not idle, in three steps: of the time that they ran, and of the switches to them. */
  readonly identity: { readonly time: Shares; readonly switches: Shares };
  readonly flushCalls: {
    readonly from: FlushSource;
    readonly calls: number;
    /** Calls put together from two events. */
    readonly merged: number;
    /** Batched flushes and flushes by tasks without an mm: of which mm is not recorded. */
    readonly withoutMm: number;
    readonly freedUnknown: number;
  };
  /** Where the execs and exits were taken from (whole trace). */
  readonly execPoints: {
    readonly exec_release: number;
    readonly task_rename: number;
    readonly rss_stat: number;
    readonly sched_process_exec: number;
  };
  readonly exitPoints: { readonly exit_release: number; readonly sched_process_exit: number };
  /** Execs and exits that a task was preempted in, before they took its mm: they come later than their probes. */
  readonly heldChanges: number;
  readonly snapshot: "START snapshot" | "none";
  readonly tasks: { readonly total: number; readonly kernelThreads: number; readonly bornInTrace: number };
  readonly doubts: Doubts;
}

export interface Doubts {
  /** Evidence about an mm that contradicts stronger evidence. */
  readonly mmConflicts: number;
  /** mm pointers that were reused without an mm_init in the trace. */
  readonly missedMmInits: number;
  /** The current task changed and no sched_switch says so. */
  readonly missingSwitches: number;
  /** Marks of lost events: what that CPU ran is unknown until its next row. */
  readonly unknownIntervals: number;
  /** sched_process_fork without task_newtask: thread or process is told by the tgid, vfork not at all. */
  readonly forksWithoutFlags: number;
  /** Actions on a CPU that are already in its snapshot, and were left out. */
  readonly actionsBeforeSnapshot: number;
  /** Pids that were used again, without the birth of the new task in the trace. */
  readonly reusedPids: number;
  readonly threadsTookLeadersPid: number;
}

export interface ScheduleResult {
  readonly schedule: Schedule;
  readonly inferred: Inferred;
  readonly window: Window;
  /** Which mm was where, and how that is known. */
  readonly mms: MmIntervals;
  /** By task of the schedule: its process, or -1. */
  readonly tgids: Int32Array;
}

export interface ScheduleInput {
  readonly table: EventTable;
  readonly sidecars?: Sidecars;
  /** Which pids the trace itself calls kernel threads. */
  readonly kernelThread?: ReadonlyMap<number, boolean>;
  /** For the error. */
  readonly file?: string;
}

export function buildSchedule(input: ScheduleInput): Result<ScheduleResult, TraceError> {
  const { table, sidecars = noSidecars(), file = "the trace" } = input;
  const isSwitch = table.kinds.map((kind) => kind.name === "sched_switch" && kind.args.length > 0);
  if (!table.kind.some((kind) => isSwitch[kind]))
    return err(traceError("trace-no-switches", file, String(table.length)));
  const window = findWindow(table);
  const identity = new MmIdentity();
  const known = directory(table, sidecars, input.kernelThread);
  const timeline = new Timeline(table.cpus, identity, window, findExecs(table), known);
  walk(table, timeline, window);
  for (const task of timeline.tasks.all) if (task.comm === "") task.comm = known.comm(task.pid);
  linkHints(timeline.tasks.all, identity, known);
  identity.resolve();
  return ok(finish(table, window, identity, timeline, known));
}

function finish(
  table: EventTable,
  window: Window,
  identity: MmIdentity,
  timeline: Timeline,
  known: Directory,
): ScheduleResult {
  const { actions } = timeline;
  const snapshots = timeline.snapshots.every((snapshot) => snapshot !== undefined) ? timeline.snapshots : null;
  const snapshotRows = snapshots?.map((snapshot) => snapshot!.row);
  const actionsBeforeSnapshot = dropUnneeded(actions, identity, snapshotRows);
  const switches = countSwitches(actions, identity, table.cpus);
  const ids = new MmIds(identity);
  const mmId = (node: number) => ids.of(node);
  const nodes = mmNodes(actions);
  numberMms(actions, ids);
  const tasks = timeline.tasks.all.map((task): TaskInfo => {
    const kernelThread = task.pid === 0 || (identity.find(task.firstNode) === NO_MM && !hasUserMm(task.node, identity));
    return { pid: task.pid, comm: task.comm || known.comm(task.pid), kernelThread, mm: ids.of(task.startNode) };
  });
  const cpuSnapshots: CpuSnapshot[] | null =
    snapshots?.map((one, cpu) => cpuSnapshot(one!, timeline.snapshotTask[cpu]!, identity, mmId)) ?? null;
  const schedule = columns(table, timeline, actions, tasks, cpuSnapshots, ids.count);
  const mms = mmIntervals({
    table,
    window,
    actions,
    nodes,
    identity,
    mmId,
    tasks: timeline.tasks.all,
    firstTask: schedule.firstTask,
    loaded: cpuSnapshots?.map(({ loadedMm, isLazy }) => ({ mm: loadedMm, lazy: isLazy })),
  });
  const inferred = report(table, window, identity, timeline, schedule, switches, actionsBeforeSnapshot, mms);
  return { schedule, inferred, window, mms, tgids: Int32Array.from(timeline.tasks.all, (task) => tgidOf(task, known)) };
}

/** As the recording tells it; else from the flags with which its threads were made. */
function tgidOf(task: Task, known: Directory): number {
  const told = known.tgid(task.pid);
  if (told > 0) return told;
  const { leader } = task;
  if (leader === undefined) return task.born ? task.pid : -1;
  const tgid = known.tgid(leader.pid);
  return tgid > 0 ? tgid : leader.pid;
}

function hasUserMm(node: number, identity: MmIdentity): boolean {
  return identity.find(node) !== NO_MM;
}

/** Drops exits of tasks without an mm, and what a snapshot already contains; returns how many of the latter. */
function dropUnneeded(actions: Actions, identity: MmIdentity, snapshotRows: readonly number[] | undefined): number {
  let kept = 0;
  let inSnapshot = 0;
  for (let at = 0; at < actions.length; at++) {
    const kind = actions.kind[at]!;
    if (kind === WITHDRAWN || (kind === ACTION.exit && identity.find(actions.c[at]!) === NO_MM)) continue;
    const before = snapshotRows !== undefined && actions.row[at]! < snapshotRows[actions.cpu[at]!]!;
    if (before && (kind === ACTION.switch || kind === ACTION.flush || kind === ACTION.lost)) {
      inSnapshot++;
      continue;
    }
    actions.move(at, kept++);
  }
  actions.length = kept;
  return inSnapshot;
}

function countSwitches(actions: Actions, identity: MmIdentity, cpus: number): Record<Evidence | "idle", number> {
  const names = [...EVIDENCE, "idle"] as const;
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<Evidence | "idle", number>;
  for (let at = 0; at < actions.length; at++) {
    if (actions.kind[at] !== ACTION.switch) continue;
    const evidence = identity.evidence(actions.c[at]!);
    counts[actions.b[at]! < cpus ? "idle" : evidence]++;
  }
  return counts;
}

/** Final ids in the order of first use; 0 no mm, 1 init_mm. */
class MmIds {
  readonly #identity: MmIdentity;
  readonly #ids = new Map<number, number>([
    [NO_MM, 0],
    [INIT_MM, 1],
  ]);
  count = 1;

  constructor(identity: MmIdentity) {
    this.#identity = identity;
  }

  of(node: number): number {
    const root = this.#identity.find(node);
    let id = this.#ids.get(root);
    if (id === undefined) {
      id = ++this.count;
      this.#ids.set(root, id);
    }
    return id;
  }
}

/** Turns nodes into ids, and clears what only the report needed. */
function numberMms(actions: Actions, ids: MmIds): void {
  for (let at = 0; at < actions.length; at++) {
    const kind = actions.kind[at]!;
    if (kind === ACTION.mmInit || kind === ACTION.flush) actions.a[at] = ids.of(actions.a[at]!);
    else if (kind === ACTION.exec || kind === ACTION.useMm || kind === ACTION.newTask)
      actions.b[at] = ids.of(actions.b[at]!);
    if (kind === ACTION.switch || kind === ACTION.exit) actions.c[at] = 0;
  }
}

function columns(
  table: EventTable,
  timeline: Timeline,
  actions: Actions,
  tasks: readonly TaskInfo[],
  snapshot: readonly CpuSnapshot[] | null,
  mms: number,
): Schedule {
  const length = actions.length;
  const row = actions.row.slice(0, length);
  const time = new Float64Array(length);
  const first = length > 0 ? table.time[row[0]!]! : 0;
  for (let at = 0; at < length; at++) time[at] = table.time[row[at]!]! - first;
  const firstTask = timeline.firstTask.slice();
  snapshot?.forEach((one, cpu) => {
    firstTask[cpu] = one.task;
  });
  return {
    cpus: table.cpus,
    tasks,
    mms,
    snapshot,
    firstTask,
    length,
    kind: actions.kind.slice(0, length),
    time,
    secondsPerTick: table.secondsPerTick,
    cpu: actions.cpu.slice(0, length),
    a: actions.a.slice(0, length),
    b: actions.b.slice(0, length),
    c: actions.c.slice(0, length),
    start: actions.start.slice(0, length),
    end: actions.end.slice(0, length),
    row,
  };
}

function report(
  table: EventTable,
  window: Window,
  identity: MmIdentity,
  timeline: Timeline,
  schedule: Schedule,
  switches: Record<Evidence | "idle", number>,
  actionsBeforeSnapshot: number,
  mms: MmIntervals,
): Inferred {
  const { counts } = timeline;
  const flush = { calls: 0, withoutMm: 0, freedUnknown: 0 };
  for (let at = 0; at < schedule.length; at++) {
    if (schedule.kind[at] !== ACTION.flush) continue;
    flush.calls++;
    if (schedule.a[at] === 0) flush.withoutMm++;
    if (schedule.b[at]! < 0) flush.freedUnknown++;
  }
  const total = Object.values(switches).reduce((sum, count) => sum + count, 0);
  return {
    window: { ...window, rowsBefore: window.from, rowsAfter: table.length - window.to },
    switches,
    identified: total === 0 ? 1 : 1 - switches.assumed / total,
    identity: { time: sharesOf(mms.time), switches: sharesOf(switches) },
    flushCalls: { from: flushSource(table), ...flush, merged: timeline.flushEvents.merged },
    execPoints: {
      exec_release: counts.execRelease,
      task_rename: counts.execRename,
      rss_stat: counts.execRss,
      sched_process_exec: counts.execLate,
    },
    exitPoints: { exit_release: counts.exitRelease, sched_process_exit: counts.exitLate },
    heldChanges: counts.held,
    snapshot: schedule.snapshot === null ? "none" : "START snapshot",
    tasks: {
      total: schedule.tasks.length,
      kernelThreads: schedule.tasks.filter((task) => task.kernelThread && task.pid !== 0).length,
      bornInTrace: timeline.tasks.all.filter((task) => task.born).length,
    },
    doubts: {
      mmConflicts: identity.conflicts,
      missedMmInits: identity.missedInits,
      missingSwitches: counts.resyncs,
      unknownIntervals: counts.unknownIntervals,
      forksWithoutFlags: counts.forksWithoutFlags,
      actionsBeforeSnapshot,
      reusedPids: timeline.tasks.reusedPids,
      threadsTookLeadersPid: counts.leaderExecs,
    },
  };
}
