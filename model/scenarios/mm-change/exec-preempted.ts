// SPDX-License-Identifier: MIT
import { no_foreign_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { exec_mmap } from "../../kernel/exec.ts";
import { mm_alloc } from "../../kernel/fork.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { tasks } from "../../kernel/mm_types.ts";
import { switch_mm } from "../../kernel/mmu_context.ts";
import { parts } from "../../kernel/parts.ts";
import { __change_current_mm } from "../../kernel/sched/change_mm.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { task_lock, task_unlock } from "../../kernel/sched/task.ts";
import { no_freed_pgd_loaded, references_conserved, users_keep_mm } from "../../properties/lifetimes.ts";
import { boot, new_mm, preemptible, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

/** In the middle of it all. */
export const preempted = sometimes("the kernel thread is preempted while it executes a program");

export const exec_preempted = scenario({
  question: `A kernel thread that is lazy in one process executes a program (kernel_execve()); it may be preempted at
    any moment by a task of another process. Is the mm that it lets go of the one that it borrows, and is the program
    on its own page tables?`,
  needs: { config: { PPC_HASH_MMU: false } },
  machine: { ...two_mms, cpus: 1, mms: 4, tasks: 4, ctx_ids: 5, store_buffer: 10 },
  config: { ...three_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
    switched_to(tasks[1]);
  },
  threads: {
    CPU0() {
      exec_mmap(mm_alloc());
      user_load(get_current().mm!.pgd, 0);
      __schedule(tasks[0]);
    },
  },
  preempt: {
    CPU0() {
      when(preemptible(0) && get_current() === tasks[1]);
      reached(preempted);
      __schedule(tasks[3]);
      __schedule(tasks[1]);
    },
  },
  check: [references_conserved, users_keep_mm, no_freed_pgd_loaded, no_foreign_user_access],
  witness: [preempted],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "active_mm is read while preemption is on",
      // The designs that do not count have nothing to drop twice.
      needs: { parts: { lifetime: "refcount" } },
      mutant: replace(exec_mmap, exec_mmap_early),
      expect: { sc: violates(users_keep_mm), x86_tso: violates(users_keep_mm), armv8: violates(users_keep_mm) },
    },
    {
      name: "what was borrowed is not dropped",
      needs: { parts: { lifetime: "refcount" } },
      mutant: drop(exec_mmap, "mmdrop_lazy_tlb"),
      expect: {
        sc: violates(references_conserved),
        x86_tso: violates(references_conserved),
        armv8: violates(references_conserved),
      },
    },
    {
      name: "the new mm is not activated by __change_current_mm()",
      needs: { config: { change_current_mm: true } },
      mutant: drop(__change_current_mm, "activate_mm"),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
    {
      name: "the new mm is not activated",
      needs: { config: { change_current_mm: false } },
      mutant: drop(exec_mmap, "activate_mm"),
      expect: {
        sc: violates(no_foreign_user_access),
        x86_tso: violates(no_foreign_user_access),
        armv8: violates(no_foreign_user_access),
      },
    },
  ],
});

/** kernel_execve() as the commit message of d53c3dfb23c4 draws it. */
export function exec_mmap_early(mm: mm_struct): void {
  const tsk = get_current();
  const active_mm = tsk.active_mm!;
  task_lock(tsk);
  tsk.mm = mm;
  tsk.active_mm = mm;
  switch_mm(active_mm, mm);
  parts.lifetime.exit_lazy_mm();
  task_unlock(tsk);
  parts.lifetime.mmdrop_lazy_tlb(active_mm);
}
