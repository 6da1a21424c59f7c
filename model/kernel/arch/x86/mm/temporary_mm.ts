// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/kernel/alternative.c and platform/efi/efi_64.c; mm/tlb.c from 6.16 on: the kernel loads an mm
// that no task has, on this CPU only, to write to its own text or to call firmware. The scheduler knows nothing of it.
// Left out: breakpoints, what EFI does to the FPU.
import type { frame, pgd_t } from "../../../../hw/mmu/cpu.ts";
import { hw, no_foreign_user_access, user_load } from "../../../../hw/mmu/cpu.ts";
import { local_irq_restore, local_irq_save, preempt_disable, preempt_enable } from "../../../irqflags.ts";
import { flush_tlb_page } from "../../../mm/mmap.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import { switch_mm } from "../../../mmu_context.ts";
import { config, parts } from "../../../parts.ts";
import { get_current } from "../../../sched/sched.ts";
import { this_cpu_is_lazy } from "./tlb.ts";
import { cpu_tlbstate } from "./tlbstate.ts";

/** The CPU was lazy when it loaded a temporary mm. */
export const temporary_mm_while_lazy = sometimes("a lazy CPU loads a temporary mm");

/** Preemption is off until unuse_temporary_mm(); returns what to go back to. */
export function use_temporary_mm(temp_mm: mm_struct): mm_struct {
  const flags = local_irq_save();
  // What a lazy CPU has loaded may go while it is elsewhere: flushes do not reach it there, and to come back is to have
  // it loaded without being lazy.
  if (this_cpu_is_lazy()) {
    reached(temporary_mm_while_lazy);
    leave_lazy_mm();
  }
  const prev_mm = this_cpu_read(cpu_tlbstate.loaded_mm);
  parts.coherence.switch_mm_irqs_off(prev_mm, temp_mm);
  local_irq_restore(flags);
  return prev_mm;
}

/** Since abee7c494d8c (5.10). */
export function leave_lazy_mm(): void {
  parts.coherence.leave_mm();
}

export function unuse_temporary_mm(temp_mm: mm_struct, prev_mm: mm_struct): void {
  const flags = local_irq_save();
  // Nobody flushes this CPU while it is not loaded: tlb_gen tells it next time.
  if (config.unuse_temporary_mm_clears) cpumask_clear_cpu(smp_processor_id(), mm_cpumask(temp_mm));
  parts.coherence.switch_mm_irqs_off(temp_mm, prev_mm);
  local_irq_restore(flags);
}

/** __text_poke(), text_mutex held: `text` is mapped in poking_mm for a moment, and written through that. */
export function text_poke(poking_mm: mm_struct, text: frame): void {
  WRITE_ONCE(poking_mm.pgd.entry!.pte[0], text);
  const flags = local_irq_save();
  const prev_mm = use_temporary_mm(poking_mm);
  user_load(poking_mm.pgd, 0);
  unuse_temporary_mm(poking_mm, prev_mm);
  local_irq_restore(flags);
  WRITE_ONCE(poking_mm.pgd.entry!.pte[0], null);
  flush_tlb_page(poking_mm, 0);
}

interface efi_frame {
  prev_mm: mm_struct | null;
}
/** efi_prev_mm: only one call at a time. */
const efi = DEFINE_PER_CPU_FRAME<efi_frame>();

/** A call of firmware by a kernel worker. Interrupts may be on; preemption is off. */
export function efi_call_virt(efi_mm: mm_struct): void {
  preempt_disable();
  efi_enter_mm(efi_mm);
  firmware(efi_mm.pgd);
  efi_leave_mm(efi_mm);
  preempt_enable();
}

/** It needs its own mappings. */
function firmware(efi_pgd: pgd_t): void {
  instruction();
  if (hw[smp_processor_id()].pgd !== efi_pgd) raise(no_foreign_user_access);
}

export function efi_enter_mm(efi_mm: mm_struct): void {
  if (config.efi_temporary_mm) this_cpu_ptr(efi).prev_mm = use_temporary_mm(efi_mm);
  else efi_switch_mm(efi_mm);
}

/** Until 6.15 (e7021e2fe0b4): the scheduler is told instead, and what the worker borrows is kept for later. */
export function efi_switch_mm(efi_mm: mm_struct): void {
  const current = get_current();
  if (this_cpu_is_lazy()) reached(temporary_mm_while_lazy);
  this_cpu_ptr(efi).prev_mm = current.active_mm;
  current.active_mm = efi_mm;
  switch_mm(this_cpu_ptr(efi).prev_mm!, efi_mm);
}

export function efi_leave_mm(efi_mm: mm_struct): void {
  const prev_mm = this_cpu_ptr(efi).prev_mm!;
  if (config.efi_temporary_mm) {
    unuse_temporary_mm(efi_mm, prev_mm);
  } else {
    get_current().active_mm = prev_mm;
    switch_mm(efi_mm, prev_mm);
  }
  this_cpu_ptr(efi).prev_mm = null;
}
