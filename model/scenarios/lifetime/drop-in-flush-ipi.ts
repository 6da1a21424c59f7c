// SPDX-License-Identifier: MIT
import { lazy_cpu_leaves } from "../../kernel/arch/x86/mm/tlb.ts";
import { exec_mmap } from "../../kernel/exec.ts";
import { mm_alloc, pgd_list, pgd_lock_pgd_list } from "../../kernel/fork.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { TLB_FLUSH_ALL } from "../../kernel/tlbflush.ts";
import { boot, new_mm, new_thread, run_user, three_asids, two_mms } from "../setup.ts";

export const drop_in_flush_ipi = scenario({
  question: `A task blocks on CPU 0, which goes lazy in its mm; it wakes up on CPU 1 and executes another program, so
    that its old mm dies. CPU 0 runs another process meanwhile, is lazy in that one, and takes pgd_lock, interrupts on.
    CPU 1 frees a page table of that process, and the flush makes CPU 0 leave. Does the interrupt drop the first mm, and
    wait for the lock that CPU 0 holds?`,
  needs: { arch: "x86", parts: { lifetime: "hazard_pointers" }, config: { lazymm_cpumask: false } },
  machine: { ...two_mms, mms: 4, ctx_ids: 5, store_buffer: 10 },
  config: { ...three_asids, pgd_lock: true },
  init() {
    boot();
    new_mm(tasks[2]);
    const mm = new_mm(tasks[3]);
    new_thread(tasks[4], mm);
    run_user(0, tasks[2]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
      __schedule(tasks[3]);
      __schedule(tasks[0]);
      sync_global_pgds();
    },
    CPU1() {
      __schedule(tasks[2]);
      exec_mmap(mm_alloc());
      __schedule(tasks[4]);
      // As when a page table is freed.
      parts.coherence.flush_tlb_mm_range(mms[2], 0, TLB_FLUSH_ALL, machine.PAGE_SHIFT, true);
    },
  },
  check: [no_deadlock],
  witness: [lazy_cpu_leaves],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    "luto-2022-posted": { sc: violates(no_deadlock), x86_tso: violates(no_deadlock) },
  },
  mutants: [
    {
      name: "who holds pgd_lock does not release it",
      mutant: drop(sync_global_pgds, "spin_unlock"),
      expect: { sc: violates(no_deadlock), x86_tso: violates(no_deadlock) },
    },
  ],
});

/** Copies kernel entries to all pgds: after a vmalloc() that needed a new one, for instance. */
export function sync_global_pgds(): void {
  pgd_lock_pgd_list();
  spin_unlock(pgd_list.lock);
}
