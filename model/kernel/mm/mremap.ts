// SPDX-License-Identifier: GPL-2.0-only
// Linux mm/mremap.c since eb66ae030829 (4.20, CVE-2018-18281): a mapping gets another address. And zap_pte_range() of
// mm/memory.c, as ftruncate() uses it: both change entries under the lock of the page table.
import type { frame } from "../../hw/mmu/cpu.ts";
import type { mm_struct } from "../mm_types.ts";
import { parts } from "../parts.ts";
import { flush_tlb_page } from "./mmap.ts";

interface ptdesc {
  ptl: spinlock_t;
}
/** Of the one table of the one mm that is remapped. */
const ptdesc = DEFINE_SHARED<ptdesc>();

/** move_ptes() of one page. */
export function move_page(mm: mm_struct, from: number, to: number): void {
  const table = mm.pgd.entry;
  spin_lock(ptdesc.ptl);
  const pte = parts.coherence.ptep_get_and_clear(table!, from);
  if (pte !== null) {
    WRITE_ONCE(table!.pte[to], pte);
    // Under the lock: whoever finds the page at its new place may free it, and knows nothing of the old one.
    flush_tlb_page(mm, from);
  }
  spin_unlock(ptdesc.ptl);
}

/** unmap_mapping_range() of one page, which is freed. */
export function truncate_page(mm: mm_struct, page: number): void {
  const table = mm.pgd.entry;
  spin_lock(ptdesc.ptl);
  const pte = parts.coherence.ptep_get_and_clear(table!, page);
  if (pte !== null) flush_tlb_page(mm, page);
  spin_unlock(ptdesc.ptl);
  if (pte !== null) put_page(pte);
}

function put_page(page: frame): void {
  instruction();
  pool_free(page);
}
