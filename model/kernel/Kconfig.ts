// SPDX-License-Identifier: GPL-2.0-only
// What a design chooses at compile time, each with its default; an architecture changes some in its own Kconfig.ts, and
// a design names what it has of its own. config in parts.ts says what each means.
export const generic = {
  lazy_tlb: true,
  PCID: false,
  PTI: false,
  TLB_NR_DYN_ASIDS: 1,
  tlb_single_page_flush_ceiling: 33,
  trim_cpumask: false,
  MMU_GATHER_RCU_TABLE_FREE: false,
  ARCH_WANT_IRQS_OFF_ACTIVATE_MM: false,
  kthread_use_mm_grabs: true,
  MEMBARRIER: false,
  lam_read_early: false,
  lam_read_twice: false,
  lam_compared: false,
  lam_inc_tlb_gen: false,
  lam_ipi: false,
  ASIDS: 1,
  KVM_GUEST: false,
  PPC_HASH_MMU: false,
  MMU_LAZY_TLB_SHOOTDOWN: false,
  DEBUG_VM_SHOOT_LAZIES: false,
  clear_mask_of_dying_mm: false,
  radix_final_flush_is_local: false,
  powerpc_reset_thread_local: false,
  powerpc_trim_clock: false,
};
