// SPDX-License-Identifier: MIT
// Compares what a row shows with what the model has there. A probe does not read all at once, nor at its timestamp: a
// cell that others write may have been read at any moment until the CPU's next step. What agrees with nothing at first
// waits (`pending`) until then.

import { defined } from "../base/assert.ts";
import { argToString, listAt } from "../events/table.ts";
import type { Calls } from "./calls.ts";
import { isTarget, type PlannedField, type PlannedPlace, type PlannedProbe } from "./plan.ts";
import { contains, type Signals } from "./signals.ts";
import type { Tally } from "./tally.ts";
import { MAY_BE_PENDING, type Position, type World } from "./world.ts";

/** What one row was found to be, as far as its fields tell; a reason if nothing explains it. */
export type Found = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What a row has shown, and turned out never to have been so. */
export interface Late {
  readonly row: number;
  readonly probe: PlannedProbe;
  readonly reason: string;
}

const OK: Found = { ok: true };

interface Pending {
  readonly row: number;
  readonly probe: PlannedProbe;
  readonly field: PlannedField;
  readonly at: number;
}

const isCtx = ({ as }: PlannedField): boolean => as === "ctx" || as === "ctx_upper";

/** Is told what every field was found to be, once it is known; `model` if it is something else. */
export type Judge = (
  row: number,
  probe: PlannedProbe,
  field: PlannedField,
  outcome: "exact" | "environment" | "unexplained",
  model?: number | string,
) => void;

export interface ObserverHost {
  /** The count was changed by somebody whom no probe sees. */
  environment(probe: PlannedProbe, field: PlannedField, by: number): void;
  /** An interrupt was sent, and its probe has missed it: false, if it has not missed so many. */
  missedSignal(): boolean;
  readonly judged: Judge | undefined;
}

export class Observer {
  private readonly world: World;
  private readonly calls: Calls;
  private readonly signals: Signals;
  private readonly host: ObserverHost;
  private readonly judged: Judge | undefined;
  private pending: Pending[][];

  constructor(world: World, calls: Calls, signals: Signals, host: ObserverHost) {
    this.world = world;
    this.calls = calls;
    this.signals = signals;
    this.host = host;
    this.judged = host.judged;
    this.pending = Array.from({ length: world.cpus }, () => []);
  }

  save(): readonly (readonly Pending[])[] {
    return this.pending.map((list) => [...list]);
  }

  restore(saved: readonly (readonly Pending[])[]): void {
    this.pending = saved.map((list) => [...list]);
  }

  /** All fields of a row, now that the design is at the point that the row shows. */
  compare(probe: PlannedProbe, position: Position): Found {
    const { world } = this;
    let found = OK;
    for (const field of probe.fields) {
      if (field.given >= 0 && world.raw(position.row, field.given) === 0) continue;
      const raw = world.raw(position.row, field.column);
      // "(fault)": the kernel could not read it.
      if (Number.isNaN(raw)) continue;
      const one = this.field(probe, field, raw, position);
      if (!one.ok) found = one;
    }
    return found;
  }

  /** Whether the event's arguments are those of the row. */
  agrees(probe: PlannedProbe, position: Position): boolean {
    return probe.fields.every((field) => field.arg < 0 || isTarget(field) || this.argument(field, position).ok);
  }

  private field(probe: PlannedProbe, field: PlannedField, raw: number, position: Position): Found {
    const { world } = this;
    const { row, cpu } = position;
    if (field.as === "slots") return this.told(this.slots(field, position), probe, field, row);
    if (field.as === "pending_slots") return this.told(this.pendingSlots(field, position), probe, field, row);
    if (isTarget(field)) return this.told(this.targets(field, position), probe, field, row);
    if (field.arg >= 0) {
      return this.told(this.argument(field, position), probe, field, row, position.args?.[field.arg]);
    }
    const at = world.place(defined(field.place, "what is no argument is a cell"), position);
    if (at < 0) return OK;
    const model = world.state[at]!;
    if (world.unset[at] === 1) {
      this.bind(at, field, position);
      return OK;
    }
    if (isCtx(field)) {
      const found = world.sameCtx(world.ctx(row, field), model) ? OK : this.differs(field, row, model);
      return this.told(found, probe, field, row, model);
    }
    const recorded = world.encodeRaw(raw, row, field, cpu);
    if (field.exact)
      return this.told(model === recorded ? OK : this.differs(field, row, model), probe, field, row, model);
    if (model === recorded || this.calls.had(at, recorded, cpu)) this.judged?.(row, probe, field, "exact");
    else this.pending[cpu]!.push({ row, probe, field, at });
    return OK;
  }

