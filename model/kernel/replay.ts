// SPDX-License-Identifier: GPL-2.0-only
// What a replay calls: one function for each action of a recorded schedule, and how a replay starts. The schedule and
// the flush calls are given; what the design does about them is the kernel code that these functions call.
import { pgds } from "../hw/mmu/cpu.ts";
import { exec_mmap } from "./exec.ts";
import { exit_mm } from "./exit.ts";
import { mmput } from "./fork.ts";
import { kthread_unuse_mm, kthread_use_mm } from "./kthread.ts";
import type { mm_struct, task_struct } from "./mm_types.ts";
import { init_mm, kthread_mm } from "./mm_types.ts";
import { parts } from "./parts.ts";
import { context_switch } from "./sched/core.ts";
import { get_current, pcpu_hot } from "./sched/sched.ts";

declare function trace_user_gone(mm: mm_struct): void;

/** In a trace the flush that tears an mm down comes after its last user has gone: mmput() waits for it. */
function deferred_mmput(mm: mm_struct): void {
  trace_user_gone(mm);
}
export const mmput_waits = REPLACE(mmput, deferred_mmput);

export function replay_put(mm: mm_struct): void {
  mmput(mm);
}

export function replay_switch(next: task_struct): void {
  context_switch(get_current(), next);
}

export function replay_exec(mm: mm_struct): void {
  exec_mmap(mm);
}

export function replay_exit(): void {
  exit_mm();
}

export function replay_use_mm(mm: mm_struct): void {
  kthread_use_mm(mm);
}

export function replay_unuse_mm(): void {
  kthread_unuse_mm(get_current().mm!);
}

export function replay_flush(
  mm: mm_struct,
  start: number,
  end: number,
  stride_shift: number,
  freed_tables: bool,
): void {
  parts.coherence.flush_tlb_mm_range(mm, start, end, stride_shift, freed_tables);
}

/** Every CPU starts on init_mm, which is there already. */
export function replay_boot(): void {
  instruction();
  parts.coherence.boot_context();
}

/** A new mm with one user. `id` counts from 0: its pgd. */
export function replay_mm_init(mm: mm_struct, id: index<"mms">): void {
  instruction();
  mm.pgd = pgds[id];
  if (mm !== init_mm) parts.coherence.init_new_context(mm);
  atomic_set(mm.mm_users, 1);
  atomic_set(mm.mm_count, 1);
}

/** A task starts with this mm (or none); `shares`: as one more user of it. */
export function replay_new_task(task: task_struct, mm: mm_struct | null, shares: bool): void {
  instruction();
  task.mm = mm !== null ? mm : kthread_mm();
  task.active_mm = task.mm;
  if (mm !== null && shares) atomic_inc(mm.mm_users);
}

/** What a CPU runs, and has loaded, when the replay starts. A kernel thread borrows `loaded`. */
export function replay_cpu(cpu: cpu_id, task: task_struct, loaded: mm_struct): void {
  instruction();
  WRITE_ONCE(per_cpu(pcpu_hot.current_task, cpu), task);
  if (loaded !== init_mm) parts.coherence.boot_mm(cpu, loaded, task.mm === kthread_mm());
  if (task.mm === kthread_mm()) {
    task.active_mm = loaded;
    atomic_inc(loaded.mm_count);
  }
}

/** What an ASID slot holds when the replay starts: entries of mm as of tlb_gen, or nothing. `loaded`: it is in use. */
export function replay_slot(
  cpu: cpu_id,
  asid: index<"TLB_NR_DYN_ASIDS">,
  mm: mm_struct | null,
  tlb_gen: upto<"tlb_gens">,
  loaded: bool,
  next_asid: upto<"TLB_NR_DYN_ASIDS">,
): void {
  instruction();
  parts.coherence.boot_slot(cpu, asid, mm, tlb_gen, loaded, next_asid);
}
