// SPDX-License-Identifier: MIT
import { no_stale_user_access, no_walk_of_freed_table, user_load } from "../hw/mmu/x86.ts";
import { flush_tlb_func, should_flush_tlb } from "../kernel/arch/x86/mm/tlb.ts";
import { unmap_page } from "../kernel/mm/mmap.ts";
import { mms, tasks } from "../kernel/mm_types.ts";
import { __schedule } from "../kernel/sched/core.ts";
import { ipi_sent } from "../kernel/smp.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, two_asids } from "./setup.ts";

export const munmap_vs_running = scenario({
  question: `Two threads of a process run on two CPUs; one of them unmaps a page, the other goes on to use it, and may
    come from somewhere else just then. Does the flush reach it?`,
  needs: { arch: "x86" },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(1, tasks[3]);
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
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "a CPU in the middle of a switch is not asked (CVE-2025-37964)",
      mutant: omit(should_flush_tlb, "if (loaded_mm === LOADED_MM_SWITCHING) return true"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});
