// SPDX-License-Identifier: MIT
import { mm_alloc, mmdrop, mmput } from "../../kernel/fork.ts";
import {
  lazy_cpu_handed_reference,
  mm_unlazy_mm_count,
  release_lazy_mm,
} from "../../kernel/lifetime/hazard_pointers.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { runqueues } from "../../kernel/sched/sched.ts";
import { boot, new_mm, small, two_asids } from "../setup.ts";

/** The new mm has the old one's memory. */
export const memory_reused = sometimes("a new mm gets the memory of the old one", () => tasks[3].mm === mms[1]);

/** A store to the old mm has come to the new one. */
export const new_mm_intact = never("the new mm holds what its owner put there");

interface leave_state {
  done: bool;
}
const state = DEFINE_SHARED<leave_state>();

export const hazard_pointer_release = scenario({
  question: `The last that CPU 0 does to an mm that it borrows is a plain store (whatever it is for); then it clears its
    hazard pointer. CPU 1 looks, finds nobody, and frees the mm, which becomes another one. Can CPU 0's store come later
    than that? (An architecture whose switch of page tables is no barrier.)`,
  needs: { arch: "x86", parts: { lifetime: "hazard_pointers" }, config: { exit_mm_lazy: true, lazymm_cpumask: false } },
  machine: { ...small, pages: 1, tasks: 4, ctx_ids: 4 },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    WRITE_ONCE(tasks[2].mm, null);
    WRITE_ONCE(tasks[2].active_mm, null);
    atomic_dec(mm.mm_users);
    WRITE_ONCE(per_cpu(runqueues.lazy_mm, 0), mm);
  },
  threads: {
    CPU0() {
      leave(mms[1]);
      smp_store_release(state.done, true);
    },
    CPU1() {
      mm_unlazy_mm_count(mms[1]);
      mmdrop(mms[1]);
      if (!is_free(mms[1])) return;
      const mm = mm_alloc();
      WRITE_ONCE(tasks[3].mm, mm);
      smp_cond_load_acquire(state.done, VAL !== 0);
      if (READ_ONCE(mm.context.ctx_id) === 0) raise(new_mm_intact);
    },
  },
  check: [new_mm_intact],
  witness: [memory_reused],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "the hazard pointer is cleared by a relaxed store",
      mutant: weaken(release_lazy_mm, "smp_store_release", 1, "WRITE_ONCE"),
      expect: { sc: safe, x86_tso: safe, armv8: violates(new_mm_intact) },
    },
    {
      name: "the hazard pointer is cleared first",
      mutant: move_before(leave, "release_lazy_mm", 1, "WRITE_ONCE", 1),
      expect: {
        sc: violates(no_use_after_free),
        x86_tso: violates(no_use_after_free),
        armv8: violates(no_use_after_free),
      },
    },
    {
      name: "the scan loads the hazard pointer without acquire: mmdrop() orders as much",
      mutant: weaken(mm_unlazy_mm_count, "smp_load_acquire", 1, "READ_ONCE"),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
  ],
});

export function leave(mm: mm_struct): void {
  WRITE_ONCE(mm.context.ctx_id, 0);
  release_lazy_mm();
}

function is_free(mm: mm_struct): boolean {
  instruction();
  return !is_allocated(mm);
}

/** Judged at rest, as nobody else is there to see it. */
export const borrowed_mm_kept = at_end("an mm that a CPU names as borrowed is not freed", () =>
  every(
    machine.cpus,
    (cpu) => per_cpu(runqueues.lazy_mm, cpu) === null || is_allocated(per_cpu(runqueues.lazy_mm, cpu)),
  ),
);

export const hazard_pointer_handoff = scenario({
  question: `A task blocks on CPU 0, which names the task's mm as borrowed and lets go of the task. CPU 1 takes the
    task, which drops the last user reference. What makes the scan see the hazard pointer?`,
  needs: { arch: "x86", parts: { lifetime: "hazard_pointers" }, config: { exit_mm_lazy: true, lazymm_cpumask: false } },
  machine: { ...small, pages: 1, tasks: 3 },
  config: { ...two_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    WRITE_ONCE(tasks[2].on_cpu, true);
  },
  threads: {
    CPU0() {
      block(mms[1]);
    },
    CPU1() {
      take();
      mmput(mms[1]);
    },
  },
  check: [borrowed_mm_kept],
  witness: [lazy_cpu_handed_reference],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "the hazard pointer is published after on_cpu is cleared",
      mutant: move_before(block, "smp_store_release", 1, "this_cpu_write", 1),
      expect: {
        sc: violates(borrowed_mm_kept),
        x86_tso: violates(borrowed_mm_kept),
        armv8: violates(borrowed_mm_kept),
      },
    },
    {
      name: "on_cpu is cleared without release",
      mutant: weaken(block, "smp_store_release", 1, "WRITE_ONCE"),
      expect: { sc: safe, x86_tso: safe, armv8: violates(borrowed_mm_kept) },
    },
    {
      name: "on_cpu is read without acquire: the atomic operation in mmput() orders as much",
      mutant: replace(take, take_relaxed),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
  ],
});

/** What context_switch() and finish_task() do to others. */
export function block(mm: mm_struct): void {
  this_cpu_write(runqueues.lazy_mm, mm);
  smp_store_release(tasks[2].on_cpu, false);
}

/** try_to_wake_up(). */
export function take(): void {
  smp_cond_load_acquire(tasks[2].on_cpu, !VAL);
}

export function take_relaxed(): void {
  while (READ_ONCE(tasks[2].on_cpu)) {}
}
