// SPDX-License-Identifier: MIT
// Goes through a recording in its order, with the design's own code beside it: a row begins a call, or the call that is
// under way on its CPU must have come to just that point, with just those values. A row that fits neither is tried
// again in other orders (orders.ts).

import { defined } from "../base/assert.ts";
import { FLAG } from "../events/table.ts";
import { type Call, Calls, copyOf, hasEnded, type SavedCalls } from "./calls.ts";
import type { Ref } from "./names.ts";
import { Observer } from "./observe.ts";
import { OldTasks, type Shown } from "./old-tasks.ts";
import type { PlannedLearn, PlannedProbe, PlannedSearch } from "./plan.ts";
import { CLONE_VM, COLUMN, ENTRY } from "./protocol.ts";
import { Tally } from "./tally.ts";
import { type SavedWorld, World, type WorldInput } from "./world.ts";

/** How many rows of a CPU are looked at for what is to be learnt. */
const LEARN_ROWS = 4;

export interface SweepInput extends WorldInput {
  /** Rows that are judged. */
  readonly window: { readonly from: number; readonly to: number; readonly start: "START mark" | "first row" };
  /** By name of the row: how many its probe has missed, at most. */
  readonly missed: ReadonlyMap<string, number>;
}

/** Nothing explains the row, in this order. */
export class Unexplained extends Error {}

export interface SavedSweep {
  readonly row: number;
  readonly world: SavedWorld;
  readonly calls: SavedCalls;
  readonly pending: ReturnType<Observer["save"]>;
  readonly started: Uint8Array;
  readonly handlers: readonly (Call | undefined)[];
  readonly schedulers: readonly (Call | undefined)[];
  readonly stacks: ReadonlyMap<Ref, readonly Call[]>;
  readonly missed: ReadonlyMap<string, number>;
  readonly begun: ReadonlySet<number>;
  readonly silent: ReadonlySet<number>;
  readonly tally: Tally;
}

export class Sweep {
  readonly input: SweepInput;
  readonly calls = new Calls();
  /** Rows that nothing explains: they are counted, and taken as they are. */
  readonly accepted = new Map<number, "unexplained" | "unknown">();
  tally: Tally;
  private readonly world: World;
  private readonly observer: Observer;
  /** CPUs whose start is known. */
  private started: Uint8Array;
  /** What each CPU, and each task, is in the middle of; of a task the innermost call is last. */
  private handlers: (Call | undefined)[];
  private schedulers: (Call | undefined)[];
  private stacks = new Map<Ref, Call[]>();
  private missed = new Map<string, number>();
  private row = 0;
  private readonly oldTasks: OldTasks | undefined;
  /** The recording does not start with a snapshot. */
  private readonly learns: boolean;
  /** The first row that was judged, where rows had to be read for what CPUs start with. */
  judgedFrom = 0;
  /** CPUs that have not shown their state yet, and will. */
  private silent = new Set<number>();
  /** CPUs, and tasks, that have begun a call since the start: what the others are in the middle of is not known. */
  private begun = new Set<number>();

  constructor(input: SweepInput) {
    this.input = input;
    this.tally = new Tally(input.table);
    this.world = new World(input, this.calls);
    this.calls.attach(this.world);
    this.observer = new Observer(this.world, this.calls, (probe, field, by) =>
      this.tally.environment(probe, field.name, by),
    );
    const { cpus } = this.world;
    const { oldTasks } = input.plan;
    this.oldTasks = oldTasks && new OldTasks(input.table, oldTasks.rule, this.callKinds());
    this.started = new Uint8Array(cpus);
    this.handlers = new Array<Call | undefined>(cpus).fill(undefined);
    this.schedulers = new Array<Call | undefined>(cpus).fill(undefined);
    // A recording that does not start with a snapshot is learnt from its first observations.
    const snapshots = input.plan.probes.some((probe) => probe?.probe.role === "snapshot");
    this.learns = !snapshots || input.window.start === "first row";
    if (this.learns) this.silent = this.showing();
    if (this.learns && this.silent.size === 0) this.started.fill(1);
  }

