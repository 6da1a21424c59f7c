// SPDX-License-Identifier: MIT
// Load buffering: a load reads from a store that comes, by way of other threads, from a store behind the load itself.
// Program order and reads-from then form a cycle. Found from the text alone, so it says where that might happen.
import { type Analysis, abstractValue, hasLoop, locationsOf } from "./analysis.ts";
import type { LitmusTest } from "./test.ts";

interface Event {
  readonly thread: number;
  readonly at: number;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly locations: readonly number[];
}

export function mayBufferLoads(test: LitmusTest, analysis: Analysis): boolean {
  const events = eventsOf(test, analysis);
  const loops = test.threads.map(hasLoop);
  const loads = events.filter((e) => e.reads);
  /** Loads of other threads that may read from a store behind this load, or from the store of the same instruction. */
  const next = (load: Event): Event[] => {
    const behind = events.filter((s) => s.writes && s.thread === load.thread && (s.at >= load.at || loops[s.thread]));
    return loads.filter((l) => l.thread !== load.thread && behind.some((s) => overlap(s.locations, l.locations)));
  };
  const done = new Set<Event>();
  const path = new Set<Event>();
  const cyclic = (load: Event): boolean => {
    if (path.has(load)) return true;
    if (done.has(load)) return false;
    path.add(load);
    const found = next(load).some(cyclic);
    path.delete(load);
    done.add(load);
    return found;
  };
  return loads.some(cyclic);
}

function eventsOf(test: LitmusTest, { states }: Analysis): Event[] {
  return test.threads.flatMap(({ ops }, thread) =>
    ops.flatMap((op, at): Event[] => {
      const state = states[thread]?.[at];
      if (state === undefined || op.kind === "set" || op.kind === "jump" || op.kind === "fence") return [];
      const locations = locationsOf(test.locations, abstractValue(op.address, state));
      const reads = op.kind === "load" || op.kind === "rmw";
      return [{ thread, at, reads, writes: op.kind !== "load", locations }];
    }),
  );
}

function overlap(a: readonly number[], b: readonly number[]): boolean {
  return a.some((x) => b.includes(x));
}
