// SPDX-License-Identifier: MIT
import { hw, no_stale_user_access, no_walk_of_freed_table, pgds, user_load } from "../../hw/mmu/cpu.ts";
import { flush_tlb_mm_range } from "../../kernel/arch/x86/mm/pcid64.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { boot, map_pages, new_mm, new_thread, run_user, switched_to, touch_pages, two_mms } from "../setup.ts";

/** CPU 0 is back in the first process, and finds what it had cached. */
export const still_cached = sometimes(
  "a switch finds translations that the CPU has kept",
  () => hw[0].pgd === pgds[1] && hw[0].tlb[hw[0].asid][0] !== null,
);

export const pcid64_return_vs_munmap = scenario({
  question: `With PCIDs of 64 bits and broadcasts, CPU 0 returns from another process to one whose translations it has
    kept, while CPU 1 unmaps a page of it. Nobody notes who runs what. Does CPU 0 lose the translation in time?`,
  needs: { arch: "x86", config: { PCID64: true } },
  machine: { ...two_mms, ctx_ids: 4 },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    touch_pages(0);
    switched_to(tasks[4]);
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
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [still_cached],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no TLBSYNC",
      mutant: drop(flush_tlb_mm_range, "tlbsync"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "no INVLPGB",
      mutant: drop(flush_tlb_mm_range, "invlpgb_page"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

/** The last task of the process is gone, and its mm. */
export const mm_freed = sometimes("the mm is freed", () => !is_allocated(mms[1]));

export const pcid64_lazy_vs_exit = scenario({
  question: `With PCIDs of 64 bits and broadcasts, CPU 0 is lazy in a process whose last task exits on CPU 1: page
    tables are freed by broadcast, and nobody tells CPU 0. What keeps the pgd that it has loaded?`,
  needs: { arch: "x86", config: { PCID64: true, lazy_tlb: true } },
  machine: { ...two_mms, mms: 4, ctx_ids: 5 },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    new_mm(tasks[3]);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[4]);
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[3]);
    },
  },
  check: [no_walk_of_freed_table],
  witness: [mm_freed],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // "A lazy mm has users": but what tells the borrowers on x86 is the flush, by running code where they are.
    last_mmput: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
  },
  mutants: [
    {
      name: "no flush by broadcast",
      mutant: replace(flush_tlb_mm_range, no_flush),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
  ],
});

export function no_flush(_mm: mm_struct, _start: number, _end: number, _stride_shift: number, _freed: bool): void {}
