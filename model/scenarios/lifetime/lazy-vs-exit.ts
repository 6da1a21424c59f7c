// SPDX-License-Identifier: MIT
import { no_walk_of_freed_table } from "../../hw/mmu/cpu.ts";
import { flush_tlb_func, lazy_cpu_leaves } from "../../kernel/arch/x86/mm/tlb.ts";
import * as tlb_4_13 from "../../kernel/arch/x86/mm/tlb_4_13.ts";
import * as tlb_4_14 from "../../kernel/arch/x86/mm/tlb_4_14.ts";
import * as tlb_classic from "../../kernel/arch/x86/mm/tlb_classic.ts";
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
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true, tlb_use_lazy_mode: true, XEN_PV: false } },
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
    // Whoever exits leaves a reference that nobody drops.
    "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
    // The flush has taken CPU 0 out of the mask that tells whom to shoot, and left active_mm as it was. On x86 nobody
    // follows or compares it any more.
    "x86-shootdown": { sc: violates(no_active_mm_left_dangling), x86_tso: violates(no_active_mm_left_dangling) },
    "linux-4.14-rc-fully-lazy": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
  },
  mutants: [
    {
      name: "the flush does not say that a table goes away",
      needs: { parts: { coherence: "tlb" } },
      mutant: omit(pte_free_tlb, "tlb.freed_tables = true"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "a lazy CPU stays where it is",
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
    {
      name: "active_mm does not follow the page tables (without patches 20 and 21)",
      needs: { parts: { lifetime: "last_mmput" } },
      mutant: omit(unlazy_active_mm_irqs_off, "current.active_mm = init_mm"),
      expect: { sc: violates(no_active_mm_left_dangling), x86_tso: violates(no_active_mm_left_dangling) },
    },
  ],
});
