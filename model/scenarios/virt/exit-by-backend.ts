// SPDX-License-Identifier: MIT
import { no_walk_of_freed_table } from "../../hw/mmu/cpu.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { pte_free_tlb } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { boot, map_pages, new_mm, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

/** What the last mmput() is about. */
export const borrowed_at_exit = sometimes(
  "CPU 0 borrows an mm without users",
  () => is_allocated(mms[1]) && atomic_read(mms[1].mm_users) === 0 && tasks[0].active_mm === mms[1],
);

export const exit_by_backend = scenario({
  question: `CPU 0 is lazy in a process whose last task exits on CPU 1. exit_mmap() frees page tables and flushes them
    everywhere, by whatever means there is. If it was no interrupt, what does CPU 0 have loaded when the pgd goes?`,
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true, XEN_PV: false } },
  machine: { ...two_mms, tasks: 4, ctx_ids: 4 },
  // What frees tables late is not the question here: the backends differ in that.
  config: { ...three_asids, MMU_GATHER_RCU_TABLE_FREE: true },
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
  check: [no_freed_pgd_loaded, no_walk_of_freed_table, references_conserved],
  witness: [borrowed_at_exit],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // The flush runs no code there: condition by condition, docs/answers.md.
    "x86-last-mmput-kvm": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "x86-last-mmput-hyperv": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
  },
  mutants: [
    {
      name: "the flush does not say that a table goes away",
      mutant: omit(pte_free_tlb, "tlb.freed_tables = true"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
  ],
});
