// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 mm/mmap.c, mm/memory.c and mm/mmu_gather.c: taking mappings away. The order is always: clear the entries,
// flush, and only then free what they led to. Left out: the page-table lock, as two CPUs never change the same entry
// here; batches that overflow; huge pages.
import type { frame, page_table } from "../../hw/mmu/cpu.ts";
import type { mm_struct } from "../mm_types.ts";
import { config, parts } from "../parts.ts";
import { synchronize_rcu } from "../rcu.ts";

/** munmap() of one page: zap_page_range(), tlb_finish_mmu(). The page table stays. */
export function unmap_page(mm: mm_struct, page: number): void {
  const table = mm.pgd.entry;
  const old = parts.coherence.ptep_get_and_clear(table!, page);
  if (old === null) return;
  flush_tlb_page(mm, page);
  free_page(old);
}

export function flush_tlb_page(mm: mm_struct, page: number): void {
  const start = page << machine.PAGE_SHIFT;
  parts.coherence.flush_tlb_mm_range(mm, start, start + (1 << machine.PAGE_SHIFT), machine.PAGE_SHIFT, false);
}

/** Of all pages that a table maps; if they go because the table does, the flush must say so. */
export function flush_tlb_range(mm: mm_struct): void {
  const end = machine.pages << machine.PAGE_SHIFT;
  parts.coherence.flush_tlb_mm_range(mm, 0, end, machine.PAGE_SHIFT, config.flush_tlb_range_frees_tables);
}

/** munmap() of all that a page table maps, up to and including the table. */
export function unmap_table(mm: mm_struct): void {
  unmap_all(mm, false);
}

function unmap_all(mm: mm_struct, fullmm: bool): void {
  const tlb = this_cpu_ptr(mmu_gathers);
  unmap_vmas(mm, tlb);
  free_pgtables(mm, tlb);
  tlb_finish_mmu(mm, tlb, fullmm);
}

/** Teardown at mm_users == 0: the same for all there is. */
export function exit_mmap(mm: mm_struct): void {
  parts.coherence.arch_exit_mmap(mm);
  unmap_all(mm, true);
}

/** include/asm-generic/tlb.h: what goes back to the allocator after the flush. On the caller's stack. */
export interface mmu_gather {
  /** Without cleared entries and without freed tables there is nothing to flush. */
  cleared_ptes: bool;
  freed_tables: bool;
  pages: array<frame | null, "pages">;
  table: page_table | null;
}
/** Nobody is preempted in between to do the same. */
export const mmu_gathers = DEFINE_PER_CPU_FRAME<mmu_gather>();

export function unmap_vmas(mm: mm_struct, tlb: mmu_gather): void {
  const table = mm.pgd.entry;
  if (table === null) return;
  for (let page = 0; page < machine.pages; page++) zap_pte(table, page, tlb);
}

function zap_pte(table: page_table, page: number, tlb: mmu_gather): void {
  const old = parts.coherence.ptep_get_and_clear(table, page);
  if (old === null) return;
  tlb.cleared_ptes = true;
  tlb.pages[page] = old;
}

function free_pgtables(mm: mm_struct, tlb: mmu_gather): void {
  const table = mm.pgd.entry;
  if (table === null) return;
  WRITE_ONCE(mm.pgd.entry, null);
  pte_free_tlb(tlb, table);
}

export function pte_free_tlb(tlb: mmu_gather, table: page_table): void {
  tlb.freed_tables = true;
  tlb.table = table;
}

/** freed_tables tells the flush that lazy CPUs, too, must stop to walk. */
export function tlb_finish_mmu(mm: mm_struct, tlb: mmu_gather, fullmm: bool): void {
  if (tlb.cleared_ptes || tlb.freed_tables) parts.coherence.tlb_flush(mm, fullmm, tlb.freed_tables);
  // Without it, in native_tlb_remove_table(), a table goes back like any other page. (In Linux nobody waits here:
  // scenarios about what an exit does next either free no table, or do without the grace period.)
  if (config.MMU_GATHER_RCU_TABLE_FREE && tlb.table !== null) synchronize_rcu();
  tlb_batch_pages_flush();
}

function tlb_batch_pages_flush(): void {
  instruction();
  const tlb = this_cpu_ptr(mmu_gathers);
  for (let page = 0; page < machine.pages; page++) {
    const old = tlb.pages[page];
    if (old !== null) pool_free(old);
    tlb.pages[page] = null;
  }
  const table = tlb.table;
  if (table !== null) pool_free(table);
  tlb.table = null;
  tlb.cleared_ptes = false;
  tlb.freed_tables = false;
}

function free_page(page: frame): void {
  instruction();
  pool_free(page);
}
