// SPDX-License-Identifier: MIT
// The search. By itself, a call does everything as early as its rows allow. Where that explains nothing, what raced is
// tried the other way round: an access is held back until another CPU has come to the same cell. From a saved state a
// few hundred rows back, with up to HOLDS_MAX such changes, the fewest first.

import { assert, defined } from "../base/assert.ts";
import type { Hold } from "./calls.ts";
import { type SavedSweep, Sweep, type SweepInput, UNEXPLAINED } from "./sweep.ts";
import type { Tally } from "./tally.ts";

/** Few rows fail: the state is saved now and then, and more densely only where one has (`refine`). */
const SAVE_EVERY = 1024;
const SAVE_DENSELY = 64;
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

/** Holds the design against a recording without losses. */
export function conformStretch(input: SweepInput, options: Options = {}): Conformed {
  return new Orders(input).run(options);
}

export interface Conformed {
  readonly tally: Tally;
  /** All rows were taken. */
  readonly complete: boolean;
  /** Rows before it only served to learn what CPUs start with (perhaps all); 0: there were none of these. */
  readonly judgedFrom: number;
  /** Bounds of the model that were hit, by number. */
  readonly limits: ReadonlySet<number>;
}

interface Best {
  /** The first row that this order does not explain. */
  readonly row: number;
  readonly holds: readonly Hold[];
  /** Index of the saved state from which on it is another order. */
  readonly from: number;
}

/** Rows that are gone again in other orders: from a saved state on, past the row that failed, to `target`. */
interface Stretch {
  /** Index of the saved state. */
  readonly from: number;
  readonly failed: number;
  readonly target: number;
}

/** The next row that is a multiple of `step`. */
function after(row: number, step: number): number {
  return (Math.floor(row / step) + 1) * step;
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
      row = this.attempt(row, Math.min(this.end, after(row, SAVE_EVERY)));
      if (this.failed) row = this.explain(row);
      if (enough?.(this.sweep.tally)) break;
    }
    this.sweep.finish();
    const { tally, start, calls } = this.sweep;
    const judgedFrom = start.isJudging ? start.judgedFrom : this.end;
    return { tally, judgedFrom, complete: row >= this.end, limits: calls.limits };
  }

  /** Takes rows [from, to); returns the first that nothing explains, or `to`. */
  private attempt(from: number, to: number): number {
    this.failed = false;
    for (let row = from; row < to; row++) {
      try {
        this.sweep.take(row);
      } catch (error) {
        if (error !== UNEXPLAINED) throw error;
        this.failed = true;
        return row;
      }
    }
    return to;
  }

  /** Another order that explains the row, or none: then the row is counted. Returns the row to go on with. */
  private explain(row: number): number {
    this.refine(row);
    const next = this.search(row);
    if (next > row) return next;
    this.sweep.accepted.set(row, this.attempts > ATTEMPTS_MAX ? "unknown" : "unexplained");
    // No more rows are searched for: of those that fail it is not known.
    if (++this.vain >= VAIN_MAX) this.sweep.acceptsAll = true;
    return this.attempt(this.sweep.restore(defined(this.saved.at(-1), "row 0 is saved")), row + 1);
  }

  /** Goes the last rows again, as they were gone, and saves as often as a search needs it. */
  private refine(failed: number): void {
    const first = Math.max(0, after(failed, SAVE_DENSELY) - SAVED_MAX * SAVE_DENSELY);
    while (this.saved.length > 1 && this.saved.at(-1)!.row > first) this.saved.pop();
    let row = this.sweep.restore(defined(this.saved.at(-1), "row 0 is saved"));
    while (row < failed) {
      row = this.attempt(row, Math.min(failed, after(row, SAVE_DENSELY)));
      assert(!this.failed, "what has been gone can be gone again");
      if (row % SAVE_DENSELY === 0) this.save(row);
    }
  }

  private search(failed: number): number {
    const { calls } = this.sweep;
    const before = calls.holds;
    const target = Math.min(this.end, failed + LOOK_AHEAD);
    this.attempts = 0;
    let best: Best = { row: failed, holds: before, from: 0 };
    for (const back of [1, SAVED_MAX]) {
      const from = Math.max(0, this.saved.length - 1 - back);
      const found = this.deepen({ from, failed, target }, before, []);
      if (found.row > best.row) best = found;
      if (best.row >= target || from === 0) break;
    }
    calls.holds = [...best.holds];
    if (best.row === failed) return failed;
    const row = this.attempt(this.sweep.restore(this.saved[best.from]!), best.row);
    this.saved.length = best.from + 1;
    return row;
  }

  /** `before`: what is held back already; `tried`: what else, so far. */
  private deepen(stretch: Stretch, before: readonly Hold[], tried: readonly Hold[]): Best {
    const { from, failed, target } = stretch;
    const races = this.racesOn(stretch, [...before, ...tried]);
    let best: Best = { row: failed, holds: before, from };
    for (const race of races) {
      if (this.attempts++ > ATTEMPTS_MAX) break;
      const more = [...tried, race];
      const holds = [...before, ...more];
      const start = Math.max(from, this.lastSavedBefore(more));
      const row = this.inOrder(start, holds, target);
      if (row > best.row) best = { row, holds, from: start };
      if (best.row >= target) return best;
    }
    if (best.row > failed || tried.length + 1 >= HOLDS_MAX) return best;
    for (const race of races) {
      if (this.attempts > ATTEMPTS_MAX) break;
      const found = this.deepen(stretch, before, [...tried, race]);
      if (found.row > best.row) return found;
    }
    return best;
  }

  /** Up to there nothing is new, with these holds. */
  private lastSavedBefore(holds: readonly Hold[]): number {
    const first = Math.min(...holds.map((hold) => hold.row));
    return this.saved.findLastIndex((saved) => saved.row <= first);
  }

  private inOrder(from: number, holds: readonly Hold[], target: number): number {
    this.sweep.calls.holds = [...holds];
    return this.attempt(this.sweep.restore(this.saved[from]!), target);
  }

  /** What raced on the way to the row that failed: what concerns its CPU first, the latest first. */
  private racesOn({ from, failed }: Stretch, holds: readonly Hold[]): Hold[] {
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
    // Who is held back is not saved.
    if (this.saved.at(-1)?.row === row || this.sweep.calls.holding || this.sweep.acceptsAll) return;
    this.saved.push(this.sweep.save(row));
    if (this.saved.length > SAVED_MAX) this.saved.shift();
    const oldest = this.saved[0]!.row;
    const { calls } = this.sweep;
    if (calls.holds.length > 0) calls.holds = calls.holds.filter((hold) => hold.until >= oldest);
  }
}
