// SPDX-License-Identifier: MIT
import { exit_mm } from "../../kernel/exit.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { no_freed_pgd_loaded } from "../../properties/lifetimes.ts";
import { boot, map_pages, new_mm, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

/** CPU 0 still borrows what has no users any more. */
export const lazy_at_exit = sometimes(
  "a CPU is lazy in an mm without users",
  () => is_allocated(mms[1]) && atomic_read(mms[1].mm_users) === 0 && tasks[0].active_mm === mms[1],
);

export const shot_lazies_checked = scenario({
  question: `CPU 0 is lazy in a process whose last task exits on CPU 1; page tables are freed and flushed before the
    borrowers are shot. DEBUG_VM_SHOOT_LAZIES asks all CPUs afterwards: does one still borrow the mm, because the flush
    has taken it out of the mask that says whom to shoot?`,
  needs: { parts: { lifetime: "shootdown" } },
  machine: { ...two_mms, tasks: 4, ctx_ids: 4 },
  config: { ...three_asids, DEBUG_VM_SHOOT_LAZIES: true, MMU_GATHER_RCU_TABLE_FREE: false },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {},
    CPU1() {
      exit_mm();
      __schedule(tasks[3]);
    },
  },
  check: [no_warning, no_freed_pgd_loaded],
  witness: [lazy_at_exit],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  // x86's contract does not hold: a flush makes a lazy CPU leave the mask, and active_mm stays.
  expect_of: { "x86-shootdown": { sc: violates(no_warning), x86_tso: violates(no_warning) } },
  mutants: [
    {
      name: "the shootdown leaves active_mm alone",
      mutant: omit(shootdown.do_shoot_lazy_tlb, "current.active_mm = init_mm"),
      expect: { sc: violates(no_warning), x86_tso: violates(no_warning), armv8: violates(no_warning) },
    },
  ],
});
