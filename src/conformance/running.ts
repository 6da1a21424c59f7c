// SPDX-License-Identifier: MIT
// Who runs on each CPU, and on which mm, where a recording begins in the middle: what its rows say of it later.

import { rowsOf } from "../events/table.ts";
import { learn } from "./learn.ts";
import { OldTasks } from "./old-tasks.ts";
import type { Plan, PlannedProbe } from "./plan.ts";
import { ENTRY } from "./protocol.ts";
import { recall, recallMm } from "./recall.ts";
import type { Start, StartInput } from "./start.ts";
import type { World } from "./world.ts";

export class Running {
  private readonly input: StartInput;
  private readonly world: World;
  private readonly start: Start;
  private readonly oldTasks: OldTasks | undefined;
  /** It has been looked up who runs where. */
  private seen = false;

  constructor(input: StartInput, world: World, start: Start) {
    this.input = input;
    this.world = world;
    this.start = start;
    const { oldTasks } = input.plan;
    const table = rowsOf(input.table, 0, input.window.to);
    this.oldTasks = oldTasks && new OldTasks(table, oldTasks.rule, callKinds(input.plan));
  }

  save(): boolean {
    return this.seen;
  }

  restore(seen: boolean): void {
    this.seen = seen;
  }

  /** Before a row is judged: its CPU runs whom it says, until it is seen to switch. */
  see(row: number, cpu: number): void {
    if (!this.seen && this.start.learns) this.seeAll(row);
    this.seen = true;
    if (!this.start.knows(cpu)) this.runs(row, cpu);
  }

  /** The mms of the task that runs, and of one that is switched to. */
  recall(row: number, cpu: number, probe: PlannedProbe): void {
    if (this.oldTasks !== undefined) recall(this.world, this.oldTasks, row, cpu, probe);
  }

  /** The next row of each CPU says whom it runs when judging starts: others may ask for it before that row. */
  private seeAll(first: number): void {
    const { table, window } = this.input;
    const left = new Set(Array.from({ length: this.world.cpus }, (_, cpu) => cpu));
    for (let row = first; row < window.to && left.size > 0; row++) {
      const cpu = table.cpu[row]!;
      const pid = table.pid[row]!;
      if (pid < 0 || !left.delete(cpu)) continue;
      this.runs(row, cpu);
      if (this.oldTasks !== undefined) recallMm(this.world, this.oldTasks, this.world.current(cpu), pid, row);
    }
  }

  private runs(row: number, cpu: number): void {
    const task = this.world.task(this.input.table.pid[row]!, cpu);
    if (task === this.world.current(cpu)) return;
    this.world.atOnce(ENTRY.current, cpu, [cpu, task]);
    for (const what of this.input.plan.firstSeen) learn(this.world, row, cpu, what, true);
  }
}

/** Kinds of rows by which a task begins something, apart from switches. */
function callKinds({ probes }: Plan): Set<number> {
  return new Set(probes.flatMap((probe, kind) => (probe?.begins && !probe.probe.begins?.scheduler ? [kind] : [])));
}
