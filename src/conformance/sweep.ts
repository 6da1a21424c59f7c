// SPDX-License-Identifier: MIT
// Goes through a recording in its order, with the design's own code beside it: a row begins a call, or the call that is
// under way on its CPU must have come to just that point, with just those values. A row that fits neither is tried
// again in other orders (orders.ts).

import { defined } from "../base/assert.ts";
import { FLAG } from "../events/table.ts";
import { type Call, Calls, hasEnded, type SavedCalls } from "./calls.ts";
import { Interrupts } from "./interrupts.ts";
import { learn } from "./learn.ts";
import { isChosen, nextOfTask } from "./look-ahead.ts";
import { Missed, type Misses } from "./missed.ts";
import type { Ref } from "./names.ts";
import { type Late, Observer } from "./observe.ts";
import type { PlannedArgument, PlannedProbe, PlannedSearch } from "./plan.ts";
import { CLONE_VM, COLUMN, ENTRY } from "./protocol.ts";
import { Running } from "./running.ts";
import { Signals } from "./signals.ts";
import { type SavedStart, Start, type StartInput } from "./start.ts";
import type { Step, StepLog } from "./step-log.ts";
import { type Outcome, Tally } from "./tally.ts";
import { type SavedUnderWay, UnderWay } from "./under-way.ts";
import { type SavedWorld, World } from "./world.ts";

export interface SweepInput extends StartInput {
  readonly missed: Misses;
  /** Is told of every step and field; undefined: only the sums are wanted. */
  readonly log?: StepLog | undefined;
}

const NOTHING = "in the design nothing is under way here";
const NO_REQUEST = "in the design no request is on its way to this CPU";

/** Thrown: nothing explains the row, in this order. One for all, as there are many and nobody asks where. */
export const UNEXPLAINED = new Error("nothing explains the row");

export interface SavedSweep {
  readonly row: number;
  readonly world: SavedWorld;
  readonly calls: SavedCalls;
  readonly pending: ReturnType<Observer["save"]>;
  readonly start: SavedStart;
  readonly underWay: SavedUnderWay;
  readonly running: boolean;
  readonly missed: Misses;
  readonly tally: Tally;
}

export class Sweep {
  readonly input: SweepInput;
  readonly calls = new Calls();
  /** Rows that nothing explains: they are counted, and taken as they are. */
  readonly accepted = new Map<number, "unexplained" | "unknown">();
  /** No more orders are tried: so are all others. */
  acceptsAll = false;
  tally: Tally;
  private readonly world: World;
  private readonly observer: Observer;
  readonly start: Start;
  private readonly signals: Signals;
  private readonly interrupts: Interrupts;
  private readonly underWay: UnderWay;
  private readonly missed: Missed;
  private row = 0;
  private readonly running: Running;

  constructor(input: SweepInput) {
    this.input = input;
    this.missed = new Missed(input.missed);
    this.tally = new Tally(input.table, input.plan.balanced);
    this.world = new World(input, this.calls);
    this.calls.attach(this.world);
    this.underWay = new UnderWay(this.world, this.calls);
    this.signals = new Signals(input.table, input.plan);
    this.interrupts = new Interrupts(this.world, this.calls, this.signals);
    const { log } = input;
    this.observer = new Observer(this.world, this.calls, this.signals, {
      environment: (probe, field, by) => this.tally.environment(probe, field, by),
      missedSignal: () => this.miss(input.plan.single, 0),
      judged:
        log && ((row, probe, field, outcome, predicted) => this.note(log, { row, probe, field, outcome, predicted })),
    });
    this.start = new Start(input, this.world, this.observer);
    this.running = new Running(input, this.world, this.start);
  }

  save(row: number): SavedSweep {
    return {
      row,
      world: this.world.save(),
      calls: this.calls.save(),
      pending: this.observer.save(),
      start: this.start.save(),
      underWay: this.underWay.save(),
      running: this.running.save(),
      missed: this.missed.save(),
      tally: this.tally.copy(),
    };
  }

  /** Returns the row to go on with. */
  restore(saved: SavedSweep): number {
    this.world.restore(saved.world);
    this.calls.restore(saved.calls);
    this.observer.restore(saved.pending);
    this.start.restore(saved.start);
    this.underWay.restore(saved.underWay);
    this.running.restore(saved.running);
    this.missed.restore(saved.missed);
    this.tally = saved.tally.copy();
    this.input.log?.undo(saved.row);
    return saved.row;
  }

