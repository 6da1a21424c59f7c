// SPDX-License-Identifier: MIT
// Compares what a row shows with what the model has there. A probe does not read all at once, nor at its timestamp: a
// cell that others write may have been read at any moment until the CPU's next step. What agrees with nothing at first
// waits (`pending`) until then.

import { defined } from "../base/assert.ts";
import { argToString, listAt } from "../events/table.ts";
import type { Calls } from "./calls.ts";
import type { PlannedField, PlannedProbe } from "./plan.ts";
import type { Tally } from "./tally.ts";
import type { Position, World } from "./world.ts";

/** What one row was found to be, as far as its fields tell; a reason if nothing explains it. */
export type Found = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const OK: Found = { ok: true };

interface Pending {
  readonly row: number;
  readonly probe: PlannedProbe;
  readonly field: PlannedField;
  readonly at: number;
}

/** The count was changed by somebody whom no probe sees. */
export type Environment = (probe: PlannedProbe, field: PlannedField, by: number) => void;

export class Observer {
  private readonly world: World;
  private readonly calls: Calls;
  private readonly environment: Environment;
  private pending: Pending[][];

  constructor(world: World, calls: Calls, environment: Environment) {
    this.world = world;
    this.calls = calls;
    this.environment = environment;
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

  private field(probe: PlannedProbe, field: PlannedField, raw: number, position: Position): Found {
    const { world } = this;
    const { row, cpu } = position;
    if (field.as === "slots") return this.slots(field, position);
    if (field.arg >= 0) {
      const model = defined(position.args, "events have arguments")[field.arg]!;
      return model === world.encodeRaw(raw, field.as, cpu) ? OK : this.differs(field, row, model);
    }
    const at = world.place(defined(field.place, "what is no argument is a cell"), position);
    if (at < 0) return OK;
    const model = world.state[at]!;
    if (world.unset[at] === 1) {
      this.bind(at, field, position);
      return OK;
    }
    if (field.as === "ctx") {
      return world.sameCtx(raw, model) ? OK : this.differs(field, row, model);
    }
    const recorded = world.encodeRaw(raw, field.as, cpu);
    if (model !== recorded && !this.calls.had(at, recorded, cpu)) this.pending[cpu]!.push({ row, probe, field, at });
    return OK;
  }

  private differs(field: PlannedField, row: number, model: number): Found {
    const recorded = argToString(this.world.table, row, field.column);
    return { ok: false, reason: `${field.name}=${recorded} is recorded, and the design has ${model}` };
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

  /** The state that the recording starts with. What is another CPU's only if nothing is known of it. */
  start(probe: PlannedProbe, position: Position): void {
    const { world } = this;
    for (const field of probe.fields) {
      if (field.as === "slots") {
        const { base, count } = world.slots(defined(field.place, "slots are cells").cell, position.cpu);
        world.unset.fill(1, base, base + count);
        this.slots(field, position);
        continue;
      }
      const place = defined(field.place, "a snapshot shows cells");
      const at = world.place(place, position);
      if (at >= 0 && (place.at[0]?.of === "cpu" || world.unset[at] === 1)) this.bind(at, field, position);
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
      for (let i = list.length - 1; i >= 0; i--) if (this.holds(list[i]!, cpu)) list.splice(i, 1);
    }
  }

  /** The CPU's next row has come: what was to be read has been read. */
  settle(cpu: number): Found {
    let found = OK;
    const list = this.pending[cpu]!;
    for (const one of list) {
      if (this.holds(one, cpu)) continue;
      const { row, probe, field, at } = one;
      const model = this.world.state[at]!;
      if (field.as !== "count") {
        found = { ok: false, reason: `row ${row}, ${probe.name}: ${this.reasonOf(field, row, model)}` };
        continue;
      }
      const recorded = this.world.encode(row, field, cpu);
      this.environment(probe, field, recorded - model);
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
      tally.turn(row, probe, this.reasonOf(field, row, this.world.state[at]!));
    }
    this.settle(cpu);
  }

  private reasonOf(field: PlannedField, row: number, model: number): string {
    const found = this.differs(field, row, model);
    return found.ok ? "" : found.reason;
  }
}
