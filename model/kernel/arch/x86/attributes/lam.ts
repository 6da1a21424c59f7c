// SPDX-License-Identifier: GPL-2.0-only
// Linear-address masking, Linux 6.4 to 6.12 (arch/x86/mm/tlb.c, asm/tlbflush.h): a process may ask that the processor
// ignores tags in its addresses, and the bit for it is in CR3. It has one thread then, which migrates: any CPU that
// has the mm loaded may get it next, lazy CPUs and kernel threads that use the mm included, and need not write CR3 for
// that. config says how they learn of it. Left out: the masks by which the kernel itself strips tags.
import type { pgd_t } from "../../../../hw/mmu/cpu.ts";
import { write_cr3_lam } from "../../../../hw/mmu/x86.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { config } from "../../../parts.ts";

interface tlb_state_lam {
  /** cpu_tlbstate.lam: what this CPU has in CR3. Only its own CPU touches it. */
  lam: bool;
}
export const cpu_tlbstate_lam = DEFINE_PER_CPU<tlb_state_lam>();

interface switch_frame {
  new_lam: bool;
}
/** A local of switch_mm_irqs_off(). */
export const locals = DEFINE_PER_CPU_FRAME<switch_frame>();

export function init_new_attributes(mm: mm_struct): void {
  WRITE_ONCE(mm.context.lam_cr3_mask, false);
}

export function mm_lam_cr3_mask(mm: mm_struct): bool {
  return READ_ONCE(mm.context.lam_cr3_mask);
}

export function read_attributes(next: mm_struct, subscribed: bool): void {
  if (subscribed !== config.lam_read_early) {
    // Pairs with: mm_enable_lam(). If our bit in mm_cpumask(next) is set already, we see its LAM bits or get its IPI.
    this_cpu_ptr(locals).new_lam = mm_lam_cr3_mask(next);
  }
  if (config.lam_read_twice && subscribed) this_cpu_write(cpu_tlbstate_lam.lam, mm_lam_cr3_mask(next));
}

export function attributes_loaded(_next: mm_struct): boolean {
  if (!config.lam_compared) return true;
  return this_cpu_read(cpu_tlbstate_lam.lam) === this_cpu_ptr(locals).new_lam;
}

export function load_cr3(pgd: pgd_t, pcid: number, flush: bool): void {
  write_cr3_lam(pgd, pcid, this_cpu_ptr(locals).new_lam, flush);
}

export function switch_attributes(_prev: mm_struct, _next: mm_struct): void {
  if (!config.lam_read_twice) this_cpu_write(cpu_tlbstate_lam.lam, this_cpu_ptr(locals).new_lam);
  this_cpu_ptr(locals).new_lam = false;
}
