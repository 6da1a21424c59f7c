// SPDX-License-Identifier: GPL-2.0-only
// MMU_LAZY_TLB_REFCOUNT (Linux 6.12, the default): whoever borrows an mm holds one mm_count.
import { mmdrop, mmgrab } from "../fork.ts";
import type { mm_struct } from "../mm_types.ts";
import { init_mm, tasks } from "../mm_types.ts";
import { config } from "../parts.ts";
import { get_current } from "../sched/sched.ts";
import { unlazy_mm_irqs_off as switch_to_init_mm, unlazy_active_mm_irqs_off } from "./mainline.ts";

export {
  context_switch_to_kernel,
  context_switch_to_user,
  enter_lazy_mm,
  exit_lazy_mm,
  finish_task_switch_mm,
  mmdrop_waits,
} from "./mainline.ts";

export function mmgrab_lazy_tlb(mm: mm_struct): void {
  mmgrab(mm);
}

export function mmdrop_lazy_tlb(mm: mm_struct): void {
  mmdrop(mm);
}

export function unlazy_mm_irqs_off(): void {
  if (config.unlazy_before_idle_dead) unlazy_and_drop();
  else switch_to_init_mm();
}

/** Lutomirski's patch 12 of 2022. */
export function unlazy_and_drop(): void {
  const mm = get_current().active_mm!;
  if (mm === init_mm) return;
  mmgrab(init_mm);
  unlazy_active_mm_irqs_off();
  mmdrop(mm);
}

/** References keep it: nothing to do. */
export function mmput_lazy(_mm: mm_struct): void {}

export function mmdrop_final(_mm: mm_struct): void {}

/** One for each task that borrows it. */
export function lazy_references(mm: mm_struct): number {
  return count(machine.tasks, (i) => tasks[i].mm === null && tasks[i].active_mm === mm);
}
