// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.1 arch/arm64/include/asm/tlbflush.h: TLBI reaches every CPU, so that nobody asks which ones. No mm_cpumask, no
// interrupts. Left out: TLBI by range, KPTI's second ASID, errata that repeat it.
import { dsb_ish, dsb_nsh, tlbi_aside1is, tlbi_vae1is, tlbi_vale1is, tlbi_vmalle1 } from "../../../../hw/mmu/arm64.ts";
import { ctxid2asid } from "../../../lib/asid.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { config } from "../../../parts.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { flush_this_cpu, only_this_cpu } from "./active_cpu.ts";

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
  if (config.arm64_local_tlbi && only_this_cpu(mm)) {
    flush_this_cpu(mm);
    return;
  }
  if (end === TLB_FLUSH_ALL || (end - start) >> stride_shift > MAX_TLBI_OPS) {
    flush_tlb_mm(mm);
    return;
  }

  // The cleared entries are visible to all walks before the ASID is read. If it is an old one by then, whoever runs with
  // the new one has not walked them. Pairs with: check_and_switch_context().
  dsb_ishst();
  const asid = ASID(mm);
  for (let page = start >> stride_shift; page < end >> stride_shift; page++) {
    if (freed_tables) tlbi_vae1is(asid, page);
    else tlbi_vale1is(asid, page);
  }
  dsb_ish();
}

export function flush_tlb_mm(mm: mm_struct): void {
  // As above.
  dsb_ishst();
  tlbi_aside1is(ASID(mm));
  dsb_ish();
}
