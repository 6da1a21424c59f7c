// SPDX-License-Identifier: GPL-2.0-only
// MMU_LAZY_TLB_SHOOTDOWN with the third of the ways to fewer interrupts that its comment names (kernel/fork.c): each
// CPU keeps what it borrows where others can look (rq.lazy_mm), so that only those are interrupted that borrow this
// mm.
import type { mm_struct, task_struct } from "../mm_types.ts";
import { mm_cpumask } from "../mm_types.ts";
import { parts } from "../parts.ts";
import { runqueues } from "../sched/sched.ts";
import { on_each_cpu_cond_mask } from "../smp.ts";
import * as mainline from "./mainline.ts";
import { do_shoot_lazy_tlb } from "./shootdown.ts";

export { finish_task_switch_mm, unlazy_mm_irqs_off } from "./mainline.ts";
export { lazy_references, mmdrop_lazy_tlb, mmdrop_waits, mmgrab_lazy_tlb, mmput_lazy } from "./shootdown.ts";

/** A CPU of the mask was left alone, as it borrows something else, or nothing. */
export const cpu_filtered = sometimes("the last mmdrop() leaves a CPU of mm_cpumask alone");

export function context_switch_to_kernel(prev: task_struct, next: task_struct): void {
  // No barrier: a user of mm gives it up by an atomic operation later, here or, behind on_cpu, elsewhere.
  if (prev.mm !== null) this_cpu_write(runqueues.lazy_mm, prev.active_mm);
  mainline.context_switch_to_kernel(prev, next);
}

export function context_switch_to_user(prev: task_struct, next: task_struct): void {
  mainline.context_switch_to_user(prev, next);
  if (this_cpu_read(runqueues.lazy_mm) !== null) forget_lazy_mm();
}

export function enter_lazy_mm(mm: mm_struct): void {
  // No barrier: as above.
  this_cpu_write(runqueues.lazy_mm, mm);
  parts.coherence.enter_lazy_tlb(mm);
}

export function exit_lazy_mm(): void {
  forget_lazy_mm();
}

function forget_lazy_mm(): void {
  // Pairs with: borrows_mm(). The page tables first: who finds it NULL does not interrupt us.
  smp_store_release(per_cpu(runqueues.lazy_mm, smp_processor_id()), null);
}

export function mmdrop_final(mm: mm_struct): void {
  on_each_cpu_cond_mask(borrows_mm, do_shoot_lazy_tlb, mm, mm_cpumask(mm));
}

export function borrows_mm(cpu: cpu_id, mm: mm_struct): boolean {
  // Pairs with: forget_lazy_mm().
  if (smp_load_acquire(per_cpu(runqueues.lazy_mm, cpu)) === mm) return true;
  reached(cpu_filtered);
  return false;
}
