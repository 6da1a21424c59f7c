// SPDX-License-Identifier: MIT
// What is not known of a task that is older than the recording: taken from the row, or from one that comes.
import { learntFrom } from "./look-ahead.ts";
import type { PlannedLearn } from "./plan.ts";
import type { World } from "./world.ts";

/** `far`: from a row however late. */
export function learn(world: World, row: number, cpu: number, what: PlannedLearn, far: boolean): void {
  const task = what.task < 0 ? world.current(cpu) : world.task(world.raw(row, what.task), cpu);
  const at = what.cell.base + task - 1;
  if (task === 0 || world.unset[at] === 0) return;
  const from = learntFrom(world.table, row, what, far);
  if (from === undefined) return;
  world.unset[at] = 0;
  world.state[at] = from.column < 0 ? 0 : world.mm(world.raw(from.row, from.column));
}
