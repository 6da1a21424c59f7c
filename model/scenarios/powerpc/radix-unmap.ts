// SPDX-License-Identifier: MIT
import { no_foreign_user_access, no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { tlbie_va } from "../../hw/mmu/powerpc.ts";
import { switch_mm_irqs_off } from "../../kernel/arch/powerpc/mm/mmu_context.ts";
import {
  exit_flush_lazy_tlbs,
  exit_lazy_flush_tlb,
  flush_type_needed,
  flushed_globally,
  flushed_locally,
  lazy_cpu_leaves_for_flush,
  radix__flush_tlb_page_psize,
} from "../../kernel/arch/powerpc/mm/radix_tlb.ts";
import { mmget_not_zero, mmgrab, mmput } from "../../kernel/fork.ts";
import { kthread_unuse_mm, kthread_use_mm } from "../../kernel/kthread.ts";
import { unmap_page, unmap_table } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
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

export const radix_unmap_vs_switch = scenario({
  question: `CPU 0 switches from another process to one that it has not run before, while CPU 1 unmaps a page of that
    one. Does CPU 1 see that CPU 0 has come, or CPU 0 the changed entry?`,
  needs: { arch: "powerpc", parts: { coherence: "radix_tlb" } },
  machine: { ...two_mms },
  config: { ...three_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    new_mm(tasks[4]);
    run_user(0, tasks[4]);
    run_user(1, tasks[3]);
    touch_pages(1);
  },
  threads: {
    CPU0() {
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
      user_load(mms[1].pgd, 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [flushed_locally, flushed_globally],
  expect: { sc: safe },
  mutants: [
    {
      name: "the new CPU is not counted in active_cpus",
      mutant: drop(switch_mm_irqs_off, "atomic_inc"),
      expect: { sc: violates(no_stale_user_access) },
    },
    {
      name: "PIDR is written before the CPU is in the mask and counted",
      mutant: move_before(switch_mm_irqs_off, "switch_mmu_context", 1, "cpumask_test_cpu", 1),
      expect: { sc: violates(no_stale_user_access) },
    },
    {
      name: "nobody waits for the tlbie (no eieio, tlbsync, ptesync)",
      mutant: drop(radix__flush_tlb_page_psize, "ptesync"),
      expect: { sc: violates(no_stale_user_access) },
    },
    {
      name: "a local flush wherever this CPU is in the mask",
      mutant: omit(flush_type_needed, "active_cpus === 1"),
      expect: { sc: violates(no_stale_user_access) },
    },
    {
      name: "tlbie invalidates nothing",
      mutant: drop(tlbie_va, "issue_broadcast"),
      expect: { sc: violates(no_stale_user_access) },
    },
  ],
});

export const radix_lazy_vs_munmap = scenario({
  question: `CPU 0 is lazy in a process whose only thread, on CPU 1, unmaps a page and then a page table; CPU 0 comes
    back to the process when that thread has moved on. CPU 1 makes CPU 0 leave, to flush locally. Does CPU 0 keep
    anything?`,
  needs: { arch: "powerpc", parts: { coherence: "radix_tlb" } },
  machine: { ...small, pages: 2, frames: 2, address: 3 },
  config: { ...two_asids, MMU_GATHER_RCU_TABLE_FREE: false },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    run_user(0, tasks[2]);
    touch_pages(0);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
      unmap_table(mms[1]);
      __schedule(tasks[1]);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [lazy_cpu_leaves_for_flush, flushed_locally],
  expect: { sc: safe },
  mutants: [
    {
      name: "CPU 1 flushes locally and asks nobody to leave",
      mutant: drop(flush_type_needed, "exit_flush_lazy_tlbs"),
      needs: { config: { powerpc_reset_thread_local: false } },
      expect: { sc: violates(no_walk_of_freed_table) },
    },
    {
      name: "CPU 1 flushes locally and asks nobody to leave (5.9)",
      mutant: drop(flush_type_needed, "exit_flush_and_reset"),
      needs: { config: { powerpc_reset_thread_local: true } },
      expect: { sc: violates(no_walk_of_freed_table) },
    },
    {
      name: "the lazy CPU stays on the page tables, and flushes what it has",
      mutant: drop(exit_lazy_flush_tlb, "leave_lazy_mm"),
      needs: { config: { powerpc_reset_thread_local: false } },
      // It is out of the mask, and still walks.
      expect: { sc: violates(no_walk_of_freed_table) },
    },
    {
      name: "a lazy CPU that leaves the mm flushes nothing",
      mutant: drop(exit_lazy_flush_tlb, "tlbiel_pid"),
      needs: { config: { powerpc_reset_thread_local: false } },
      expect: { sc: violates(no_walk_of_freed_table) },
    },
  ],
});

/** The kernel thread came before the mm was gone. */
export const mm_was_alive = sometimes("the kernel thread finds that the mm has users");

export const radix_trim_vs_kthread_use_mm = scenario({
  question: `CPU 1 runs the only thread of a process and unmaps a page: nobody else uses the mm, so it trims
    mm_cpumask to itself. A kernel thread on CPU 0 that has come by mmget_not_zero() begins to use the mm meanwhile.
    Does the next flush reach CPU 0?`,
  needs: { arch: "powerpc", parts: { coherence: "radix_tlb" } },
  machine: { ...small, tasks: 3, pages: 2, frames: 2, address: 3 },
  config: { ...two_asids },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    run_user(0, tasks[2]);
    mmgrab(mms[1]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      if (mmget_not_zero(mms[1])) {
        reached(mm_was_alive);
        kthread_use_mm(mms[1]);
        user_load(mms[1].pgd, 1);
        kthread_unuse_mm(mms[1]);
        mmput(mms[1]);
      }
    },
    CPU1() {
      unmap_page(mms[1], 0);
      unmap_page(mms[1], 1);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table, no_foreign_user_access],
  witness: [mm_was_alive, flushed_locally],
  expect: { sc: safe },
  // Fixed by a665eec0a22e (5.10).
  expect_of: { "linux-5.9-powerpc-radix": { sc: violates(no_stale_user_access) } },
  mutants: [
    {
      name: "whoever is asked leaves the mask, also if it runs the mm",
      mutant: omit(exit_lazy_flush_tlb, "current.mm !== mm"),
      needs: { config: { powerpc_reset_thread_local: false } },
      expect: { sc: violates(no_foreign_user_access) },
    },
    {
      name: "the flush for which others have to leave is not done by them",
      mutant: drop(exit_flush_lazy_tlbs, "smp_call_function_many"),
      needs: { config: { powerpc_reset_thread_local: false } },
      expect: { sc: violates(no_stale_user_access) },
    },
  ],
});
