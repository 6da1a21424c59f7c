// SPDX-License-Identifier: MIT
import { exit_mm } from "../../kernel/exit.ts";
import { mmdrop, mmgrab } from "../../kernel/fork.ts";
import { local_irq_disable, local_irq_enable } from "../../kernel/irqflags.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { no_freed_pgd_loaded } from "../../properties/lifetimes.ts";
import { boot, new_mm, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

interface some_subsystem {
  lock: spinlock_t;
}
const subsystem = DEFINE_SHARED<some_subsystem>();

export const dropped = sometimes("the reference is dropped under the lock");

export const mmdrop_under_a_lock = scenario({
  question: `CPU 1 holds the last reference to an mm, and drops it under a spinlock. CPU 0, lazy in that mm, waits for
    the same lock with interrupts off. Does anybody ever go on?`,
  needs: { config: { lazy_tlb: true } },
  machine: { ...two_mms, tasks: 4, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
    mmgrab(mms[1]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      use_subsystem();
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[3]);
      spin_lock(subsystem.lock);
      mmdrop(mms[1]);
      reached(dropped);
      spin_unlock(subsystem.lock);
    },
  },
  check: [no_freed_pgd_loaded, no_deadlock],
  witness: [dropped],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  expect_of: {
    shootdown: { sc: violates(no_deadlock), x86_tso: violates(no_deadlock), armv8: violates(no_deadlock) },
    shootdown_exit_switches: { sc: violates(no_deadlock) },
    shootdown_filtered: { sc: violates(no_deadlock) },
    // What khugepaged does (kernel test robot, on v3): the scan must not be called there.
    "hazptr-2024": { sc: violates(no_deadlock), x86_tso: violates(no_deadlock) },
    // Nothing is mapped: no flush, as in exit-elsewhere.
    last_mmput: {
      sc: violates(no_freed_pgd_loaded),
      x86_tso: violates(no_freed_pgd_loaded),
      armv8: violates(no_freed_pgd_loaded),
    },
  },
  mutants: [
    {
      name: "repaired: CPU 0 waits with interrupts on",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: drop(use_subsystem, "local_irq_disable"),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
    {
      name: "repaired: CPU 0 waits with interrupts on, and the scan's interrupt comes in",
      needs: { parts: { lifetime: "hazptr_2024" } },
      mutant: drop(use_subsystem, "local_irq_disable"),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "CPU 0 does not release the lock",
      mutant: drop(use_subsystem, "spin_unlock"),
      expect: { sc: violates(no_deadlock), x86_tso: violates(no_deadlock), armv8: violates(no_deadlock) },
    },
  ],
});

export function use_subsystem(): void {
  local_irq_disable();
  spin_lock(subsystem.lock);
  spin_unlock(subsystem.lock);
  local_irq_enable();
}
