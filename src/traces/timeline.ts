// SPDX-License-Identifier: MIT
// What happens, one method per kind of row: who runs where, when tasks are born, exec and exit, which mms are asked to
// be flushed. It emits actions whose mms are still nodes, and links the evidence that says which mm a node is.
// row-handlers.ts calls it for each row, in order.
//
// Order on one CPU:  sched_switch, then switch_mm or enter_lazy (npid = next), both still as prev; then rows of next
// exec:              mm_init · exec_release (old mm) · switch_mm (old → new) · … · sched_process_exec
// exit:              exit_release · enter_lazy · … · sched_process_exit · … · sched_switch (Z)

import { ACTION, type ActionKind } from "../events/schedule.ts";
import { Actions, WITHDRAWN } from "./actions.ts";
import { FlushEvents } from "./flush-events.ts";
import type { Directory } from "./hints.ts";
import type { Execs, Window } from "./look-ahead.ts";
import { type Evidence, type MmIdentity, NO_MM, UNKNOWN_BIRTH } from "./mm-identity.ts";
import type { SnapshotRow } from "./snapshot.ts";
import { type Task, Tasks } from "./tasks.ts";

const CLONE_VM = 0x100;
const CLONE_THREAD = 0x10000;
const KTHREADD = 2;

export class Timeline {
  readonly actions = new Actions();
  readonly identity: MmIdentity;
  readonly tasks: Tasks;
  readonly flushEvents: FlushEvents;
  /** Per CPU: its START snapshot, the task that it names, and the task before the first action (-1 unknown). */
  readonly snapshots: (SnapshotRow | undefined)[];
  readonly snapshotTask: Int32Array;
  readonly firstTask: Int32Array;
  readonly counts = {
    execRelease: 0, execRename: 0, execRss: 0, execLate: 0, exitRelease: 0, exitLate: 0, leaderExecs: 0,
    forksWithoutFlags: 0, held: 0, resyncs: 0, unknownIntervals: 0,
  }; // biome-ignore format: a table

  readonly #window: Window;
  readonly #execs: Execs;
  readonly #known: Directory;
  /** Per CPU: the task that runs (-1 unknown); until its first row, the one before; if the switch told no mm yet. */
  readonly #current: Int32Array;
  readonly #previous: Int32Array;
  readonly #awaitsMm: Uint8Array;
  /** Per CPU: its last switch action, and whether it had any action yet. */
  readonly #lastSwitch: Int32Array;
  readonly #acted: Uint8Array;
  #inWindow = false;

  constructor(cpus: number, identity: MmIdentity, window: Window, execs: Execs, known: Directory) {
    this.identity = identity;
    this.tasks = new Tasks(identity, cpus);
    this.flushEvents = new FlushEvents(this.actions, cpus);
    this.snapshots = new Array<SnapshotRow | undefined>(cpus).fill(undefined);
    this.snapshotTask = new Int32Array(cpus).fill(-1);
    this.firstTask = new Int32Array(cpus).fill(-1);
    this.#window = window;
    this.#execs = execs;
    this.#known = known;
    this.#current = new Int32Array(cpus).fill(-1);
    this.#previous = new Int32Array(cpus).fill(-1);
    this.#awaitsMm = new Uint8Array(cpus);
    this.#lastSwitch = new Int32Array(cpus).fill(-1);
    this.#acted = new Uint8Array(cpus);
  }

  /** The replayed part begins. */
  open(): void {
    this.#inWindow = true;
    this.tasks.start();
    this.firstTask.set(this.#current);
  }

  close(): void {
    this.#inWindow = false;
  }

  /** Every row names the current task of its CPU; just after a switch, that is still the task before. */
  follow(row: number, cpu: number, pid: number): void {
    const current = this.#current[cpu]!;
    if (current < 0) {
      this.#setCurrent(cpu, this.tasks.of(pid, cpu).id);
      return;
    }
    const task = this.tasks.all[current]!;
    if (task.pid === pid) {
      this.#previous[cpu] = -1;
      this.#awaitsMm[cpu] = 0;
      return;
    }
    if (this.#runsAs(this.#previous[cpu]!, pid)) return;
    const takeover = this.#execs.takeovers.get(task.pid)?.find((one) => one.pid === pid && row <= one.row);
    if (takeover === undefined) this.#resync(row, cpu, pid);
    else this.#takeOver(task, pid);
  }

  #runsAs(task: number, pid: number): boolean {
    return task >= 0 && this.tasks.all[task]!.pid === pid;
  }

  #takeOver(thread: Task, pid: number): void {
    this.counts.leaderExecs++;
    this.tasks.takeOver(thread, pid);
  }

