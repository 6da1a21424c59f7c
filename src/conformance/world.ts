// SPDX-License-Identifier: MIT
// The model's machine beside a recording: its state, what of it is not known yet, and which recorded names stand for
// which of its objects. All of it can be saved and brought back.

import { defined } from "../base/assert.ts";
import { argToString, type EventTable, wordValue } from "../events/table.ts";
import type { Frame, SteppedCell, SteppedHost, SteppedMachine } from "../program/stepped.ts";
import { STOP } from "../program/stepped.ts";
import { Names, type Ref } from "./names.ts";
import type { Emitted, Plan, PlannedColumn, PlannedIndex, PlannedPlace, PlannedSearch } from "./plan.ts";
import { ENTRY, INVALID_ADDRESS } from "./protocol.ts";

/**
 * A flush was pending, and the CPU may have been in user mode since: until it is seen, both may be. The design reads no
 * such cell, and what it writes is 1.
 */
export const MAY_BE_PENDING = -1;
/** A function that the design calls nowhere. */
const NOT_CALLED = -1;
/** So many references an mm is taken to have before its count is seen: none of them is the last. */
const UNSEEN_COUNT = 1 << 20;

export interface WorldInput {
  readonly table: EventTable;
  readonly plan: Plan;
  readonly emitted: Emitted;
  readonly instantiate: (host: SteppedHost) => SteppedMachine;
  /** Address of init_mm, encoded as in the table; undefined: not told. */
  readonly initMm: number | undefined;
}

/** A search that a CPU makes, and the number at which it is recorded to have ended; -1: at none. */
interface Sought {
  readonly search: PlannedSearch;
  readonly target: number;
}

export interface SavedWorld {
  readonly sought: readonly (Sought | undefined)[];
  readonly state: Float64Array;
  readonly unset: Uint8Array;
  readonly names: Names;
}

/** How many cells there are. */
export function extent(cell: SteppedCell): number {
  return cell.dims.reduce((n, dim) => n * dim, 1);
}

/** Whose registers and arguments an index means. */
export interface Position {
  readonly row: number;
  readonly cpu: number;
  /** Arguments of the event that a call is at. */
  readonly args: Float64Array | undefined;
}

/** `flush_tlb_func+0x0/0x1f0`: the name, without what compilers append; undefined: NULL. */
export function functionName(table: EventTable, row: number, column: number): string | undefined {
  return /^[A-Za-z_]\w*/.exec(argToString(table, row, column))?.[0];
}

/** Ids are small: the word that holds one in its upper half is a double. */
function upper(word: number): number {
  return Math.floor(word / 2 ** 32);
}

export class World {
  readonly table: EventTable;
  readonly plan: Plan;
  readonly cpus: number;
  readonly machine: SteppedMachine;
  readonly state: Float64Array;
  /** 1: nothing is known of the cell yet. */
  readonly unset: Uint8Array;
  names = new Names();
  /** By CPU. */
  private sought: readonly (Sought | undefined)[] = [];
  private readonly searched: SteppedCell | undefined;
  private readonly emitted: Emitted;
  private readonly invalidMm: Ref;

  constructor(input: WorldInput, host: SteppedHost) {
    this.table = input.table;
    this.plan = input.plan;
    this.emitted = input.emitted;
    this.cpus = input.table.cpus;
    this.machine = input.instantiate(host);
    this.state = this.machine.state;
    this.unset = new Uint8Array(this.state.length);
    this.searched = input.plan.probes.find((probe) => probe?.search !== undefined)?.search?.map;
    this.invalidMm = defined(this.plan.unknown.mm[0]?.dims[0], "mms are a pool") + 1;
    this.atOnce(ENTRY.boot, 0, []);
    this.names.mms = 1;
    if (input.initMm !== undefined) this.names.setMm(input.initMm, 1);
    this.forgetMm(1);
    for (const cell of this.plan.unknown.machine) this.unset.fill(1, cell.base, cell.base + extent(cell));
    this.names.tasks = this.cpus;
    // Idle tasks have no mm, but borrow one.
    for (let cpu = 0; cpu < this.cpus; cpu++) this.unset[this.plan.taskActiveMm.base + cpu] = 1;
  }

  save(): SavedWorld {
    const { sought } = this;
    return { state: this.state.slice(), unset: this.unset.slice(), names: this.names.copy(), sought };
  }

  restore(saved: SavedWorld): void {
    this.state.set(saved.state);
    this.unset.set(saved.unset);
    this.names = saved.names.copy();
    this.sought = saved.sought;
  }

  // ---- calls -------------------------------------------------------------------------------------------------------

  frame(code: number, cpu: number, args: readonly number[]): Frame {
    const { locals } = defined(this.emitted.codes[code], "codes exist");
    const frame: Frame = { code, cpu, pc: 1, locals: new Float64Array(locals), pick: -1 };
    frame.locals.set(args);
    return frame;
  }

