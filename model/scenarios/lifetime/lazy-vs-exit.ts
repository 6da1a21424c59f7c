// SPDX-License-Identifier: MIT
import { no_walk_of_freed_table } from "../../hw/mmu/cpu.ts";
import { flush_tlb_func, lazy_cpu_leaves } from "../../kernel/arch/x86/mm/tlb.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { unlazy_active_mm_irqs_off } from "../../kernel/lifetime/mainline.ts";
import { pte_free_tlb } from "../../kernel/mm/mmap.ts";
import { tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { no_active_mm_left_dangling, no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { boot, map_pages, new_mm, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

export const lazy_vs_exit = scenario({
  question: `CPU 0 is lazy in a process whose last task exits on CPU 1; page tables are freed, so that a flush tells
    CPU 0. Can the hardware of CPU 0 walk what is gone, and does the scheduler's active_mm still name it?`,
  needs: { arch: "x86", config: { lazy_tlb: true } },
  machine: { ...two_mms, tasks: 4, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {},
    CPU1() {
      exit_mm();
      __schedule(tasks[3]);
    },
  },
  check: [no_freed_pgd_loaded, no_walk_of_freed_table, no_active_mm_left_dangling, references_conserved],
  witness: [lazy_cpu_leaves],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // The flush has taken CPU 0 out of the mask that tells whom to shoot, and left active_mm as it was. On x86 nobody
    // follows or compares it any more.
    "x86-shootdown": { sc: violates(no_active_mm_left_dangling), x86_tso: violates(no_active_mm_left_dangling) },
  },
  mutants: [
    {
      name: "the flush does not say that a table goes away",
      mutant: omit(pte_free_tlb, "tlb.freed_tables = true"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "a lazy CPU stays where it is",
      mutant: drop(flush_tlb_func, "unlazy_mm_irqs_off"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "active_mm does not follow the page tables (without patches 20 and 21)",
      needs: { parts: { lifetime: "last_mmput" } },
      mutant: omit(unlazy_active_mm_irqs_off, "current.active_mm = init_mm"),
      expect: { sc: violates(no_active_mm_left_dangling), x86_tso: violates(no_active_mm_left_dangling) },
    },
  ],
});
