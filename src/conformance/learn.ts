// SPDX-License-Identifier: MIT
// What is not known of a task that is older than the recording: taken from the row, or from one that comes soon.
import type { EventTable } from "../events/table.ts";
import type { Shown } from "./old-tasks.ts";
import type { PlannedLearn } from "./plan.ts";
import type { World } from "./world.ts";

/** How many rows of a CPU are looked at. */
const LEARN_ROWS = 4;

export function learn(world: World, row: number, cpu: number, what: PlannedLearn): void {
  const task = what.task < 0 ? world.current(cpu) : world.task(world.raw(row, what.task), cpu);
  const at = what.cell.base + task - 1;
  if (task === 0 || world.unset[at] === 0) return;
  const from = what.self >= 0 ? { row, column: what.self } : ahead(world.table, row, cpu, what.from);
  if (from === undefined) return;
  world.unset[at] = 0;
  world.state[at] = from.column < 0 ? 0 : world.mm(world.raw(from.row, from.column));
}

/** The CPU's next row of one of these kinds, if it comes soon. */
export function ahead(
  table: EventTable,
  row: number,
  cpu: number,
  kinds: ReadonlyMap<number, number>,
): Shown | undefined {
  let seen = 0;
  for (let next = row + 1; next < table.length && seen < LEARN_ROWS; next++) {
    if (table.cpu[next] !== cpu) continue;
    seen++;
    const column = kinds.get(table.kind[next]!);
    if (column !== undefined) return { row: next, column };
  }
  return undefined;
}
