// SPDX-License-Identifier: GPL-2.0-only
// asm/tlbflush.h and asm-generic/tlb.h, what all architectures have of it.
import type { mm_struct } from "./mm_types.ts";
import { parts } from "./parts.ts";

/** ~0UL: the end of a range that is the whole address space. Addresses are below it. */
export const TLB_FLUSH_ALL = -1;

/** tlb_flush() where a flush of everything is one of a range. */
export function tlb_flush(mm: mm_struct, _fullmm: bool, freed_tables: bool): void {
  parts.coherence.flush_tlb_mm_range(mm, 0, TLB_FLUSH_ALL, machine.PAGE_SHIFT, freed_tables);
}
