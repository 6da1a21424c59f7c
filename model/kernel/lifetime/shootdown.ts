// SPDX-License-Identifier: GPL-2.0-only
// MMU_LAZY_TLB_SHOOTDOWN (Linux 6.4 and later, kernel/fork.c): borrowers are not counted; the last mmdrop() asks every
// CPU in mm_cpumask to go to init_mm before the pgd is freed. In mainline only 64-bit powerpc selects it; it asks of
// an architecture that mm_cpumask names every CPU that is lazy in the mm.

import type { mm_struct } from "../mm_types.ts";
import { init_mm, mm_cpumask } from "../mm_types.ts";
import { switch_mm } from "../mmu_context.ts";
import { config } from "../parts.ts";
import { get_current } from "../sched/sched.ts";
import { on_each_cpu, on_each_cpu_mask } from "../smp.ts";

export {
  context_switch_to_kernel,
  context_switch_to_user,
  enter_lazy_mm,
  exit_lazy_mm,
  finish_task_switch_mm,
  mmdrop_waits,
  unlazy_mm_irqs_off,
} from "./mainline.ts";

/** A borrower was told to go. */
export const lazy_cpu_shot = sometimes("the last mmdrop() makes a lazy CPU leave the mm");

export function mmgrab_lazy_tlb(_mm: mm_struct): void {}

export function mmdrop_lazy_tlb(_mm: mm_struct): void {
  // Pairs with: membarrier_private_expedited(), for which mmdrop() is a barrier where references are counted.
  smp_mb();
}

export function mmput_lazy(_mm: mm_struct): void {}

/** cleanup_lazy_tlbs(). */
export function mmdrop_final(mm: mm_struct): void {
  on_each_cpu_mask(mm_cpumask(mm), do_shoot_lazy_tlb, mm);
  if (config.DEBUG_VM_SHOOT_LAZIES) on_each_cpu(do_check_lazy_tlb, mm);
}

/** Whom the mask should have named. */
function do_check_lazy_tlb(mm: mm_struct): void {
  WARN_ON_ONCE(get_current().active_mm === mm);
}

/** Runs on every CPU of the mask, interrupts off. */
export function do_shoot_lazy_tlb(mm: mm_struct): void {
  const current = get_current();
  if (current.active_mm !== mm) return;
  reached(lazy_cpu_shot);
  WARN_ON_ONCE(current.mm !== null);
  current.active_mm = init_mm;
  switch_mm(mm, init_mm);
}

export function lazy_references(_mm: mm_struct): number {
  return 0;
}
