// SPDX-License-Identifier: MIT
import { no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { flush_tlb_func, lazy_cpu_leaves } from "../../kernel/arch/x86/mm/tlb.ts";
import * as tlb_4_13 from "../../kernel/arch/x86/mm/tlb_4_13.ts";
import * as tlb_4_14 from "../../kernel/arch/x86/mm/tlb_4_14.ts";
import * as tlb_classic from "../../kernel/arch/x86/mm/tlb_classic.ts";
import { pte_free_tlb, unmap_table } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, switched_to, two_asids } from "../setup.ts";

export const lazy_vs_freed_tables = scenario({
  question: `CPU 0 is lazy in a process, whose page tables the hardware may walk at any moment, while CPU 1 unmaps all
    that a page table maps and frees the table. CPU 0 may return to the process meanwhile. Can it walk the freed
    table?`,
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true, tlb_use_lazy_mode: true, XEN_PV: false } },
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
  expect_of: {
    // It is out of the mask, and its hardware goes on walking: what b956575bed91 repaired.
    "linux-4.14-rc-fully-lazy": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
  },
  mutants: [
    {
      name: "the flush does not say that a table goes away (3ef938c35035)",
      needs: { parts: { coherence: "tlb" } },
      mutant: omit(pte_free_tlb, "tlb.freed_tables = true"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "a lazy CPU stays where it is (94b1b03b519b)",
      needs: { parts: { coherence: "tlb" } },
      mutant: drop(flush_tlb_func, "unlazy_mm_irqs_off"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "a lazy CPU stays where it is (4.14)",
      needs: { parts: { coherence: "tlb_4_14" }, config: { fully_lazy_tlb: false } },
      mutant: drop(tlb_4_14.flush_tlb_func_common, "unlazy_mm_irqs_off"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "a lazy CPU stays where it is (4.13)",
      needs: { parts: { coherence: "tlb_4_13" } },
      mutant: drop(tlb_4_13.flush_tlb_func_common, "leave_mm"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "a lazy CPU stays where it is (4.12)",
      needs: { parts: { coherence: "tlb_classic" } },
      mutant: drop(tlb_classic.flush_tlb_func, "leave_mm"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
  ],
});
