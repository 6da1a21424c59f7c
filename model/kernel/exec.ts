// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 fs/exec.c: a task replaces its address space, or a kernel thread gets its first one (kernel_execve()).
// Left out: exec_update_lock, mmap_lock, statistics, the next owner.
import { mmput } from "./fork.ts";
import { local_irq_disable, local_irq_enable } from "./irqflags.ts";
import type { mm_struct } from "./mm_types.ts";
import { kthread_mm } from "./mm_types.ts";
import { activate_mm } from "./mmu_context.ts";
import { config, parts } from "./parts.ts";
import { __change_current_mm } from "./sched/change_mm.ts";
import { get_current } from "./sched/sched.ts";
import { task_lock, task_unlock } from "./sched/task.ts";

/** `mm` is brand new: the running task becomes its only user. */
export function exec_mmap(mm: mm_struct): void {
  const tsk = get_current();
  const old_mm = tsk.mm;

  if (config.change_current_mm) {
    __change_current_mm(mm, true);
    if (old_mm !== null) mmput(old_mm);
    return;
  }

  task_lock(tsk);
  parts.membarrier.membarrier_exec_mmap(mm);

  // Whoever interrupts or preempts us must find active_mm, mm and the page tables in agreement.
  local_irq_disable();
  const active_mm = tsk.active_mm!;
  tsk.active_mm = mm;
  tsk.mm = mm;
  if (!config.ARCH_WANT_IRQS_OFF_ACTIVATE_MM) local_irq_enable();
  activate_mm(active_mm, mm);
  if (config.ARCH_WANT_IRQS_OFF_ACTIVATE_MM) local_irq_enable();
  parts.membarrier.membarrier_finish_switch_mm(mm);
  if (old_mm === kthread_mm()) parts.lifetime.exit_lazy_mm();
  task_unlock(tsk);

  if (old_mm !== kthread_mm()) {
    BUG_ON(active_mm !== old_mm);
    mmput(old_mm!);
    return;
  }
  parts.lifetime.mmdrop_lazy_tlb(active_mm);
}
