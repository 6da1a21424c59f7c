// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/sched/sched.h and arch/x86/include/asm/current.h: what each CPU knows of its tasks.
import type { mm_struct, task_struct } from "../mm_types.ts";

interface rq {
  __lock: spinlock_t;
  /** The lazy mm that the running switch leaves: dropped once the rq lock is released. Only its own CPU touches it. */
  prev_mm: mm_struct | null;
  /** Hazard pointer: the mm that this CPU borrows. Written by its own CPU; the last mmput() looks. */
  lazy_mm: mm_struct | null;
  /** An mm of which this CPU owes one mmdrop(), once it no longer borrows it. Only cmpxchg() changes it. */
  drop_mm: mm_struct | null;
  /** The task that runs, for other CPUs: only with CONFIG_MEMBARRIER. Written under the lock. */
  curr: task_struct | null;
  /** A copy of the running mm's; it stays while kernel threads borrow that mm. Written by its own CPU. */
  membarrier_state: upto<"membarrier_states">;
}
export const runqueues = DEFINE_PER_CPU<rq>();

/** The CPU's own registers, as it were. */
interface pcpu_hot {
  current_task: task_struct;
}
export const pcpu_hot = DEFINE_PER_CPU_FRAME<pcpu_hot>();

export function get_current(): task_struct {
  return this_cpu_ptr(pcpu_hot).current_task;
}
