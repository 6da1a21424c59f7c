// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/linux/sched/task.h: the lock of a task. Those who look at a task's mm from afar (procfs) are left
// out, so that nobody ever waits: what remains is that it disables preemption and is a LOCKed operation.
import { hw } from "../../hw/mmu/x86.ts";
import { preempt_enable } from "../irqflags.ts";

export function task_lock(): void {
  serialising_instruction();
  hw[smp_processor_id()].preempt_count = hw[smp_processor_id()].preempt_count + 1;
}

export function task_unlock(): void {
  preempt_enable();
}