  save(row: number): SavedSweep {
    const open = [...this.stacks].filter(([, stack]) => stack.length > 0);
    return {
      row,
      world: this.world.save(),
      calls: this.calls.save(),
      pending: this.observer.save(),
      started: this.started.slice(),
      handlers: this.handlers.map((call) => call && copyOf(call)),
      schedulers: this.schedulers.map((call) => call && copyOf(call)),
      stacks: new Map(open.map(([task, stack]) => [task, stack.map(copyOf)])),
      missed: new Map(this.missed),
      begun: new Set(this.begun),
      silent: new Set(this.silent),
      tally: this.tally.copy(),
    };
  }

  /** Returns the row to go on with. */
  restore(saved: SavedSweep): number {
    this.world.restore(saved.world);
    this.calls.restore(saved.calls);
    this.observer.restore(saved.pending);
    this.started = saved.started.slice();
    this.handlers = saved.handlers.map((call) => call && copyOf(call));
    this.schedulers = saved.schedulers.map((call) => call && copyOf(call));
    this.stacks = new Map([...saved.stacks].map(([task, stack]) => [task, stack.map(copyOf)]));
    this.missed = new Map(saved.missed);
    this.begun = new Set(saved.begun);
    this.silent = new Set(saved.silent);
    this.tally = saved.tally.copy();
    return saved.row;
  }

  /** Throws Unexplained. */
  take(row: number): void {
    const { table, plan, window } = this.input;
    const probe = plan.probes[table.kind[row]!];
    const cpu = table.cpu[row]!;
    this.row = row;
    this.calls.take(row);
    if (row < window.from || this.started[cpu] === 0) this.beforeStart(row, probe);
    else if (probe === undefined) this.tally.unjudged(row);
    else if (probe.probe.role === "snapshot") this.snapshot(row, probe);
    else this.judge(row, cpu, probe);
  }

  /** The recording has ended: what was to be read has been read. */
  finish(): void {
    for (let cpu = 0; cpu < this.world.cpus; cpu++) this.observer.settleLast(cpu, this.tally);
  }

  // ---- kinds of rows -----------------------------------------------------------------------------------------------

  /** What is not judged says who is born, and how a CPU starts. */
  private beforeStart(row: number, probe: PlannedProbe | undefined): void {
    const role = probe?.probe.role;
    if (role === "mm_born") this.world.forgetMm(this.world.newMm(this.world.named(row, COLUMN.mm)));
    else if (role === "task_born") this.world.names.setTask(this.world.named(row, COLUMN.pid), this.world.newTask());
    else if (probe === undefined || row < this.input.window.from) return;
    else if (role === "snapshot") this.snapshot(row, probe);
    else if (this.learns) this.learnAll(row, probe);
  }

  /** Without a snapshot, what rows show is taken until every CPU that ever shows its state has done so. */
  private learnAll(row: number, probe: PlannedProbe): void {
    const cpu = this.input.table.cpu[row]!;
    this.observer.relearn(probe, { row, cpu, args: undefined });
    if (probe.probe.starts) this.silent.delete(cpu);
    // It shows what something is going to change.
    else if (this.observer.showsOwn(probe)) this.silent.add(cpu);
    if (this.silent.size > 0) return;
    this.started.fill(1);
    if (this.judgedFrom === 0) this.judgedFrom = row + 1;
  }

  /** One CPU's state, in the CPU's own row: the first one counts. */
  private snapshot(row: number, probe: PlannedProbe): void {
    const cpu = Number(/\d+$/.exec(probe.name)?.[0] ?? this.input.table.cpu[row]!);
    if (cpu >= this.world.cpus || this.started[cpu] === 1) return;
    // A row without the number of a CPU shows all of them.
    if (probe.group === probe.name) this.started.fill(1);
    this.started[cpu] = 1;
    this.observer.start(probe, { row, cpu, args: undefined });
  }

