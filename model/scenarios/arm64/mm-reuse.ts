// SPDX-License-Identifier: MIT
import { no_foreign_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { mm_alloc } from "../../kernel/fork.ts";
import * as hazard_pointers from "../../kernel/lifetime/hazard_pointers.ts";
import * as mainline from "../../kernel/lifetime/mainline.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { no_freed_pgd_loaded } from "../../properties/lifetimes.ts";
import { boot, new_mm, new_thread, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

export const mm_freed = sometimes("the mm that CPU 0 borrowed is freed", () => !is_allocated(mms[1]));

export const lazy_mm_reused = scenario({
  question: `CPU 0 is lazy in a process that exits on CPU 1. A new process gets the same mm_struct, and starts on CPU 0,
    where switch_mm() compares prev with next. Does it switch?`,
  needs: { arch: "arm64" },
  machine: { ...two_mms, mms: 4, tasks: 6, ctx_ids: 5 },
  config: { ...three_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    new_thread(tasks[4], new_mm(tasks[3]));
    run_user(0, tasks[2]);
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
  check: [no_foreign_user_access, no_freed_pgd_loaded],
  witness: [mm_freed],
  models: {
    asked: ["sc"],
    because: "a whole exit beside a switch has more stores under way than armv8 can search in seconds",
  },
  expect: { sc: safe },
  expect_of: { last_mmput: { sc: violates(no_freed_pgd_loaded) } },
  mutants: [
    {
      name: "a lazy CPU takes no reference",
      needs: { parts: { lifetime: "refcount" } },
      mutant: drop(mainline.context_switch_to_kernel, "mmgrab_lazy_tlb"),
      expect: { sc: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the shootdown leaves active_mm alone: prev == next",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: omit(shootdown.do_shoot_lazy_tlb, "current.active_mm = init_mm"),
      expect: { sc: violates(no_foreign_user_access) },
    },
    {
      name: "the last mmput() does not look for borrowers",
      needs: { parts: { lifetime: "hazard_pointers" } },
      mutant: replace(hazard_pointers.mm_unlazy_mm_count, nothing),
      expect: { sc: violates(no_freed_pgd_loaded) },
    },
  ],
});

export function nothing(_mm: mm_struct): void {}
