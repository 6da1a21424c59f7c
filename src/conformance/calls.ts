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

/** Without spreads: what is made in many ways has many shapes, and code that has seen one of them is compiled anew. */
export function copyOf({ frame, event, args, blocked }: Call): Call {
  const { code, cpu, pc, locals, pick } = frame;
  return { frame: { code, cpu, pc, locals: locals.slice(), pick }, event, args: args.slice(), blocked };
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

/** An access of a CPU. */
interface Access {
  readonly write: boolean;
  readonly cpu: number;
  readonly row: number;
  readonly ordinal: number;
  /** How many rows its CPU had had: only what it does between two of its rows races. */
  readonly rows: number;
}

/** What a CPU has written since its last row: places, and what was there. Its arrays only grow: rows are many. */
interface Writes {
  count: number;
  readonly at: number[];
  readonly old: number[];
}

function copyOfWrites({ count, at, old }: Writes): Writes {
  return { count, at: at.slice(0, count), old: old.slice(0, count) };
}

export interface SavedCalls {
  readonly writes: readonly Writes[];
}

export class Calls implements SteppedHost {
  holds: Hold[] = [];
  /** While it is set, `races` collects what could have happened in another order. */
  recording = false;
  races: Hold[] = [];
  /** How many calls are blocked. */
  waiting = 0;
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
  private writes: Writes[] = [];
  /** By place, while races are recorded; and the rows that each CPU has had. */
  private readonly accesses = new Map<number, Access[]>();
  private rows = new Int32Array(0);
  /** Calls to use again, by code: their arrays cost more than what most calls do. */
  private readonly ended: Call[][] = [];

  attach(world: World): void {
    this.world = world;
    this.plan = world.plan;
    this.ordinals = new Int32Array(world.cpus);
    this.writes = Array.from({ length: world.cpus }, () => ({ count: 0, at: [], old: [] }));
    this.rows = new Int32Array(world.cpus);
  }

  save(): SavedCalls {
    return { writes: this.writes.map(copyOfWrites) };
  }

  restore(saved: SavedCalls): void {
    this.writes = saved.writes.map(copyOfWrites);
    this.held = [];
  }

  /** Somebody is being held back. */
  get holding(): boolean {
    return this.held.length > 0;
  }

  // ---- rows --------------------------------------------------------------------------------------------------------

  take(row: number): void {
    this.row = row;
    // They tell accesses apart only where one is to be held back.
    if (this.holds.length > 0 || this.recording) this.ordinals.fill(0);
  }

  /** The CPU's next row has come: whatever it was held back from, it has done. */
  close(cpu: number): void {
    if (this.held.length > 0) this.release(({ hold }) => hold.cpu === cpu);
    this.rows[cpu]!++;
  }

  /** The row is through. */
  end(): void {
    if (this.held.length > 0) this.release(({ hold }) => hold.until <= this.row);
  }

  forgetWrites(cpu: number): void {
    this.writes[cpu]!.count = 0;
  }

  startRecording(): void {
    this.recording = true;
    this.races = [];
    this.accesses.clear();
  }

  /** Whether a CPU other than `reader`, somewhere between its last row and its next, may still have had it so. */
  had(at: number, value: number, reader: number): boolean {
    for (let cpu = 0; cpu < this.world.cpus; cpu++) {
      if (cpu === reader) continue;
      const writes = this.writes[cpu]!;
      for (let i = 0; i < writes.count; i++) if (writes.at[i] === at && writes.old[i] === value) return true;
    }
    return false;
  }

  // ---- going on ----------------------------------------------------------------------------------------------------

  /** A call that is not yet begun. */
  make(code: number, cpu: number, args: readonly number[]): Call {
    const used = this.ended[code]?.pop();
    if (used === undefined) {
      return { frame: this.world.frame(code, cpu, args), event: -1, args: new Float64Array(ARGS), blocked: false };
    }
    const { frame } = used;
    frame.cpu = cpu;
    frame.pc = 1;
    frame.pick = -1;
    frame.locals.fill(0);
    for (let i = 0; i < args.length; i++) frame.locals[i] = args[i]!;
    return used;
  }

  /** Nobody will ask for this call again, which has ended. */
  forget(call: Call): void {
    if (this.held.length > 0) return;
    const { code } = call.frame;
    this.ended[code] ??= [];
    this.ended[code].push(call);
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
    this.block(call, false);
    while (call.frame.pc >= 0) {
      const stop = machine.run(call.frame);
      if (stop === STOP.access) return;
      if (stop === STOP.event && !this.shown(machine.event(), call)) continue;
      if (stop === STOP.event) {
        call.event = machine.event();
        for (let i = 0; i < ARGS; i++) call.args[i] = machine.args[i]!;
      }
      if (stop === STOP.limit) this.limits.add(machine.event());
      if (stop === STOP.blocked) this.block(call, true);
      break;
    }
    if (this.held.length > 0) this.release(({ release }) => release);
  }

  private block(call: Call, blocked: boolean): void {
    if (call.blocked === blocked) return;
    call.blocked = blocked;
    this.waiting += blocked ? 1 : -1;
  }

  /** Some events are recorded only where there is something to show. */
  private shown(event: number, call: Call): boolean {
    // An interrupt to nobody.
    if (event === this.plan.signal) return this.world.machine.args[0] !== 0;
    const only = this.plan.atEvent[event]?.only;
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
    if (this.recording) this.record(at, { write, cpu, row: this.row, ordinal, rows: this.rows[cpu]! });
    if (write) this.note(at);
    return false;
  }

  private note(at: number): void {
    const writes = this.writes[this.cpu]!;
    writes.at[writes.count] = at;
    writes.old[writes.count++] = this.world.state[at]!;
  }

  /** Under a lock: there is no other order, but rows that take no lock may still have seen what was there. */
  overwrite(at: number): void {
    this.world.unset[at] = 0;
    if (!this.world.isSearched(at)) this.note(at);
  }

  read(at: number): number {
    return this.world.bit(at, this.cpu);
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

  /** Two CPUs, of which one writes: the first one might as well have been second. */
  private record(at: number, access: Access): void {
    const { cpu, write } = access;
    const before = this.accesses.get(at)?.filter((one) => one.rows === this.rows[one.cpu]) ?? [];
    for (const one of before) {
      if (one.cpu === cpu || !(one.write || write)) continue;
      this.races.push({ row: one.row, cpu: one.cpu, ordinal: one.ordinal, until: this.row, at });
    }
    before.push(access);
    this.accesses.set(at, before);
  }
}