  /** An entry that nobody observes on its way. */
  atOnce(entry: string, cpu: number, args: readonly number[]): void {
    this.machine.watch(false);
    const frame = this.frame(this.plan.entry(entry), cpu, args);
    while (this.machine.run(frame) === STOP.event);
    this.machine.watch(true);
  }

  // ---- objects -----------------------------------------------------------------------------------------------------

  current(cpu: number): Ref {
    return this.state[this.plan.current.base + cpu]!;
  }

  isIdle(cpu: number): boolean {
    return this.current(cpu) === cpu + 1;
  }

  /** The mm that lives at an address, as it is encoded in the table. */
  mm(address: number): Ref {
    if (address === INVALID_ADDRESS) return this.invalidMm;
    const known = this.names.mm(address);
    if (known !== undefined) return known;
    const mm = this.newMm(address);
    this.forgetMm(mm);
    return mm;
  }

  newMm(address: number): Ref {
    const { ctxInUse } = this.plan;
    if (ctxInUse !== undefined) this.names.forgetCtx((model) => this.state[ctxInUse.base + model] === 0);
    const mm = ++this.names.mms;
    this.names.setMm(address, mm);
    this.atOnce(ENTRY.mmInit, 0, [mm]);
    return mm;
  }

  /** Nothing is known of it but that it is there. */
  forgetMm(mm: Ref): void {
    const { mm: cells, counts } = this.plan.unknown;
    for (const cell of cells) this.unset[cell.base + mm - 1] = 1;
    for (const cell of counts) {
      this.unset[cell.base + mm - 1] = 1;
      this.state[cell.base + mm - 1] = UNSEEN_COUNT;
    }
  }

  /** Nothing is known any more of what belongs to a CPU, nor of the references that it takes and drops. */
  forgetCpu(cpu: number): void {
    for (const cell of this.plan.unknown.counts) this.unset.fill(1, cell.base, cell.base + this.names.mms);
    for (const cell of this.plan.unknown.machine) {
      const each = extent(cell) / this.cpus;
      if (cell.dims[0] === this.cpus) this.unset.fill(1, cell.base + cpu * each, cell.base + (cpu + 1) * each);
    }
  }

  task(pid: number, cpu: number): Ref {
    if (pid === 0) return cpu + 1; // the idle task
    const known = this.names.task(pid);
    if (known !== undefined) return known;
    const task = this.newTask();
    this.names.setTask(pid, task);
    return task;
  }

  /** An mm that no row names. */
  anonymousMm(): Ref {
    const mm = ++this.names.mms;
    this.atOnce(ENTRY.mmInit, 0, [mm]);
    this.forgetMm(mm);
    return mm;
  }

  newTask(): Ref {
    const task = ++this.names.tasks;
    this.forgetTask(task);
    return task;
  }

  private forgetTask(task: Ref): void {
    for (const cell of this.plan.unknown.task) this.unset[cell.base + task - 1] = 1;
  }

  /** undefined: not known yet. */
  mmOf(task: Ref): Ref | undefined {
    const at = this.plan.taskMm.base + task - 1;
    return this.unset[at] === 1 ? undefined : this.state[at]!;
  }

  /** A task that is born is known. */
  knowTask(task: Ref): void {
    for (const cell of this.plan.unknown.task) this.unset[cell.base + task - 1] = 0;
  }

  // ---- maps of which nothing is known ------------------------------------------------------------------------------

  /** The search that a CPU is about to make ends at this number; -1: it finds none. */
  seek(cpu: number, search: PlannedSearch, result: number): void {
    const { map, generation } = search;
    const numbers = extent(map);
    const id = this.contextId(result);
    const same = Math.floor(id / numbers) * numbers === this.state[generation.base];
    const sought = [...this.sought];
    sought[cpu] = { search, target: same ? id % numbers : -1 };
    this.sought = sought;
  }

  isSearched(at: number): boolean {
    return this.searched !== undefined && at >= this.searched.base && at < this.searched.base + extent(this.searched);
  }

  /** A bit of a map. One of which nothing is known is as the search that reads it shows: it ends where it is free. */
  bit(at: number, cpu: number): number {
    const sought = this.sought[cpu];
    if (this.unset[at] === 0 || sought === undefined) return this.state[at]!;
    const { search, target } = sought;
    const number = at - search.map.base;
    this.unset[at] = 0;
    this.state[at] = number === target && !this.isTaken(search, number) ? 0 : 1;
    return this.state[at]!;
  }

  /** Whether an mm is known to have it. */
  private isTaken({ ids, generation }: PlannedSearch, number: number): boolean {
    const id = this.state[generation.base]! + number;
    for (let mm = 0; mm < this.names.mms; mm++) if (this.state[ids.base + mm] === id) return true;
    return false;
  }