  private argument(field: PlannedField, { row, cpu, args }: Position): Found {
    const { world } = this;
    const value = defined(args, "events have arguments")[field.arg]!;
    const model = field.as === "function" ? Math.max(0, value) : value;
    const same = isCtx(field) ? world.sameCtx(world.ctx(row, field), model) : model === world.encode(row, field, cpu);
    return same ? OK : this.differs(field, row, model);
  }

  private told(found: Found, probe: PlannedProbe, field: PlannedField, row: number, model?: number): Found {
    if (this.judged === undefined) return found;
    if (found.ok) this.judged(row, probe, field, "exact");
    else this.judged(row, probe, field, "unexplained", model ?? found.reason);
    return found;
  }

  private differs(field: PlannedField, row: number, model: number): Found {
    const recorded = argToString(this.world.table, row, field.column);
    const has = field.as === "asid" ? `0x${this.world.recordedId(model).toString(16)}` : model;
    return { ok: false, reason: `${field.name}=${recorded} is recorded, and the design has ${has}` };
  }

  /** Slots of the CPU itself: nobody else writes them. */
  private slots(field: PlannedField, { row, cpu }: Position): Found {
    const { world } = this;
    const ids = world.slots(defined(field.place, "slots are cells").cell, cpu);
    const gens = world.slots(defined(field.second, "slots are pairs"), cpu);
    const list = listAt(world.table, world.raw(row, field.column));
    for (let slot = 0; slot < ids.count && 2 * slot + 1 < list.length; slot++) {
      const [ctx, gen] = [list[2 * slot]!, list[2 * slot + 1]!];
      const [id, at] = [ids.base + slot, gens.base + slot];
      if (world.unset[id] === 1) {
        world.unset[id] = 0;
        world.state[id] = world.names.ctx(ctx);
        world.state[at] = gen;
        continue;
      }
      const sameCtx = ctx === 0 ? world.state[id] === 0 : world.sameCtx(ctx, world.state[id]!);
      if (!sameCtx) return { ok: false, reason: `slot ${slot} is of ctx ${ctx}, and in the design of another` };
      // Nobody reads the generation of an empty slot.
      if (ctx !== 0 && world.state[at] !== gen) {
        return { ok: false, reason: `slot ${slot} has generation ${gen}, and in the design ${world.state[at]}` };
      }
    }
    return OK;
  }

  /** Bit 1 is slot 0's. What the CPU may have done in user mode it has done, or not. */
  private pendingSlots(field: PlannedField, { row, cpu }: Position): Found {
    const { world } = this;
    const recorded = world.raw(row, field.column);
    const { base, count } = field.place === undefined ? { base: 0, count: 0 } : world.slots(field.place.cell, cpu);
    let model = 0;
    for (let slot = 0; slot < count; slot++) {
      const bit = 2 ** (slot + 1);
      const at = base + slot;
      if (world.state[at] === MAY_BE_PENDING) world.state[at] = (recorded & bit) === 0 ? 0 : 1;
      if (world.state[at] === 1) model += bit;
    }
    return model === recorded ? OK : this.differs(field, row, model);
  }

  /** An interrupt goes to all for whom there is something new, but for those to whom one is on its way. */
  private targets(field: PlannedField, { row, cpu, args }: Position): Found {
    const { world } = this;
    const model = defined(args, "events have arguments")[field.arg]!;
    const raw = world.raw(row, field.column);
    const recorded = field.as === "target" ? 2 ** raw : raw;
    for (let to = 0; to < world.cpus; to++) {
      if (contains(recorded, to) === contains(model, to)) continue;
      const coming =
        this.signals.isComing(to, row, cpu) || (this.signals.isUnsent(to, row) && this.host.missedSignal());
      if (contains(recorded, to) || !coming) return this.differs(field, row, model);
    }
    return OK;
  }

