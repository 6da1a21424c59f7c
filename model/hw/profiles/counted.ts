// SPDX-License-Identifier: MIT
import type { Counted } from "./types.ts";

/** The lines on which lazy-TLB designs differ, by architecture. */
const COMMON = {
  mm_count: ["mm_struct.mm_count"],
  lazy_mm: ["runqueues.lazy_mm", "runqueues.drop_mm"],
};

export const counted: Readonly<Record<string, Counted>> = {
  x86: {
    lines: {
      mm_count: COMMON.mm_count,
      mm_cpumask: ["mm_struct.cpu_bitmap"],
      tlb_gen: ["mm_struct.context.tlb_gen"],
      is_lazy: ["cpu_tlbstate_shared.is_lazy"],
      lazy_mm: COMMON.lazy_mm,
    },
    loads: ["write_cr3", "write_cr3_lam"],
    local: ["invlpg", "flush_current_pcid"],
    broadcast: ["invlpgb_page", "invlpgb_pcid", "invlpgb_all", "hv_flush"],
    pageShift: 12,
  },
  arm64: {
    lines: { ...COMMON, asid: ["asid_globals.asid_generation", "asid_cpu.active_asids", "mm_struct.context.id"] },
    loads: ["write_ttbr0", "write_reserved_ttbr0"],
    local: ["tlbi_vmalle1", "tlbi_aside1", "tlbi_vae1", "tlbi_vale1"],
    broadcast: ["tlbi_vmalle1is", "tlbi_aside1is", "tlbi_vae1is", "tlbi_vale1is"],
    pageShift: 12,
  },
  powerpc: {
    lines: { ...COMMON, mm_cpumask: ["mm_struct.cpu_bitmap"], active_cpus: ["mm_struct.context.active_cpus"] },
    loads: ["mtspr_pid", "switch_slb"],
    local: ["tlbiel_pid", "tlbiel_va"],
    broadcast: ["tlbie_pid", "tlbie_va", "h_remove"],
    pageShift: 16,
  },
  riscv: {
    lines: { ...COMMON, mm_cpumask: ["mm_struct.cpu_bitmap"] },
    loads: ["write_satp"],
    local: ["forget_all", "forget_asid", "forget_page"],
    broadcast: [],
    pageShift: 12,
  },
};
