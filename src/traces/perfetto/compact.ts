// SPDX-License-Identifier: MIT
// CompactSched: the sched_switch and sched_waking events of a bundle as parallel arrays, with times as differences and
// names by index. What a switch does not say, who ran before, is who was switched to before: filled in at the end
// (running.ts), once all rows are in order. Until then it is NaN, and the row's pid is -1.

import type { EventTableBuilder } from "../../events/builder.ts";
import { SCHEMAS } from "./schemas.ts";
import type { PrevStates } from "./states.ts";
import { argColumn } from "./typed.ts";
import { Cursor, WIRE } from "./wire.ts";

const SWITCH = { time: 1, prevState: 2, pid: 3, prio: 4, comm: 6 } as const;
const WAKING = { time: 7, pid: 8, cpu: 9, prio: 10, comm: 11, flags: 12 } as const;
const INTERN_TABLE = 5;
const MAX_FIELD = 12;

export type RowSink = (kind: number, time: number, pid: number, commonFlags: number) => void;

export class CompactSched {
  readonly #out: EventTableBuilder;
  readonly #states: PrevStates;
  /** One cursor per array: they are walked side by side. */
  readonly #arrays = Array.from({ length: MAX_FIELD + 1 }, () => new Cursor());
  readonly #has = new Uint8Array(MAX_FIELD + 1);
  #comms: number[] = [];
  #switchKind = -1;
  #wakingKind = -1;

  constructor(out: EventTableBuilder, states: PrevStates) {
    this.#out = out;
    this.#states = states;
  }

  /** The times of the first switch and the first waking; Infinity if there is none. */
  static firstTime(message: Cursor, scratch: Cursor): number {
    let first = Number.POSITIVE_INFINITY;
    while (message.next()) {
      if (message.wire !== WIRE.bytes || (message.field !== SWITCH.time && message.field !== WAKING.time)) continue;
      scratch.open(message.bytes, message.from, message.to);
      if (message.from < message.to && scratch.varint()) first = Math.min(first, scratch.unsigned());
    }
    return first;
  }

  /** Writes rows through `row`; false if the arrays are not of one length or break off. */
  read(message: Cursor, row: RowSink): boolean {
    this.#has.fill(0);
    this.#comms = [];
    while (message.next()) {
      if (message.wire !== WIRE.bytes || message.field > MAX_FIELD) continue;
      if (message.field === INTERN_TABLE) {
        this.#comms.push(this.#out.strings.intern(message.bytes, message.from, message.to));
      } else {
        this.#has[message.field] = 1;
        this.#arrays[message.field]!.open(message.bytes, message.from, message.to);
      }
    }
    const switches = this.#readSwitches(row);
    const wakings = this.#readWakings(row);
    return switches && wakings && !message.broken;
  }

  #readSwitches(row: RowSink): boolean {
    const fields = [SWITCH.time, SWITCH.prevState, SWITCH.pid, SWITCH.prio, SWITCH.comm];
    const [times, states, pids, prios, comms] = this.#open(fields);
    let time = 0;
    while (this.#step(fields)) {
      time += times!.unsigned();
      const comm = this.#comms[comms!.low];
      if (comm === undefined) return false;
      this.#out.value(Number.NaN).value(Number.NaN).value(Number.NaN).value(this.#states.note(states!.signed()));
      this.#out.value(comm).value(pids!.signed()).value(prios!.signed());
      if (this.#switchKind < 0) this.#switchKind = this.#kindOf("sched_switch");
      row(this.#switchKind, time, -1, -1);
    }
    return this.#allRead(fields);
  }

  #readWakings(row: RowSink): boolean {
    const fields = [WAKING.time, WAKING.pid, WAKING.cpu, WAKING.prio, WAKING.comm];
    const [times, pids, cpus, prios, comms] = this.#open(fields);
    const flags = this.#open([WAKING.flags])[0]!;
    let time = 0;
    while (this.#step(fields)) {
      time += times!.unsigned();
      const comm = this.#comms[comms!.low];
      if (comm === undefined) return false;
      this.#out.value(comm).value(pids!.signed()).value(prios!.signed()).value(cpus!.signed());
      if (this.#wakingKind < 0) this.#wakingKind = this.#kindOf("sched_waking");
      const hasFlags = flags.at < flags.end && flags.varint();
      row(this.#wakingKind, time, -1, hasFlags ? flags.low : -1);
    }
    return this.#allRead(fields);
  }

  #kindOf(name: string): number {
    return this.#out.kind(name, SCHEMAS.find((schema) => schema.name === name)!.columns.map(argColumn));
  }

  /** The cursors of these arrays; one that is missing is empty. */
  #open(fields: readonly number[]): Cursor[] {
    return fields.map((field) => {
      const cursor = this.#arrays[field]!;
      return this.#has[field] === 1 ? cursor : cursor.open(cursor.bytes, 0, 0);
    });
  }

  /** Reads one element of each; false if one of them is at its end. */
  #step(fields: readonly number[]): boolean {
    for (const field of fields) if (this.#arrays[field]!.at >= this.#arrays[field]!.end) return false;
    for (const field of fields) if (!this.#arrays[field]!.varint()) return false;
    return true;
  }

  #allRead(fields: readonly number[]): boolean {
    return fields.every((field) => this.#arrays[field]!.at >= this.#arrays[field]!.end && !this.#arrays[field]!.broken);
  }
}