  /** A switch is missing from the trace, and the trace does not say so. */
  #resync(row: number, cpu: number, pid: number): void {
    this.counts.resyncs++;
    this.#emit(ACTION.lost, row, cpu, 0);
    this.forget(cpu);
    this.#current[cpu] = this.tasks.of(pid, cpu).id;
  }

  #setCurrent(cpu: number, task: number): void {
    this.#current[cpu] = task;
    if (this.#inWindow && this.#acted[cpu] === 0) this.firstTask[cpu] = task;
  }

  #running(cpu: number): Task {
    return this.tasks.all[this.#current[cpu]!]!;
  }

  /** The index of the action, or -1 outside the window. */
  #emit(kind: ActionKind, row: number, cpu: number, a: number, b = 0, c = 0): number {
    if (!this.#inWindow) return -1;
    this.#acted[cpu] = 1;
    return this.actions.push(kind, row, cpu, a, b, c);
  }

  /** Whether it is known who runs there. */
  knows(cpu: number): boolean {
    return this.#current[cpu]! >= 0;
  }

  /** A switch that does not say from whom, on a CPU whose task is unknown. */
  arrived(cpu: number, pid: number): void {
    this.#setCurrent(cpu, this.tasks.of(pid, cpu).id);
  }

  /** sched_switch */
  switched(row: number, cpu: number, prevPid: number, prevDead: boolean, nextPid: number): void {
    if (this.#running(cpu).pid !== prevPid) this.#resync(row, cpu, prevPid);
    const prev = this.#running(cpu);
    if (prev.exited && prevDead) prev.gone = true;
    const next = this.tasks.of(nextPid, cpu);
    // c: the node of next's mm, by which the report says how it is known; cleared in the end.
    const action = this.#emit(ACTION.switch, row, cpu, prev.id, next.id, next.node);
    this.#current[cpu] = next.id;
    this.#previous[cpu] = prev.id;
    this.#lastSwitch[cpu] = action;
    this.#awaitsMm[cpu] = 1;
    this.flushEvents.onSwitch(cpu);
  }

  /** switch_mm: context_switch() to a task with an mm, or the activation of a new mm by exec; or something else. */
  switchedMm(row: number, cpu: number, pid: number, npid: number, pointer: number, ctx: number): void {
    const task = this.tasks.all[this.#current[cpu]!]!;
    const inSwitch = this.#inContextSwitch(cpu, pid);
    if (inSwitch) {
      this.#awaitsMm[cpu] = 0;
      if (task.pid !== npid) return;
      if (task.changing !== undefined) this.#hold(task, cpu);
      if (task.exited) return;
    } else {
      if (task.changing?.kind !== "exec") return;
      this.#completed(row, cpu, task);
    }
    this.identity.link(task.node, this.identity.mmAt(pointer, ctx), "probe");
  }

  /** enter_lazy: context_switch() to a task without an mm, or exit_mm() of the task itself. */
  enteredLazy(row: number, cpu: number, pid: number, npid: number): void {
    const task = this.tasks.all[this.#current[cpu]!]!;
    if (this.#inContextSwitch(cpu, pid)) {
      this.#awaitsMm[cpu] = 0;
      if (task.pid === npid) this.identity.link(task.node, NO_MM, "probe");
    } else if (task.pid === npid && task.changing?.kind === "exit") this.#completed(row, cpu, task);
  }

  /** The task is switched to with the mm that it had before its exec or exit: that comes later than its probe. */
  #hold(task: Task, cpu: number): void {
    const change = task.changing!;
    if (change.held) return;
    change.held = true;
    if (change.action >= 0) this.actions.kind[change.action] = WITHDRAWN;
    task.node = change.before;
    task.exited = false;
    const lastSwitch = this.#lastSwitch[cpu]!;
    if (lastSwitch >= 0) this.actions.c[lastSwitch] = task.node;
  }

  /** The exec or exit is over at the latest. */
  #completed(row: number, cpu: number, task: Task): void {
    const change = task.changing!;
    task.changing = undefined;
    if (!change.held) return;
    task.node = change.after;
    task.exited = change.kind === "exit";
    if (change.kind === "exec") this.#emit(ACTION.exec, row, cpu, task.id, change.after);
    else this.#emit(ACTION.exit, row, cpu, task.id, 0, change.before);
    this.counts.held++;
  }

  /** After sched_switch and before the new task runs; the first mm that is loaded there is the new task's. */
  #inContextSwitch(cpu: number, pid: number): boolean {
    return this.#awaitsMm[cpu] === 1 && this.#runsAs(this.#previous[cpu]!, pid);
  }

  /** mm_init */
  madeMm(row: number, cpu: number, pointer: number, ctx: number): void {
    const node = this.identity.born(pointer, ctx);
    this.#running(cpu).made = node;
    this.#emit(ACTION.mmInit, row, cpu, node);
  }

  /** A node for an mm that `maker` makes: what mm_init told, or one that nobody has named yet. */
  #newMm(maker: Task, row: number, cpu: number, evidence: Evidence): number {
    const node = this.identity.node(row);
    this.identity.note(node, evidence);
    if (maker.made >= 0) this.identity.link(node, maker.made, "probe");
    else this.#emit(ACTION.mmInit, row, cpu, node);
    maker.made = -1;
    return node;
  }

  /** task_newtask */
  newTask(row: number, cpu: number, pid: number, cloneFlags: number): void {
    const parent = this.#running(cpu);
    const child = this.#birth(row, cpu, pid, (cloneFlags & CLONE_VM) !== 0, "clone_flags");
    if ((cloneFlags & CLONE_THREAD) !== 0) child.leader = parent.leader ?? parent;
  }

  /** sched_process_fork, which says less; `afterNewTask` if the trace has task_newtask. */
  forked(row: number, cpu: number, pid: number, afterNewTask: boolean): void {
    const known = this.tasks.find(pid);
    if (afterNewTask && known?.born && !known.forkSeen) {
      known.forkSeen = true;
      return;
    }
    // No clone_flags: a child with another tgid than its pid is a thread. vfork cannot be told from fork.
    this.counts.forksWithoutFlags++;
    const tgid = this.#known.tgid(pid);
    this.#birth(row, cpu, pid, tgid > 0 && tgid !== pid, tgid > 0 ? "tgid" : "assumed").forkSeen = true;
  }

  #birth(row: number, cpu: number, pid: number, shares: boolean, evidence: Evidence): Task {
    const parent = this.#running(cpu);
    const ofKthreadd = parent.pid === KTHREADD;
    let node: number;
    if (shares || ofKthreadd) {
      node = this.identity.node(ofKthreadd ? UNKNOWN_BIRTH : this.identity.birth(parent.node));
      this.identity.link(node, parent.node, ofKthreadd ? "kernel_thread" : evidence);
    } else node = this.#newMm(parent, row, cpu, evidence);
    const child = this.tasks.create(pid, "", node);
    this.#emit(ACTION.newTask, row, cpu, child.id, node);
    return child;
  }

  /** exec_release, just before exec_mmap() replaces the mm at `pointer`. */
  execReleased(row: number, cpu: number, pointer: number): void {
    const task = this.#running(cpu);
    const before = task.node;
    this.identity.link(before, this.identity.mmAt(pointer, 0), "probe");
    this.counts.execRelease++;
    const action = this.#exec(row, cpu, task);
    task.changing = { kind: "exec", before, after: task.node, action, held: false };
  }

  /** sched_process_exec */
  execDone(row: number, cpu: number, pid: number, oldPid: number): void {
    const task = this.#running(cpu);
    if (task.pid === oldPid && pid !== oldPid) this.#takeOver(task, pid);
    if (task.changing !== undefined) this.#completed(row, cpu, task);
    this.execPoint(row, cpu, "execLate");
  }

  /** A row that may stand for an exec which no probe saw. */
  execPoint(row: number, cpu: number, by: "execRename" | "execRss" | "execLate"): void {
    if (!this.#execs.points.has(row)) return;
    this.counts[by]++;
    this.#exec(row, cpu, this.#running(cpu));
  }

  /** rss_stat of the current task's mm. A kernel thread only borrows it, and nothing says from when to when. */
  ownMm(row: number, cpu: number, pid: number, hash: number): void {
    this.execPoint(row, cpu, "execRss");
    const task = this.#running(cpu);
    const unknown = task.pid !== pid || task.pid === 0 || this.identity.birth(task.node) === UNKNOWN_BIRTH;
    if (unknown || this.#known.kernelThread(pid) === true) return;
    this.identity.link(task.node, this.identity.mmHashed(hash, task.node), "rss_stat");
  }

  #exec(row: number, cpu: number, task: Task): number {
    task.node = this.#newMm(task, row, cpu, "exec");
    return this.#emit(ACTION.exec, row, cpu, task.id, task.node);
  }

  /** exit_release, just before exit_mm() */
  exitReleased(row: number, cpu: number, pointer: number): void {
    const task = this.#running(cpu);
    const before = task.node;
    this.identity.link(before, this.identity.mmAt(pointer, 0), "probe");
    this.counts.exitRelease++;
    const action = this.#exit(row, cpu, task);
    task.changing = { kind: "exit", before, after: task.node, action, held: false };
  }

  /** sched_process_exit */
  exitDone(row: number, cpu: number, pid: number): void {
    const task = this.#running(cpu);
    if (task.pid !== pid) return;
    if (task.changing !== undefined) this.#completed(row, cpu, task);
    if (task.exited) return;
    this.counts.exitLate++;
    this.#exit(row, cpu, task);
  }

  #exit(row: number, cpu: number, task: Task): number {
    // c: the node of its mm; tasks without one have nothing to exit from, and drop out in the end.
    const action = this.#emit(ACTION.exit, row, cpu, task.id, 0, task.node);
    task.node = this.identity.node();
    this.identity.link(task.node, NO_MM, "exit");
    task.exited = true;
    return action;
  }

  /** kthread_use_mm */
  usesMm(row: number, cpu: number, pointer: number, ctx: number): void {
    const task = this.#running(cpu);
    this.identity.link(task.node, NO_MM, "probe");
    task.node = this.identity.node(UNKNOWN_BIRTH);
    this.identity.link(task.node, this.identity.mmAt(pointer, ctx), "probe");
    this.#emit(ACTION.useMm, row, cpu, task.id, task.node);
  }

  /** kthread_unuse_mm */
  unusesMm(row: number, cpu: number, pointer: number, ctx: number): void {
    const task = this.#running(cpu);
    this.identity.link(task.node, this.identity.mmAt(pointer, ctx), "probe");
    task.node = this.identity.node();
    this.identity.link(task.node, NO_MM, "probe");
    this.#emit(ACTION.unuseMm, row, cpu, task.id);
  }

  /** flush_range; `end` is -1 for everything. */
  flushed(row: number, cpu: number, mm: number, freed: number, stride: number, start: number, end: number): void {
    if (!this.#inWindow) return;
    this.#acted[cpu] = 1;
    this.actions.push(ACTION.flush, row, cpu, mm, freed, stride, start, end);
  }

  /** A flush of the running task's own mm. */
  flushedOwn(row: number, cpu: number, stride: number, start: number, end: number): void {
    this.flushed(row, cpu, this.#running(cpu).node, 0, stride, start, end);
  }

  /** tlb_flush, where it has to stand for the call. */
  flushEvent(row: number, cpu: number, pid: number, reason: number, pages: number): void {
    if (!this.#inWindow) return;
    const previous = this.#previous[cpu]!;
    const task = this.#runsAs(previous, pid) ? this.tasks.all[previous]! : this.#running(cpu);
    if (this.flushEvents.onEvent(row, cpu, pid, reason, pages, task.node)) this.#acted[cpu] = 1;
  }

  /** A snapshot of CPU `of`. The same probes are hit once more before END, so only the window's first half counts. */
  wantsSnapshot(row: number, of: number): boolean {
    const { from, to, start } = this.#window;
    if (!this.#inWindow || start === "first row" || row - from > to - row) return false;
    return of < this.snapshots.length && this.snapshots[of] === undefined;
  }

  snapshot(of: number, snapshot: SnapshotRow): void {
    const task = this.tasks.of(snapshot.pid, of);
    this.snapshots[of] = snapshot;
    this.snapshotTask[of] = task.id;
    this.identity.link(task.node, snapshot.taskMm, "snapshot");
    if (this.#current[of]! < 0) this.#setCurrent(of, task.id);
  }

  /** The ring lost events of this CPU. */
  lost(row: number, cpu: number, events: number): void {
    this.#emit(ACTION.lost, row, cpu, events);
    if (this.#inWindow) this.counts.unknownIntervals++;
    this.forget(cpu);
  }

  /** From here on it is not known what the CPU runs. */
  forget(cpu: number): void {
    this.#current[cpu] = -1;
    this.#previous[cpu] = -1;
    this.#awaitsMm[cpu] = 0;
    this.flushEvents.onSwitch(cpu);
  }
}
