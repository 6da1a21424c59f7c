// SPDX-License-Identifier: MIT
import { no_walk_of_freed_table } from "../hw/mmu/x86.ts";
import { switch_mm_irqs_off } from "../kernel/arch/x86/mm/tlb.ts";
import { unmap_table } from "../kernel/mm/mmap.ts";
import { mms, tasks } from "../kernel/mm_types.ts";
import { __schedule } from "../kernel/sched/core.ts";
import { ipi_sent } from "../kernel/smp.ts";
import { boot, map_pages, new_mm, new_thread, run_user, three_asids, two_mms } from "./setup.ts";

export const switch_away_vs_freed_tables = scenario({
  question: `CPU 0 switches to another process while CPU 1 frees a page table of the one that it leaves. Is CPU 0 out of
    mm_cpumask, so that nobody waits for it, before its CR3 is?`,
  needs: { arch: "x86" },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[4]);
    },
    CPU1() {
      unmap_table(mms[1]);
    },
  },
  check: [no_walk_of_freed_table],
  witness: [ipi_sent],
  expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
  mutants: [
    {
      name: "the mask bit is cleared after the CR3 write",
      mutant: move_before(switch_mm_irqs_off, "cpumask_clear_cpu", 1, "this_cpu_write", 5),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});
