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

function copyOf(call: Call): Call {
  const { frame, event, args, blocked } = call;
  return { frame: { ...frame, locals: frame.locals.slice() }, event, args: args.slice(), blocked };
}

/** Another order than the usual one: this access waits until that CPU, at that row, has come to the same place. */
interface Hold {
  readonly row: number;
  readonly cpu: number;
  readonly ordinal: number;
  readonly until: number;
  readonly at: number;
}

interface ActiveHold {
  readonly hold: Hold;
  readonly call: Call;
  release: boolean;
}

/** An access of a CPU since its last row. */
interface Access {
  readonly at: number;
  readonly write: boolean;
  readonly row: number;
  readonly ordinal: number;
}

/** Everything that changes. */
interface Saved {
  readonly row: number;
  readonly state: Float64Array;
  readonly unset: Uint8Array;
  readonly names: Names;
  readonly started: Uint8Array;
  readonly interrupt: (Call | undefined)[];
  readonly scheduler: (Call | undefined)[];
  readonly calls: Map<Ref, Call[]>;
  readonly writtenAt: number[][];
  readonly writtenOld: number[][];
  readonly pending: Pending[][];
  readonly missed: Map<string, number>;
  readonly tally: Tally;
}

/** A step that nothing explains, so far. */
class Unexplained extends Error {}

