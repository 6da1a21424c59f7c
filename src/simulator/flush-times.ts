// SPDX-License-Identifier: MIT
// How long flushes take, as far as a recording tells: which of them are under way when the next one starts.
import { ACTION, type Schedule } from "../events/schedule.ts";

/** No flush of this recording can have been faster: the least time from a flush call to its CPU's next action. */
export function shortestFlush(schedule: Schedule): number {
  const started = new Float64Array(schedule.cpus).fill(Number.NaN);
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < schedule.length; i++) {
    const cpu = schedule.cpu[i]!;
    const ticks = schedule.time[i]! - started[cpu]!;
    if (ticks < shortest) shortest = ticks;
    started[cpu] = schedule.kind[i] === ACTION.flush ? schedule.time[i]! : Number.NaN;
  }
  return Number.isFinite(shortest) ? Math.max(shortest, 0) : 0;
}

/** Whether the action after `at` is a flush of another CPU, so soon that one that starts at `at` is not over. */
export function nextOverlaps(schedule: Schedule, at: number, flushTicks: number): boolean {
  const next = at + 1;
  return (
    next < schedule.length &&
    schedule.kind[next] === ACTION.flush &&
    schedule.cpu[next] !== schedule.cpu[at] &&
    schedule.time[next]! - schedule.time[at]! < flushTicks
  );
}