  /** Throws UNEXPLAINED. */
  take(row: number): void {
    const { table, plan, window } = this.input;
    const probe = plan.probes[table.kind[row]!];
    const cpu = table.cpu[row]!;
    this.row = row;
    this.calls.take(row);
    if (row < window.from || !this.start.has(cpu, probe)) this.start.take(row, probe);
    else if (probe === undefined || !this.isOfModel(row, probe) || this.isElsewhere(row, cpu, probe))
      this.pass(row, cpu);
    else if (probe.probe.role === "snapshot") this.start.snapshot(row, probe);
    else this.judge(row, cpu, probe);
  }

  /** The recording has ended: what was to be read has been read. */
  finish(): void {
    if (this.input.window.endsInLoss) return;
    for (let cpu = 0; cpu < this.world.cpus; cpu++) this.observer.settleLast(cpu, this.tally);
  }

  // ---- kinds of rows -----------------------------------------------------------------------------------------------

  private isOfModel(row: number, { when }: PlannedProbe): boolean {
    if (when === undefined) return true;
    return when.matches.test(this.input.table.strings[this.world.raw(row, when.column)] ?? "");
  }

  /** No step of the model; but what other CPUs have asked of this one is done where it takes their interrupt. */
  private pass(row: number, cpu: number): void {
    this.tally.unjudged(row);
    if (this.input.plan.interrupts[this.input.table.kind[row]!] !== 1) return;
    this.interrupts.takeSilently(cpu);
    this.underWay.unblock();
  }

  private judge(row: number, cpu: number, probe: PlannedProbe): void {
    this.calls.close(cpu);
    const late = this.observer.settle(cpu);
    if (late !== undefined) this.failLate(late);
    this.running.see(row, cpu);
    if (this.mayHaveReturned(cpu)) this.world.passUserMode(cpu);
    for (const what of probe.learns) learn(this.world, row, cpu, what, false);
    this.running.recall(row, cpu, probe);
    if (probe.probe.role === "mm_born") this.mmBorn(row, cpu, probe);
    else if (probe.probe.role === "task_born") this.taskBorn(row, cpu);
    else this.step(row, cpu, probe);
    this.calls.end();
    this.underWay.unblock();
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
    const creator = world.current(cpu);
    const shares = (world.named(row, COLUMN.cloneFlags) & CLONE_VM) !== 0;
    const mm = shares ? world.mmOf(creator) : this.takeBorn(creator);
    // How its mm was made was missed, or whose it shares was not seen yet: it is learnt as an old task's is.
    if (mm === undefined) return;
    world.knowTask(child);
    this.start.begins(child);
    world.atOnce(ENTRY.newTask, cpu, [child, mm, shares ? 1 : 0]);
  }

  /** The mm that a task has made last. */
  private takeBorn(creator: Ref): Ref | undefined {
    const { born } = this.world.names;
    const mm = born.get(creator);
    born.delete(creator);
    return mm;
  }

  private step(row: number, cpu: number, probe: PlannedProbe): void {
    const call = this.callAt(row, cpu, probe);
    if (call === undefined) return;
    if (probe.event >= 0) this.compare(row, cpu, probe, call);
    if (probe.search !== undefined) this.seek(row, cpu, probe.search);
    if (probe.chooses !== undefined) call.frame.pick = isChosen(this.input.table, row, probe.chooses) ? 1 : -1;
    this.calls.advance(call);
    this.underWay.tidy(cpu);
    // A task's calls end in the order of a stack: what has ended on top would hide what it is part of.
    this.underWay.popEnded(this.underWay.stackOf(cpu));
  }

  private seek(row: number, cpu: number, search: PlannedSearch): void {
    const result = nextOfTask(this.world.table, row, search.result);
    if (result !== undefined) this.world.seek(cpu, search, this.world.raw(result.row, result.column));
  }

  private compare(row: number, cpu: number, probe: PlannedProbe, call: Call | undefined): void {
    const found = this.observer.compare(probe, { row, cpu, args: call?.args });
    if (!found.ok) return this.fail(probe, found.reason);
    this.tally.step(probe, "exact");
    if (probe.fields.length === 0) this.noteStep(probe, "exact");
  }

