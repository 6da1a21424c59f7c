// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/sched/membarrier.c and include/linux/sched/mm.h: what membarrier(2) asks of the code that changes
// mms. The barrier behind the switch to a user task is somebody else's here: switch_mm()'s, or mmdrop_lazy_tlb()'s.
import type { mm_struct } from "../../mm_types.ts";

/** context_switch(), before the page tables change. */
export function membarrier_switch_mm(_prev_mm: mm_struct, _next_mm: mm_struct): void {}

/** exec_mmap(), before tsk->mm changes. */
export function membarrier_exec_mmap(_mm: mm_struct): void {
  // Pairs with: membarrier_private_expedited(), which may skip us once tsk->mm changes.
  smp_mb();
}

/** The running task has got this mm, or none; interrupts are off. */
export function membarrier_update_current_mm(_next_mm: mm_struct | null): void {}

/** finish_task_switch(), before prev_mm is dropped. */
export function finish_switch_mm(_prev_mm: mm_struct | null): void {}
