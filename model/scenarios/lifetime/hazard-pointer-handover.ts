// SPDX-License-Identifier: MIT
import { exit_mm } from "../../kernel/exit.ts";
import {
  has_left,
  lazy_cpu_handed_reference,
  mm_unlazy_mm_count,
  parked_reference_replaced,
} from "../../kernel/lifetime/hazard_pointers.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { boot, new_mm, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

interface wait_queue {
  /** The second process has run on CPU 0, is about to block there, and may be woken. */
  may_wake: bool;
}
const queue = DEFINE_SHARED<wait_queue>();

export const hazard_pointer_handover = scenario({
  question: `CPU 0 is lazy in one process, then runs another one and is lazy in that. Both exit, on CPUs 1 and 2, with
    nothing mapped; CPU 2 goes on with a third. The scan that finds what the other has parked on CPU 0: does it drop
    what CPU 0 still uses?`,
  needs: { arch: "x86", parts: { lifetime: "hazard_pointers" } },
  machine: { ...two_mms, cpus: 3, mms: 4, tasks: 6, ctx_ids: 5, refs: 7 },
  config: { ...three_asids },
  init() {
    boot();
    new_mm(tasks[3]);
    new_mm(tasks[4]);
    new_mm(tasks[5]);
    run_user(0, tasks[3]);
    switched_to(tasks[0]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[4]);
      smp_store_release(queue.may_wake, true);
      __schedule(tasks[0]);
    },
    CPU1() {
      exit_mm();
    },
    CPU2() {
      smp_cond_load_acquire(queue.may_wake, VAL !== 0);
      __schedule(tasks[4]);
      exit_mm();
      __schedule(tasks[5]);
    },
  },
  check: [no_freed_pgd_loaded, references_conserved],
  witness: [lazy_cpu_handed_reference, parked_reference_replaced],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // Whoever exits leaves a reference that nobody drops.
    "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
  },
  mutants: [
    {
      name: "no second look at lazy_mm",
      needs: { config: { exit_mm_lazy: true } },
      mutant: replace(has_left, never_left),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the references that nobody needs are kept",
      needs: { config: { exit_mm_lazy: true } },
      mutant: drop(mm_unlazy_mm_count, "atomic_sub"),
      expect: { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
    },
  ],
});

export function never_left(_cpu: cpu_id, _mm: mm_struct): boolean {
  return false;
}
