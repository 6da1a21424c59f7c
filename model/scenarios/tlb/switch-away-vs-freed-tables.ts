// SPDX-License-Identifier: MIT
import { no_walk_of_freed_table } from "../../hw/mmu/cpu.ts";
import { switch_mm_irqs_off } from "../../kernel/arch/x86/mm/tlb.ts";
import { tlb_finish_mmu, unmap_table } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { boot, map_pages, new_mm, new_thread, run_user, three_asids, two_mms } from "../setup.ts";

/** Two threads of one process on CPUs 0 and 1, and another process that CPU 0 switches to. */
function two_threads(): void {
  boot();
  const mm = new_mm(tasks[2]);
  map_pages(mm);
  new_thread(tasks[3], mm);
  new_mm(tasks[4]);
  run_user(0, tasks[2]);
  run_user(1, tasks[3]);
}

export const switch_away_vs_freed_tables = scenario({
  question: `CPU 0 switches to another process while CPU 1 frees a page table of the one that it leaves. CPU 0 is out
    of mm_cpumask, so that nobody waits for it, before CR3 is: can its hardware still walk the freed table?`,
  needs: { arch: "x86", config: { MMU_GATHER_RCU_TABLE_FREE: false } },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    two_threads();
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
  // A window of some instructions, interrupts off, in which only the hardware could walk: from 4.14 until the mask was
  // cleared lazily (209954cbc7d0, 6.14). See switch_away_vs_tables_freed_by_rcu for what closes it elsewhere.
  expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
  mutants: [
    {
      name: "repaired: the mask bit is cleared after the CR3 write",
      mutant: move_before(switch_mm_irqs_off, "cpumask_clear_cpu", 1, "this_cpu_write", 5),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});

export const switch_away_vs_tables_freed_by_rcu = scenario({
  question: `The same, but page tables are freed after an RCU grace period. Is that enough?`,
  needs: { arch: "x86" },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids, MMU_GATHER_RCU_TABLE_FREE: true },
  init() {
    two_threads();
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
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no grace period",
      needs: { config: { lazy_mm_cpumask: false } },
      mutant: drop(tlb_finish_mmu, "synchronize_rcu"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "no grace period, but the mask keeps CPU 0 until it has left (209954cbc7d0)",
      needs: { config: { lazy_mm_cpumask: true } },
      mutant: drop(tlb_finish_mmu, "synchronize_rcu"),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "no flush",
      mutant: drop(tlb_finish_mmu, "tlb_flush"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
  ],
});