  private fail(probe: PlannedProbe, reason: string): void {
    const outcome = this.acceptedAs(this.row);
    if (outcome === undefined) throw UNEXPLAINED;
    this.tally.fail(this.row, probe, outcome, reason);
    if (this.input.log?.hasFailed(this.row) === false) this.noteStep(probe, "unexplained", reason);
  }

  /** An earlier row of this CPU, which was taken for explained, is not. */
  private failLate({ row, probe, reason }: Late): void {
    const outcome = this.acceptedAs(this.row);
    if (outcome === undefined) throw UNEXPLAINED;
    this.tally.turn(row, probe, outcome, reason);
  }

  private acceptedAs(row: number): "unexplained" | "unknown" | undefined {
    return this.accepted.get(row) ?? (this.acceptsAll ? "unknown" : undefined);
  }

  /** What is no field's: a step that shows nothing, is not there, or does not fit. */
  private noteStep(probe: PlannedProbe, outcome: Outcome, predicted?: string): void {
    const { log } = this.input;
    if (log !== undefined) this.note(log, { row: this.row, probe, field: undefined, outcome, predicted });
  }

  /** Where the search for another order was given up, it is not known whether there is one. */
  private note(log: StepLog, step: Step): void {
    const unknown = step.outcome === "unexplained" && this.accepted.get(this.row) === "unknown";
    log.add(this.row, unknown ? { ...step, outcome: "unknown" } : step);
  }

  // ---- calls of other CPUs -----------------------------------------------------------------------------------------

  /** The row is of something that no design has. */
  private isElsewhere(row: number, cpu: number, probe: PlannedProbe): boolean {
    const { elsewhere } = probe.probe;
    if (this.signals.foreign.has(row)) return true;
    if (elsewhere === undefined) return false;
    const inInterrupt = (this.input.table.flags[row]! & (FLAG.hardirq | FLAG.softirq | FLAG.nmi)) !== 0;
    if (this.underWay.handlers[cpu]?.event === probe.event) return false;
    return elsewhere === "always" && (inInterrupt || !this.mayReach(cpu, probe.event));
  }

  private mayReach(cpu: number, event: number): boolean {
    const top = this.underWay.stackOf(cpu).at(-1);
    if (top === undefined) return false;
    if (top.event === event) return true;
    const probe = this.input.plan.atEvent[top.event];
    return probe !== undefined && this.missed.may(probe, cpu);
  }

  // ---- which call a row belongs to ---------------------------------------------------------------------------------

  /** The call that the row shows, at the event that it shows; undefined if there is nothing to show, or none. */
  private callAt(row: number, cpu: number, probe: PlannedProbe): Call | undefined {
    const handler = this.underWay.handlers[cpu];
    const interrupts = handler === undefined && this.beginsHandler(row, cpu, probe);
    if (interrupts) {
      const call = this.handle(row, cpu, probe);
      if (call !== undefined || this.sender(row, probe) >= 0) return call;
    }
    const stack = this.underWay.stackOf(cpu);
    // An idle CPU also looks for requests outside of interrupts.
    const mayHandle = handler === undefined && !interrupts && probe.interrupt !== undefined;
    const found = this.continues(cpu, probe, stack) ?? (mayHandle ? this.handle(row, cpu, probe) : undefined);
    if (found !== undefined) return found;
    const begins = probe.probe.begins;
    if (begins !== undefined && this.mayBegin(row, cpu, probe, stack)) return this.begin(row, cpu, probe, stack);
    // It says that calls are through, and shows nothing.
    if (probe.probe.at === undefined) return undefined;
    if (probe.foreign >= 0 && this.world.raw(row, probe.foreign) === 0) {
      this.tally.unjudged(row);
      return undefined;
    }
    const other = handler ?? this.underWay.schedulers[cpu] ?? stack.at(-1);
    if (other === undefined && this.start.mayBeOld(cpu)) {
      this.passOver(row, cpu, probe);
      return undefined;
    }
    this.fail(
      probe,
      other === undefined ? (probe.interrupt === undefined ? NOTHING : NO_REQUEST) : `the design ${this.where(other)}`,
    );
    this.underWay.abandon(cpu);
    return undefined;
  }

