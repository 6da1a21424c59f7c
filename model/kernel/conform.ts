// SPDX-License-Identifier: GPL-2.0-only
// What a recorded execution is held against: the calls that a recording begins (who is switched to, who exits, what is
// asked to be flushed), each carried out by the kernel code itself. What that code then does must be what was recorded.
import { exec_mmap } from "./exec.ts";
import { exit_mm } from "./exit.ts";
import { mmput } from "./fork.ts";
import { kthread_unuse_mm, kthread_use_mm } from "./kthread.ts";
import {
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_READY,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ_READY,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE_READY,
  membarrier_states,
} from "./membarrier.ts";
import { exit_mmap } from "./mm/mmap.ts";
import type { mm_struct, task_struct } from "./mm_types.ts";
import { kthread_mm } from "./mm_types.ts";
import { parts } from "./parts.ts";
import { context_switch } from "./sched/core.ts";
import { ipi_mb, ipi_rseq, ipi_sync_core, membarrier_private_expedited } from "./sched/membarrier.ts";
import { get_current, pcpu_hot, runqueues } from "./sched/sched.ts";

/** The mappings go by flush calls that are recorded on their own, between its entry and its return. */
function torn_down(mm: mm_struct): void {
  parts.coherence.arch_exit_mmap(mm);
}
export const exit_mmap_recorded = REPLACE(exit_mmap, torn_down);

export function conform_switch(next: task_struct): void {
  // __schedule(), a moment before the event that begins this.
  this_cpu_write(runqueues.curr, next);
  context_switch(get_current(), next);
}

export function conform_exec(mm: mm_struct): void {
  exec_mmap(mm);
}

export function conform_exit(): void {
  exit_mm();
}

export function conform_use_mm(mm: mm_struct): void {
  kthread_use_mm(mm);
}

export function conform_unuse_mm(): void {
  kthread_unuse_mm(get_current().mm!);
}

export function conform_put(mm: mm_struct): void {
  mmput(mm);
}

export function conform_flush(
  mm: mm_struct,
  start: number,
  end: number,
  stride_shift: number,
  freed_tables: bool,
): void {
  parts.coherence.flush_tlb_mm_range(mm, start, end, stride_shift, freed_tables);
}

// The argument `flags` of membarrier_private_expedited().
const MEMBARRIER_FLAG_SYNC_CORE = 1;
const MEMBARRIER_FLAG_RSEQ = 2;

/** cpu_id: with MEMBARRIER_CMD_FLAG_CPU, else -1. That the process has registered was done where no probe is. */
export function conform_membarrier(flags: number, cpu_id: number): void {
  atomic_set(get_current().mm!.membarrier_state, membarrier_states);
  if (flags === MEMBARRIER_FLAG_SYNC_CORE)
    membarrier_private_expedited(MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE_READY, ipi_sync_core, cpu_id);
  else if (flags === MEMBARRIER_FLAG_RSEQ)
    membarrier_private_expedited(MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ_READY, ipi_rseq, cpu_id);
  else membarrier_private_expedited(MEMBARRIER_STATE_PRIVATE_EXPEDITED_READY, ipi_mb, cpu_id);
}

/** A temporary mm, or back from it: the task that is running has nothing to do with it. */
export function conform_switch_mm(next: mm_struct): void {
  parts.coherence.switch_mm_irqs_off(next, next);
}

export function conform_leave_mm(): void {
  parts.coherence.leave_mm();
}

/** Every CPU is on init_mm, until it is observed to be elsewhere. */
export function conform_boot(): void {
  instruction();
  parts.coherence.boot_context();
}

/** mm_init(): one user, which holds one reference. */
export function conform_mm_init(mm: mm_struct): void {
  instruction();
  parts.coherence.init_new_context(mm);
  cpumask_clear(mm.cpu_bitmap);
  atomic_set(mm.mm_users, 1);
  atomic_set(mm.mm_count, 1);
}

/** A task is born with this mm (or none); `shares`: as one more user of it. */
export function conform_new_task(task: task_struct, mm: mm_struct | null, shares: bool): void {
  instruction();
  task.mm = mm !== null ? mm : kthread_mm();
  task.active_mm = task.mm;
  if (mm !== null && shares) atomic_inc(mm.mm_users);
}

/** The task that runs on a CPU, as first seen. */
export function conform_current(cpu: cpu_id, task: task_struct): void {
  instruction();
  WRITE_ONCE(per_cpu(pcpu_hot.current_task, cpu), task);
  WRITE_ONCE(per_cpu(runqueues.curr, cpu), task);
}
