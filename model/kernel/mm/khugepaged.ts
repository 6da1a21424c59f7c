// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 mm/khugepaged.c, collapse_pte_mapped_thp(), and pmdp_collapse_flush(): a page table whose pages lie
// together is freed; a huge page maps them from then on (which nobody here faults in). The pages stay.
import type { page_table } from "../../hw/mmu/cpu.ts";
import type { mm_struct } from "../mm_types.ts";
import { flush_tlb_range } from "./mmap.ts";

export function collapse_pte_mapped_thp(mm: mm_struct): void {
  const table = mm.pgd.entry;
  WRITE_ONCE(mm.pgd.entry, null);
  // A flush of addresses: it knows nothing of the table.
  flush_tlb_range(mm);
  pte_free_defer(table!);
}

/** Linux frees it after a grace period, which idle CPUs do not hold up: it is gone at once here. */
function pte_free_defer(table: page_table): void {
  instruction();
  pool_free(table);
}
