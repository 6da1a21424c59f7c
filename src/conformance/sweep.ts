// SPDX-License-Identifier: MIT
// Goes through a recording in its order, and runs the design's own code beside it: a row begins a call, or the call
// that is under way on that CPU must have come to just this point, with just these values.

import { defined } from "../base/assert.ts";
import type { EventTable } from "../events/table.ts";
import { FLAG, listAt, wordValue } from "../events/table.ts";
import type { Frame, SteppedCell, SteppedHost, SteppedMachine } from "../program/stepped.ts";
import { STOP } from "../program/stepped.ts";
import { Names, type Ref } from "./names.ts";
import type { Emitted, Plan, PlannedField, PlannedIndex, PlannedLearn, PlannedProbe } from "./plan.ts";
import { Tally } from "./tally.ts";

/** A child shares its creator's mm. */
const CLONE_VM = 0x100;
const ALL_ONES = 0xffff_ffff_ffff_ffffn;
/** So many references an mm is taken to have before its count is seen: none of them is the last. */
const UNSEEN_COUNT = 1 << 20;
/** How far ahead a CPU's next row of a kind is looked for. */
const LEARN_ROWS = 4;

/** A call that has been begun. */
interface Call {
  readonly frame: Frame;
  /** The event that it has come to: -1 none. */
  event: number;
  readonly args: Float64Array;
  blocked: boolean;
}

/** A field that nothing agrees with yet: it may have been read later, until the CPU's next step. */
interface Pending {
  readonly row: number;
  readonly probe: PlannedProbe;
  readonly field: PlannedField;
  readonly at: number;
}

export interface SweepInput {
  readonly table: EventTable;
  readonly plan: Plan;
  readonly emitted: Emitted;
  readonly instantiate: (host: SteppedHost) => SteppedMachine;
  /** Rows that are judged. */
  readonly window: { readonly from: number; readonly to: number };
  /** By name of the row: how many the probe has missed, at most. */
  readonly missed: ReadonlyMap<string, number>;
  /** Address of init_mm, encoded as in the table; undefined: not told. */
  readonly initMm: number | undefined;
}

export class Sweep implements SteppedHost {
  readonly tally: Tally;
  private readonly input: SweepInput;
  private readonly machine: SteppedMachine;
  private readonly S: Float64Array;
  /** Cells of which nothing is known yet. */
  private readonly unset: Uint8Array;
  private readonly names = new Names();
  private readonly cpus: number;
  private readonly started: Uint8Array;
  private readonly interrupt: (Call | undefined)[];
  private readonly scheduler: (Call | undefined)[];
  private readonly calls = new Map<Ref, Call[]>();
  /** What each CPU has written since its last row: places, and what was there. */
  private readonly writtenAt: number[][];
  private readonly writtenOld: number[][];
  private readonly pending: Pending[][];
  private readonly missed = new Map<string, number>();
  private running = 0;
  private readonly current: SteppedCell;
  private readonly invalidMm: number;

  constructor(input: SweepInput) {
    this.input = input;
    const { table, plan } = input;
    this.machine = input.instantiate(this);
    this.S = this.machine.state;
    this.unset = new Uint8Array(this.S.length);
    this.cpus = table.cpus;
    this.started = new Uint8Array(this.cpus);
    this.interrupt = new Array<Call | undefined>(this.cpus).fill(undefined);
    this.scheduler = new Array<Call | undefined>(this.cpus).fill(undefined);
    this.writtenAt = Array.from({ length: this.cpus }, () => []);
    this.writtenOld = Array.from({ length: this.cpus }, () => []);
    this.pending = Array.from({ length: this.cpus }, () => []);
    this.tally = new Tally(table, plan);
    this.current = plan.cell("pcpu_hot.current_task");
    this.invalidMm = defined(plan.cell("mm_struct.mm_count").dims[0], "a pool has a size") + 1;
    this.boot();
  }

