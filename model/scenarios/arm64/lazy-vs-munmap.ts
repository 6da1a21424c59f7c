// SPDX-License-Identifier: MIT
import { frames, no_stale_user_access, no_walk_of_freed_table, page_tables, user_load } from "../../hw/mmu/cpu.ts";
import { flush_tlb_user_pre } from "../../kernel/arch/arm64/mm/active_cpu.ts";
import { flush_tlb_mm, flush_tlb_mm_range } from "../../kernel/arch/arm64/mm/tlbflush.ts";
import { unmap_page, unmap_table } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, switched_to, touch_pages, two_asids } from "../setup.ts";

/** Lazy CPUs keep their TTBR0. */
function two_threads(): void {
  boot();
  const mm = new_mm(tasks[2]);
  map_pages(mm);
  new_thread(tasks[3], mm);
  run_user(0, tasks[2]);
  touch_pages(0);
  switched_to(tasks[0]);
  run_user(1, tasks[3]);
}

export const returned_after_free = sometimes(
  "CPU 0 is back in the process, whose page has been freed",
  () => tasks[2].on_cpu && !is_allocated(frames[0]),
);

export const table_freed = sometimes("a page table of the lazy CPU is freed", () => !is_allocated(page_tables[0]));

export const lazy_vs_tlbi = scenario({
  question: `CPU 0 is lazy in a process, with its page tables loaded and its pages cached, and returns to it without any
    switch, while CPU 1 unmaps a page and frees it. Nobody asks CPU 0: does the broadcast reach it in time?`,
  needs: { arch: "arm64" },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    two_threads();
  },
  threads: {
    CPU0() {
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [returned_after_free],
  expect: { sc: safe, armv8: safe },
  mutants: [
    {
      name: "the flush does not wait until the TLBI has been carried out",
      mutant: drop(flush_tlb_mm_range, "dsb_ish"),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
    {
      name: "the cleared entry may still be on its way when the TLBI is carried out",
      mutant: replace(flush_tlb_user_pre, broadcast_at_once),
      expect: { sc: safe, armv8: violates(no_stale_user_access) },
    },
  ],
});

export const lazy_vs_freed_tables_arm64 = scenario({
  question: `CPU 0 is lazy in a process, whose page tables the hardware may walk at any moment, while CPU 1 unmaps
    all that a page table maps and frees the table. Can CPU 0 walk the freed table?`,
  needs: { arch: "arm64" },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    two_threads();
  },
  threads: {
    CPU0() {},
    CPU1() {
      unmap_table(mms[1]);
    },
  },
  check: [no_walk_of_freed_table],
  witness: [table_freed],
  expect: { sc: safe, armv8: safe },
  mutants: [
    {
      name: "the flush does not wait until the TLBI has been carried out",
      mutant: drop(flush_tlb_mm, "dsb_ish"),
      expect: { sc: violates(no_walk_of_freed_table), armv8: violates(no_walk_of_freed_table) },
    },
  ],
});

export function broadcast_at_once(_mm: mm_struct): boolean {
  return false;
}
