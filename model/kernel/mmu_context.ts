// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/linux/mmu_context.h: another address space for this CPU, called from where interrupts may be on.
import { local_irq_restore, local_irq_save } from "./irqflags.ts";
import type { mm_struct } from "./mm_types.ts";
import { parts } from "./parts.ts";

export function switch_mm(prev: mm_struct, next: mm_struct): void {
  const flags = local_irq_save();
  parts.coherence.switch_mm_irqs_off(prev, next);
  local_irq_restore(flags);
}

/** `next` is brand new: exec_mmap(). */
export function activate_mm(prev: mm_struct, next: mm_struct): void {
  switch_mm(prev, next);
}
