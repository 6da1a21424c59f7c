// SPDX-License-Identifier: MIT
// Runs a design over a recorded schedule. The schedule and the flush calls are those of the recording; everything else
// (who is interrupted, what is flushed, what is counted) is what the design's own code does. A handler runs when its
// sender waits for it: the recording does not say how long the target kept interrupts off.
import { defined } from "../base/assert.ts";
import { ACTION, type CpuSnapshot, type Schedule } from "../events/schedule.ts";
import type { Selection } from "../events/selection.ts";
import type { WideHost, WideMachine } from "../program/machine.ts";
import { Counters, type InstructionGroups } from "./counters.ts";
import { type Entries, entriesOf, eventIds, ON } from "./entries.ts";
import type { FlushLog } from "./flush-log.ts";
import { nextOverlaps, shortestFlush } from "./flush-times.ts";
import { ENTRY, pointer } from "./protocol.ts";

/** freed_tables where the recording does not say. */
export type FreedUnknown = 0 | 1;

/** Predicted flush events of one CPU, in order. */
export interface PredictedFlushes {
  readonly reason: number[];
  readonly pages: number[];
}

export interface ReplayResult {
  readonly counters: Counters;
  readonly predicted: readonly PredictedFlushes[];
  /** Actions that the design could not follow, by why. */
  readonly skipped: ReadonlyMap<string, number>;
  /** Bounds that were hit: the replay has ended there, and its counts say nothing. */
  readonly limits: readonly string[];
}

export interface ReplayProgram {
  readonly events: readonly string[];
  readonly instantiate: (host: WideHost) => WideMachine;
  readonly entryNames: readonly string[];
  readonly limits: readonly string[];
  readonly instructionNames: readonly string[];
  readonly lineNames: readonly string[];
  readonly instructionGroups: InstructionGroups;
}

/** The entries that a replay may stop and go on with. */
export const RESUMABLE: readonly string[] = [ENTRY.flush];

/** A flush that has raised its generation and sent its first interrupt. */
interface OpenFlush {
  readonly cpu: number;
  readonly since: number;
  readonly run: Iterator<void, boolean>;
}

export interface ReplayOptions {
  readonly freedUnknown: FreedUnknown;
  /** Called every few thousand actions; true stops the replay there. */
  readonly progress?: (done: number, total: number) => boolean;
  /** What is counted and predicted; all if left out. */
  readonly select?: Selection | undefined;
  /** Is told of what is counted, as it happens. */
  readonly log?: FlushLog | undefined;
  /** Inputs to ignore, to show what they are worth. */
  readonly ignore?: { readonly freed?: boolean; readonly exec?: boolean };
}

const SLICE = 1 << 15;
/** One delivery runs a handler as often as it has something to do: at most once for each CPU that asks. */
const HANDLED_MAX = 1 << 16;

export function replay(program: ReplayProgram, schedule: Schedule, options: ReplayOptions): ReplayResult {
  const run = new Replay(program, schedule, options);
  while (run.slice());
  return run.finish();
}

/** The same, with a pause after every few thousand actions. */
export async function replayInSlices(
  program: ReplayProgram,
  schedule: Schedule,
  options: ReplayOptions & { readonly pause: () => Promise<void> },
): Promise<ReplayResult> {
  const run = new Replay(program, schedule, options);
  await options.pause();
  while (run.slice()) await options.pause();
  return run.finish();
}

/** ASID slots of a CPU of which no snapshot tells: its mm is in the first one, and nothing in the others. */
function justLoaded(mm: number): Pick<CpuSnapshot, "asid" | "nextAsid" | "ctxs"> {
  const empty = { mm: 0, tlbGen: 0 };
  return { asid: 0, nextAsid: 1, ctxs: [{ mm, tlbGen: 0 }, empty] };
}