  /** Kinds of rows by which a task begins something, apart from switches. */
  private callKinds(): Set<number> {
    const { probes } = this.input.plan;
    return new Set(probes.flatMap((probe, kind) => (probe?.begins && !probe.probe.begins?.scheduler ? [kind] : [])));
  }

  /** CPUs that have a row of the kind that shows their state. */
  private showing(): Set<number> {
    const { table, plan, window } = this.input;
    const cpus = new Set<number>();
    for (let row = window.from; row < window.to; row++) {
      if (plan.probes[table.kind[row]!]?.probe.starts) cpus.add(table.cpu[row]!);
    }
    return cpus;
  }

  private judge(row: number, cpu: number, probe: PlannedProbe): void {
    this.calls.close(cpu);
    const settled = this.observer.settle(cpu);
    if (!settled.ok) this.fail(probe, settled.reason);
    if (!this.begun.has(cpu)) this.runs(row, cpu);
    for (const learn of probe.learns) this.learn(row, cpu, learn);
    if (this.oldTasks !== undefined) this.recall(row, cpu, probe, this.oldTasks);
    if (probe.probe.role === "mm_born") this.mmBorn(row, cpu, probe);
    else if (probe.probe.role === "task_born") this.taskBorn(row, cpu);
    else this.step(row, cpu, probe);
    this.calls.end();
    this.unblock();
    this.observer.check();
  }

  /** Who runs on a CPU is as its rows say, until it is seen to switch. */
  private runs(row: number, cpu: number): void {
    const task = this.world.task(this.input.table.pid[row]!, cpu);
    if (task !== this.world.current(cpu)) this.world.atOnce(ENTRY.current, cpu, [cpu, task]);
  }

  private mmBorn(row: number, cpu: number, probe: PlannedProbe): void {
    const mm = this.world.newMm(this.world.named(row, COLUMN.mm));
    this.world.names.born.set(this.world.current(cpu), mm);
    this.compare(row, cpu, probe, undefined);
  }

  private taskBorn(row: number, cpu: number): void {
    const { world } = this;
    const child = world.newTask();
    world.names.setTask(world.named(row, COLUMN.pid), child);
    const creator = world.current(cpu);
    const shares = (world.named(row, COLUMN.cloneFlags) & CLONE_VM) !== 0;
    const own = this.input.plan.taskMm.base + creator - 1;
    const mm = shares ? world.state[own]! : this.takeBorn(creator);
    // Its mm was made before the recording: it will be seen.
    if (mm === 0 && world.state[own] !== 0) return;
    world.knowTask(child);
    this.begun.add(this.taskKey(child));
    world.atOnce(ENTRY.newTask, cpu, [child, mm, shares ? 1 : 0]);
  }

  private bornBy(creator: Ref, row: number, cpu: number, shown: ReadonlyMap<number, number>): Ref {
    const mm = this.takeBorn(creator);
    const soon = mm === 0 ? this.ahead(row, cpu, shown) : undefined;
    return soon === undefined ? mm : this.world.mm(this.world.raw(soon.row, soon.column));
  }

  /** The mm that a task has made last. */
  private takeBorn(creator: Ref): Ref {
    const { born } = this.world.names;
    const mm = born.get(creator) ?? 0;
    born.delete(creator);
    return mm;
  }

  private step(row: number, cpu: number, probe: PlannedProbe): void {
    const call = this.callAt(row, cpu, probe);
    if (call === undefined) return;
    if (probe.event >= 0) this.compare(row, cpu, probe, call);
    if (probe.search !== undefined) this.seek(row, cpu, probe.search);
    this.calls.advance(call);
    this.tidy(cpu);
  }

  private seek(row: number, cpu: number, search: PlannedSearch): void {
    const result = this.ahead(row, cpu, search.result);
    if (result !== undefined) this.world.seek(cpu, search, this.world.raw(result.row, result.column));
  }

