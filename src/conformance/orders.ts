// SPDX-License-Identifier: MIT
// The search. By itself, a call does everything as early as its rows allow. Where that explains nothing, what raced is
// tried the other way round: an access is held back until another CPU has come to the same cell. From a saved state a
// few hundred rows back, with up to HOLDS_MAX such changes, the fewest first.

import type { Hold } from "./calls.ts";
import { type SavedSweep, Sweep, type SweepInput, Unexplained } from "./sweep.ts";
import type { Tally } from "./tally.ts";

const SAVE_EVERY = 64;
const SAVED_MAX = 16;
/** An order is taken if it explains so many rows more, or else the one that explains the most. */
const LOOK_AHEAD = 48;
const HOLDS_MAX = 3;
/** Orders that are tried for one row, and rows for which that was in vain: then no more are. */
const ATTEMPTS_MAX = 300;
const VAIN_MAX = 12;

export interface Options {
  /** Rows done so far; true stops. */
  readonly progress?: (done: number, total: number) => boolean;
  /** Looked at when a row is explained by no order: true stops. */
  readonly enough?: (tally: Tally) => boolean;
}

/** Holds the design against the recording. */
export function conform(input: SweepInput, options: Options = {}): Conformed {
  return new Orders(input).run(options);
}

export interface Conformed {
  readonly tally: Tally;
  /** All rows were taken. */
  readonly complete: boolean;
  /** Bounds of the model that were hit, by number. */
  readonly limits: ReadonlySet<number>;
}

interface Best {
  /** The first row that this order does not explain. */
  readonly row: number;
  readonly holds: readonly Hold[];
}

class Orders {
  private readonly sweep: Sweep;
  private readonly end: number;
  private saved: SavedSweep[] = [];
  private attempts = 0;
  private vain = 0;
  private failed = false;

  constructor(input: SweepInput) {
    this.sweep = new Sweep(input);
    this.end = input.window.to;
  }

  run({ progress, enough }: Options): Conformed {
    let row = 0;
    while (row < this.end) {
      if (row % SAVE_EVERY === 0) {
        this.save(row);
        if (progress?.(row, this.end)) break;
      }
      row = this.attempt(row, Math.min(this.end, (Math.floor(row / SAVE_EVERY) + 1) * SAVE_EVERY));
      if (this.failed) row = this.explain(row);
      if (enough?.(this.sweep.tally)) break;
    }
    this.sweep.finish();
    return { tally: this.sweep.tally, complete: row >= this.end, limits: this.sweep.calls.limits };
  }

  /** Takes rows [from, to); returns the first that nothing explains, or `to`. */
  private attempt(from: number, to: number): number {
    this.failed = false;
    for (let row = from; row < to; row++) {
      try {
        this.sweep.take(row);
      } catch (error) {
        if (!(error instanceof Unexplained)) throw error;
        this.failed = true;
        return row;
      }
    }
    return to;
  }

  /** Another order that explains the row, or none: then the row is counted. Returns the row to go on with. */
  private explain(row: number): number {
    const gaveUp = this.vain >= VAIN_MAX;
    const next = gaveUp ? row : this.search(row);
    if (next > row) return next;
    this.vain++;
    this.sweep.accepted.set(row, !gaveUp && this.attempts > ATTEMPTS_MAX ? "unknown" : "unexplained");
    const last = this.saved.length - 1;
    return this.attempt(this.sweep.restore(this.saved[last]!), row + 1);
  }

  private search(failed: number): number {
    const { calls } = this.sweep;
    const before = calls.holds;
    const target = Math.min(this.end, failed + LOOK_AHEAD);
    this.attempts = 0;
    let best: Best & { readonly from: number } = { row: failed, holds: before, from: 0 };
    for (const back of [1, SAVED_MAX]) {
      const from = Math.max(0, this.saved.length - 1 - back);
      const found = this.deepen(from, before, failed, target, 1);
      if (found.row > best.row) best = { ...found, from };
      if (best.row >= target || from === 0) break;
    }
    calls.holds = [...best.holds];
    if (best.row === failed) return failed;
    const row = this.attempt(this.sweep.restore(this.saved[best.from]!), best.row);
    this.saved.length = best.from + 1;
    return row;
  }

  private deepen(from: number, holds: readonly Hold[], failed: number, target: number, depth: number): Best {
    const races = this.racesOn(from, holds, failed);
    let best: Best = { row: failed, holds };
    for (const race of races) {
      if (this.attempts++ > ATTEMPTS_MAX) break;
      const more = [...holds, race];
      const row = this.inOrder(from, more, target);
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

  private inOrder(from: number, holds: readonly Hold[], target: number): number {
    this.sweep.calls.holds = [...holds];
    return this.attempt(this.sweep.restore(this.saved[from]!), target);
  }

  /** What raced on the way to the row that failed: what concerns its CPU first, the latest first. */
  private racesOn(from: number, holds: readonly Hold[], failed: number): Hold[] {
    const { calls, input } = this.sweep;
    calls.startRecording();
    this.inOrder(from, holds, failed + 1);
    calls.recording = false;
    const cpu = input.table.cpu[failed];
    const concerns = (race: Hold): number => (race.cpu === cpu || input.table.cpu[race.until] === cpu ? 1 : 0);
    const key = (race: Hold): string => `${race.row} ${race.cpu} ${race.ordinal} ${race.until}`;
    const unique = new Map(calls.races.map((race) => [key(race), race]));
    return [...unique.values()].sort((a, b) => concerns(b) - concerns(a) || b.until - a.until || b.row - a.row);
  }

  private save(row: number): void {
    if (this.saved.at(-1)?.row === row) return;
    this.saved.push(this.sweep.save(row));
    if (this.saved.length > SAVED_MAX) this.saved.shift();
    const oldest = this.saved[0]!.row;
    const { calls } = this.sweep;
    if (calls.holds.length > 0) calls.holds = calls.holds.filter((hold) => hold.until >= oldest);
  }
}