  /** All writes to what others can see go by here, before they happen. */
  access(at: number, write: boolean): boolean {
    if (write) {
      this.writtenAt[this.running]!.push(at);
      this.writtenOld[this.running]!.push(this.S[at]!);
    }
    return false;
  }

  private boot(): void {
    const { plan, table } = this.input;
    this.machine.watch(true);
    this.names.mms = 1;
    this.atOnce(plan.entry("conform_boot"), 0, []);
    if (this.input.initMm !== undefined) this.names.setMm(this.input.initMm, 1);
    this.forgetMm(1);
    this.names.tasks = this.cpus;
    for (let cpu = 0; cpu < this.cpus; cpu++) this.forgetTask(cpu + 1);
    const hasSnapshots = plan.probes.some((probe) => probe?.probe.role === "snapshot");
    if (!hasSnapshots) this.started.fill(1);
    void table;
  }

  run(): Tally {
    const { table, window, plan } = this.input;
    for (let row = 0; row < window.to; row++) {
      const probe = plan.probes[table.kind[row]!];
      const cpu = table.cpu[row]!;
      if (row < window.from || this.started[cpu] === 0) this.before(row, cpu, probe, row >= window.from);
      else if (probe === undefined) this.tally.unjudged(row);
      else this.row(row, cpu, probe);
    }
    for (let cpu = 0; cpu < this.cpus; cpu++) this.settle(cpu);
    return this.tally;
  }

  // ---- rows --------------------------------------------------------------------------------------------------------

  /** What is not judged yet says who is born, and how it starts. */
  private before(row: number, cpu: number, probe: PlannedProbe | undefined, inWindow: boolean): void {
    const role = probe?.probe.role;
    if (role === "mm_born") {
      const mm = this.newMm(this.value(row, "mm"));
      this.forgetMm(mm);
    } else if (role === "task_born") this.names.setTask(this.value(row, "pid"), this.newTask());
    else if (role === "snapshot" && inWindow) this.snapshot(row, probe!);
    void cpu;
  }

  private snapshot(row: number, probe: PlannedProbe): void {
    const cpu = Number(/\d+$/.exec(probe.name)?.[0] ?? "0");
    if (cpu >= this.cpus || this.started[cpu] === 1) return;
    this.started[cpu] = 1;
    for (const field of probe.fields) this.bindField(row, cpu, field);
  }

  private row(row: number, cpu: number, probe: PlannedProbe): void {
    const { role } = probe.probe;
    if (role === "snapshot") return this.snapshot(row, probe);
    this.settle(cpu);
    this.running = cpu;
    this.follow(row, cpu);
    for (const learn of probe.learns) this.learn(row, cpu, learn);
    if (role === "mm_born") this.mmBorn(row, cpu, probe);
    else if (role === "task_born") this.taskBorn(row, cpu, probe);
    else this.judge(row, cpu, probe);
    this.unblock();
    this.checkPending();
  }

