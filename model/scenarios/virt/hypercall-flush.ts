// SPDX-License-Identifier: MIT
import { no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { flushed_by_hypercall, hyperv_flush_tlb_multi } from "../../kernel/arch/x86/hyperv/mmu.ts";
import { switch_mm_irqs_off } from "../../kernel/arch/x86/mm/tlb.ts";
import { tlb_finish_mmu, unmap_page, unmap_table } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, two_asids } from "../setup.ts";

export const hypercall_flush_vs_lazy = scenario({
  question: `CPU 0 goes lazy and returns to the process; CPU 1 unmaps a page and then a page table, and flushes by
    hypercall: no code runs on CPU 0, and its tlb_gen stays behind. Is anything freed used?`,
  needs: { arch: "x86", parts: { backend: "hyperv" }, config: { lazy_tlb: true } },
  machine: { ...small, pages: 2, frames: 2, address: 3 },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
      unmap_table(mms[1]);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [flushed_by_hypercall],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no smp_mb() when lazy mode ends",
      mutant: drop(switch_mm_irqs_off, "smp_mb"),
      expect: { sc: safe, x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "lazy CPUs are left alone when page tables are freed, too",
      mutant: omit(hyperv_flush_tlb_multi, "do_lazy"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "page tables are freed at once: the grace period is for those who walk in software",
      mutant: drop(tlb_finish_mmu, "synchronize_rcu"),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});
