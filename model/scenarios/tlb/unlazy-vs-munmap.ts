// SPDX-License-Identifier: MIT
import { no_foreign_user_access, no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { invlpg } from "../../hw/mmu/x86.ts";
import { lazy_cpu_leaves, lazy_cpu_skipped, switch_mm_irqs_off, unlazy_flushes } from "../../kernel/arch/x86/mm/tlb.ts";
import * as tlb_4_14 from "../../kernel/arch/x86/mm/tlb_4_14.ts";
import * as tlb_classic from "../../kernel/arch/x86/mm/tlb_classic.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, two_asids } from "../setup.ts";

/** Two threads of one process, on CPUs 0 and 1. */
function two_threads(): void {
  boot();
  const mm = new_mm(tasks[2]);
  map_pages(mm);
  new_thread(tasks[3], mm);
  run_user(0, tasks[2]);
  run_user(1, tasks[3]);
}

/** CPU 0: lazy, and back. */
function idle_for_a_while(): void {
  __schedule(tasks[0]);
  __schedule(tasks[2]);
  user_load(get_current().mm!.pgd, 0);
}

export const unlazy_vs_munmap = scenario({
  question: `CPU 0 goes lazy and returns to the same process while CPU 1 unmaps a page and frees it. Can CPU 0 reach
    the freed page through its old TLB entry?`,
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true, flush_skips_lazy: true } },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    two_threads();
  },
  threads: {
    CPU0() {
      idle_for_a_while();
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
      needs: { parts: { coherence: "tlb" } },
      mutant: drop(switch_mm_irqs_off, "smp_mb"),
      expect: { sc: safe, x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "is_lazy stays set when lazy mode ends",
      needs: { parts: { coherence: "tlb" } },
      mutant: drop(switch_mm_irqs_off, "this_cpu_write", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "lazy mode ends without a look at tlb_gen",
      needs: { parts: { coherence: "tlb" } },
      mutant: omit(switch_mm_irqs_off, "this_cpu_read(cpu_tlbstate.ctxs[prev_asid].tlb_gen) === next_tlb_gen"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "tlb_gen is read before the mask bit is set when lazy mode ends",
      needs: { config: { fully_lazy_tlb: true } },
      mutant: move_before(tlb_4_14.catch_up, "atomic_read", 1, "cpumask_set_cpu", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "INVLPG leaves the page where it is (as of global pages on Alder Lake with PCIDs: ce0b15d11ad8)",
      needs: { parts: { coherence: "tlb" }, config: { PCID: true } },
      mutant: drop(invlpg, "drop_page"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "no flush at all",
      mutant: replace(parts.coherence.flush_tlb_mm_range, no_flush),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export const lazy_leaves_vs_munmap = scenario({
  question: `The same before 4.20: a flush asks lazy CPUs, too, and CPU 0 leaves the mm instead of flushing. Does it
    return to the right page tables, with nothing stale?`,
  needs: {
    arch: "x86",
    config: { PCID64: false, lazy_tlb: true, tlb_use_lazy_mode: true, flush_skips_lazy: false, XEN_PV: false },
  },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    two_threads();
  },
  threads: {
    CPU0() {
      idle_for_a_while();
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_foreign_user_access, no_walk_of_freed_table],
  witness: [lazy_cpu_leaves],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no flush at all",
      mutant: replace(parts.coherence.flush_tlb_mm_range, no_flush),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "lazy mode does not end",
      needs: { parts: { coherence: "tlb_4_14" } },
      mutant: drop(tlb_4_14.switch_mm_irqs_off, "this_cpu_write", 1),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
    {
      name: "lazy mode does not end (4.12)",
      needs: { parts: { coherence: "tlb_classic" } },
      mutant: drop(tlb_classic.switch_mm_irqs_off, "this_cpu_write", 3),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
    {
      name: "the mask does not say that CPU 0 has left",
      needs: { parts: { coherence: "tlb_classic" } },
      mutant: drop(tlb_classic.leave_mm, "cpumask_clear_cpu"),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
  ],
});

export function no_flush(_mm: mm_struct, _start: number, _end: number, _stride_shift: number, _freed: bool): void {}
