// SPDX-License-Identifier: MIT
import { exit_mm } from "../../kernel/exit.ts";
import * as batched from "../../kernel/lifetime/shootdown_batched.ts";
import * as filtered from "../../kernel/lifetime/shootdown_filtered.ts";
import * as quiescent from "../../kernel/lifetime/shootdown_quiescent.ts";
import type { mm_struct, task_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { runqueues } from "../../kernel/sched/sched.ts";
import { no_dangling_active_mm, no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { boot, new_mm, run_user, three_asids, two_mms } from "../setup.ts";

/** CPU 0 still borrows what has no users any more. */
export const lazy_at_exit = sometimes(
  "a CPU is lazy in an mm without users",
  () => is_allocated(mms[1]) && atomic_read(mms[1].mm_users) === 0 && tasks[0].active_mm === mms[1],
);

/** All that has no users is gone. */
export const nothing_pinned = at_end("no mm outlives its users", () =>
  every(machine.mms, (i) => !is_allocated(mms[i]) || atomic_read(mms[i].mm_users) > 0),
);

export const two_exits_vs_lazy = scenario({
  question: `CPU 0 is lazy in a process and stays so; the last tasks of that process and of another one exit on CPU 1.
    How many interrupts does it take, is nobody left on what is freed, and is all of it freed?`,
  needs: {
    arch: "powerpc",
    parts: {
      coherence: "radix_tlb",
      lifetime: [
        "shootdown",
        "shootdown_exit_switches",
        "shootdown_batched",
        "shootdown_filtered",
        "shootdown_quiescent",
      ],
    },
  },
  machine: { ...two_mms, tasks: 4 },
  config: { ...three_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
    },
    CPU1() {
      __schedule(tasks[2]);
      exit_mm();
      __schedule(tasks[3]);
      exit_mm();
      __schedule(tasks[1]);
    },
  },
  check: [no_freed_pgd_loaded, no_dangling_active_mm, references_conserved, nothing_pinned],
  witness: [lazy_at_exit],
  expect: { sc: safe },
  expect_of: {
    // CPU 0 never switches again.
    shootdown_quiescent: { sc: violates(nothing_pinned) },
  },
  mutants: [
    {
      name: "nobody is asked to leave",
      needs: { parts: { lifetime: ["shootdown", "shootdown_exit_switches", "shootdown_filtered"] } },
      mutant: replace(parts.lifetime.mmdrop_final, nothing),
      expect: { sc: violates(no_freed_pgd_loaded) },
    },
    {
      name: "one mm of the batch is forgotten",
      needs: { parts: { lifetime: "shootdown_batched" } },
      mutant: replace(batched.do_shoot_batch, shoot_nobody),
      expect: { sc: violates(no_freed_pgd_loaded) },
    },
    {
      name: "what a CPU borrows is published after on_cpu is cleared",
      needs: { parts: { lifetime: "shootdown_filtered" } },
      mutant: replace(filtered.context_switch_to_kernel, publish_late),
      expect: { sc: violates(no_freed_pgd_loaded) },
    },
    {
      name: "a dead mm is freed while somebody borrows it",
      needs: { parts: { lifetime: "shootdown_quiescent" } },
      mutant: replace(quiescent.nobody_borrows, always_free),
      expect: { sc: violates(no_freed_pgd_loaded) },
    },
  ],
});

export function nothing(_mm: mm_struct): void {}

export function shoot_nobody(_batch: unknown): void {}

/** Whoever borrows it. */
export function always_free(_mm: mm_struct): boolean {
  return true;
}

/** finish_task(), and only then lazy_mm. */
export function publish_late(prev: task_struct, next: task_struct): void {
  const mm = prev.active_mm!;
  next.active_mm = mm;
  smp_store_release(prev.on_cpu, false);
  this_cpu_write(runqueues.lazy_mm, mm);
}
