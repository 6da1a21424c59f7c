// SPDX-License-Identifier: GPL-2.0-only
// Lutomirski's "[PATCH 14/23] sched, exec: Factor current mm changes out from exec" and 15 (2022-01): one way for the
// running task to change its mm, for exec_mmap(), kthread_use_mm() and kthread_unuse_mm(). What borrowers hold is dealt
// with here; the callers count users, and a kernel thread that uses an mm holds no mm_count. Left out: statistics, and
// finish_arch_post_lock_switch(), which the architectures here have not (and which is skipped for a brand-new mm).
import { local_irq_disable, local_irq_enable } from "../irqflags.ts";
import type { mm_struct } from "../mm_types.ts";
import { activate_mm } from "../mmu_context.ts";
import { config, parts } from "../parts.ts";
import { get_current } from "./sched.ts";
import { task_lock, task_unlock } from "./task.ts";

export function __change_current_mm(mm: mm_struct, mm_is_brand_new: bool): void {
  const tsk = get_current();
  task_lock(tsk);
  // Pairs with: membarrier_private_expedited(), which may skip us once tsk->mm changes. Also for kernel threads (09).
  smp_mb__after_spinlock();
  // Whoever interrupts or preempts us must find active_mm, mm and the page tables in agreement.
  local_irq_disable();
  const was_kernel = tsk.mm === null;
  const old_active_mm = tsk.active_mm!;
  tsk.active_mm = mm;
  WRITE_ONCE(tsk.mm, mm);
  parts.membarrier.membarrier_update_current_mm(mm);

  if (mm_is_brand_new) {
    if (!config.ARCH_WANT_IRQS_OFF_ACTIVATE_MM) local_irq_enable();
    activate_mm(old_active_mm, mm);
    if (config.ARCH_WANT_IRQS_OFF_ACTIVATE_MM) local_irq_enable();
  } else {
    parts.coherence.switch_mm_irqs_off(old_active_mm, mm);
    local_irq_enable();
  }
  if (was_kernel) parts.lifetime.exit_lazy_mm();
  task_unlock(tsk);
  if (was_kernel) parts.lifetime.mmdrop_lazy_tlb(old_active_mm);
}

export function __change_current_mm_to_kernel(): void {
  const tsk = get_current();
  const old_mm = tsk.mm;
  if (old_mm === null) return;
  task_lock(tsk);
  // Pairs with: membarrier_private_expedited(), which skips a task without an mm: first all of our user accesses.
  smp_mb__after_spinlock();
  WARN_ON_ONCE(tsk.active_mm !== tsk.mm);
  local_irq_disable();
  WRITE_ONCE(tsk.mm, null);
  parts.membarrier.membarrier_update_current_mm(null);
  parts.lifetime.mmgrab_lazy_tlb(old_mm);
  parts.lifetime.enter_lazy_mm(old_mm);
  local_irq_enable();
  task_unlock(tsk);
}