class Replay implements WideHost {
  private readonly schedule: Schedule;
  private readonly options: ReplayOptions;
  private readonly machine: WideMachine;
  private readonly entries: Entries;
  /** Where in EVENT_NAMES each event of the program is; -1: nobody asks for it. */
  private readonly eventIds: readonly number[];
  private readonly counters: Counters;
  private readonly predicted: PredictedFlushes[];
  private readonly skipped = new Map<string, number>();
  private readonly limits = new Set<string>();
  private readonly program: ReplayProgram;
  /** Task on each CPU, and the mm of each task, as the schedule has them. */
  private readonly running: Int32Array;
  private readonly taskMm: Int32Array;
  /** Tasks that have each mm: at 0 it is dead, and whatever still holds it pins it. */
  private readonly users: Int32Array;
  /** mms that mmInit has made and no task has taken yet: their one user is still to come. */
  private readonly fresh: Uint8Array;
  private readonly started: Uint8Array;
  /** The mm whose last mmput() a CPU has still to carry out. */
  private readonly pendingPut: Int32Array;
  /** 1 while a CPU runs a handler: they do not nest. */
  private readonly inHandler: Uint8Array;
  /** Flushes that are under way, oldest first; and how long one takes at least. */
  private readonly open: OpenFlush[] = [];
  private readonly flushTicks: number;
  /** A flush is being started: it stops at its first interrupt. */
  private starting = false;
  /** Per CPU, 1: what it does is counted. */
  private readonly counting: Uint8Array;
  private inTime = true;
  /** And the next action is one that may not find it done. */
  private overlapping = false;
  /** The next action. */
  private at = 0;
  private now = 0;

  constructor(program: ReplayProgram, schedule: Schedule, options: ReplayOptions) {
    this.schedule = schedule;
    this.options = options;
    this.program = program;
    this.counters = new Counters(schedule, program.lineNames, program.instructionNames, program.instructionGroups);
    this.predicted = Array.from({ length: schedule.cpus }, () => ({ reason: [], pages: [] }));
    this.running = new Int32Array(schedule.cpus).fill(-1);
    this.taskMm = Int32Array.from(schedule.tasks, (t) => t.mm);
    this.users = new Int32Array(schedule.mms + 1);
    for (const { mm } of schedule.tasks) if (mm > 0) this.users[mm]!++;
    this.fresh = new Uint8Array(schedule.mms + 1);
    this.started = new Uint8Array(schedule.mms + 1);
    this.pendingPut = new Int32Array(schedule.cpus);
    this.inHandler = new Uint8Array(schedule.cpus);
    this.flushTicks = shortestFlush(schedule);
    this.machine = program.instantiate(this);
    this.entries = entriesOf(this.machine, program.entryNames);
    this.eventIds = eventIds(program.events);
    this.counting = this.machine.counting;
    for (let cpu = 0; cpu < schedule.cpus; cpu++) this.keepCpu(cpu);
    this.keepTime();
  }

  // ---- what is counted ---------------------------------------------------------------------------------------------

  private keepTime(): void {
    const { select } = this.options;
    const inTime = select === undefined || (this.now >= select.from && this.now <= select.to);
    if (inTime === this.inTime) return;
    this.inTime = inTime;
    for (let cpu = 0; cpu < this.schedule.cpus; cpu++) this.keepCpu(cpu);
  }

  private keepCpu(cpu: number): void {
    const { select } = this.options;
    if (select === undefined) return;
    const task = this.running[cpu]!;
    this.counting[cpu] = this.inTime && select.cpus[cpu] === 1 && (task < 0 || select.tasks[task] === 1) ? 1 : 0;
  }

  private runs(cpu: number, task: number): void {
    this.running[cpu] = task;
    this.keepCpu(cpu);
  }

  // ---- host ---------------------------------------------------------------------------------------------------------

  event(event: number, cpu: number, a: number, b: number): boolean {
    const counts = this.counting[cpu] === 1;
    switch (this.eventIds[event]) {
      case ON.tlbFlush: {
        if (!counts) return false;
        const list = this.predicted[cpu]!;
        list.reason.push(a);
        list.pages.push(b);
        this.counters.flush(a, b);
        this.options.log?.flush(cpu, a, b, this.now);
        return false;
      }
      case ON.userGone:
        this.pendingPut[cpu] = a;
        return false;
      case ON.mmFreed:
        this.counters.freed(a, this.now);
        return false;
      case ON.ipiSend:
        if (counts) this.counters.event(ON.ipiSend, a);
        if (counts) this.options.log?.interrupt(cpu, a, this.now);
        return this.stopsHere();
      default:
        if (counts) this.counters.event(this.eventIds[event]!, a);
        return false;
    }
  }

  /** The first interrupt of a flush is sent: the rest of it is carried out when the next action comes. */
  private stopsHere(): boolean {
    if (!this.starting) return false;
    this.starting = false;
    if (!this.overlapping) this.now = this.nextTime();
    return this.overlapping;
  }

  touch(line: number, object: number, cpu: number, kind: number): void {
    this.counters.lines.touch(line, object, cpu, kind, this.counting[cpu]);
  }

  /** Runs whatever handlers are due anywhere. */
  wait(): boolean {
    let ran = false;
    for (let cpu = 0; cpu < this.schedule.cpus; cpu++) ran = this.deliver(cpu) || ran;
    return ran;
  }