  /** A call that comes to the row's event. */
  private continues(cpu: number, probe: PlannedProbe, stack: Call[]): Call | undefined {
    if (probe.event >= 0) {
      for (const call of [this.underWay.handlers[cpu], this.underWay.schedulers[cpu]]) {
        if (call !== undefined && this.reaches(call, probe.event)) return call;
      }
    }
    const begins = probe.probe.begins;
    // Only a call that is there already encloses it: none goes on for its sake.
    if (begins?.enclosed === true) return stack.at(-1)?.event === probe.event ? stack.at(-1) : undefined;
    if (begins?.scheduler !== true) this.passLate(stack);
    const top = stack.at(-1);
    return probe.event >= 0 && top !== undefined && this.reaches(top, probe.event) ? top : undefined;
  }

  /** To the event, past what is put off, or what a probe may have missed. */
  private reaches(call: Call, event: number): boolean {
    this.interrupts.proceed(call);
    while (call.event >= 0 && call.event !== event && this.passes(call)) {
      this.calls.advance(call);
      this.interrupts.proceed(call);
    }
    return call.event === event;
  }

  /** To its end, as far as no row of it may be missing. */
  private ends(call: Call): boolean {
    this.reaches(call, -1);
    return hasEnded(call);
  }

  /** What its task cannot be in the middle of any more. */
  private endSleepless(stack: Call[]): void {
    const top = stack.at(-1);
    if (top !== undefined && this.input.plan.sleepless.has(top.frame.code) && this.ends(top))
      this.underWay.popEnded(stack);
  }

  private passes(call: Call): boolean {
    const { plan } = this.input;
    if (plan.putOff.has(call.event) || this.interrupts.needsNone(call, this.row)) return true;
    return this.miss(plan.atEvent[call.event], call.frame.cpu);
  }

  /** The probe has missed a step, if it may have. */
  private miss(probe: PlannedProbe | undefined, cpu: number): boolean {
    if (probe === undefined || !this.missed.may(probe, cpu)) return false;
    this.missed.take(probe, cpu);
    this.tally.step(probe, "lossy");
    this.noteStep(probe, "lossy");
    return true;
  }

  /** Nothing on this CPU must still be under way: only then can it have been in user mode since its last row. */
  private mayHaveReturned(cpu: number): boolean {
    if (this.underWay.handlers[cpu] !== undefined || this.underWay.schedulers[cpu] !== undefined) return false;
    const top = this.underWay.stackOf(cpu).at(-1);
    if (top === undefined || hasEnded(top) || this.input.plan.late.has(top.event)) return true;
    const probe = this.input.plan.atEvent[top.event];
    return probe !== undefined && this.missed.may(probe, cpu);
  }

  /** It is at a point that the recording shows: before that, the task begins nothing else. */
  private mustShow(call: Call): boolean {
    const probe = this.input.plan.atEvent[call.event];
    return probe !== undefined && !this.missed.may(probe, call.frame.cpu) && !this.interrupts.needsNone(call, this.row);
  }

  /** Calls whose return nobody records, once nothing that they enclose can come any more. */
  private passLate(stack: Call[]): void {
    for (;;) {
      this.underWay.popEnded(stack);
      const top = stack.at(-1);
      if (top === undefined || !this.input.plan.late.has(top.event)) return;
      this.calls.advance(top);
    }
  }

  /** The row is of an interrupt handler that has just begun; its first row may be one that the probe has missed. */
  private beginsHandler(row: number, cpu: number, probe: PlannedProbe): boolean {
    const { interrupt } = probe;
    if (interrupt !== undefined && interrupt.from >= 0) return this.world.raw(row, interrupt.from) !== cpu;
    const { handlerProbe } = this.input.plan;
    const inHandler = (this.input.table.flags[row]! & FLAG.hardirq) !== 0;
    if (interrupt !== undefined) return inHandler;
    return inHandler && probe.event >= 0 && handlerProbe !== undefined && this.missed.may(handlerProbe, cpu);
  }

  private handle(row: number, cpu: number, probe: PlannedProbe): Call | undefined {
    const sender = this.sender(row, probe);
    for (let from = 0; from < this.world.cpus; from++) {
      if (sender >= 0 && from !== sender) continue;
      const call = this.interrupts.handler(cpu, from);
      if (!this.reaches(call, probe.event)) continue;
      // Of several requests, the one that the row is about.
      if (sender < 0 && !this.observer.agrees(probe, { row, cpu, args: call.args })) continue;
      this.underWay.handlers[cpu] = call;
      return call;
    }
    if (sender < 0) return undefined;
    if (this.start.mayBeOld(sender)) this.passOver(row, cpu, probe);
    else this.fail(probe, NO_REQUEST);
    return undefined;
  }

