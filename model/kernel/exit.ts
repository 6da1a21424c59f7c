// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/exit.c: a task gives up its address space and goes on, lazily, until it is switched away for good.
// Left out: mmap_lock, exit_mm_release(), the next owner, the OOM killer.
import { mmgrab, mmput } from "./fork.ts";
import { local_irq_disable, local_irq_enable } from "./irqflags.ts";
import type { mm_struct } from "./mm_types.ts";
import { config, parts } from "./parts.ts";
import { get_current } from "./sched/sched.ts";
import { task_lock, task_unlock } from "./sched/task.ts";

export function exit_mm(): void {
  const current = get_current();
  const mm = current.mm;
  if (mm === null) return;

  if (!config.exit_mm_grabs_irqs_off) exit_mm_grab(mm);
  task_lock(current);
  // Pairs with: membarrier_private_expedited(), which skips a task without an mm: first all of our user accesses.
  smp_mb__after_spinlock();
  local_irq_disable();
  if (config.exit_mm_grabs_irqs_off) exit_mm_grab(mm);
  WRITE_ONCE(current.mm, null);
  parts.membarrier.membarrier_update_current_mm(null);
  if (config.exit_mm_lazy) parts.lifetime.enter_lazy_mm(mm);
  else parts.coherence.enter_lazy_tlb(mm);
  local_irq_enable();
  task_unlock(current);
  mmput(mm);
}

/** The task goes on to borrow mm. */
function exit_mm_grab(mm: mm_struct): void {
  if (config.exit_mm_lazy) parts.lifetime.mmgrab_lazy_tlb(mm);
  else mmgrab(mm);
}
