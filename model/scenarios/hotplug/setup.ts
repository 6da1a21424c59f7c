// SPDX-License-Identifier: MIT
// A CPU that goes offline. tasks[cpu] stands for whatever kernel thread runs there: idle, hotplug thread, stopper.
import { take_cpu_down } from "../../kernel/cpu.ts";
import { tasks } from "../../kernel/mm_types.ts";
import { do_idle_offline, sched_cpu_wait_empty } from "../../kernel/sched/hotplug.ts";
import { boot, map_pages, new_mm, run_user, switched_to } from "../setup.ts";

/** CPU 0 is lazy in an mm, whose last user reference somebody else has: the process has executed another program. */
export function lazy_after_exec(mapped: boolean): void {
  boot();
  const mm = new_mm(tasks[2]);
  if (mapped) map_pages(mm);
  run_user(0, tasks[2]);
  switched_to(tasks[0]);
  WRITE_ONCE(tasks[2].mm, null);
  WRITE_ONCE(tasks[2].active_mm, null);
}

/** From CPUHP_AP_SCHED_WAIT_EMPTY to the end, on the dying CPU. */
export function cpu_dies(): void {
  sched_cpu_wait_empty();
  take_cpu_down();
  do_idle_offline();
}
