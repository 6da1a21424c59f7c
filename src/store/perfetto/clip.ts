// SPDX-License-Identifier: MIT
// A part of an export: what is open where it begins is open from there on, and what is open where it ends ends there.

import type { Pids, Step } from "./sources.ts";

/** Times are ticks of the table: [from, to]. */
export interface DrawnPart {
  readonly from: number;
  readonly to: number;
  /** By CPU, 1: it is drawn. */
  readonly cpus: ArrayLike<number>;
  /** Whose slices and flushes are drawn. What a CPU has loaded is not somebody's. */
  readonly pids: Pids;
}

/** The steps, which are in the order of time, that are in the part. */
export function* clipped(steps: Iterable<Step>, { from, to, cpus }: Omit<DrawnPart, "pids">): Generator<Step> {
  /** What is open before the part begins, by CPU and track. */
  const before = new Map<string, Extract<Step, { kind: "begin" }>>();
  let begun = false;
  for (const step of steps) {
    if (step.time > to) break;
    if (cpus[cpuOf(step)] !== 1) continue;
    if (step.time < from) {
      if (step.kind === "begin") before.set(trackOf(step.interval), step);
      else if (step.kind === "stop") before.delete(trackOf(step));
      continue;
    }
    if (!begun) yield* opened(before.values(), from);
    begun = true;
    yield shortened(step, to);
  }
  if (!begun) yield* opened(before.values(), from);

  function* opened(begins: Iterable<Extract<Step, { kind: "begin" }>>, time: number): Generator<Step> {
    for (const step of begins) if (step.interval.end > time) yield shortened({ ...step, time }, to);
  }
}

function cpuOf(step: Step): number {
  if (step.kind === "begin") return step.interval.cpu;
  return step.kind === "stop" ? step.cpu : step.instant.cpu;
}

function trackOf({ cpu, track }: { readonly cpu: number; readonly track: string }): string {
  return `${cpu} ${track}`;
}

/** A slice that would go on behind the end stops at it. One without an end of its own ends with the drawing. */
function shortened(step: Step, to: number): Step {
  if (step.kind !== "begin" || step.interval.end <= to || !Number.isFinite(step.interval.end)) return step;
  return { ...step, interval: { ...step.interval, end: to } };
}
