// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/sched/core.c, context_switch() and finish_task_switch(): how active_mm is handed on. Shared by the
// variants that differ only in what mmgrab_lazy_tlb() and mmdrop_lazy_tlb() do, and when the borrowers are chased away.

import type { mm_struct, task_struct } from "../mm_types.ts";
import { init_mm } from "../mm_types.ts";
import { parts } from "../parts.ts";
import { get_current, runqueues } from "../sched/sched.ts";

export function context_switch_to_kernel(prev: task_struct, next: task_struct): void {
  const mm = prev.active_mm!;
  parts.coherence.enter_lazy_tlb(mm);
  next.active_mm = mm;
  if (prev.mm !== null) parts.lifetime.mmgrab_lazy_tlb(mm);
  else prev.active_mm = null; // What was held for it moves on with the mm.
}

export function context_switch_to_user(prev: task_struct, next: task_struct): void {
  parts.coherence.switch_mm_irqs_off(prev.active_mm!, next.mm!);
  if (prev.mm !== null) return;
  // Not dropped here: the rq lock is held, and __mmdrop() is slow.
  this_cpu_write(runqueues.prev_mm, prev.active_mm);
  prev.active_mm = null;
}

export function finish_task_switch_mm(prev_mm: mm_struct | null): void {
  if (prev_mm !== null) parts.lifetime.mmdrop_lazy_tlb(prev_mm);
}

export function enter_lazy_mm(mm: mm_struct): void {
  parts.coherence.enter_lazy_tlb(mm);
}

export function exit_lazy_mm(): void {}

/** Freed at once. */
export function mmdrop_waits(_mm: mm_struct): boolean {
  return false;
}

/** Only the page tables: active_mm goes on to name the mm, of which the scheduler learns nothing. */
export function unlazy_mm_irqs_off(): void {
  parts.coherence.switch_mm_irqs_off(get_current().active_mm!, init_mm);
}

/** The same, and active_mm follows: Lutomirski's patches 20 and 21 of 2022. */
export function unlazy_active_mm_irqs_off(): void {
  const current = get_current();
  const mm = current.mm;
  WARN_ON_ONCE(mm !== null);
  if (mm !== null) return;
  parts.coherence.switch_mm_irqs_off(current.active_mm!, init_mm);
  current.active_mm = init_mm;
}
