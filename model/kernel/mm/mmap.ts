// SPDX-License-Identifier: GPL-2.0-only
// Linux mm/mmap.c, mm/memory.c and mm/mmu_gather.c: taking mappings away. The order is always: clear the entries, flush,
// and only then free what they led to. The page-table lock is left out: in a scenario one CPU at a time changes an mm.
import type { frame, page_table } from "../../hw/mmu/x86.ts";
import { TLB_FLUSH_ALL } from "../arch/x86/mm/tlbstate.ts";
import type { mm_struct } from "../mm_types.ts";
import { parts } from "../parts.ts";

/** munmap() of one page: zap_page_range(), tlb_finish_mmu(). The page table stays. */
export function unmap_page(mm: mm_struct, page: number): void {
  const table = mm.pgd.entry;
  const old = xchg(table!.pte[page], null);
  if (old === null) return;
  flush_tlb_page(mm, page);
  free_page(old);
}

export function flush_tlb_page(mm: mm_struct, page: number): void {
  const start = page << machine.PAGE_SHIFT;
  parts.coherence.flush_tlb_mm_range(mm, start, start + (1 << machine.PAGE_SHIFT), machine.PAGE_SHIFT, false);
}

/** munmap() of all that a page table maps: free_pgtables() unhooks the table, and the flush says so. */
export function unmap_table(mm: mm_struct): void {
  const table = mm.pgd.entry;
  if (table === null) return;
  for (let page = 0; page < machine.pages; page++) zap_pte(table, page);
  WRITE_ONCE(mm.pgd.entry, null);
  tlb_finish_mmu(mm, true);
  free_table(table);
}

/** Teardown at mm_users == 0. Nothing is flushed if nothing was mapped: tlb_flush_mmu_tlbonly() looks. */
export function exit_mmap(mm: mm_struct): void {
  unmap_table(mm);
}

function zap_pte(table: page_table, page: number): void {
  WRITE_ONCE(table.pte[page], null);
}

/** A full-mm flush; freed_tables tells the lazy CPUs that they must not walk on. */
function tlb_finish_mmu(mm: mm_struct, freed_tables: bool): void {
  parts.coherence.flush_tlb_mm_range(mm, 0, TLB_FLUSH_ALL, machine.PAGE_SHIFT, freed_tables);
}

/** The table and the pages that it still held go back to the allocator. */
function free_table(table: page_table): void {
  instruction();
  pool_free(table);
}

function free_page(page: frame): void {
  instruction();
  pool_free(page);
}