  private compare(row: number, cpu: number, probe: PlannedProbe, call: Call | undefined): void {
    const found = this.observer.compare(probe, { row, cpu, args: call?.args });
    if (found.ok) this.tally.step(probe, "exact");
    else this.fail(probe, found.reason);
  }

  private fail(probe: PlannedProbe, reason: string): void {
    const outcome = this.accepted.get(this.row);
    if (outcome === undefined) throw new Unexplained();
    this.tally.fail(this.row, probe, outcome, reason);
  }

  // ---- which call a row belongs to ---------------------------------------------------------------------------------

  /** The call that the row shows, at the event that it shows; undefined if there is nothing to show, or none. */
  private callAt(row: number, cpu: number, probe: PlannedProbe): Call | undefined {
    const handler = this.handlers[cpu];
    if (handler === undefined && this.beginsHandler(row, cpu, probe)) {
      const call = this.handle(row, cpu, probe);
      if (call !== undefined || probe.interruptFrom >= 0) return call;
    }
    if (probe.event >= 0) {
      for (const call of [handler, this.schedulers[cpu]]) {
        if (call !== undefined && this.reaches(call, probe.event)) return call;
      }
    }
    const stack = this.stackOf(cpu);
    const begins = probe.probe.begins;
    if (begins?.enclosed !== true && begins?.scheduler !== true) this.passLate(stack);
    const top = stack.at(-1);
    if (probe.event >= 0 && top !== undefined && this.reaches(top, probe.event)) return top;
    if (begins !== undefined) return this.begin(row, cpu, probe, stack);
    // It says that calls are through, and shows nothing.
    if (probe.event < 0) return undefined;
    const other = handler ?? this.schedulers[cpu] ?? top;
    if (other === undefined && this.mayBeOld(cpu)) {
      this.passOver(row, cpu, probe);
      return undefined;
    }
    this.fail(
      probe,
      other === undefined ? "in the design nothing is under way here" : `the design ${this.where(other)}`,
    );
    this.abandon(cpu);
    return undefined;
  }

  /** To the event, past what is put off, or what a probe may have missed. */
  private reaches(call: Call, event: number): boolean {
    this.calls.proceed(call);
    while (call.event >= 0 && call.event !== event && this.passes(call)) this.calls.advance(call);
    return call.event === event;
  }

  private passes(call: Call): boolean {
    const { plan } = this.input;
    if (plan.putOff.has(call.event)) return true;
    const probe = plan.atEvent.get(call.event);
    if (probe === undefined || !this.mayMiss(probe, call.frame.cpu)) return false;
    const name = rowName(probe, call.frame.cpu);
    this.missed.set(name, (this.missed.get(name) ?? 0) + 1);
    this.tally.step(probe, "lossy");
    return true;
  }

  private mayMiss(probe: PlannedProbe, cpu: number): boolean {
    const name = rowName(probe, cpu);
    return (this.input.missed.get(name) ?? 0) > (this.missed.get(name) ?? 0);
  }

  /** Calls whose return nobody records, once nothing that they enclose can come any more. */
  private passLate(stack: Call[]): void {
    for (;;) {
      while (stack.length > 0 && hasEnded(stack.at(-1)!)) stack.pop();
      const top = stack.at(-1);
      if (top === undefined || !this.input.plan.late.has(top.event)) return;
      this.calls.advance(top);
    }
  }

  /** The row is of an interrupt handler that has just begun; its first row may be one that the probe has missed. */
  private beginsHandler(row: number, cpu: number, probe: PlannedProbe): boolean {
    if (probe.interruptFrom >= 0) return this.world.raw(row, probe.interruptFrom) !== cpu;
    const { handlerProbe } = this.input.plan;
    const inHandler = (this.input.table.flags[row]! & FLAG.hardirq) !== 0;
    return inHandler && probe.event >= 0 && handlerProbe !== undefined && this.mayMiss(handlerProbe, cpu);
  }