  limit(limit: number): void {
    this.limits.add(defined(this.program.limits[limit], "limits have a text"));
  }

  private deliver(cpu: number): boolean {
    if (this.inHandler[cpu] === 1) return false;
    this.inHandler[cpu] = 1;
    let ran = false;
    for (const handler of this.machine.interrupts) {
      let times = 0;
      while (times < HANDLED_MAX && handler(cpu)) times++;
      if (times === HANDLED_MAX) this.limits.add("an interrupt handler runs again and again: its condition stays true");
      else ran ||= times > 0;
    }
    this.inHandler[cpu] = 0;
    return ran;
  }

  // ---- the schedule ------------------------------------------------------------------------------------------------

  /** Some thousand actions; false when there is nothing left to do, or the caller has had enough. */
  slice(): boolean {
    const { schedule, options } = this;
    if (this.at === 0) this.start();
    const end = Math.min(this.at + SLICE, schedule.length);
    // What a design does after a bound was hit says nothing of it.
    for (; this.at < end && this.limits.size === 0; this.at++) {
      this.now = schedule.time[this.at]!;
      this.keepTime();
      this.action(this.at);
    }
    if (options.progress?.(this.at, schedule.length) || this.limits.size > 0) return false;
    return this.at < schedule.length;
  }

  finish(): ReplayResult {
    const { schedule } = this;
    this.finishFlushes(-1, false);
    for (let cpu = 0; cpu < schedule.cpus; cpu++) this.put(cpu);
    this.counters.finish(this.now, this.machine.instructions);
    return { counters: this.counters, predicted: this.predicted, skipped: this.skipped, limits: [...this.limits] };
  }

  private skip(why: string): void {
    this.skipped.set(why, (this.skipped.get(why) ?? 0) + 1);
  }

  private mm(id: number): number {
    if (id > 0 && this.started[id] === 0) {
      this.started[id] = 1;
      this.entries.mmInit(0, pointer(id - 1), id - 1);
    }
    return id;
  }

  private start(): void {
    const { schedule } = this;
    this.mm(1);
    this.entries.boot(0);
    // mmInit counts one user: the first task of an mm is that one.
    schedule.tasks.forEach((task, id) => {
      const first = task.mm > 0 && this.started[task.mm] === 0;
      this.entries.newTask(0, pointer(id), this.mm(task.mm), first ? 0 : 1);
    });
    for (let cpu = 0; cpu < schedule.cpus; cpu++) this.startCpu(cpu);
  }

  private startCpu(cpu: number): void {
    const snapshot = this.schedule.snapshot?.[cpu];
    const first = this.schedule.firstTask[cpu]!;
    const task = snapshot?.task ?? (first >= 0 ? first : cpu);
    const own = this.taskMm[task]!;
    const loaded = snapshot && snapshot.loadedMm > 0 ? snapshot.loadedMm : own > 0 ? own : 1;
    this.runs(cpu, task);
    this.entries.cpu(cpu, cpu, pointer(task), this.mm(loaded));
    const { asid: used, nextAsid, ctxs } = snapshot ?? justLoaded(loaded);
    ctxs.forEach((slot, asid) => {
      const mm = slot.mm > 0 ? this.mm(slot.mm) : 0;
      const inUse = mm === loaded && asid === used ? 1 : 0;
      this.entries.slot(cpu, cpu, asid, mm, mm > 0 ? slot.tlbGen : 0, inUse, nextAsid);
    });
  }

  /** Carries out an mmput() that waited for the teardown's flush. */
  private put(cpu: number): void {
    const mm = this.pendingPut[cpu]!;
    if (mm === 0) return;
    this.pendingPut[cpu] = 0;
    if (this.users[mm] === 0 && this.counting[cpu] === 1) this.counters.died(mm, this.now);
    this.entries.put(cpu, mm);
  }

  private action(i: number): void {
    const { schedule } = this;
    const cpu = schedule.cpu[i]!;
    const a = schedule.a[i]!;
    const b = schedule.b[i]!;
    const kind = schedule.kind[i]!;
    this.finishFlushes(cpu, kind === ACTION.flush);
    if (this.open.length === 0) this.options.log?.settled();
    if (kind !== ACTION.flush || a !== this.pendingPut[cpu]) this.put(cpu);
    switch (kind) {
      case ACTION.switch:
        return this.switchTo(cpu, a, b);
      case ACTION.mmInit:
        this.mm(a);
        this.fresh[a] = 1;
        return;
      case ACTION.newTask:
        return this.newTask(cpu, a, b);
      case ACTION.exec:
        return this.exec(cpu, a, b);
      case ACTION.exit:
        return this.exit(cpu, a);
      case ACTION.useMm:
        this.taskMm[a] = b;
        if (this.expect(cpu, a)) this.entries.useMm(cpu, this.mm(b));
        return;
      case ACTION.unuseMm:
        this.taskMm[a] = 0;
        if (this.expect(cpu, a)) this.entries.unuseMm(cpu);
        return;
      case ACTION.flush:
        return this.flush(cpu, i);
      case ACTION.lost:
        this.skip("marks of lost events, or of switches that are missing");
        return;
      default:
        return this.skip(`action ${kind}`);
    }
  }