  /** What has come true since. */
  private checkPending(): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const list = this.pending[cpu]!;
      for (let i = list.length - 1; i >= 0; i--) {
        const { at, row, field } = list[i]!;
        // By name: an address may have got another mm since.
        const expected = this.encode(row, field.column, field.as, cpu);
        if (this.S[at] === expected || this.had(at, expected, -1)) list.splice(i, 1);
      }
    }
  }

  /** The running task, if it is not known yet. */
  private follow(row: number, cpu: number): void {
    if (this.S[this.current.base + cpu] !== 0) return;
    const task = this.task(this.input.table.pid[row]!, cpu);
    this.atOnce(this.input.plan.entry("conform_current"), cpu, [cpu, task]);
  }

  private mmBorn(row: number, cpu: number, probe: PlannedProbe): void {
    const mm = this.newMm(this.value(row, "mm"));
    this.names.born.set(this.S[this.current.base + cpu]!, mm);
    this.conclude(row, cpu, probe, undefined);
  }

  private taskBorn(row: number, cpu: number, probe: PlannedProbe): void {
    const { plan } = this.input;
    const child = this.newTask();
    this.names.setTask(this.value(row, "pid"), child);
    const creator = this.S[this.current.base + cpu]!;
    const shares = (this.value(row, "clone_flags") & CLONE_VM) !== 0;
    const own = this.names.born.get(creator) ?? 0;
    if (!shares) this.names.born.delete(creator);
    const mm = shares ? this.S[plan.cell("task_struct.mm").base + creator - 1]! : own;
    this.atOnce(plan.entry("conform_new_task"), cpu, [child, mm, shares ? 1 : 0]);
    this.unset[plan.cell("task_struct.mm").base + child - 1] = 0;
    this.unset[plan.cell("task_struct.active_mm").base + child - 1] = 0;
    this.tally.step(probe, "exact");
    void row;
  }

  private judge(row: number, cpu: number, probe: PlannedProbe): void {
    const call = this.reached(row, cpu, probe);
    if (call === undefined) {
      if (probe.begins !== undefined && probe.event < 0) this.tally.step(probe, "exact");
      return;
    }
    if (probe.event >= 0) this.conclude(row, cpu, probe, call);
    else this.tally.step(probe, "exact");
    this.advance(call);
  }

  /** The call that has come to this row, or that it begins; undefined if there is none, which is then counted. */
  private reached(row: number, cpu: number, probe: PlannedProbe): Call | undefined {
    const interrupt = this.interrupt[cpu];
    if (interrupt !== undefined && probe.event >= 0) {
      this.upTo(interrupt, probe.event);
      if (interrupt.event === probe.event) return interrupt;
    }
    if (interrupt === undefined && probe.interruptFrom >= 0 && this.value(row, probe.interruptFrom) !== cpu) {
      return this.interrupted(row, cpu, probe);
    }
    if (interrupt === undefined && probe.event >= 0 && this.missedInterrupt(row, cpu)) {
      const call = this.interrupted(row, cpu, probe);
      if (call !== undefined) return call;
    }
    const scheduler = this.scheduler[cpu];
    if (scheduler !== undefined && probe.event >= 0) {
      this.upTo(scheduler, probe.event);
      if (scheduler.event === probe.event) return scheduler;
    }
    const stack = this.stack(cpu);
    const enclosed = probe.probe.begins?.enclosed === true || probe.probe.begins?.scheduler === true;
    this.clean(stack);
    while (!enclosed && stack.length > 0 && this.input.plan.late.has(stack.at(-1)!.event)) {
      this.advance(stack.at(-1)!);
      this.clean(stack);
    }
    const top = stack.at(-1);
    if (top !== undefined && probe.event >= 0) {
      this.upTo(top, probe.event);
      if (top.event === probe.event) return top;
    }
    if (probe.begins !== undefined) return this.begin(row, cpu, probe, stack);
    if (probe.event < 0) {
      this.tally.step(probe, "exact");
      return undefined;
    }
    const other = interrupt ?? scheduler ?? top;
    if (other === undefined && probe.probe.at?.startsWith("p:") !== true) {
      // Nothing is under way here: it belongs to what this design does not have, or to another subsystem.
    }
    const at = other === undefined ? "nothing is under way" : this.whereIs(other);
    this.tally.unexplained(row, probe, `the design is elsewhere: ${at}`);
    this.abandon(cpu);
    return undefined;
  }

  /** To the next event that is recorded: what comes before it was put off. */
  private upTo(call: Call, wanted: number): void {
    if (call.event < 0 && call.frame.pc >= 0) this.proceed(call);
    while (call.event >= 0 && call.event !== wanted && this.passable(call)) this.advance(call);
  }

  /** Nothing records it, or its probe has missed some and may have missed this one. */
  private passable(call: Call): boolean {
    if (this.input.plan.lazy.has(call.event)) return true;
    const probe = this.input.plan.atEvent.get(call.event);
    if (probe === undefined) return false;
    const name = this.rowName(probe, call.frame.cpu);
    const left = (this.input.missed.get(name) ?? 0) - (this.missed.get(name) ?? 0);
    if (left <= 0) return false;
    this.missed.set(name, (this.missed.get(name) ?? 0) + 1);
    this.tally.step(probe, "lossy");
    return true;
  }

  private rowName(probe: PlannedProbe, cpu: number): string {
    return probe.name.replace(/\d+$/, String(cpu));
  }

  private whereIs(call: Call): string {
    const code = this.input.emitted.codes[call.frame.code]?.name ?? "";
    const event = call.event < 0 ? (call.blocked ? "waits" : "runs") : (this.input.emitted.events[call.event] ?? "");
    return `${code} at ${event}`;
  }

  /** The row is of a handler, and the row that should have begun it may be one that its probe has missed. */
  private missedInterrupt(row: number, cpu: number): boolean {
    if ((this.input.table.flags[row]! & FLAG.hardirq) === 0) return false;
    const first = this.input.plan.interruptProbe;
    if (first === undefined) return false;
    const name = this.rowName(first, cpu);
    return (this.input.missed.get(name) ?? 0) > (this.missed.get(name) ?? 0);
  }

  private interrupted(row: number, cpu: number, probe: PlannedProbe): Call | undefined {
    const call = this.newCall(this.input.plan.interrupt, cpu, []);
    call.frame.pc = 0;
    call.frame.pick = probe.interruptFrom >= 0 ? this.value(row, probe.interruptFrom) : -1;
    this.upTo(call, probe.event);
    if (call.event !== probe.event) {
      this.tally.unexplained(row, probe, "no request is on its way to this CPU");
      return undefined;
    }
    this.interrupt[cpu] = call;
    return call;
  }

  private begin(row: number, cpu: number, probe: PlannedProbe, stack: Call[]): Call | undefined {
    const begins = defined(probe.begins, "asked");
    const current = this.S[this.current.base + cpu]!;
    const args = begins.args.map((arg) => {
      if (arg === "born") return this.take(current);
      return this.encode(row, arg.column, arg.as, cpu);
    });
    const call = this.newCall(begins.code, cpu, args);
    if (probe.probe.begins?.scheduler) {
      if (this.scheduler[cpu] !== undefined) this.abandonCall(this.scheduler[cpu], row, probe);
      this.scheduler[cpu] = call;
    } else stack.push(call);
    // Whoever begins a call may be preempted before he gets anywhere: it goes on when its first row comes.
    if (probe.event < 0) return probe.probe.begins?.scheduler ? call : undefined;
    this.upTo(call, probe.event);
    if (call.event === probe.event) return call;
    this.tally.unexplained(row, probe, `the design does not come to it: ${this.whereIs(call)}`);
    this.clean(stack);
    return undefined;
  }

  private take(creator: Ref): Ref {
    const mm = this.names.born.get(creator) ?? 0;
    this.names.born.delete(creator);
    return mm;
  }

  private stack(cpu: number): Call[] {
    const task = this.S[this.current.base + cpu]!;
    let stack = this.calls.get(task);
    if (stack === undefined) {
      stack = [];
      this.calls.set(task, stack);
    }
    return stack;
  }

  private clean(stack: Call[]): void {
    while (stack.length > 0 && stack.at(-1)!.frame.pc < 0 && stack.at(-1)!.event < 0) stack.pop();
  }

  /** After a step that nothing explains: what was under way on this CPU is forgotten. */
  private abandon(cpu: number): void {
    this.interrupt[cpu] = undefined;
    this.scheduler[cpu] = undefined;
    this.stack(cpu).length = 0;
  }

  private abandonCall(call: Call, row: number, probe: PlannedProbe): void {
    this.tally.unexplained(row, probe, `the design is not through with ${this.whereIs(call)}`);
  }

  // ---- calls -------------------------------------------------------------------------------------------------------

  private newCall(code: number, cpu: number, args: readonly number[]): Call {
    const { locals } = defined(this.input.emitted.codes[code], "codes exist");
    const frame: Frame = { code, cpu, pc: 1, locals: new Float64Array(locals), pick: -1 };
    frame.locals.set(args);
    return { frame, event: -1, args: new Float64Array(8), blocked: false };
  }

  private atOnce(code: number, cpu: number, args: readonly number[]): void {
    this.proceed(this.newCall(code, cpu, args));
  }

  /** Past the event that it is at, to the next one. */
  private advance(call: Call): void {
    call.event = -1;
    this.proceed(call);
    this.finished(call);
  }

  private finished(call: Call): void {
    if (call.frame.pc >= 0 || call.event >= 0) return;
    const { cpu } = call.frame;
    if (this.interrupt[cpu] === call) this.interrupt[cpu] = undefined;
    if (this.scheduler[cpu] === call) this.scheduler[cpu] = undefined;
  }

  private proceed(call: Call): void {
    const { machine } = this;
    this.running = call.frame.cpu;
    for (;;) {
      call.blocked = false;
      if (call.frame.pc < 0) return;
      const stop = machine.run(call.frame);
      if (stop === STOP.event) {
        const event = machine.event();
        const probe = this.input.plan.atEvent.get(event);
        if (probe?.only !== undefined && this.S[this.place(probe.only.cell, probe.only.at, call, 0)] === 0) continue;
        call.event = event;
        call.args.set(machine.args);
        return;
      }
      call.blocked = stop === STOP.blocked;
      if (stop === STOP.limit) this.tally.limit(machine.event());
      return;
    }
  }

  /** Those that wait may go on now. */
  private unblock(): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const call = this.stack(cpu).at(-1);
      if (call?.blocked) {
        this.proceed(call);
        this.clean(this.stack(cpu));
      }
    }
  }

  // ---- fields ------------------------------------------------------------------------------------------------------

  /** Compares what was recorded with what the model has there. */
  private conclude(row: number, cpu: number, probe: PlannedProbe, call: Call | undefined): void {
    let worst: "exact" | "environment" | "unexplained" = "exact";
    for (const field of probe.fields) {
      if (field.given >= 0 && this.raw(row, field.given) === 0) continue;
      const raw = this.raw(row, field.column);
      if (Number.isNaN(raw)) continue;
      if (field.arg >= 0) {
        const expected = this.encode(row, field.column, field.as, cpu);
        const found = call!.args[field.arg]!;
        if (found !== expected) {
          this.tally.mismatch(row, probe, field, expected, found);
          worst = "unexplained";
        }
        continue;
      }
      if (field.as === "slots") {
        if (!this.sameSlots(row, cpu, field)) worst = "unexplained";
        continue;
      }
      const at = this.place(defined(field.cells[0], "a field has a cell"), field.at, call, cpu, row);
      if (at < 0) continue;
      if (this.unset[at] === 1) {
        this.bind(at, row, field, cpu);
        continue;
      }
      if (field.as === "ctx") {
        if (!this.sameCtx(raw, this.S[at]!)) {
          this.tally.mismatch(row, probe, field, this.names.ctx(raw), this.S[at]!);
          worst = "unexplained";
        }
        continue;
      }
      const expected = this.encode(row, field.column, field.as, cpu);
      if (this.S[at] === expected || this.had(at, expected, cpu)) continue;
      this.pending[cpu]!.push({ row, probe, field, at });
    }
    this.tally.step(probe, worst);
  }

  /** Whether another CPU, which is somewhere between its last row and its next, may still have had it so. */
  private had(at: number, expected: number, cpu: number): boolean {
    for (let other = 0; other < this.cpus; other++) {
      if (other === cpu) continue;
      const places = this.writtenAt[other]!;
      for (let i = 0; i < places.length; i++) if (places[i] === at && this.writtenOld[other]![i] === expected) return true;
    }
    return false;
  }

  /** The CPU's next row has come: what was read after its last one has been read. */
  private settle(cpu: number): void {
    for (const { row, probe, field, at } of this.pending[cpu]!) {
      const found = this.S[at]!;
      const expected = this.encode(row, field.column, field.as, cpu);
      if (field.as === "count") {
        this.tally.environment(probe, field.name, expected - found);
        this.S[at] = expected;
      } else this.tally.mismatch(row, probe, field, expected, found);
    }
    this.pending[cpu]!.length = 0;
    this.writtenAt[cpu]!.length = 0;
    this.writtenOld[cpu]!.length = 0;
  }

  private sameCtx(recorded: number, model: number): boolean {
    return this.names.sameCtx(recorded, model, (from, to) => {
      const ids = this.input.plan.slotIds;
      if (ids === undefined) return;
      const end = ids.base + ids.dims.reduce((n, extent) => n * extent, 1);
      for (let at = ids.base; at < end; at++) if (this.S[at] === from) this.S[at] = to;
    });
  }

  private sameSlots(row: number, cpu: number, field: PlannedField): boolean {
    const [ids, gens] = field.cells as [SteppedCell, SteppedCell];
    const list = listAt(this.input.table, this.raw(row, field.column));
    const slots = ids.dims[1] ?? 1;
    const base = cpu * slots;
    for (let slot = 0; slot < Math.min(slots, list.length >> 1); slot++) {
      const [ctx, gen] = [list[2 * slot]!, list[2 * slot + 1]!];
      const at = ids.base + base + slot;
      if (this.unset[at] === 1) {
        this.S[at] = this.names.ctx(ctx);
        this.S[gens.base + base + slot] = gen;
        this.unset[at] = 0;
        continue;
      }
      const model = this.S[at]!;
      const same = (ctx === 0 && model === 0) || (ctx !== 0 && this.sameCtx(ctx, model));
      if (!same) {
        this.tally.slotMismatch(row, field, slot, `ctx ${this.names.ctx(ctx)} in the recording, ${model} in the model`);
        return false;
      }
      // What an empty slot's generation says nobody reads.
      if (ctx !== 0 && this.S[gens.base + base + slot] !== gen) {
        this.tally.slotMismatch(row, field, slot, `gen ${gen} recorded, ${this.S[gens.base + base + slot]} in the model`);
        return false;
      }
    }
    return true;
  }

  private bindField(row: number, cpu: number, field: PlannedField): void {
    if (field.as === "slots") {
      const [ids] = field.cells as [SteppedCell, SteppedCell];
      const slots = ids.dims[1] ?? 1;
      for (let slot = 0; slot < slots; slot++) this.unset[ids.base + cpu * slots + slot] = 1;
      this.sameSlots(row, cpu, field);
      return;
    }
    const at = this.place(defined(field.cells[0], "a field has a cell"), field.at, undefined, cpu, row);
    const own = field.at[0] === "cpu";
    if (at >= 0 && (own || this.unset[at] === 1)) this.bind(at, row, field, cpu);
  }

  private bind(at: number, row: number, field: PlannedField, cpu: number): void {
    this.unset[at] = 0;
    this.S[at] = this.encode(row, field.column, field.as, cpu);
  }

  private learn(row: number, cpu: number, learn: PlannedLearn): void {
    const task =
      learn.task < 0 ? this.S[this.current.base + cpu]! : this.task(this.value(row, learn.task), cpu);
    if (task === 0) return;
    const at = learn.cell.base + task - 1;
    if (this.unset[at] === 0) return;
    const from = learn.self >= 0 ? { row, column: learn.self } : this.ahead(row, cpu, learn);
    if (from === undefined) return;
    this.unset[at] = 0;
    this.S[at] = from.column < 0 ? 0 : this.encode(from.row, from.column, "mm", cpu);
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

  // ---- values ------------------------------------------------------------------------------------------------------

  private raw(row: number, column: number): number {
    const { table } = this.input;
    return table.values[table.args[row]! + column]!;
  }

  /** A number of this row, by column or by name. */
  private value(row: number, column: number | string): number {
    const { table } = this.input;
    const kind = table.kinds[table.kind[row]!]!;
    const at = typeof column === "number" ? column : kind.args.findIndex((arg) => arg.name === column);
    return this.raw(row, at);
  }

  private encode(row: number, column: number, as: PlannedField["as"], cpu: number): number {
    const raw = this.raw(row, column);
    switch (as) {
      case "mm":
        return this.mm(raw);
      case "task":
        return this.task(raw, cpu);
      case "ctx":
        return this.names.ctx(raw);
      case "address": {
        const word = wordValue(this.input.table, raw);
        return word === ALL_ONES ? -1 : Number(word);
      }
      default:
        return raw;
    }
  }

  /** undefined index: -1. */
  private place(
    cell: SteppedCell,
    index: readonly PlannedIndex[],
    call: Call | undefined,
    cpu: number,
    row = 0,
  ): number {
    const on = call?.frame.cpu ?? cpu;
    let at = 0;
    for (const [i, one] of index.entries()) {
      const extent = cell.dims[i]!;
      const value = this.indexOf(one, cell, call, on, row, cpu);
      if (value < 0 || value >= extent) return -1;
      at = at * extent + value;
    }
    return cell.base + at;
  }

  private indexOf(
    one: PlannedIndex,
    cell: SteppedCell,
    call: Call | undefined,
    on: number,
    row: number,
    cpu: number,
  ): number {
    if (one === "cpu") return call === undefined ? cpu : on;
    if (typeof one === "number") return one;
    // Frames are numbered from 0, objects of pools from 1, as 0 is NULL.
    if ("arg" in one) return call!.args[one.arg]! - (cell.name.startsWith("flush_tlb_infos") ? 0 : 1);
    const pointer = this.raw(row, one.column);
    return (cell.name.startsWith("task_struct") ? this.task(pointer, cpu) : this.mm(pointer)) - 1;
  }

  private mm(address: number): Ref {
    if (address === 1) return this.invalidMm;
    const known = this.names.mm(address);
    if (known !== undefined) return known;
    const mm = this.newMm(address);
    this.forgetMm(mm);
    return mm;
  }

  private newMm(address: number): Ref {
    const mm = ++this.names.mms;
    this.names.setMm(address, mm);
    this.atOnce(this.input.plan.entry("conform_mm_init"), 0, [mm]);
    return mm;
  }

  /** Nothing is known of it but that it is there. */
  private forgetMm(mm: Ref): void {
    const { plan } = this.input;
    for (const name of ["mm_struct.context.tlb_gen", "mm_struct.cpu_bitmap"])
      this.unset[plan.cell(name).base + mm - 1] = 1;
    for (const name of ["mm_struct.mm_count", "mm_struct.mm_users"]) {
      this.unset[plan.cell(name).base + mm - 1] = 1;
      this.S[plan.cell(name).base + mm - 1] = UNSEEN_COUNT;
    }
  }

  private task(pid: number, cpu: number): Ref {
    if (pid === 0) return cpu + 1;
    const known = this.names.task(pid);
    if (known !== undefined) return known;
    const task = this.newTask();
    this.names.setTask(pid, task);
    return task;
  }

  private newTask(): Ref {
    const task = ++this.names.tasks;
    this.forgetTask(task);
    return task;
  }

  private forgetTask(task: Ref): void {
    const { plan } = this.input;
    for (const name of ["task_struct.mm", "task_struct.active_mm"]) this.unset[plan.cell(name).base + task - 1] = 1;
  }
}
