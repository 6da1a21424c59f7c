// SPDX-License-Identifier: MIT
// Runs the cases of a target in a thread, and watches it from another one: a case that does not end is noticed, told,
// and left out when the rest is run.

import { setInterval } from "node:timers";
import type { Worker } from "node:worker_threads";
import { addTally, emptyTally, type Tally } from "./cases.ts";

/** CPU time of this process that one case may take. Not by the clock: the machine may have other work. */
const CASE_SECONDS_MAX = 2;
const LOOK_EVERY_MS = 50;

export interface Job {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly skip: readonly number[];
  /** The index of the case that runs, written by the worker. */
  readonly current: Int32Array;
}

/** A worker posts the tallies of its job, one behind the other. */
export type StartWorker = (job: Job) => Worker;

export interface Watch {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly secondsMax?: number;
  readonly progress?: (done: number) => void;
}

/** Runs all cases, with as many workers, one after the other, as it takes. */
export async function watched(start: StartWorker, watch: Watch): Promise<Tally> {
  const all = emptyTally(watch.from);
  const skip: number[] = [];
  while (all.to < watch.to) {
    const current = new Int32Array(new SharedArrayBuffer(4)).fill(all.to);
    const worker = start({ seed: watch.seed, from: all.to, to: watch.to, skip, current });
    const ended = await untilItEnds(worker, current, watch, (tally) => {
      addTally(all, tally);
      watch.progress?.(all.to);
    });
    if (all.to >= watch.to) break;
    const index = Atomics.load(current, 0);
    skip.push(index);
    const kind = ended.startsWith("HANGS") ? "HANGS" : "FOUND";
    addTally(all, { ...emptyTally(all.to), outcomes: { [kind]: 1 }, findings: [{ index, what: ended }] });
  }
  return all;
}

/** Why the worker ended. */
function untilItEnds(worker: Worker, current: Int32Array, watch: Watch, take: (tally: Tally) => void): Promise<string> {
  const secondsMax = watch.secondsMax ?? CASE_SECONDS_MAX;
  return new Promise((resolve) => {
    let why: string | undefined;
    let last = -1;
    let since = process.cpuUsage();
    const timer = setInterval(() => {
      const index = Atomics.load(current, 0);
      const { user, system } = process.cpuUsage(since);
      if (index !== last) {
        last = index;
        since = process.cpuUsage();
      } else if ((user + system) / 1e6 > secondsMax) {
        why ??= `HANGS: more than ${secondsMax} s of CPU time`;
        void worker.terminate();
      }
    }, LOOK_EVERY_MS);
    worker.on("message", take);
    worker.on("error", (error: Error) => {
      why ??= error.stack ?? error.message;
    });
    worker.on("exit", (code) => {
      clearInterval(timer);
      resolve(why ?? `the worker ended with code ${code}: a promise that nobody keeps`);
    });
  });
}
