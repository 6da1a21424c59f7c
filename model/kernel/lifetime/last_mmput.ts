// SPDX-License-Identifier: GPL-2.0-only
// Torvalds' rule (2022-01, in the thread of "[PATCH 16/23] sched: Use lightweight hazard pointers to grab lazy mms"):
// an mm may be borrowed only while it has users. The last mmput() tears the mappings down, and that flush, which
// reaches every CPU of mm_cpumask because page tables go away, sends the borrowers to init_mm. Nothing is counted or
// scanned. active_mm follows, as in Lutomirski's patches 20 and 21. Not in it: the flag in mmu_gather that Torvalds
// asks for, so that a flush happens even if nothing is mapped any more.
import type { mm_struct } from "../mm_types.ts";

export {
  context_switch_to_kernel,
  context_switch_to_user,
  enter_lazy_mm,
  exit_lazy_mm,
  finish_task_switch_mm,
  mmdrop_waits,
  unlazy_active_mm_irqs_off as unlazy_mm_irqs_off,
} from "./mainline.ts";

export function mmgrab_lazy_tlb(_mm: mm_struct): void {}

export function mmdrop_lazy_tlb(_mm: mm_struct): void {
  // Pairs with: membarrier_private_expedited(), for which mmdrop() is a barrier where references are counted.
  smp_mb();
}

/** exit_mmap() has flushed: nobody borrows it any more. */
export function mmput_lazy(_mm: mm_struct): void {}

export function mmdrop_final(_mm: mm_struct): void {}

export function lazy_references(_mm: mm_struct): number {
  return 0;
}