  private handle(row: number, cpu: number, probe: PlannedProbe): Call | undefined {
    const call = this.calls.make(this.input.plan.handler, cpu, []);
    call.frame.pc = 0;
    if (probe.interruptFrom >= 0) call.frame.pick = this.world.raw(row, probe.interruptFrom);
    if (this.reaches(call, probe.event)) {
      this.handlers[cpu] = call;
      return call;
    }
    if (probe.interruptFrom < 0) return undefined;
    if (this.mayBeOld(call.frame.pick)) this.passOver(row, cpu, probe);
    else this.fail(probe, "in the design no request is on its way to this CPU");
    return undefined;
  }

  private begin(row: number, cpu: number, probe: PlannedProbe, stack: Call[]): Call | undefined {
    const begins = defined(probe.begins, "the caller has asked");
    const current = this.world.current(cpu);
    const args = begins.args.map((arg) =>
      "born" in arg ? this.bornBy(current, row, cpu, arg.born) : this.world.encode(row, arg, cpu),
    );
    const call = this.calls.make(begins.code, cpu, args);
    if (probe.probe.begins?.scheduler) {
      // What it has borrowed is from now on what the design gives it.
      if (args[0]) this.world.unset[this.input.plan.taskActiveMm.base + args[0] - 1] = 0;
      this.begun.add(cpu);
      const before = this.schedulers[cpu];
      if (before !== undefined) this.fail(probe, `the design ${this.where(before)}`);
      this.schedulers[cpu] = call;
      return call;
    }
    stack.push(call);
    // What may be part of another call does not tell that there is none.
    if (!probe.probe.begins?.enclosed) this.begun.add(this.taskKey(current));
    // Whoever begins it may be preempted before he gets anywhere: it goes on when its first row comes.
    if (probe.event < 0) return undefined;
    if (this.reaches(call, probe.event)) return call;
    this.fail(probe, `the design ${this.where(call)}`);
    stack.pop();
    return undefined;
  }

  /** What an old call has done shows in its rows only, and some of it in the CPU's next ones. */
  private passOver(row: number, cpu: number, probe: PlannedProbe): void {
    this.tally.unjudged(row);
    if (!this.learns) return;
    this.observer.relearn(probe, { row, cpu, args: undefined });
    if (probe.probe.starts || !this.observer.showsOwn(probe)) return;
    // It shows what it is going to change: the CPU is not known again before it shows what has become of that.
    this.world.forgetCpu(cpu);
    this.started[cpu] = 0;
    this.silent.add(cpu);
    this.begun.delete(cpu);
  }

  /** Whether a row may be of a call that was begun before the recording. */
  private mayBeOld(cpu: number): boolean {
    return !this.begun.has(cpu) || !this.begun.has(this.taskKey(this.world.current(cpu)));
  }

  /** Tasks in the same set as CPUs. */
  private taskKey(task: Ref): number {
    return this.world.cpus + task;
  }

  private stackOf(cpu: number): Call[] {
    const task = this.world.current(cpu);
    let stack = this.stacks.get(task);
    if (stack === undefined) {
      stack = [];
      this.stacks.set(task, stack);
    }
    const top = stack.at(-1);
    // The task has migrated since.
    if (top !== undefined) top.frame.cpu = cpu;
    return stack;
  }

  private tidy(cpu: number): void {
    if (this.handlers[cpu] !== undefined && hasEnded(this.handlers[cpu])) this.handlers[cpu] = undefined;
    if (this.schedulers[cpu] !== undefined && hasEnded(this.schedulers[cpu])) this.schedulers[cpu] = undefined;
  }

  /** Those that wait may go on now. */
  private unblock(): void {
    for (let cpu = 0; cpu < this.world.cpus; cpu++) {
      const call = this.stackOf(cpu).at(-1);
      if (call?.blocked) this.calls.proceed(call);
      this.tidy(cpu);
    }
  }