  /** The CPU may have been in user mode. */
  passUserMode(cpu: number): void {
    const { userMode, taskMm } = this.plan;
    const task = this.current(cpu);
    if (userMode === undefined || task === 0 || this.names.kernelThreads.has(task)) return;
    const mmAt = taskMm.base + task - 1;
    const mm = this.state[mmAt]!;
    if (this.unset[mmAt] === 0 && (mm === 0 || mm !== this.state[userMode.loaded.base + cpu])) return;
    const at = this.slots(userMode.pending, cpu).base + this.state[userMode.slot.base + cpu]!;
    if (this.state[at] === 1) this.state[at] = MAY_BE_PENDING;
  }

  // ---- values ------------------------------------------------------------------------------------------------------

  raw(row: number, column: number): number {
    return this.table.values[this.table.args[row]! + column]!;
  }

  /** A column by name; NaN if the row has none. */
  named(row: number, name: string): number {
    const column = this.table.kinds[this.table.kind[row]!]!.args.findIndex((arg) => arg.name === name);
    return column < 0 ? Number.NaN : this.raw(row, column);
  }

  /** A recorded value as the model has such values. */
  encode(row: number, column: PlannedColumn, cpu: number): number {
    return this.encodeRaw(this.raw(row, column.column), row, column, cpu);
  }

  /** The same where the number is at hand. */
  encodeRaw(raw: number, row: number, { column, as, bit }: PlannedColumn, cpu: number): number {
    if (as === "int" || as === "count") return raw;
    if (as === "asid") return this.contextId(raw);
    if (as === "bit1") return (raw >> 1) & 1;
    if (as === "bits") return Number((wordValue(this.table, raw) >> BigInt(bit)) & 1n);
    if (as === "mm") return this.mm(raw);
    if (as === "task") return this.task(raw, cpu);
    if (as === "ctx") return this.names.ctx(raw);
    if (as === "function") return this.functionId(row, column);
    if (as === "ctx_upper") return this.names.ctx(upper(raw));
    if (as !== "address") return raw;
    const word = wordValue(this.table, raw);
    // Signed: kernel addresses are the upper half, and doubles have 53 bits.
    return Number(BigInt.asIntN(64, word));
  }

  /** As compiled: 0 is NULL, and functions are numbered with the events. */
  private functionId(row: number, column: number): number {
    const name = functionName(this.table, row, column);
    return name === undefined ? 0 : this.emitted.events.indexOf(name) + 1 || NOT_CALLED;
  }

  private contextId(recorded: number): number {
    const { recorded: step, model } = defined(this.plan.generations, "ids of contexts are recorded");
    return Math.floor(recorded / step) * model + (recorded % step);
  }

  /** As it would be recorded. */
  recordedId(id: number): number {
    const { recorded, model: step } = defined(this.plan.generations, "ids of contexts are recorded");
    return Math.floor(id / step) * recorded + (id % step);
  }

  /** The context id that a row shows, as recorded. */
  ctx(row: number, { column, as }: PlannedColumn): number {
    return as === "ctx_upper" ? upper(this.raw(row, column)) : this.raw(row, column);
  }

  /** Where in the state; -1: there is no such object. */
  place({ cell, at: index, fixed }: PlannedPlace, position: Position): number {
    if (fixed >= 0) return fixed;
    let at = 0;
    for (let i = 0; i < index.length; i++) {
      const count = cell.dims[i]!;
      const value = this.indexOf(index[i]!, position);
      if (!(value >= 0 && value < count)) return -1;
      at = at * count + value;
    }
    return cell.base + at;
  }

  /** Frames are numbered from 0, objects of pools from 1, as 0 is NULL. */
  private indexOf({ of, n }: PlannedIndex, { row, cpu, args }: Position): number {
    switch (of) {
      case "cpu":
        return cpu;
      case "number":
        return n;
      case "frame":
        return args?.[n] ?? -1;
      case "arg":
        return (args?.[n] ?? 0) - 1;
      case "mm":
        return this.mm(this.raw(row, n)) - 1;
      case "task":
        return this.task(this.raw(row, n), cpu) - 1;
    }
  }

  /** Cells [base, base + n) of a CPU's slots. */
  slots(cell: SteppedCell, cpu: number): { readonly base: number; readonly count: number } {
    const count = cell.dims[1] ?? 1;
    return { base: cell.base + cpu * count, count };
  }

  /** Whether a recorded context id is the model's; what it was called so far is renamed. */
  sameCtx(recorded: number, model: number): boolean {
    return this.names.sameCtx(recorded, model, (from, to) => {
      const { slotIds } = this.plan;
      if (slotIds === undefined) return;
      const end = slotIds.base + extent(slotIds);
      for (let at = slotIds.base; at < end; at++) if (this.state[at] === from) this.state[at] = to;
    });
  }
}
