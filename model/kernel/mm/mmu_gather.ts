// SPDX-License-Identifier: GPL-2.0-only
// Linux mm/mmu_gather.c with MMU_GATHER_RCU_TABLE_FREE: tlb_remove_table() when there is no memory for a batch of
// tables, as d86564a2f085 (4.19) repaired it. Lockless walks by software are waited for by an interrupt to all CPUs.
import type { page_table } from "../../hw/mmu/cpu.ts";
import type { mm_struct } from "../mm_types.ts";
import { parts } from "../parts.ts";
import { synchronize_rcu } from "../rcu.ts";
import type { mmu_gather } from "./mmap.ts";
import { mmu_gathers, tlb_finish_mmu, unmap_vmas } from "./mmap.ts";

/** munmap() of all that a page table maps, without memory. */
export function unmap_table_no_memory(mm: mm_struct): void {
  const tlb = this_cpu_ptr(mmu_gathers);
  unmap_vmas(mm, tlb);
  const table = mm.pgd.entry;
  WRITE_ONCE(mm.pgd.entry, null);
  tlb_remove_table(mm, tlb, table!);
  tlb_finish_mmu(mm, tlb, false);
}

/** The table is not put off until the flush at the end: it needs one of its own. */
export function tlb_remove_table(mm: mm_struct, _tlb: mmu_gather, table: page_table): void {
  tlb_table_invalidate(mm);
  tlb_remove_table_one(table);
}

function tlb_table_invalidate(mm: mm_struct): void {
  parts.coherence.tlb_flush(mm, false, true);
}

/** smp_call_function(tlb_remove_table_smp_sync): whoever walks in software does so with interrupts off. */
function tlb_remove_table_one(table: page_table): void {
  synchronize_rcu();
  __tlb_remove_table(table);
}

function __tlb_remove_table(table: page_table): void {
  instruction();
  pool_free(table);
}
