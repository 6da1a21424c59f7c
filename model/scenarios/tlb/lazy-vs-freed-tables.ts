// SPDX-License-Identifier: MIT
import { no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { flush_tlb_func, lazy_cpu_leaves } from "../../kernel/arch/x86/mm/tlb.ts";
import { pte_free_tlb, unmap_table } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, switched_to, two_asids } from "../setup.ts";

export const lazy_vs_freed_tables = scenario({
  question: `CPU 0 is lazy in a process, whose page tables the hardware may walk at any moment, while CPU 1 unmaps all
    that a page table maps and frees the table. CPU 0 may return to the process meanwhile. Can it walk the freed
    table?`,
  needs: { arch: "x86", config: { lazy_tlb: true } },
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
    CPU0() {
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_table(mms[1]);
    },
  },
  check: [no_walk_of_freed_table, no_stale_user_access],
  witness: [lazy_cpu_leaves],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the flush does not say that a table goes away (3ef938c35035)",
      mutant: omit(pte_free_tlb, "tlb.freed_tables = true"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "a lazy CPU stays where it is (94b1b03b519b)",
      mutant: drop(flush_tlb_func, "unlazy_mm_irqs_off"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
  ],
});