  /** After a row that nothing explains: what was under way on this CPU is forgotten. */
  private abandon(cpu: number): void {
    this.handlers[cpu] = undefined;
    this.schedulers[cpu] = undefined;
    this.stackOf(cpu).length = 0;
  }

  private where(call: Call): string {
    const { emitted } = this.input;
    const code = emitted.codes[call.frame.code]?.name ?? "";
    if (call.blocked) return `waits in ${code}`;
    return call.event < 0 ? `has ended ${code}` : `is at ${emitted.events[call.event]} in ${code}`;
  }

  // ---- what is not known of old tasks ------------------------------------------------------------------------------

  private learn(row: number, cpu: number, learn: PlannedLearn): void {
    const { world } = this;
    const task = learn.task < 0 ? world.current(cpu) : world.task(world.raw(row, learn.task), cpu);
    const at = learn.cell.base + task - 1;
    if (task === 0 || world.unset[at] === 0) return;
    const from = learn.self >= 0 ? { row, column: learn.self } : this.ahead(row, cpu, learn.from);
    if (from === undefined) return;
    world.unset[at] = 0;
    world.state[at] = from.column < 0 ? 0 : world.mm(world.raw(from.row, from.column));
  }

  /** The CPU's next row of one of these kinds, if it comes soon. */
  private ahead(row: number, cpu: number, kinds: ReadonlyMap<number, number>): Shown | undefined {
    const { table } = this.input;
    let seen = 0;
    for (let next = row + 1; next < table.length && seen < LEARN_ROWS; next++) {
      if (table.cpu[next] !== cpu) continue;
      seen++;
      const column = kinds.get(table.kind[next]!);
      if (column !== undefined) return { row: next, column };
    }
    return undefined;
  }

  /** The mms of the running task and of the next one, where no row at hand tells them. */
  private recall(row: number, cpu: number, probe: PlannedProbe, old: OldTasks): void {
    const { table } = this.input;
    const current = this.world.current(cpu);
    this.recallMm(current, table.pid[row]!, row, old);
    const next = probe.probe.begins?.scheduler ? probe.begins?.args[0] : undefined;
    if (next !== undefined && !("born" in next)) {
      const pid = this.world.raw(row, next.column);
      this.recallMm(this.world.encode(row, next, cpu), pid, row, old);
    }
    this.recallActive(current, cpu, row, old);
  }

  private recallMm(task: Ref, pid: number, row: number, old: OldTasks): void {
    const { world } = this;
    const { taskMm, taskActiveMm } = this.input.plan;
    const at = taskMm.base + task - 1;
    if (world.unset[at] === 0) return;
    world.unset[at] = 0;
    const found = old.mmOf(pid, row);
    if (found === undefined) world.state[at] = old.leavesOwn(row) ? world.anonymousMm() : 0;
    else if ("row" in found) world.state[at] = world.mm(world.raw(found.row, found.column));
    else world.state[at] = found.like === 0 ? 0 : world.state[taskMm.base + world.task(found.like, 0) - 1]!;
    if (world.state[at] === 0) return;
    world.unset[taskActiveMm.base + task - 1] = 0;
    world.state[taskActiveMm.base + task - 1] = world.state[at];
  }

  private recallActive(current: Ref, cpu: number, row: number, old: OldTasks): void {
    const { world } = this;
    const { taskActiveMm, oldTasks } = this.input.plan;
    const at = taskActiveMm.base + current - 1;
    if (world.unset[at] === 0) return;
    world.unset[at] = 0;
    const active = oldTasks?.active;
    const known = active !== undefined && world.unset[active.base + cpu] === 0;
    const shown = old.activeOf(cpu, row, known ? world.recordedId(world.state[active.base + cpu]!) : 0);
    world.state[at] = shown === undefined ? world.anonymousMm() : world.mm(world.raw(shown.row, shown.column));
  }
}

function rowName(probe: PlannedProbe, cpu: number): string {
  return probe.group === probe.name ? probe.name : `${probe.group}${cpu}`;
}
