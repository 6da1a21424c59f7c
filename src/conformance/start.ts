// SPDX-License-Identifier: MIT
// Where judging starts. A snapshot says what each CPU starts with. Without one, CPUs are known once they have shown
// their state, or, where no row shows a whole CPU, from where something begins; and what a CPU or a task was in the
// middle of when the recording began is passed over.

import { learnAnew } from "./learn.ts";
import type { Ref } from "./names.ts";
import type { Observer } from "./observe.ts";
import type { PlannedProbe } from "./plan.ts";
import { COLUMN } from "./protocol.ts";
import type { World, WorldInput } from "./world.ts";

export interface StartInput extends WorldInput {
  /** Rows that are judged. */
  readonly window: {
    readonly from: number;
    readonly to: number;
    readonly start: "START mark" | "first row";
    /** Then events were lost: what a row before has shown may have been made by them. */
    readonly endsInLoss?: boolean;
  };
}

export interface SavedStart {
  readonly started: Uint8Array;
  readonly silent: ReadonlySet<number>;
  readonly begun: ReadonlySet<number>;
}

export class Start {
  /** The first row that was judged, where rows had to be read for what CPUs start with. */
  judgedFrom = 0;
  private readonly input: StartInput;
  private readonly world: World;
  private readonly observer: Observer;
  /** CPUs whose start is known. */
  private started: Uint8Array;
  /** The recording does not start with a snapshot. */
  readonly learns: boolean;
  /** No row shows the state of a whole CPU either. */
  private readonly byRows: boolean;
  /** CPUs that have not shown their state yet, and will. */
  private silent = new Set<number>();
  /** CPUs, and tasks, that have begun a call since: what the others are in the middle of is not known. */
  private begun = new Set<number>();

  constructor(input: StartInput, world: World, observer: Observer) {
    this.input = input;
    this.world = world;
    this.observer = observer;
    this.started = new Uint8Array(world.cpus);
    this.learns = !input.plan.snapshots || input.window.start === "first row";
    if (this.learns) this.silent = this.showing();
    this.byRows = this.learns && this.silent.size === 0;
  }

  save(): SavedStart {
    return { started: this.started.slice(), silent: new Set(this.silent), begun: new Set(this.begun) };
  }

  restore({ started, silent, begun }: SavedStart): void {
    this.started = started.slice();
    this.silent = new Set(silent);
    this.begun = new Set(begun);
  }

  /** Some CPU may have to show its state, and did not to the end: then nothing was judged. */
  get isJudging(): boolean {
    return !this.learns || this.byRows || this.judgedFrom > 0;
  }

  /** Where no row shows a whole CPU, it starts where something begins. */
  has(cpu: number, probe: PlannedProbe | undefined): boolean {
    if (this.started[cpu] === 1) return true;
    if (!this.byRows || probe === undefined) return false;
    const { role, begins, interrupt } = probe.probe;
    const isBegin = role !== undefined || interrupt !== undefined || (begins !== undefined && !begins.enclosed);
    if (!isBegin) return false;
    this.started[cpu] = 1;
    return true;
  }

  /** A row that is not judged says who is born, and how a CPU starts. */
  take(row: number, probe: PlannedProbe | undefined): void {
    const role = probe?.probe.role;
    if (role === "mm_born") this.world.forgetMm(this.world.newMm(this.world.named(row, COLUMN.mm)));
    else if (role === "task_born") this.world.names.setTask(this.world.named(row, COLUMN.pid), this.world.newTask());
    else if (probe === undefined || row < this.input.window.from) return;
    else if (role === "snapshot") this.snapshot(row, probe);
    else if (this.learns) this.learn(row, probe);
  }

  /** One CPU's state, in the CPU's own row: the first one counts. */
  snapshot(row: number, probe: PlannedProbe): void {
    const cpu = Number(/\d+$/.exec(probe.name)?.[0] ?? this.input.table.cpu[row]!);
    if (cpu >= this.world.cpus || this.started[cpu] === 1) return;
    // A row without the number of a CPU shows all of them.
    if (probe.group === probe.name) this.started.fill(1);
    this.started[cpu] = 1;
    this.observer.start(probe, { row, cpu, args: undefined });
  }

  /** What rows show is taken until every CPU that ever shows its state has done so. */
  private learn(row: number, probe: PlannedProbe): void {
    const cpu = this.input.table.cpu[row]!;
    this.relearn(row, cpu, probe);
    if (this.byRows) return;
    if (probe.probe.starts) this.silent.delete(cpu);
    // It shows what something is going to change.
    else if (this.willChange(probe)) this.silent.add(cpu);
    if (this.silent.size > 0) return;
    this.started.fill(1);
    if (this.judgedFrom === 0) this.judgedFrom = row + 1;
  }

  /** What the CPU is about to do changes its state, and shows when it is through. */
  private willChange(probe: PlannedProbe): boolean {
    return probe.returnShows || this.observer.showsOwn(probe);
  }

  private relearn(row: number, cpu: number, probe: PlannedProbe): void {
    this.observer.relearn(probe, { row, cpu, args: undefined });
    for (const place of probe.changes) {
      const at = this.world.place(place, { row, cpu, args: undefined });
      if (at >= 0) this.world.unset[at] = 1;
    }
    for (const what of probe.passed) learnAnew(this.world, row, cpu, what);
    if (probe.frees >= 0) this.world.names.freeCtx(this.world.raw(row, probe.frees));
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

  // ---- what was begun before ---------------------------------------------------------------------------------------

  /** Whether the CPU has been seen to switch. */
  knows(cpu: number): boolean {
    return this.begun.has(cpu);
  }

  switches(cpu: number): void {
    this.begun.add(cpu);
  }

  /** The task has begun a call, or is new: it is in the middle of nothing that is not known. */
  begins(task: Ref): void {
    this.begun.add(this.taskKey(task));
  }

  /** Whether a row may be of a call that was begun before the recording. */
  mayBeOld(cpu: number): boolean {
    return !this.begun.has(cpu) || !this.begun.has(this.taskKey(this.world.current(cpu)));
  }

  /** What an old call has done shows in its rows only, and some of it in the CPU's next ones. */
  passOver(row: number, cpu: number, probe: PlannedProbe): void {
    if (!this.learns) return;
    this.relearn(row, cpu, probe);
    if (probe.probe.starts || !this.willChange(probe)) return;
    // It shows what it is going to change: the CPU is not known again before it shows what has become of that.
    this.world.forgetCpu(cpu);
    this.started[cpu] = 0;
    this.silent.add(cpu);
    this.begun.delete(cpu);
  }

  /** Tasks in the same set as CPUs. */
  private taskKey(task: Ref): number {
    return this.world.cpus + task;
  }
}
