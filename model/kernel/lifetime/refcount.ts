// SPDX-License-Identifier: GPL-2.0-only
// MMU_LAZY_TLB_REFCOUNT (Linux kernel/sched/core.c, the default): whoever borrows an mm holds one mm_count.
import { mmdrop, mmgrab } from "../fork.ts";
import type { mm_struct, task_struct } from "../mm_types.ts";
import { parts } from "../parts.ts";
import { runqueues } from "../sched/sched.ts";

export function mmgrab_lazy_tlb(mm: mm_struct): void {
  mmgrab(mm);
}

/** Also the barrier that membarrier needs after a switch back to the same mm. */
export function mmdrop_lazy_tlb(mm: mm_struct): void {
  mmdrop(mm);
}

export function context_switch_to_kernel(prev: task_struct, next: task_struct): void {
  const mm = prev.active_mm!;
  parts.coherence.enter_lazy_tlb(mm);
  next.active_mm = mm;
  if (prev.mm !== null) mmgrab_lazy_tlb(mm);
  else prev.active_mm = null; // The reference moves on with the mm.
}

export function context_switch_to_user(prev: task_struct, next: task_struct): void {
  parts.coherence.switch_mm_irqs_off(next.mm!);
  if (prev.mm !== null) return;
  // Not dropped here: the rq lock is held, and __mmdrop() is slow.
  this_cpu_write(runqueues.prev_mm, prev.active_mm);
  prev.active_mm = null;
}

export function finish_task_switch_mm(): void {
  const mm = this_cpu_read(runqueues.prev_mm);
  this_cpu_write(runqueues.prev_mm, null);
  if (mm !== null) mmdrop_lazy_tlb(mm);
}

/** References keep it: nothing to do. */
export function mmput_lazy(_mm: mm_struct): void {}

export function mmdrop_final(_mm: mm_struct): void {}
