// SPDX-License-Identifier: GPL-2.0-only
// The fifth of the ways to fewer interrupts that the comment of MMU_LAZY_TLB_SHOOTDOWN names (kernel/fork.c): none at
// all. A dead mm waits until every CPU that borrows it has switched to another one by itself. RCU cannot say when that
// is, as no reader's section spans an idle period; a CPU that stays idle keeps the mm for ever.
import { free_mm_struct } from "../fork.ts";
import type { mm_struct } from "../mm_types.ts";
import { runqueues } from "../sched/sched.ts";
import { add_dying, take_dying } from "./dying_mms.ts";

export { lazy_references } from "./dying_mms.ts";
export { mmdrop_lazy_tlb, mmgrab_lazy_tlb, mmput_lazy } from "./shootdown.ts";
export {
  context_switch_to_kernel,
  context_switch_to_user,
  enter_lazy_mm,
  exit_lazy_mm,
  unlazy_mm_irqs_off,
} from "./shootdown_filtered.ts";

export function mmdrop_waits(mm: mm_struct): boolean {
  add_dying(mm);
  free_quiescent();
  return true;
}

/** Each switch of page tables may have been the one that somebody waited for. */
export function finish_task_switch_mm(prev_mm: mm_struct | null): void {
  if (prev_mm === null) return;
  // Pairs with: membarrier_private_expedited(), as in mmdrop_lazy_tlb().
  smp_mb();
  free_quiescent();
}

function free_quiescent(): void {
  for (let i = 0; i < machine.mms; i++) {
    const mm = take_dying(i, nobody_borrows);
    if (mm !== null) {
      atomic_dec(mm.mm_count);
      free_mm_struct(mm);
    }
  }
}

/** mm has no users: nobody begins to borrow it now. */
export function nobody_borrows(mm: mm_struct): boolean {
  let borrowed = false;
  for (let cpu = 0; cpu < machine.cpus; cpu++) {
    // Pairs with: forget_lazy_mm().
    if (smp_load_acquire(per_cpu(runqueues.lazy_mm, cpu)) === mm) borrowed = true;
  }
  return !borrowed;
}

export function mmdrop_final(_mm: mm_struct): void {}