const SAVE_EVERY = 64;
const SAVED_MAX = 16;
const LOOK_AHEAD = 48;
const ATTEMPTS_MAX = 300;
const HOLDS_MAX = 3;

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
  tally: Tally;
  private readonly input: SweepInput;
  private readonly machine: SteppedMachine;
  private readonly S: Float64Array;
  /** Cells of which nothing is known yet. */
  private unset: Uint8Array;
  private names = new Names();
  private readonly cpus: number;
  private started: Uint8Array;
  private interrupt: (Call | undefined)[];
  private scheduler: (Call | undefined)[];
  private calls = new Map<Ref, Call[]>();
  /** What each CPU has written since its last row: places, and what was there. */
  private writtenAt: number[][];
  private writtenOld: number[][];
  private pending: Pending[][];
  private missed = new Map<string, number>();
  private running = 0;
  /** The row that is being taken, and how many accesses each CPU has made for it. */
  private now = 0;
  private readonly ordinals: Int32Array;
  private runs: Call | undefined;
  private holds: Hold[] = [];
  private active: ActiveHold[] = [];
  private recording = false;
  private races: Hold[] = [];
  private readonly accesses: Access[][];
  private saved: Saved[] = [];
  /** Rows that nothing explains: taken as they are. */
  private readonly accepted = new Set<number>();
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
    this.ordinals = new Int32Array(this.cpus);
    this.accesses = Array.from({ length: this.cpus }, () => []);
    this.pending = Array.from({ length: this.cpus }, () => []);
    this.tally = new Tally(table);
    this.current = plan.cell("pcpu_hot.current_task");
    this.invalidMm = defined(plan.cell("mm_struct.mm_count").dims[0], "a pool has a size") + 1;
    this.boot();
  }

  /** What others can see goes by here, before it is read or written. */
  access(at: number, write: boolean): boolean {
    const cpu = this.running;
    const ordinal = this.ordinals[cpu]!++;
    if (this.holds.length > 0 && this.held(at, ordinal)) return true;
    if (this.recording) this.record({ at, write, row: this.now, ordinal });
    if (write) {
      this.writtenAt[cpu]!.push(at);
      this.writtenOld[cpu]!.push(this.S[at]!);
    }
    return false;
  }

  /** Whether the running call is to wait here; and whoever waits for just this access may go on soon. */
  private held(at: number, ordinal: number): boolean {
    for (const active of this.active)
      if (active.hold.until === this.now && active.hold.at === at && active.hold.cpu !== this.running)
        active.release = true;
    const hold = this.holds.find((h) => h.row === this.now && h.cpu === this.running && h.ordinal === ordinal);
    if (hold === undefined || this.runs === undefined) return false;
    this.active.push({ hold, call: this.runs, release: false });
    return true;
  }

  private record(access: Access): void {
    for (let other = 0; other < this.cpus; other++) {
      if (other === this.running) continue;
      for (const before of this.accesses[other]!) {
        if (before.at !== access.at || !(before.write || access.write)) continue;
        const { row, ordinal, at } = before;
        this.races.push({ row, cpu: other, ordinal, until: this.now, at });
      }
    }
    this.accesses[this.running]!.push(access);
  }

  private release(which: (active: ActiveHold) => boolean): void {
    for (;;) {
      const index = this.active.findIndex(which);
      if (index < 0) return;
      const [{ call }] = this.active.splice(index, 1) as [ActiveHold];
      this.proceed(call);
      this.finished(call);
    }
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
    const { window } = this.input;
    for (let row = 0; row < window.to; ) {
      if (row % SAVE_EVERY === 0) this.save(row);
      const end = Math.min(window.to, (Math.floor(row / SAVE_EVERY) + 1) * SAVE_EVERY);
      row = this.attempt(row, end);
      if (this.failed) row = this.explain(row);
    }
    for (let cpu = 0; cpu < this.cpus; cpu++) this.settle(cpu);
    return this.tally;
  }

  /** Takes rows [from, to) and returns the first that nothing explains, or `to`. */
  private attempt(from: number, to: number): number {
    this.failed = false;
    for (let row = from; row < to; row++) {
      try {
        this.take(row);
      } catch (error) {
        if (!(error instanceof Unexplained)) throw error;
        this.failed = true;
        return row;
      }
    }
    return to;
  }

  private failed = false;

  private take(row: number): void {
    const { table, window, plan } = this.input;
    const probe = plan.probes[table.kind[row]!];
    const cpu = table.cpu[row]!;
    this.now = row;
    this.ordinals.fill(0);
    if (row < window.from || this.started[cpu] === 0) this.before(row, cpu, probe, row >= window.from);
    else if (probe === undefined) this.tally.unjudged(row);
    else this.row(row, cpu, probe);
  }

  /** Another order that explains the row, or none: then the row is counted. Returns the row to go on with. */
  private explain(row: number): number {
    const next = this.search(row);
    if (next > row) return next;
    this.accepted.add(row);
    return this.attempt(this.restore(this.saved.length - 1), row + 1);
  }

  /** Tries other orders of what raced; returns the row up to which one of them explains all, or `failed`. */
  private search(failed: number): number {
    const before = [...this.holds];
    const target = Math.min(this.input.window.to, failed + LOOK_AHEAD);
    this.attempts = 0;
    let best = { row: failed, holds: before, from: 0 };
    for (const back of [1, SAVED_MAX]) {
      const from = Math.max(0, this.saved.length - 1 - back);
      const found = this.deepen(from, before, failed, target, 1);
      if (found.row > best.row) best = { ...found, from };
      if (best.row >= target || from === 0) break;
    }
    if (best.row === failed) {
      this.holds = before;
      return failed;
    }
    this.holds = best.holds;
    const row = this.attempt(this.restore(best.from), best.row);
    this.saved.length = best.from + 1;
    return row;
  }

  private attempts = 0;

  private deepen(
    from: number,
    holds: Hold[],
    failed: number,
    target: number,
    depth: number,
  ): { row: number; holds: Hold[] } {
    const races = this.racesUntil(from, holds, failed);
    let best = { row: failed, holds };
    for (const race of races) {
      if (this.attempts++ > ATTEMPTS_MAX) break;
      const more = [...holds, race];
      this.holds = more;
      const row = this.attempt(this.restore(from), target);
      if (row > best.row) best = { row, holds: more };
      if (best.row >= target) return best;
    }
    if (best.row > failed || depth >= HOLDS_MAX) return best;
    for (const race of races) {
      if (this.attempts > ATTEMPTS_MAX) break;
      const found = this.deepen(from, [...holds, race], failed, target, depth + 1);
      if (found.row > best.row) return found;
    }
    return best;
  }

  /** What raced on the way to the row that failed: the CPUs that it concerns first, the latest first. */
  private racesUntil(from: number, holds: Hold[], failed: number): Hold[] {
    this.holds = holds;
    this.races = [];
    for (const list of this.accesses) list.length = 0;
    this.recording = true;
    this.attempt(this.restore(from), failed + 1);
    this.recording = false;
    const { table } = this.input;
    const cpu = table.cpu[failed]!;
    const key = (h: Hold): string => `${h.row} ${h.cpu} ${h.ordinal} ${h.until}`;
    const concerns = (h: Hold): number => (h.cpu === cpu || table.cpu[h.until] === cpu ? 1 : 0);
    const unique = new Map(this.races.map((race) => [key(race), race]));
    return [...unique.values()].sort((a, b) => concerns(b) - concerns(a) || b.until - a.until || b.row - a.row);
  }

  private save(row: number): void {
    if (this.saved.at(-1)?.row === row) return;
    this.saved.push({
      row,
      state: this.S.slice(),
      unset: this.unset.slice(),
      names: this.names.copy(),
      started: this.started.slice(),
      interrupt: this.interrupt.map((call) => call && copyOf(call)),
      scheduler: this.scheduler.map((call) => call && copyOf(call)),
      calls: new Map([...this.calls].filter(([, list]) => list.length > 0).map(([t, list]) => [t, list.map(copyOf)])),
      writtenAt: this.writtenAt.map((list) => [...list]),
      writtenOld: this.writtenOld.map((list) => [...list]),
      pending: this.pending.map((list) => [...list]),
      missed: new Map(this.missed),
      tally: this.tally.copy(),
    });
    if (this.saved.length > SAVED_MAX) this.saved.shift();
    const oldest = this.saved[0]!.row;
    this.holds = this.holds.filter((hold) => hold.until >= oldest);
  }

  /** Goes back to a saved state. Returns its row. */
  private restore(index: number): number {
    const saved = this.saved[index]!;
    this.S.set(saved.state);
    this.unset.set(saved.unset);
    this.names = saved.names.copy();
    this.started.set(saved.started);
    this.interrupt = saved.interrupt.map((call) => call && copyOf(call));
    this.scheduler = saved.scheduler.map((call) => call && copyOf(call));
    this.calls = new Map([...saved.calls].map(([task, list]) => [task, list.map(copyOf)]));
    this.writtenAt = saved.writtenAt.map((list) => [...list]);
    this.writtenOld = saved.writtenOld.map((list) => [...list]);
    this.pending = saved.pending.map((list) => [...list]);
    this.missed = new Map(saved.missed);
    this.tally = saved.tally.copy();
    this.active = [];
    return saved.row;
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
    if (this.active.length > 0) this.release(({ hold }) => hold.cpu === cpu);
    if (this.recording) this.accesses[cpu]!.length = 0;
    this.settle(cpu);
    this.running = cpu;
    this.follow(row, cpu);
    for (const learn of probe.learns) this.learn(row, cpu, learn);
    if (role === "mm_born") this.mmBorn(row, cpu, probe);
    else if (role === "task_born") this.taskBorn(row, cpu, probe);
    else this.judge(row, cpu, probe);
    if (this.active.length > 0) this.release(({ hold }) => hold.until <= row);
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
    this.fail(row, probe, `the design is elsewhere: ${at}`);
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

  private fail(row: number, probe: PlannedProbe, reason: string): void {
    if (!this.accepted.has(this.now)) throw new Unexplained();
    this.tally.unexplained(row, probe, reason);
  }

  private mismatch(row: number, probe: PlannedProbe, field: PlannedField, expected: number, found: number): void {
    if (!this.accepted.has(this.now)) throw new Unexplained();
    this.tally.mismatch(row, probe, field, expected, found);
  }

  private slotMismatch(row: number, field: PlannedField, slot: number, what: string): void {
    if (!this.accepted.has(this.now)) throw new Unexplained();
    this.tally.slotMismatch(row, field, slot, what);
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
      this.fail(row, probe, "no request is on its way to this CPU");
      return undefined;
    }
    this.interrupt[cpu] = call;
    return call;
  }

  private begin(row: number, cpu: number, probe: PlannedProbe, stack: Call[]): Call | undefined {
    const begins = defined(probe.begins, "asked");
    const current = this.S[this.current.base + cpu]!;
    const args = begins.args.map((arg) => {
      if (arg === "born") return this.takeBorn(current);
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
    this.fail(row, probe, `the design does not come to it: ${this.whereIs(call)}`);
    this.clean(stack);
    return undefined;
  }

  private takeBorn(creator: Ref): Ref {
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
    this.fail(row, probe, `the design is not through with ${this.whereIs(call)}`);
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
      this.runs = call;
      const stop = machine.run(call.frame);
      if (stop === STOP.access) return;
      if (stop === STOP.event) {
        const event = machine.event();
        const probe = this.input.plan.atEvent.get(event);
        if (probe?.only !== undefined && this.S[this.place(probe.only.cell, probe.only.at, call, 0)] === 0) continue;
        call.event = event;
        call.args.set(machine.args);
        break;
      }
      call.blocked = stop === STOP.blocked;
      if (stop === STOP.limit) this.tally.limit(machine.event());
      break;
    }
    if (this.active.length > 0) this.release(({ release }) => release);
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
          this.mismatch(row, probe, field, expected, found);
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
          this.mismatch(row, probe, field, this.names.ctx(raw), this.S[at]!);
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
      } else this.mismatch(row, probe, field, expected, found);
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
        this.slotMismatch(row, field, slot, `ctx ${this.names.ctx(ctx)} in the recording, ${model} in the model`);
        return false;
      }
      // What an empty slot's generation says nobody reads.
      if (ctx !== 0 && this.S[gens.base + base + slot] !== gen) {
        this.slotMismatch(row, field, slot, `gen ${gen} recorded, ${this.S[gens.base + base + slot]} in the model`);
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
