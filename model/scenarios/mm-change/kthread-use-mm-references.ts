// SPDX-License-Identifier: MIT
import { no_foreign_user_access, no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { mmdrop, mmget_not_zero, mmgrab, mmput } from "../../kernel/fork.ts";
import { kthread_unuse_mm, kthread_use_mm } from "../../kernel/kthread.ts";
import { mm_unlazy_mm_count } from "../../kernel/lifetime/hazard_pointers.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __change_current_mm_to_kernel } from "../../kernel/sched/change_mm.ts";
import { no_freed_pgd_loaded, references_conserved, users_keep_mm } from "../../properties/lifetimes.ts";
import { boot, map_pages, names_borrowers, new_mm, run_user, small, switched_to, two_asids } from "../setup.ts";

/** The kernel thread was in time. */
export const mm_was_alive = sometimes("the kernel thread gets the mm before it is torn down");

export const kthread_use_mm_references = scenario({
  question: `A kernel thread on CPU 0, lazy in a process, uses that very mm for a while, if it still has users; the
    last task of the process exits on CPU 1. Are the references as a borrower and as a user kept apart?`,
  needs: { config: { PPC_HASH_MMU: false } },
  machine: { ...small, tasks: 3 },
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
        user_load(mms[1].pgd, 0);
        kthread_unuse_mm(mms[1]);
        mmput(mms[1]);
      }
      mmdrop(mms[1]);
    },
    CPU1() {
      exit_mm();
    },
  },
  check: [no_freed_pgd_loaded, users_keep_mm, no_stale_user_access, no_foreign_user_access, references_conserved],
  witness: [mm_was_alive],
  models: {
    asked: ["sc", "x86_tso"],
    because: "two teardowns side by side have more stores under way than armv8 can search in seconds",
  },
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // Whoever exits leaves a reference that nobody drops.
    "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
    // Whose flush runs no code on the CPUs that borrow.
    "arm64-last-mmput": { sc: violates(no_freed_pgd_loaded) },
    // No flush tells CPU 0, lazy in the mm once more, that its last user is gone.
  },
  mutants: [
    {
      name: "kthread_use_mm() takes no mm_count, kthread_unuse_mm() drops one",
      needs: { config: { kthread_use_mm_grabs: true } },
      mutant: drop(kthread_use_mm, "mmgrab"),
      expect: { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
      // Where borrowers are not counted, what is dropped is the reference that all users share.
      expect_of: {
        shootdown: { sc: violates(users_keep_mm), x86_tso: violates(users_keep_mm) },
        last_mmput: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        no_lazy: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        "hazptr-2024": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
      },
    },
    {
      name: "kthread_use_mm() takes an mm_count, kthread_unuse_mm() leaves it to the borrower",
      needs: { config: { kthread_use_mm_grabs: true } },
      mutant: drop(kthread_unuse_mm, "mmdrop"),
      expect: { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
      expect_of: {
        "arm64-last-mmput": { sc: violates(no_freed_pgd_loaded) },
      },
    },
    {
      name: "kthread_unuse_mm() does not say that it borrows the mm from then on",
      // On arm64 nothing makes CPU 1 leave, which keeps the mm.
      needs: { ...names_borrowers, arch: "x86" },
      mutant: drop(__change_current_mm_to_kernel, "enter_lazy_mm"),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the last mmput() does not look for borrowers",
      needs: { arch: "arm64", parts: { lifetime: "hazard_pointers" } },
      mutant: replace(mm_unlazy_mm_count, nothing),
      expect: { sc: violates(no_freed_pgd_loaded) },
    },
  ],
});

export function nothing(_mm: mm_struct): void {}
