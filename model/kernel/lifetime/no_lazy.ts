// SPDX-License-Identifier: GPL-2.0-only
// No lazy TLB: a task without an mm runs on init_mm. Lutomirski's form of the experiment that Torvalds asked for
// (2022-01): all of the mm == NULL code stays, and what was "enter lazy mode" switches page tables. Nobody borrows.
// With config.lazy_switches_cr3 it is Amit's of the same day: enter_lazy_tlb() does it, and remains "lazy" for flushes.

import type { mm_struct, task_struct } from "../mm_types.ts";
import { init_mm } from "../mm_types.ts";
import { config, parts } from "../parts.ts";
import { get_current } from "../sched/sched.ts";

export { mmdrop_waits } from "./mainline.ts";

export function mmgrab_lazy_tlb(_mm: mm_struct): void {}

export function mmdrop_lazy_tlb(_mm: mm_struct): void {
  // Pairs with: membarrier_private_expedited(), for which mmdrop() is a barrier where references are counted.
  smp_mb();
}

export function context_switch_to_kernel(prev: task_struct, next: task_struct): void {
  if (prev.mm !== null) switch_to_init_mm(prev.mm);
  else prev.active_mm = null;
  next.active_mm = init_mm;
}

export function switch_to_init_mm(mm: mm_struct): void {
  if (config.lazy_switches_cr3) parts.coherence.enter_lazy_tlb(mm);
  else parts.coherence.switch_mm_irqs_off(mm, init_mm);
}

export function context_switch_to_user(prev: task_struct, next: task_struct): void {
  parts.coherence.switch_mm_irqs_off(prev.active_mm!, next.mm!);
  if (prev.mm === null) prev.active_mm = null;
}

export function finish_task_switch_mm(_prev_mm: mm_struct | null): void {}

export function enter_lazy_mm(mm: mm_struct): void {
  switch_to_init_mm(mm);
  get_current().active_mm = init_mm;
}

export function exit_lazy_mm(): void {}

/** Nobody is lazy. */
export function unlazy_mm_irqs_off(): void {
  parts.coherence.switch_mm_irqs_off(get_current().active_mm!, init_mm);
}

export function mmput_lazy(_mm: mm_struct): void {}

export function mmdrop_final(_mm: mm_struct): void {}

export function lazy_references(_mm: mm_struct): number {
  return 0;
}
