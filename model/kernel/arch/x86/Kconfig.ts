// SPDX-License-Identifier: GPL-2.0-only
// arch/x86/Kconfig and asm/tlbflush.h of Linux 6.12, and what commits before and behind it changed, one after another.
import { generic } from "../../Kconfig.ts";

/** 4.13: one context, without generations, in the TLB. */
export const x86_4_13 = { ...generic, ARCH_HAS_SYNC_CORE_BEFORE_USERMODE: true };

/** 4.14: tlb_gen, PCID. */
export const x86_4_14 = { ...x86_4_13, PCID: true, TLB_NR_DYN_ASIDS: 6, tlb_gen: true };

export const x86_4_20 = { ...x86_4_14, nmi_uaccess_okay: true, flush_skips_lazy: true };

export const x86_5_13 = { ...x86_4_20, concurrent_flush: true };

/** What arch/x86 of Linux 6.12 chooses at compile time, the same for all designs that build on it. */
export const x86_6_12 = {
  ...x86_5_13,
  flush_skips_done: true,
  flush_reads_loaded_mm: true,
  flush_tlb_range_frees_tables: true,
};

/** Lutomirski's series of 2022-01 on top of it: patches 12, 14, 15 and 23. */
export const luto_2022 = {
  ...x86_6_12,
  change_current_mm: true,
  kthread_use_mm_grabs: false,
  unlazy_before_idle_dead: true,
  ARCH_WANT_IRQS_OFF_ACTIVATE_MM: true,
};
/** Linux 6.14 with fea4e317f9e7 (6.14.7): mm_cpumask is cleared lazily, and trimmed. */
export const x86_6_14 = {
  ...x86_6_12,
  lazy_mm_cpumask: true,
  trim_cpumask: true,
  MMU_GATHER_RCU_TABLE_FREE: true,
  unuse_temporary_mm_clears: true,
};

/** Linux 6.18. */
export const x86_6_18 = { ...x86_6_14, switch_mm_smp_mb: true };

/** The same on AMD's Milan and later: global ASIDs, kept up to date by INVLPGB (since 6.15). 4094; some will do. */
export const x86_6_18_invlpgb = { ...x86_6_18, INVLPGB: true, ASIDS: 64 };

/** Lutomirski's hypothetical better x86. No mm_cpumask, no tlb_gen. */
export const x86_pcid64 = { ...x86_4_13, PCID: true, PCID64: true, MMU_GATHER_RCU_TABLE_FREE: true };
