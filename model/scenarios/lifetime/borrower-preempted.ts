// SPDX-License-Identifier: MIT
import { exit_mm } from "../../kernel/exit.ts";
import { preempt_disable, preempt_enable } from "../../kernel/irqflags.ts";
import { kthread_use_mm } from "../../kernel/kthread.ts";
import { asid_grab } from "../../kernel/lifetime/asid_references.ts";
import { mm_unlazy_mm_count } from "../../kernel/lifetime/hazard_pointers.ts";
import * as hazptr_2024 from "../../kernel/lifetime/hazptr_2024.ts";
import * as mainline from "../../kernel/lifetime/mainline.ts";
import { mmdrop_final } from "../../kernel/lifetime/shootdown.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { no_freed_pgd_loaded } from "../../properties/lifetimes.ts";
import {
  boot,
  names_borrowers,
  new_mm,
  new_thread,
  preemptible,
  run_user,
  switched_to,
  three_asids,
  two_mms,
} from "../setup.ts";

interface preemption {
  /** Once is enough. */
  done: bool;
}
const preemption = DEFINE_FRAME<preemption>();
interface wait_queue {
  /** The task is about to block on CPU 0, and may be woken. */
  may_wake: bool;
}
const queue = DEFINE_SHARED<wait_queue>();
/** In the middle of it all. */
export const preempted = sometimes("the kernel thread is preempted while it changes its mm");

/** All the way. */
export const uses_mm = sometimes("the kernel thread uses the mm");

export const borrower_preempted = scenario({
  question: `A kernel thread on CPU 0, lazy in a process, starts to use that mm as its own. It may be preempted anywhere
    by a task of another process, which blocks: CPU 0 goes idle, lazy in that one. The task wakes up on CPU 1 and exits.
    What keeps the pgd that CPU 0 has loaded?`,
  needs: { arch: "x86", config: { lazy_tlb: true, exit_mm_lazy: true } },
  machine: { ...two_mms, tasks: 6, ctx_ids: 4, store_buffer: 10 },
  config: { ...three_asids },
  init() {
    boot();
    new_thread(tasks[4], new_mm(tasks[3]));
    new_mm(tasks[5]);
    run_user(0, tasks[3]);
    switched_to(tasks[2]);
  },
  threads: {
    CPU0() {
      kthread_use_mm(mms[1]);
      when(preemption.done);
    },
    CPU1() {
      smp_cond_load_acquire(queue.may_wake, VAL !== 0);
      __schedule(tasks[5]);
      exit_mm();
      __schedule(tasks[4]);
    },
  },
  preempt: {
    CPU0() {
      when(preemptible(0) && get_current() === tasks[2] && !preemption.done);
      preemption.done = true;
      reached(preempted);
      __schedule(tasks[5]);
      smp_store_release(queue.may_wake, true);
      __schedule(tasks[0]);
      __schedule(tasks[2]);
    },
  },
  check: [no_freed_pgd_loaded],
  witness: [preempted],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // Preempted between task_unlock() and mmdrop_lazy_tlb(): the slot still names the first mm when CPU 0 goes lazy in
    // the second one, which nothing protects then.
    "hazptr-2024": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    // As in lazy_to_user_vs_exit.
    "luto-2022-mask-scan": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "x86-shootdown": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    // Broadcasts reach TLBs, and nobody leaves.
    "luto-64-bit-pcid-last-mmput": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "x86-last-mmput": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
  },
  mutants: [
    {
      name: "the last mmdrop() shoots nobody",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: replace(mmdrop_final, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "an ASID slot holds no reference",
      needs: { parts: { lifetime: "asid_references" } },
      mutant: replace(asid_grab, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "a lazy CPU takes no reference",
      needs: { parts: { lifetime: "refcount" } },
      mutant: drop(mainline.context_switch_to_kernel, "mmgrab_lazy_tlb"),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "the last mmput() does not look for borrowers",
      needs: { ...names_borrowers },
      mutant: replace(mm_unlazy_mm_count, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "preemption is off while the slot is cleared: that silences smp_processor_id(), and no more",
      needs: { parts: { lifetime: "hazptr_2024" } },
      mutant: replace(hazptr_2024.mmdrop_lazy_tlb, mmdrop_lazy_tlb_preempt_off),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "repaired: the slot is cleared before the kernel thread can be preempted",
      needs: { parts: { lifetime: "hazptr_2024" } },
      mutant: move_before(kthread_use_mm, "mmdrop_lazy_tlb", 1, "task_unlock", 1),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});

export function nothing(_mm: mm_struct): void {}

export function mmdrop_lazy_tlb_preempt_off(_mm: mm_struct): void {
  smp_mb();
  preempt_disable();
  hazptr_2024.hp_retire();
  preempt_enable();
}

export const borrower_drop_preemptible = scenario({
  question: `A kernel thread starts to use the mm of a process. Does it touch per-CPU data while it can migrate?`,
  needs: { arch: "x86", parts: { lifetime: "hazptr_2024" } },
  machine: { ...two_mms, cpus: 1 },
  config: { ...three_asids, DEBUG_PREEMPT: true },
  init() {
    boot();
    new_mm(tasks[3]);
  },
  threads: {
    CPU0() {
      kthread_use_mm(mms[1]);
      reached(uses_mm);
    },
  },
  check: [no_warning],
  witness: [uses_mm],
  // "BUG: using smp_processor_id() in preemptible": found by the kernel test robot.
  expect: { sc: violates(no_warning), x86_tso: violates(no_warning) },
  mutants: [
    {
      name: "repaired: before preemption is on",
      mutant: move_before(kthread_use_mm, "mmdrop_lazy_tlb", 1, "task_unlock", 1),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});
