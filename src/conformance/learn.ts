// SPDX-License-Identifier: MIT
// What is not known of a task that is older than the recording: taken from the row, or from one that comes soon.
import type { PlannedLearn } from "./plan.ts";
import type { World } from "./world.ts";

/** How many rows of a CPU are looked at. */
const LEARN_ROWS = 4;

export function learn(world: World, row: number, cpu: number, what: PlannedLearn): void {
  const task = what.task < 0 ? world.current(cpu) : world.task(world.raw(row, what.task), cpu);
  const at = what.cell.base + task - 1;
  if (task === 0 || world.unset[at] === 0) return;
  const from = what.self >= 0 ? { row, column: what.self } : ahead(world, row, cpu, what);
  if (from === undefined) return;
  world.unset[at] = 0;
  world.state[at] = from.column < 0 ? 0 : world.encode(from.row, { column: from.column, as: "mm" }, cpu);
}

function ahead(
  { table }: World,
  row: number,
  cpu: number,
  { from }: PlannedLearn,
): { row: number; column: number } | undefined {
  let seen = 0;
  for (let next = row + 1; next < table.length && seen < LEARN_ROWS; next++) {
    if (table.cpu[next] !== cpu) continue;
    seen++;
    const column = from.get(table.kind[next]!);
    if (column !== undefined) return { row: next, column };
  }
  return undefined;
}