  /** Whether the CPU runs this task; a switch that the recording lacks is made up for. */
  private expect(cpu: number, task: number): boolean {
    if (this.running[cpu] === task) return true;
    if (task < 0) return false;
    this.skip("switches that the recording lacks, made up for");
    this.enter(cpu, task);
    return true;
  }

  private enter(cpu: number, task: number): void {
    this.runs(cpu, task);
    this.entries.switch(cpu, pointer(task));
  }

  private switchTo(cpu: number, prev: number, next: number): void {
    this.expect(cpu, prev);
    if (prev === next) return;
    this.runs(cpu, next);
    if (this.counting[cpu] === 1) this.counters.switched(this.taskMm[prev]!, this.taskMm[next]!);
    this.enter(cpu, next);
  }

  private newTask(cpu: number, task: number, mm: number): void {
    const shares = mm > 0 && this.fresh[mm] === 0 && this.started[mm] === 1;
    if (mm > 0) this.fresh[mm] = 0;
    this.setMm(task, mm);
    this.entries.newTask(cpu, pointer(task), this.mm(mm), shares ? 1 : 0);
  }

  private setMm(task: number, mm: number): void {
    const old = this.taskMm[task]!;
    if (old > 0) this.users[old]!--;
    if (mm > 0) this.users[mm]!++;
    this.taskMm[task] = mm;
  }

  private exec(cpu: number, task: number, mm: number): void {
    if (mm <= 0 || this.options.ignore?.exec || !this.expect(cpu, task)) return this.skip("exec of an unknown mm");
    this.fresh[mm] = 0;
    this.setMm(task, mm);
    this.entries.exec(cpu, this.mm(mm));
    this.counters.execs += this.counting[cpu]!;
  }

  private exit(cpu: number, task: number): void {
    if (!this.expect(cpu, task) || this.taskMm[task]! <= 0) return this.skip("exit of a task without an mm");
    this.setMm(task, 0);
    this.entries.exit(cpu);
    this.counters.exits += this.counting[cpu]!;
  }

  private flush(cpu: number, i: number): void {
    const { schedule, options } = this;
    const mm = schedule.a[i]!;
    if (mm <= 0) return this.skip("flushes of an unknown mm");
    const recorded = schedule.b[i]!;
    const freed = options.ignore?.freed ? 0 : recorded < 0 ? options.freedUnknown : recorded;
    const end = schedule.end[i]! < 0 ? -1 : schedule.end[i]!;
    this.counters.flushCalls += this.counting[cpu]!;
    const teardown = this.pendingPut[cpu] === mm && end === -1;
    this.starting = !teardown && this.flushTicks > 0;
    // A run that can stop costs several times one that cannot: it is used only where it will have to.
    this.overlapping = this.starting && (this.open.length > 0 || nextOverlaps(schedule, i, this.flushTicks));
    const { start, c } = schedule;
    if (this.overlapping) {
      const run = this.machine.resumable[0]!(cpu, this.mm(mm), start[i]!, end, c[i]!, freed);
      if (!run.next().done) this.open.push({ cpu, since: this.now, run });
    } else this.entries.flush(cpu, this.mm(mm), start[i]!, end, c[i]!, freed);
    this.starting = false;
    if (teardown) this.put(cpu);
  }

  private nextTime(): number {
    return this.at + 1 < this.schedule.length ? this.schedule.time[this.at + 1]! : this.now;
  }

  /**
   * Flushes take time: those that start on other CPUs before one can be over have raised their generations before it is
   * carried out. Whatever else happens, or comes later, finds it done.
   */
  private finishFlushes(cpu: number, isFlush: boolean): void {
    for (;;) {
      const oldest = this.open[0];
      if (oldest === undefined) return;
      const overlaps = isFlush && this.now - oldest.since < this.flushTicks && !this.open.some((o) => o.cpu === cpu);
      if (overlaps) return;
      this.open.shift();
      while (!oldest.run.next().done);
    }
  }
}
