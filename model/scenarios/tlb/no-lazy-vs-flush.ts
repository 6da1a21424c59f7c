// SPDX-License-Identifier: MIT
// Designs in which a CPU loads init_mm when it goes to a kernel thread: what flushes, exits and returns make of that.
import { no_foreign_user_access, no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { write_cr3 } from "../../hw/mmu/x86.ts";
import { next_ctx_id } from "../../kernel/arch/x86/mm/context.ts";
import { asid_reused, enter_lazy_tlb, switch_mm_irqs_off } from "../../kernel/arch/x86/mm/tlb.ts";
import { cpu_tlbstate_shared } from "../../kernel/arch/x86/mm/tlbstate.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { mm_alloc } from "../../kernel/fork.ts";
import { unmap_page, unmap_table } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { init_mm, mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { no_freed_pgd_loaded } from "../../properties/lifetimes.ts";
import {
  boot,
  map_pages,
  new_mm,
  new_thread,
  run_user,
  small,
  switched_to,
  three_asids,
  touch_pages,
  two_asids,
  two_mms,
} from "../setup.ts";

/** Two threads of one process, on CPUs 0 and 1. */
function two_threads(): void {
  boot();
  const mm = new_mm(tasks[2]);
  map_pages(mm);
  new_thread(tasks[3], mm);
  run_user(0, tasks[2]);
  touch_pages(0);
  run_user(1, tasks[3]);
}

/** CPU 0: on init_mm, and back. */
function kernel_thread_for_a_while(): void {
  __schedule(tasks[0]);
  __schedule(tasks[2]);
  user_load(get_current().mm!.pgd, 0);
}

export const no_lazy_vs_munmap = scenario({
  question: `CPU 0 goes to a kernel thread, for which it loads init_mm, and returns to the same process, whose TLB
    entries it has kept, while CPU 1 unmaps a page and frees it. Does CPU 0 find out, whoever was asked to flush?`,
  needs: { arch: "x86", config: { lazy_tlb: false } },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    two_threads();
  },
  threads: {
    CPU0() {
      kernel_thread_for_a_while();
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_foreign_user_access, no_walk_of_freed_table],
  witness: [asid_reused],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no smp_mb() where the mask bit is set already (CVE-2025-40174, before 83b0177a6c48)",
      needs: { config: { switch_mm_smp_mb: true } },
      mutant: drop(switch_mm_irqs_off, "smp_mb", 2),
      expect: { sc: safe, x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "lazy mode does not end",
      needs: { config: { lazy_switches_cr3: true } },
      mutant: drop(switch_mm_irqs_off, "this_cpu_write", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "tlb_gen is read before the mask bit is set",
      needs: { config: { lazy_mm_cpumask: false } },
      mutant: move_before(switch_mm_irqs_off, "atomic_read", 2, "cpumask_set_cpu", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export const no_lazy_vs_freed_tables = scenario({
  question: `The same, while CPU 1 frees a page table, behind a grace period and a flush that need not ask a CPU on
    init_mm. Can CPU 0 walk the freed table?`,
  needs: { arch: "x86", config: { lazy_tlb: false } },
  machine: { ...small },
  config: { ...two_asids, MMU_GATHER_RCU_TABLE_FREE: true },
  init() {
    two_threads();
  },
  threads: {
    CPU0() {
      kernel_thread_for_a_while();
    },
    CPU1() {
      unmap_table(mms[1]);
    },
  },
  check: [no_walk_of_freed_table, no_stale_user_access, no_foreign_user_access],
  witness: [asid_reused],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the CPU is lazy, and its page tables are not switched",
      needs: { config: { lazy_switches_cr3: true } },
      mutant: drop(enter_lazy_tlb, "switch_mm_irqs_off"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "no flush",
      mutant: drop(parts.coherence.flush_tlb_mm_range, "flush_tlb_multi"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
  ],
});

/** The new mm has the old one's memory. */
export const address_reused = sometimes("a new mm gets the memory of one that exited", () => tasks[5].mm === mms[1]);

export const no_lazy_vs_reused_mm = scenario({
  question: `CPU 0 has gone from a process to a kernel thread. The process exits on CPU 1, and is freed: nothing that
    it is to CPU 0 keeps it. A new process gets the same mm_struct, and comes to CPU 0. Does CPU 0 take it for the
    old one?`,
  needs: { arch: "x86", config: { lazy_tlb: false } },
  machine: { ...two_mms, tasks: 6, ctx_ids: 5, store_buffer: 10 },
  config: { ...three_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    touch_pages(0);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
    WRITE_ONCE(tasks[5].on_cpu, true);
  },
  threads: {
    CPU0() {
      __schedule(tasks[5]);
      user_load(tasks[5].mm!.pgd, 0);
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[4]);
      const mm = mm_alloc();
      WRITE_ONCE(tasks[5].mm, mm);
      WRITE_ONCE(tasks[5].active_mm, mm);
      smp_store_release(tasks[5].on_cpu, false);
    },
  },
  check: [no_stale_user_access, no_foreign_user_access, no_freed_pgd_loaded],
  witness: [address_reused],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "an ASID slot is known by the mm's address instead of its ctx_id",
      mutant: replace(next_ctx_id, address_of),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "loaded_mm goes on to name the mm, and is compared when lazy mode ends",
      needs: { config: { lazy_switches_cr3: true } },
      mutant: replace(enter_lazy_tlb, enter_lazy_tlb_keeps_loaded_mm),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
  ],
});

/** The same for every mm that lives there; that of the first one is 2. */
export function address_of(mm: mm_struct): number {
  return mm === mms[1] ? 2 : 3;
}

/** CR3 alone. Slot 0 is init_mm's. */
export function enter_lazy_tlb_keeps_loaded_mm(_mm: mm_struct): void {
  write_cr3(init_mm.pgd, 0, false);
  this_cpu_write(cpu_tlbstate_shared.is_lazy, true);
}
