// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/kthread.c: a kernel thread works in a user's address space for a while (vhost, vfio). The caller
// holds mm_users.
import { mmdrop, mmgrab } from "./fork.ts";
import { local_irq_disable, local_irq_enable } from "./irqflags.ts";
import type { mm_struct } from "./mm_types.ts";
import { kthread_mm } from "./mm_types.ts";
import { config, parts } from "./parts.ts";
import { __change_current_mm, __change_current_mm_to_kernel } from "./sched/change_mm.ts";
import { get_current } from "./sched/sched.ts";
import { task_lock, task_unlock } from "./sched/task.ts";

export function kthread_use_mm(mm: mm_struct): void {
  if (config.change_current_mm) {
    __change_current_mm(mm, false);
    return;
  }
  const tsk = get_current();

  // Also if tsk borrows mm already: what it holds as a borrower it is about to lose.
  if (config.kthread_use_mm_grabs) mmgrab(mm);

  task_lock(tsk);
  parts.membarrier.membarrier_use_mm();
  // No flush request while active_mm and the page tables disagree.
  local_irq_disable();
  const active_mm = tsk.active_mm!;
  tsk.active_mm = mm;
  WRITE_ONCE(tsk.mm, mm);
  parts.membarrier.membarrier_update_current_mm(mm);
  parts.coherence.switch_mm_irqs_off(active_mm, mm);
  parts.membarrier.membarrier_finish_switch_mm(mm);
  local_irq_enable();
  parts.lifetime.exit_lazy_mm();
  task_unlock(tsk);

  parts.membarrier.smp_mb__before_mmdrop();
  parts.lifetime.mmdrop_lazy_tlb(active_mm);
}

export function kthread_unuse_mm(mm: mm_struct): void {
  if (config.change_current_mm) {
    __change_current_mm_to_kernel();
    return;
  }
  const tsk = get_current();

  task_lock(tsk);
  // Pairs with: membarrier_private_expedited(), which skips a task without an mm: first all of our user accesses.
  smp_mb__after_spinlock();
  local_irq_disable();
  WRITE_ONCE(tsk.mm, kthread_mm());
  parts.membarrier.membarrier_update_current_mm(kthread_mm());
  parts.lifetime.mmgrab_lazy_tlb(mm);
  parts.lifetime.enter_lazy_mm(mm);
  local_irq_enable();
  task_unlock(tsk);

  if (config.kthread_use_mm_grabs) mmdrop(mm);
}
