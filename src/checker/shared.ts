// SPDX-License-Identifier: MIT
// What the workers of one search share: mailboxes, and a few counters by which they agree on levels and on the end.
// Plain buffers, for any kind of thread.
import { ownerFunction } from "./route-code.ts";
import type { Progress } from "./search.ts";

/** States that a mailbox has room for, unless a test wants other sizes; a power of two. */
const MAILBOX_STATES = 1 << 13;

/** What the workers share: plain buffers, for any kind of thread. */
export interface Shared {
  /** PACT of whoever made it. */
  readonly pact: string;
  readonly workers: number;
  readonly control: Int32Array;
  /** mailboxes[i][j]: from worker i to worker j. */
  readonly mailboxes: readonly (readonly Int32Array[])[];
}

/** Places in `control`. */
export const AT = {
  /** 1 + the number of the reason (ENDS) for which all are to stop, or 0. */
  stop: 0,
  /** Changes whenever somebody may have waited for it. */
  bell: 1,
  /** How often somebody has expanded all its states of a level, and how often stored all of the next. */
  expanded: 2,
  closed: 3,
  /** Not 0: a violation was found, and it is to end the search. */
  violated: 4,
  /** Stored by all. */
  states: 5,
  workers: 8,
} as const;

/** Places in a worker's part of `control`. */
export const OF = {
  found: 0,
  states: 1,
  queued: 2,
  depth: 3,
  megabytes: 4,
  transitions: 5,
  transitionsHigh: 6,
} as const;
const PART = 8;

export function placeOf(worker: number, what: number): number {
  return AT.workers + PART * worker + what;
}

/** The two counters of a mailbox. */
export function placeOfMailbox(workers: number, from: number, to: number): number {
  return AT.workers + PART * workers + 2 * (from * workers + to);
}

/** What ends a search for all workers. `failed`: one of them is gone. */
const ENDS = ["time", "stopped", "states", "memory", "failed"] as const;
export type End = (typeof ENDS)[number];

/**
 * What all have to agree on. A thread loads its code from a file, which may be of another build than what starts it;
 * workers that put a state, or a counter, in different places would lose states, and call the rest safe.
 */
const PACT = JSON.stringify([AT, OF, PART, ENDS, `${ownerFunction(2, "all", 2)}`, `${ownerFunction(2, 0, 2)}`]);

export function isOfOurBuild({ pact }: Shared): boolean {
  return pact === PACT;
}

export function createShared(workers: number, words: number, mailboxStates = MAILBOX_STATES): Shared {
  const shared = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));
  const to = Array.from({ length: workers }, (_, i) => i);
  return {
    pact: PACT,
    workers,
    control: shared(placeOfMailbox(workers, workers, 0)),
    mailboxes: to.map((i) => to.map((j) => shared(i === j ? 0 : mailboxStates * words))),
  };
}

export function bytesOf({ mailboxes }: Shared): number {
  return mailboxes.flat().reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Has all workers stop; the first reason stands. */
export function stopAll({ control }: Shared, why: End): void {
  Atomics.compareExchange(control, AT.stop, 0, 1 + ENDS.indexOf(why));
  ring(control);
}

export function endOf({ control }: Shared): End | undefined {
  return ENDS[Atomics.load(control, AT.stop) - 1];
}

export function ring(control: Int32Array): void {
  Atomics.add(control, AT.bell, 1);
  Atomics.notify(control, AT.bell);
}

/** What the bell stands at: to be read before step(), for waitForBell(). */
export function bellOf({ control }: Shared): number {
  return Atomics.load(control, AT.bell);
}

/** Waits until the bell has been rung since it stood at `seen`. */
export function waitForBell({ control }: Shared, seen: number): void {
  Atomics.wait(control, AT.bell, seen, 1000);
}

/** What all workers together have come to, while they are at work. */
export function tally({ control, workers }: Shared): Omit<Progress, "seconds"> {
  const ids = Array.from({ length: workers }, (_, id) => id);
  const each = (what: number): number[] => ids.map((id) => Atomics.load(control, placeOf(id, what)));
  const sum = (what: number): number => each(what).reduce((a, b) => a + b);
  return {
    states: sum(OF.states),
    queued: sum(OF.queued),
    transitions: sum(OF.transitionsHigh) * 2 ** 30 + sum(OF.transitions),
    depth: Math.max(...each(OF.depth)),
    bytes: sum(OF.megabytes) * 2 ** 20,
  };
}
