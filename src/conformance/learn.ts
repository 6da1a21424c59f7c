// SPDX-License-Identifier: MIT
// What is not known of a task that is older than the recording: taken from the row, or from one that comes.
import { learntFrom } from "./look-ahead.ts";
import type { PlannedLearn } from "./plan.ts";
import type { World } from "./world.ts";

/** Of the task that the row is about. */
function placeOf(world: World, row: number, cpu: number, { cell, task: column }: PlannedLearn): number {
  const task = column < 0 ? world.current(cpu) : world.task(world.raw(row, column), cpu);
  return task === 0 ? -1 : cell.base + task - 1;
}

/** What was known is not so any more. */
export function learnAnew(world: World, row: number, cpu: number, what: PlannedLearn): void {
  const at = placeOf(world, row, cpu, what);
  if (at < 0) return;
  world.unset[at] = 1;
  learn(world, row, cpu, what, false);
}

/** `far`: from a row however late. */
export function learn(world: World, row: number, cpu: number, what: PlannedLearn, far: boolean): void {
  const at = placeOf(world, row, cpu, what);
  if (at < 0 || world.unset[at] === 0) return;
  const from = learntFrom(world.table, row, what, far);
  if (from === undefined) return;
  world.unset[at] = 0;
  world.state[at] = from.column < 0 ? 0 : world.mm(world.raw(from.row, from.column));
}
