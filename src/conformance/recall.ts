// SPDX-License-Identifier: MIT
// The mms of tasks that are older than the recording, where no row at hand tells them.
import type { Ref } from "./names.ts";
import type { OldTasks } from "./old-tasks.ts";
import type { PlannedProbe } from "./plan.ts";
import type { World } from "./world.ts";

/** Of the task that runs, and of the one that is switched to. */
export function recall(world: World, old: OldTasks, row: number, cpu: number, probe: PlannedProbe): void {
  const current = world.current(cpu);
  recallMm(world, old, current, world.table.pid[row]!, row);
  const next = probe.probe.begins?.scheduler ? probe.begins?.args[0] : undefined;
  if (next !== undefined && "column" in next) {
    recallMm(world, old, world.encode(row, next, cpu), world.raw(row, next.column), row);
  }
  recallActive(world, old, current, cpu, row);
}

export function recallMm(world: World, old: OldTasks, task: Ref, pid: number, row: number): void {
  const { taskMm, taskActiveMm } = world.plan;
  const at = taskMm.base + task - 1;
  if (world.unset[at] === 0) return;
  world.unset[at] = 0;
  const found = old.mmOf(pid, row);
  if (found === undefined) world.state[at] = old.leavesOwn(row) ? world.anonymousMm() : 0;
  else if ("row" in found) world.state[at] = world.mm(world.raw(found.row, found.column));
  else world.state[at] = found.like === 0 ? 0 : world.state[taskMm.base + world.task(found.like, 0) - 1]!;
  if (world.state[at] === 0) return;
  world.unset[taskActiveMm.base + task - 1] = 0;
  world.state[taskActiveMm.base + task - 1] = world.state[at];
}

function recallActive(world: World, old: OldTasks, current: Ref, cpu: number, row: number): void {
  const { taskActiveMm, oldTasks } = world.plan;
  const at = taskActiveMm.base + current - 1;
  if (world.unset[at] === 0) return;
  world.unset[at] = 0;
  const active = oldTasks?.active;
  const known = active !== undefined && world.unset[active.base + cpu] === 0;
  const shown = old.activeOf(cpu, row, known ? world.recordedId(world.state[active.base + cpu]!) : 0);
  world.state[at] = shown === undefined ? world.anonymousMm() : world.mm(world.raw(shown.row, shown.column));
}
