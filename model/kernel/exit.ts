// SPDX-License-Identifier: GPL-2.0-only
// Linux kernel/exit.c: a task gives up its address space and goes on, lazily, until it is switched away for good.
import { local_irq_disable, local_irq_enable, preempt_disable, preempt_enable } from "./irqflags.ts";
import { mmput } from "./fork.ts";
import { parts } from "./parts.ts";
import { get_current } from "./sched/sched.ts";

export function exit_mm(): void {
  const current = get_current();
  const mm = current.mm!;

  parts.lifetime.mmgrab_lazy_tlb(mm);
  task_lock();
  local_irq_disable();
  WRITE_ONCE(current.mm, null);
  parts.coherence.enter_lazy_tlb(mm);
  local_irq_enable();
  task_unlock();
  mmput(mm);
}

/** task_lock() and smp_mb__after_spinlock(). Its other users, who look at a task's mm from afar, are left out. */
export function task_lock(): void {
  preempt_disable();
  smp_mb__after_spinlock();
}

export function task_unlock(): void {
  preempt_enable();
}
