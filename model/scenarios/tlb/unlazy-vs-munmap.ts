// SPDX-License-Identifier: MIT
import { no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import {
  flush_tlb_mm_range,
  lazy_cpu_skipped,
  switch_mm_irqs_off,
  unlazy_flushes,
} from "../../kernel/arch/x86/mm/tlb.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, two_asids } from "../setup.ts";

export const unlazy_vs_munmap = scenario({
  question: `CPU 0 goes lazy and returns to the same process while CPU 1 unmaps a page and frees it. Can CPU 0 reach
    the freed page through its old TLB entry?`,
  needs: { arch: "x86", config: { lazy_tlb: true } },
  machine: { ...small },
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
      user_load(get_current().mm!.pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [lazy_cpu_skipped, unlazy_flushes],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no smp_mb() when lazy mode ends",
      mutant: drop(switch_mm_irqs_off, "smp_mb"),
      expect: { sc: safe, x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "is_lazy stays set when lazy mode ends",
      mutant: drop(switch_mm_irqs_off, "this_cpu_write", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "lazy mode ends without a look at tlb_gen",
      mutant: omit(switch_mm_irqs_off, "this_cpu_read(cpu_tlbstate.ctxs[prev_asid].tlb_gen) === next_tlb_gen"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "no flush at all",
      mutant: replace(flush_tlb_mm_range, no_flush),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export function no_flush(_mm: mm_struct, _start: number, _end: number, _stride_shift: number, _freed: bool): void {}
