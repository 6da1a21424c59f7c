// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.1 arch/arm64/include/asm/tlbflush.h: TLBI reaches every CPU, so that nobody asks which ones. No mm_cpumask,
// no interrupts. Left out: TLBI by range, KPTI's second ASID, errata that repeat it.
import {
  dsb_ish,
  dsb_nsh,
  tlbi_aside1,
  tlbi_aside1is,
  tlbi_vae1,
  tlbi_vae1is,
  tlbi_vale1,
  tlbi_vale1is,
  tlbi_vmalle1,
} from "../../../../hw/mmu/arm64.ts";
import { ctxid2asid } from "../../../lib/asid.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { flush_tlb_user_post, flush_tlb_user_pre } from "./active_cpu.ts";

/** Beyond as many pages one flush of the ASID is cheaper. (PTRS_PER_PTE in Linux.) */
const MAX_TLBI_OPS = 2;

/** What TLBI names. */
export function ASID(mm: mm_struct): number {
  return ctxid2asid(READ_ONCE(mm.context.id));
}

/** All of this CPU's own. */
export function local_flush_tlb_all(): void {
  dsb_nshst();
  tlbi_vmalle1();
  dsb_nsh();
  isb();
}

export function flush_tlb_mm_range(
  mm: mm_struct,
  start: number,
  end: number,
  stride_shift: number,
  freed_tables: bool,
): void {
  if (end === TLB_FLUSH_ALL || (end - start) >> stride_shift > MAX_TLBI_OPS) {
    flush_tlb_mm(mm);
    return;
  }

  // The cleared entries are visible to all walks before the ASID is read. If it is an old one by then, whoever runs
  // with the new one has not walked them. Pairs with: check_and_switch_context().
  const local = flush_tlb_user_pre(mm);
  const asid = ASID(mm);
  for (let page = start >> stride_shift; page < end >> stride_shift; page++) {
    tlbi_page(asid, page, freed_tables, local);
  }
  flush_tlb_user_post(local);
  dsb_ish();
}

/** Without freed tables the last level is enough. */
export function tlbi_page(asid: number, page: number, freed_tables: bool, local: boolean): void {
  if (local && freed_tables) tlbi_vae1(asid, page);
  else if (local) tlbi_vale1(asid, page);
  else if (freed_tables) tlbi_vae1is(asid, page);
  else tlbi_vale1is(asid, page);
}

export function flush_tlb_mm(mm: mm_struct): void {
  // As above.
  const local = flush_tlb_user_pre(mm);
  const asid = ASID(mm);
  if (local) tlbi_aside1(asid);
  else tlbi_aside1is(asid);
  flush_tlb_user_post(local);
  dsb_ish();
}

/**
 * Nobody will run with the ASID of a whole address space again before a rollover: only its tables must be forgotten.
 */
export function tlb_flush(mm: mm_struct, fullmm: bool, freed_tables: bool): void {
  if (!fullmm || freed_tables) flush_tlb_mm(mm);
}
