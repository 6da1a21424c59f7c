// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/kernel/process_64.c: arch_prctl(ARCH_ENABLE_TAGGED_ADDR). Left out: mmap_lock, and
// MM_CONTEXT_LOCK_LAM, by which a process with threads is refused.
import { __read_cr3, write_cr3_lam } from "../../../../hw/mmu/x86.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import { config } from "../../../parts.ts";
import { on_each_cpu_mask } from "../../../smp.ts";
import { cpu_tlbstate_lam, mm_lam_cr3_mask } from "../attributes/lam.ts";
import { cpu_tlbstate } from "../mm/tlbstate.ts";

/** The running thread, the only one of its process, may use tags from the moment when this returns. */
export function prctl_enable_tagged_addr(mm: mm_struct): void {
  mm_enable_lam(mm);
}

export function mm_enable_lam(mm: mm_struct): void {
  WRITE_ONCE(mm.context.lam_cr3_mask, true);
  if (config.lam_inc_tlb_gen) atomic_inc(mm.context.tlb_gen);
  if (config.lam_ipi) on_each_cpu_mask(mm_cpumask(mm), enable_lam_func, mm);
  else set_lam(mm);
}

/** Kernel threads may use the mm: on every CPU of the mask, interrupts off. */
export function enable_lam_func(mm: mm_struct): void {
  if (this_cpu_read(cpu_tlbstate.loaded_mm) !== mm) return;
  set_lam(mm);
}

function set_lam(mm: mm_struct): void {
  const lam = mm_lam_cr3_mask(mm);
  const cr3 = __read_cr3();
  write_cr3_lam(cr3.pgd, cr3.pcid, lam, true);
  this_cpu_write(cpu_tlbstate_lam.lam, lam);
}
