// SPDX-License-Identifier: MIT
import { no_walk_of_freed_table } from "../../hw/mmu/cpu.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as tlb_4_13 from "../../kernel/arch/x86/mm/tlb_4_13.ts";
import * as tlb_4_14 from "../../kernel/arch/x86/mm/tlb_4_14.ts";
import * as tlb_classic from "../../kernel/arch/x86/mm/tlb_classic.ts";
import { tlb_finish_mmu, unmap_table } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
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
  needs: { arch: "x86", config: { PCID64: false, MMU_GATHER_RCU_TABLE_FREE: false, XEN_PV: false } },
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
  expect_of: {
    "linux-4.12-x86": { sc: safe, x86_tso: safe },
    "linux-4.13-x86": { sc: safe, x86_tso: safe },
    "linux-4.14-rc-posted": { sc: safe, x86_tso: safe },
  },
  mutants: [
    {
      name: "repaired: the mask bit is cleared after the CR3 write",
      needs: { parts: { coherence: "tlb" } },
      mutant: move_before(tlb.switch_mm_irqs_off, "cpumask_clear_cpu", 1, "barrier", 2),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "repaired: the mask bit is cleared after the CR3 write (4.14)",
      needs: { parts: { coherence: "tlb_4_14" } },
      mutant: move_before(tlb_4_14.switch_mm_irqs_off, "cpumask_clear_cpu", 1, "this_cpu_write", 2),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "the mask bit is cleared first (before 831d52bc1539, 2.6.38)",
      needs: { parts: { coherence: "tlb_classic" } },
      mutant: move_before(tlb_classic.switch_mm_irqs_off, "cpumask_clear_cpu", 1, "this_cpu_write", 1),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "the mask bit is cleared before the CR3 write, as 94b1b03b519b did",
      needs: { parts: { coherence: "tlb_4_13" } },
      mutant: move_before(tlb_4_13.switch_mm_irqs_off, "cpumask_clear_cpu", 1, "write_cr3", 1),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
  ],
});

export const switch_away_vs_tables_freed_by_rcu = scenario({
  question: `The same, but page tables are freed after an RCU grace period. Is that enough?`,
  needs: { arch: "x86", config: { PCID64: false, XEN_PV: false } },
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
      // There the mask is enough.
      expect_of: {
        "linux-4.12-x86": { sc: safe, x86_tso: safe },
        "linux-4.13-x86": { sc: safe, x86_tso: safe },
        "linux-4.14-rc-posted": { sc: safe, x86_tso: safe },
      },
    },
    {
      name: "a grace period is taken for a flush",
      mutant: drop(parts.coherence.flush_tlb_mm_range, "flush_tlb_multi"),
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
