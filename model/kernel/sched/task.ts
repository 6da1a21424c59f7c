// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/linux/sched/task.h: the lock of a task. Those who look at a task's mm from afar (procfs) are left
// out, so that nobody ever waits: what remains is that it disables preemption and orders accesses.
import { preempt_disable, preempt_enable } from "../irqflags.ts";
import type { task_struct } from "../mm_types.ts";

export function task_lock(p: task_struct): void {
  preempt_disable();
  spin_lock(p.alloc_lock);
}

export function task_unlock(p: task_struct): void {
  spin_unlock(p.alloc_lock);
  preempt_enable();
}