  /** Who sent the interrupt that the row is of; -1: it does not say. */
  private sender(row: number, { interrupt }: PlannedProbe): number {
    return interrupt === undefined || interrupt.from < 0 ? -1 : this.world.raw(row, interrupt.from);
  }

  /** Some calls are begun by rows that, elsewhere, are part of others. */
  private mayBegin(row: number, cpu: number, { begins }: PlannedProbe, stack: readonly Call[]): boolean {
    if (begins === undefined || begins.alone < 0) return true;
    const isAlone =
      this.underWay.handlers[cpu] === undefined && this.underWay.schedulers[cpu] === undefined && stack.every(hasEnded);
    const inHandler = (this.input.table.flags[row]! & FLAG.hardirq) !== 0;
    return isAlone && !inHandler && this.world.raw(row, begins.alone) === 0;
  }

  private begin(row: number, cpu: number, probe: PlannedProbe, stack: Call[]): Call | undefined {
    const begins = defined(probe.begins, "the caller has asked");
    const args = begins.args.map((arg) => this.argument(row, cpu, arg));
    if (args.includes(undefined)) {
      this.tally.unjudged(row);
      return undefined;
    }
    const current = this.world.current(cpu);
    if (probe.probe.begins?.kernelThread) this.world.names.kernelThreads.add(current);
    const call = this.calls.make(begins.code, cpu, args.map(Number));
    if (probe.probe.begins?.scheduler) {
      if ((this.input.table.flags[row]! & FLAG.preempted) === 0) this.endSleepless(stack);
      // What it has borrowed is from now on what the design gives it.
      if (args[0]) this.world.unset[this.input.plan.taskActiveMm.base + args[0] - 1] = 0;
      this.start.switches(cpu);
      const before = this.underWay.schedulers[cpu];
      // Its last row may be one that the probe has missed.
      if (before !== undefined && !this.ends(before)) this.fail(probe, `the design ${this.where(before)}`);
      this.underWay.schedulers[cpu] = call;
      return call;
    }
    this.endSleepless(stack);
    const top = stack.at(-1);
    if (top !== undefined && this.mustShow(top)) {
      this.fail(probe, `the design ${this.where(top)}`);
      stack.length = 0;
    }
    stack.push(call);
    // What may be part of another call does not tell that there is none.
    if (!probe.probe.begins?.enclosed) this.start.begins(current);
    // Whoever begins it may be preempted before he gets anywhere: it goes on when its first row comes.
    if (probe.event < 0) {
      // A function of which this design has nothing.
      if (probe.fields.some(({ arg }) => arg >= 0)) this.fail(probe, `the design never comes to ${probe.probe.at}`);
      else if (probe.fields.length > 0) this.compare(row, cpu, probe, undefined);
      return undefined;
    }
    if (this.reaches(call, probe.event)) return call;
    this.fail(probe, `the design ${this.where(call)}`);
    stack.pop();
    return undefined;
  }

  /** A row of a call that was begun before. */
  private passOver(row: number, cpu: number, probe: PlannedProbe): void {
    this.tally.unjudged(row);
    this.start.passOver(row, cpu, probe);
  }

  private argument(row: number, cpu: number, arg: PlannedArgument): number | undefined {
    if (!("columns" in arg)) return this.world.encode(row, arg, cpu);
    const born = arg.born ? this.takeBorn(this.world.current(cpu)) : undefined;
    if (born !== undefined) return born;
    const from = nextOfTask(this.input.table, row, arg.columns);
    return from === undefined ? arg.or : this.world.encode(from.row, { column: from.column, as: arg.as, bit: -1 }, cpu);
  }

  private where(call: Call): string {
    const { emitted } = this.input;
    const code = emitted.codes[call.frame.code]?.name ?? "";
    if (call.blocked) return `waits in ${code}`;
    return call.event < 0 ? `has ended ${code}` : `is at ${emitted.events[call.event]} in ${code}`;
  }
}
