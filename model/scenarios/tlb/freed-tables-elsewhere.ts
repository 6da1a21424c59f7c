// SPDX-License-Identifier: MIT
// Page tables that go without a munmap() of all that they map: khugepaged, and munmap() without memory.
import { no_walk_of_freed_table } from "../../hw/mmu/cpu.ts";
import { collapse_pte_mapped_thp } from "../../kernel/mm/khugepaged.ts";
import { flush_tlb_range } from "../../kernel/mm/mmap.ts";
import { tlb_remove_table, unmap_table_no_memory } from "../../kernel/mm/mmu_gather.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, switched_to, two_asids } from "../setup.ts";

export const khugepaged_vs_lazy = scenario({
  question: `CPU 0 is lazy in a process; CPU 1 replaces a page table of it by a huge page, flushes the addresses, and
    frees the table. Does CPU 0 hear of it?`,
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true, tlb_use_lazy_mode: true } },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {},
    CPU1() {
      collapse_pte_mapped_thp(mms[1]);
    },
  },
  check: [no_walk_of_freed_table],
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // freed_tables is false: from 4.20, when lazy CPUs began to be skipped, until 3ef938c35035.
    "linux-4.20-x86": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    "linux-5.13-x86": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    "linux-4.14-rc-fully-lazy": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
  },
  mutants: [
    {
      name: "flush_tlb_range() frees no tables (before 3ef938c35035)",
      needs: { config: { flush_tlb_range_frees_tables: true } },
      mutant: replace(flush_tlb_range, flush_range_of_pages),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "repaired: flush_tlb_range() may free tables (3ef938c35035)",
      needs: { config: { flush_tlb_range_frees_tables: false, flush_skips_lazy: true, fully_lazy_tlb: false } },
      mutant: replace(flush_tlb_range, flush_range_of_tables),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "no flush",
      needs: { config: { flush_skips_lazy: false } },
      mutant: drop(collapse_pte_mapped_thp, "flush_tlb_range"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
  ],
});

export function flush_range_of_pages(mm: mm_struct): void {
  parts.coherence.flush_tlb_mm_range(mm, 0, machine.pages << machine.PAGE_SHIFT, machine.PAGE_SHIFT, false);
}

export function flush_range_of_tables(mm: mm_struct): void {
  parts.coherence.flush_tlb_mm_range(mm, 0, machine.pages << machine.PAGE_SHIFT, machine.PAGE_SHIFT, true);
}

export const table_freed_without_memory = scenario({
  question: `CPU 1 unmaps all that a page table maps, and has no memory to put the table off: it waits for lockless
    walks in software, and frees the table. A thread of the process runs on CPU 0. And the walks of its hardware?`,
  needs: { arch: "x86", config: { PCID64: false } },
  machine: { ...small },
  config: { ...two_asids, MMU_GATHER_RCU_TABLE_FREE: true },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {},
    CPU1() {
      unmap_table_no_memory(mms[1]);
    },
  },
  check: [no_walk_of_freed_table],
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the table goes before the flush (before d86564a2f085)",
      mutant: drop(tlb_remove_table, "tlb_table_invalidate"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
  ],
});