  /** The state that the recording starts with. What is another CPU's only if nothing is known of it. */
  start(probe: PlannedProbe, position: Position): void {
    this.take(probe, position, (at, { at: [first] }) => first?.of === "cpu" || this.world.unset[at] === 1);
  }

  /** What a row shows of the machine is so: nobody knows how it came about. */
  relearn(probe: PlannedProbe, position: Position): void {
    const { machine } = this.world.plan.unknown;
    this.take(probe, position, (_, { cell }) => machine.includes(cell));
  }

  /** Whether a row shows state of its CPU. */
  showsOwn(probe: PlannedProbe): boolean {
    const { machine } = this.world.plan.unknown;
    return probe.fields.some(({ place }) => place?.at[0]?.of === "cpu" && machine.includes(place.cell));
  }

  private take(probe: PlannedProbe, position: Position, which: (at: number, place: PlannedPlace) => boolean): void {
    const { world } = this;
    for (const field of probe.fields) {
      if (field.as === "slots") {
        const { base, count } = world.slots(defined(field.place, "slots are cells").cell, position.cpu);
        world.unset.fill(1, base, base + count);
        this.slots(field, position);
        continue;
      }
      if (field.place === undefined) continue;
      if (field.as === "pending_slots") {
        const { base, count } = world.slots(field.place.cell, position.cpu);
        world.state.fill(MAY_BE_PENDING, base, base + count);
        this.pendingSlots(field, position);
        continue;
      }
      const at = world.place(field.place, position);
      if (at >= 0 && which(at, field.place)) this.bind(at, field, position);
    }
  }

  private bind(at: number, field: PlannedField, { row, cpu }: Position): void {
    this.world.unset[at] = 0;
    this.world.state[at] = this.world.encode(row, field, cpu);
  }

  /** By name: an address may have got another mm since. */
  private holds({ row, field, at }: Pending, cpu: number): boolean {
    const recorded = this.world.encode(row, field, cpu);
    return this.world.state[at] === recorded || this.calls.had(at, recorded, -1);
  }

  /** What has come true since. */
  check(): void {
    for (let cpu = 0; cpu < this.world.cpus; cpu++) {
      const list = this.pending[cpu]!;
      for (let i = list.length - 1; i >= 0; i--) {
        const one = list[i]!;
        if (!this.holds(one, cpu)) continue;
        this.judged?.(one.row, one.probe, one.field, "exact");
        list.splice(i, 1);
      }
    }
  }

  /** The CPU's next row has come: what was to be read has been read. */
  settle(cpu: number): Late | undefined {
    let found: Late | undefined;
    const list = this.pending[cpu]!;
    for (const one of list) {
      const { row, probe, field, at } = one;
      if (this.holds(one, cpu)) {
        this.judged?.(row, probe, field, "exact");
        continue;
      }
      const model = this.world.state[at]!;
      this.judged?.(row, probe, field, field.as === "count" ? "environment" : "unexplained", model);
      if (field.as !== "count") {
        found = { row, probe, reason: this.reasonOf(field, row, model) };
        continue;
      }
      const recorded = this.world.encode(row, field, cpu);
      this.host.environment(probe, field, recorded - model);
      this.world.state[at] = recorded;
    }
    if (list.length > 0) list.length = 0;
    this.calls.forgetWrites(cpu);
    return found;
  }

  /** The same at the end of the recording: there is nothing left to try in another order. */
  settleLast(cpu: number, tally: Tally): void {
    const open = this.pending[cpu]!.filter((one) => one.field.as !== "count" && !this.holds(one, cpu));
    for (const { row, probe, field, at } of open) {
      tally.turn(row, probe, "unexplained", this.reasonOf(field, row, this.world.state[at]!));
    }
    this.settle(cpu);
  }

  private reasonOf(field: PlannedField, row: number, model: number): string {
    const found = this.differs(field, row, model);
    return found.ok ? "" : found.reason;
  }
}
