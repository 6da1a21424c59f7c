// SPDX-License-Identifier: MIT
import { mmput } from "../../kernel/fork.ts";
import * as hazard_pointers from "../../kernel/lifetime/hazard_pointers.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { runqueues } from "../../kernel/sched/sched.ts";
import { dead_mms_are_freed, no_freed_pgd_loaded } from "../../properties/lifetimes.ts";
import { boot, new_mm, run_user, small, switched_to, two_asids } from "../setup.ts";

/** The branch of __try_mm_drop_rq_ref() that does not look at lazy_mm again. */
export const parked_after_it_left = sometimes("a reference is parked on a CPU that has left", () =>
  some(
    machine.cpus,
    (cpu) =>
      per_cpu(runqueues.drop_mm, cpu) !== null && per_cpu(runqueues.drop_mm, cpu) !== per_cpu(runqueues.lazy_mm, cpu),
  ),
);

interface exit_state {
  done: bool;
}
const state = DEFINE_SHARED<exit_state>();

/** CPU 0 is lazy in an mm, and CPU 1 has the last user reference. */
function lazy_in_a_dying_mm(): void {
  boot();
  new_mm(tasks[2]);
  new_mm(tasks[3]);
  run_user(0, tasks[2]);
  switched_to(tasks[0]);
  WRITE_ONCE(tasks[2].mm, null);
  WRITE_ONCE(tasks[2].active_mm, null);
}

export const parked_reference = scenario({
  question: `CPU 0 switches from a lazy mm to another process while CPU 1 drops the last user reference to the first.
    After one more switch of CPU 0: is the first mm gone?`,
  needs: { arch: "x86", parts: { lifetime: "hazard_pointers" }, config: { lazymm_cpumask: false } },
  machine: { ...small, mms: 3, ctx_ids: 4 },
  config: { ...two_asids },
  init() {
    lazy_in_a_dying_mm();
  },
  threads: {
    CPU0() {
      __schedule(tasks[3]);
      smp_cond_load_acquire(state.done, VAL !== 0);
      __schedule(tasks[0]);
    },
    CPU1() {
      mmput(mms[1]);
      smp_store_release(state.done, true);
    },
  },
  check: [no_freed_pgd_loaded, dead_mms_are_freed],
  witness: [parked_after_it_left],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "what is parked is not dropped at a switch",
      mutant: drop(hazard_pointers.finish_task_switch_mm, "mmdrop_lazy"),
      expect: { sc: violates(dead_mms_are_freed), x86_tso: violates(dead_mms_are_freed) },
    },
    {
      name: "the references that nobody needs are kept",
      mutant: drop(hazard_pointers.mm_unlazy_mm_count, "atomic_sub"),
      expect: { sc: violates(dead_mms_are_freed), x86_tso: violates(dead_mms_are_freed) },
    },
  ],
});

export const parked_until_next_switch = scenario({
  question: `The same, but CPU 0 does not switch again. Is the first mm gone, though no CPU has it loaded?`,
  needs: { arch: "x86", parts: { lifetime: "hazard_pointers" }, config: { lazymm_cpumask: false } },
  machine: { ...small, mms: 3, ctx_ids: 4 },
  config: { ...two_asids },
  init() {
    lazy_in_a_dying_mm();
  },
  threads: {
    CPU0() {
      __schedule(tasks[3]);
    },
    CPU1() {
      mmput(mms[1]);
    },
  },
  check: [no_freed_pgd_loaded, dead_mms_are_freed],
  witness: [parked_after_it_left],
  // Pinned until then, one mm per CPU at most: it has one drop_mm.
  expect: { sc: violates(dead_mms_are_freed), x86_tso: violates(dead_mms_are_freed) },
  mutants: [],
});
