// SPDX-License-Identifier: MIT
// The model's machine beside a recording: its state, what of it is not known yet, and which recorded names stand for
// which of its objects. All of it can be saved and brought back.

import type { Reading } from "../../model/probes/types.ts";
import { defined } from "../base/assert.ts";
import { type EventTable, wordValue } from "../events/table.ts";
import type { Frame, SteppedCell, SteppedHost, SteppedMachine } from "../program/stepped.ts";
import { STOP } from "../program/stepped.ts";
import { Names, type Ref } from "./names.ts";
import type { Emitted, Plan, PlannedColumn, PlannedIndex, PlannedPlace } from "./plan.ts";
import { ENTRY, INVALID_ADDRESS } from "./protocol.ts";

const ALL_ONES = 0xffff_ffff_ffff_ffffn;
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

export interface SavedWorld {
  readonly state: Float64Array;
  readonly unset: Uint8Array;
  readonly names: Names;
}

/** Whose registers and arguments an index means. */
export interface Position {
  readonly row: number;
  readonly cpu: number;
  /** Arguments of the event that a call is at. */
  readonly args: Float64Array | undefined;
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
    this.invalidMm = defined(this.plan.unknown.mm[0]?.dims[0], "mms are a pool") + 1;
    this.atOnce(ENTRY.boot, 0, []);
    this.names.mms = 1;
    if (input.initMm !== undefined) this.names.setMm(input.initMm, 1);
    this.forgetMm(1);
    this.names.tasks = this.cpus;
    for (let cpu = 0; cpu < this.cpus; cpu++) this.forgetTask(cpu + 1);
  }

  save(): SavedWorld {
    return { state: this.state.slice(), unset: this.unset.slice(), names: this.names.copy() };
  }

  restore(saved: SavedWorld): void {
    this.state.set(saved.state);
    this.unset.set(saved.unset);
    this.names = saved.names.copy();
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

  task(pid: number, cpu: number): Ref {
    if (pid === 0) return cpu + 1;
    const known = this.names.task(pid);
    if (known !== undefined) return known;
    const task = this.newTask();
    this.names.setTask(pid, task);
    return task;
  }

  newTask(): Ref {
    const task = ++this.names.tasks;
    this.forgetTask(task);
    return task;
  }

  private forgetTask(task: Ref): void {
    for (const cell of this.plan.unknown.task) this.unset[cell.base + task - 1] = 1;
  }

  /** A task that is born is known. */
  knowTask(task: Ref): void {
    for (const cell of this.plan.unknown.task) this.unset[cell.base + task - 1] = 0;
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
  encode(row: number, { column, as }: PlannedColumn, cpu: number): number {
    return this.encodeRaw(this.raw(row, column), as, cpu);
  }

  encodeRaw(raw: number, as: Reading, cpu: number): number {
    if (as === "int" || as === "count") return raw;
    if (as === "mm") return this.mm(raw);
    if (as === "task") return this.task(raw, cpu);
    if (as === "ctx") return this.names.ctx(raw);
    if (as !== "address") return raw;
    const word = wordValue(this.table, raw);
    return word === ALL_ONES ? -1 : Number(word);
  }

  /** Where in the state; -1: there is no such object. */
  place({ cell, at: index, fixed }: PlannedPlace, position: Position): number {
    if (fixed >= 0) return fixed;
    let at = 0;
    for (let i = 0; i < index.length; i++) {
      const extent = cell.dims[i]!;
      const value = this.indexOf(index[i]!, position);
      if (!(value >= 0 && value < extent)) return -1;
      at = at * extent + value;
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
      const end = slotIds.base + slotIds.dims.reduce((n, extent) => n * extent, 1);
      for (let at = slotIds.base; at < end; at++) if (this.state[at] === from) this.state[at] = to;
    });
  }
}
