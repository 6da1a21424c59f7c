// SPDX-License-Identifier: GPL-2.0-only
// MMU_LAZY_TLB_SHOOTDOWN with the first of the ways to fewer interrupts that its comment names (kernel/fork.c): a task
// that exits does not begin to borrow its mm; it goes to init_mm.
import type { mm_struct } from "../mm_types.ts";
import { init_mm } from "../mm_types.ts";
import { parts } from "../parts.ts";
import { get_current } from "../sched/sched.ts";

export {
  context_switch_to_kernel,
  context_switch_to_user,
  exit_lazy_mm,
  finish_task_switch_mm,
  lazy_references,
  mmdrop_final,
  mmdrop_lazy_tlb,
  mmdrop_waits,
  mmgrab_lazy_tlb,
  mmput_lazy,
  unlazy_mm_irqs_off,
} from "./shootdown.ts";

export function enter_lazy_mm(mm: mm_struct): void {
  parts.coherence.switch_mm_irqs_off(mm, init_mm);
  get_current().active_mm = init_mm;
}
