// SPDX-License-Identifier: MIT
// Calls of the model that are under way. Each goes on by itself to the next event that the recording should show; what
// other CPUs can see of it is noted, and one access may be held back while another CPU goes on (orders.ts).

import type { Frame, SteppedHost } from "../program/stepped.ts";
import { STOP } from "../program/stepped.ts";
import type { Plan } from "./plan.ts";
import type { World } from "./world.ts";

const ARGS = 8;

export interface Call {
  readonly frame: Frame;
  /** The event that it has come to: -1 none. */
  event: number;
  readonly args: Float64Array;
  blocked: boolean;
}

export function copyOf(call: Call): Call {
  const { frame, event, args, blocked } = call;
  return { frame: { ...frame, locals: frame.locals.slice() }, event, args: args.slice(), blocked };
}

export function hasEnded(call: Call): boolean {
  return call.frame.pc < 0 && call.event < 0;
}

/** Another order than the usual one: this access waits until another CPU, at that row, has come to the same place. */
export interface Hold {
  readonly row: number;
  readonly cpu: number;
  readonly ordinal: number;
  readonly until: number;
  readonly at: number;
}

/** A call that is being held. */
interface Held {
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

export interface SavedCalls {
  readonly writtenAt: readonly (readonly number[])[];
  readonly writtenOld: readonly (readonly number[])[];
}

export class Calls implements SteppedHost {
  holds: Hold[] = [];
  /** While it is set, `races` collects what could have happened in another order. */
  recording = false;
  races: Hold[] = [];
  /** Bounds of the model that were hit. */
  readonly limits = new Set<number>();
  private world!: World;
  private plan!: Plan;
  private held: Held[] = [];
  private running: Call | undefined;
  private cpu = 0;
  /** The row that is being taken, and how many accesses each CPU has made for it. */
  private row = 0;
  private ordinals = new Int32Array(0);
  /** What each CPU has written since its last row: places, and what was there. */
  private writtenAt: number[][] = [];
  private writtenOld: number[][] = [];
  private accesses: Access[][] = [];

  attach(world: World): void {
    this.world = world;
    this.plan = world.plan;
    this.ordinals = new Int32Array(world.cpus);
    this.writtenAt = Array.from({ length: world.cpus }, () => []);
    this.writtenOld = Array.from({ length: world.cpus }, () => []);
    this.accesses = Array.from({ length: world.cpus }, () => []);
  }

  save(): SavedCalls {
    return { writtenAt: this.writtenAt.map((list) => [...list]), writtenOld: this.writtenOld.map((list) => [...list]) };
  }

  restore(saved: SavedCalls): void {
    this.writtenAt = saved.writtenAt.map((list) => [...list]);
    this.writtenOld = saved.writtenOld.map((list) => [...list]);
    this.held = [];
  }

  /** Somebody is being held back. */
  get holding(): boolean {
    return this.held.length > 0;
  }

  // ---- rows --------------------------------------------------------------------------------------------------------

  take(row: number): void {
    this.row = row;
    this.ordinals.fill(0);
  }

  /** The CPU's next row has come: whatever it was held back from, it has done. */
  close(cpu: number): void {
    if (this.held.length > 0) this.release(({ hold }) => hold.cpu === cpu);
    if (this.recording) this.accesses[cpu]!.length = 0;
  }

  /** The row is through. */
  end(): void {
    if (this.held.length > 0) this.release(({ hold }) => hold.until <= this.row);
  }

  forgetWrites(cpu: number): void {
    this.writtenAt[cpu]!.length = 0;
    this.writtenOld[cpu]!.length = 0;
  }

  startRecording(): void {
    this.recording = true;
    this.races = [];
    for (const list of this.accesses) list.length = 0;
  }

  /** Whether a CPU other than `reader`, somewhere between its last row and its next, may still have had it so. */
  had(at: number, value: number, reader: number): boolean {
    for (let cpu = 0; cpu < this.world.cpus; cpu++) {
      if (cpu === reader) continue;
      const places = this.writtenAt[cpu]!;
      for (let i = 0; i < places.length; i++) if (places[i] === at && this.writtenOld[cpu]![i] === value) return true;
    }
    return false;
  }

  // ---- going on ----------------------------------------------------------------------------------------------------

  /** A call that is not yet begun. */
  make(code: number, cpu: number, args: readonly number[]): Call {
    return { frame: this.world.frame(code, cpu, args), event: -1, args: new Float64Array(ARGS), blocked: false };
  }

  /** Past the event that it is at. */
  advance(call: Call): void {
    call.event = -1;
    this.proceed(call);
  }

  /** To the next event; not past one that it is at. */
  proceed(call: Call): void {
    if (call.event >= 0) return;
    const { machine } = this.world;
    this.running = call;
    this.cpu = call.frame.cpu;
    call.blocked = false;
    while (call.frame.pc >= 0) {
      const stop = machine.run(call.frame);
      if (stop === STOP.access) return;
      if (stop === STOP.event && !this.shown(machine.event(), call)) continue;
      if (stop === STOP.event) {
        call.event = machine.event();
        call.args.set(machine.args);
      }
      if (stop === STOP.limit) this.limits.add(machine.event());
      call.blocked = stop === STOP.blocked;
      break;
    }
    if (this.held.length > 0) this.release(({ release }) => release);
  }

  /** Some events are recorded only where there is something to show. */
  private shown(event: number, call: Call): boolean {
    const only = this.plan.atEvent.get(event)?.only;
    if (only === undefined) return true;
    const at = this.world.place(only, { row: this.row, cpu: call.frame.cpu, args: undefined });
    return at < 0 || this.world.state[at] !== 0;
  }

  private release(which: (held: Held) => boolean): void {
    for (;;) {
      const index = this.held.findIndex(which);
      if (index < 0) return;
      const [one] = this.held.splice(index, 1);
      if (one !== undefined) this.proceed(one.call);
    }
  }

  // ---- host --------------------------------------------------------------------------------------------------------

  /** What others can see goes by here, before it is read or written. */
  access(at: number, write: boolean): boolean {
    const { cpu } = this;
    const ordinal = this.ordinals[cpu]!++;
    if (this.holds.length > 0 && this.mustWait(at, ordinal)) return true;
    if (this.recording) this.record({ at, write, row: this.row, ordinal });
    if (write) {
      this.writtenAt[cpu]!.push(at);
      this.writtenOld[cpu]!.push(this.world.state[at]!);
    }
    return false;
  }

  /** Whether the running call is to wait here; and whoever waits for just this access may go on soon. */
  private mustWait(at: number, ordinal: number): boolean {
    const { cpu, row } = this;
    for (const one of this.held) {
      if (one.hold.until === row && one.hold.at === at && one.hold.cpu !== cpu) one.release = true;
    }
    const hold = this.holds.find((h) => h.row === row && h.cpu === cpu && h.ordinal === ordinal);
    if (hold === undefined || this.running === undefined) return false;
    this.held.push({ hold, call: this.running, release: false });
    return true;
  }

  private record(access: Access): void {
    for (let cpu = 0; cpu < this.world.cpus; cpu++) {
      if (cpu === this.cpu) continue;
      for (const before of this.accesses[cpu]!) {
        if (before.at !== access.at || !(before.write || access.write)) continue;
        const { row, ordinal, at } = before;
        this.races.push({ row, cpu, ordinal, until: this.row, at });
      }
    }
    this.accesses[this.cpu]!.push(access);
  }
}
