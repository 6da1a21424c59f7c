// SPDX-License-Identifier: MIT
// Goes through a recording in its order, with the design's own code beside it: a row begins a call, or the call that is
// under way on its CPU must have come to just that point, with just those values. A row that fits neither is tried
// again in other orders (orders.ts).

import { defined } from "../base/assert.ts";
import { FLAG } from "../events/table.ts";
import { type Call, Calls, copyOf, hasEnded, type SavedCalls } from "./calls.ts";
import type { Ref } from "./names.ts";
import { Observer } from "./observe.ts";
import type { PlannedLearn, PlannedProbe } from "./plan.ts";
import { CLONE_VM, COLUMN, ENTRY } from "./protocol.ts";
import { Tally } from "./tally.ts";
import { type SavedWorld, World, type WorldInput } from "./world.ts";

/** How many rows of a CPU are looked at for what is to be learnt. */
const LEARN_ROWS = 4;

export interface SweepInput extends WorldInput {
  /** Rows that are judged. */
  readonly window: { readonly from: number; readonly to: number };
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

  constructor(input: SweepInput) {
    this.input = input;
    this.tally = new Tally(input.table);
    this.world = new World(input, this.calls);
    this.calls.attach(this.world);
    this.observer = new Observer(this.world, this.calls, (probe, field, by) =>
      this.tally.environment(probe, field.name, by),
    );
    const { cpus } = this.world;
    this.started = new Uint8Array(cpus);
    this.handlers = new Array<Call | undefined>(cpus).fill(undefined);
    this.schedulers = new Array<Call | undefined>(cpus).fill(undefined);
    // A recording without snapshots is learnt from its first observations.
    if (!input.plan.probes.some((probe) => probe?.probe.role === "snapshot")) this.started.fill(1);
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
    else if (role === "snapshot" && probe !== undefined && row >= this.input.window.from) this.snapshot(row, probe);
  }

  /** One CPU's state, in the CPU's own row: the first one counts. */
  private snapshot(row: number, probe: PlannedProbe): void {
    const cpu = Number(/\d+$/.exec(probe.name)?.[0] ?? this.input.table.cpu[row]!);
    if (cpu >= this.world.cpus || this.started[cpu] === 1) return;
    this.started[cpu] = 1;
    this.observer.start(probe, { row, cpu, args: undefined });
  }

  private judge(row: number, cpu: number, probe: PlannedProbe): void {
    this.calls.close(cpu);
    const settled = this.observer.settle(cpu);
    if (!settled.ok) this.fail(probe, settled.reason);
    if (this.world.current(cpu) === 0) {
      const task = this.world.task(this.input.table.pid[row]!, cpu);
      this.world.atOnce(ENTRY.current, cpu, [cpu, task]);
    }
    for (const learn of probe.learns) this.learn(row, cpu, learn);
    if (probe.probe.role === "mm_born") this.mmBorn(row, cpu, probe);
    else if (probe.probe.role === "task_born") this.taskBorn(row, cpu);
    else this.step(row, cpu, probe);
    this.calls.end();
    this.unblock();
    this.observer.check();
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
    world.knowTask(child);
    const creator = world.current(cpu);
    const shares = (world.named(row, COLUMN.cloneFlags) & CLONE_VM) !== 0;
    const mm = shares ? world.state[this.input.plan.taskMm.base + creator - 1]! : this.takeBorn(creator);
    world.atOnce(ENTRY.newTask, cpu, [child, mm, shares ? 1 : 0]);
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
    this.calls.advance(call);
    this.tidy(cpu);
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
      if (call !== undefined) return call;
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
    if (probe.probe.at === undefined) return undefined;
    const other = handler ?? this.schedulers[cpu] ?? top;
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
    if (probe.interruptFrom >= 0) this.fail(probe, "in the design no request is on its way to this CPU");
    return undefined;
  }

  private begin(row: number, cpu: number, probe: PlannedProbe, stack: Call[]): Call | undefined {
    const begins = defined(probe.begins, "the caller has asked");
    const current = this.world.current(cpu);
    const args = begins.args.map((arg) => (arg === "born" ? this.takeBorn(current) : this.world.encode(row, arg, cpu)));
    const call = this.calls.make(begins.code, cpu, args);
    if (probe.probe.begins?.scheduler) {
      const before = this.schedulers[cpu];
      if (before !== undefined) this.fail(probe, `the design ${this.where(before)}`);
      this.schedulers[cpu] = call;
      return call;
    }
    stack.push(call);
    // Whoever begins it may be preempted before he gets anywhere: it goes on when its first row comes.
    if (probe.event < 0) return undefined;
    if (this.reaches(call, probe.event)) return call;
    this.fail(probe, `the design ${this.where(call)}`);
    stack.pop();
    return undefined;
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
    const from = learn.self >= 0 ? { row, column: learn.self } : this.ahead(row, cpu, learn);
    if (from === undefined) return;
    world.unset[at] = 0;
    world.state[at] = from.column < 0 ? 0 : world.encode(from.row, { column: from.column, as: "mm" }, cpu);
  }

  private ahead(row: number, cpu: number, learn: PlannedLearn): { row: number; column: number } | undefined {
    const { table } = this.input;
    let seen = 0;
    for (let next = row + 1; next < table.length && seen < LEARN_ROWS; next++) {
      if (table.cpu[next] !== cpu) continue;
      seen++;
      const column = learn.from.get(table.kind[next]!);
      if (column !== undefined) return { row: next, column };
    }
    return undefined;
  }
}

function rowName(probe: PlannedProbe, cpu: number): string {
  return probe.group === probe.name ? probe.name : `${probe.group}${cpu}`;
}
