// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/Kconfig and asm/tlbflush.h.
/** What arch/x86 of Linux 6.12 chooses at compile time, the same for all designs that build on it. */
export const x86_6_12 = {
  lazy_tlb: true,
  PTI: false,
  TLB_NR_DYN_ASIDS: 6,
  tlb_single_page_flush_ceiling: 33,
  trim_cpumask: false,
  ARCH_WANT_IRQS_OFF_ACTIVATE_MM: false,
  MMU_GATHER_RCU_TABLE_FREE: false,
};
