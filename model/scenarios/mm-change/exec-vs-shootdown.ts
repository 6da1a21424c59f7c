// SPDX-License-Identifier: MIT
import { exec_mmap } from "../../kernel/exec.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { mm_alloc } from "../../kernel/fork.ts";
import { tasks } from "../../kernel/mm_types.ts";
import { no_freed_pgd_loaded, users_keep_mm } from "../../properties/lifetimes.ts";
import { boot, new_mm, run_user, small, switched_to, three_asids } from "../setup.ts";
import { exec_mmap_early } from "./exec-preempted.ts";

/** The kernel thread is the program that it executes. */
const executed = sometimes("the kernel thread has an mm of its own", () => tasks[0].mm !== null);

export const exec_vs_shootdown = scenario({
  question: `On CPU 0 a kernel thread that is lazy in a process executes a program; the process exits on CPU 1, and asks
    those who are lazy in its mm to leave. Can it ask while active_mm is the new mm and the page tables are the old?`,
  needs: { parts: { lifetime: "shootdown" }, config: { PPC_HASH_MMU: false, clear_mask_of_dying_mm: false } },
  machine: { ...small, mms: 4, ctx_ids: 5, store_buffer: 10 },
  config: { ...three_asids },
  init() {
    boot();
    // Nothing is mapped any more: no flush makes CPU 0 leave before.
    new_mm(tasks[2]);
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      exec_mmap(mm_alloc());
    },
    CPU1() {
      exit_mm();
    },
  },
  check: [no_freed_pgd_loaded, users_keep_mm],
  witness: [executed],
  models: {
    asked: ["sc", "x86_tso"],
    because:
      "a whole exit beside an exec has more stores under way than fit, and armv8 finds no end in 1,000,000 states",
  },
  expect: { sc: safe, x86_tso: safe },
  // activate_mm() has interrupts on: the CPU that is asked sees another active_mm, and does nothing.
  expect_of: {
    "x86-shootdown": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "arm64-shootdown": { sc: violates(no_freed_pgd_loaded) },
    "x86-shootdown-6.18": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
  },
  mutants: [
    {
      name: "repaired: activate_mm() with interrupts off (ARCH_WANT_IRQS_OFF_ACTIVATE_MM)",
      needs: { config: { ARCH_WANT_IRQS_OFF_ACTIVATE_MM: false } },
      mutant: move_before(exec_mmap, "activate_mm", 1, "local_irq_enable", 1),
      expect: { sc: safe, x86_tso: safe },
      // The bit in the mask goes before CR3 does, as in lazy_to_user_vs_exit.
      expect_of: { "x86-shootdown": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) } },
    },
    {
      name: "active_mm changes with interrupts on (before d53c3dfb23c4)",
      mutant: replace(exec_mmap, exec_mmap_early),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
  ],
});
