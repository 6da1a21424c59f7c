// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/sched/core.c: the part of a context switch that concerns address spaces. The rq lock guards nothing
// that another CPU touches here: what counts is what it does to the order of accesses.
// Left out: who is picked, load balancing, CPU hotplug.
import { hw } from "../../hw/mmu/cpu.ts";
import { local_irq_enable, preempt_enable } from "../irqflags.ts";
import type { mm_struct, task_struct } from "../mm_types.ts";
import { config, parts } from "../parts.ts";
import { rseq_preempt } from "../rseq.ts";
import { get_current, pcpu_hot, runqueues } from "./sched.ts";

/** Gives this CPU to `next`, as the scheduler has decided. What follows the switch runs in next's context. */
export function __schedule(next: task_struct): void {
  try_to_wake_up(next);
  rq_lock_irq();
  if (config.MEMBARRIER) {
    rseq_preempt(get_current());
    // membarrier() looks at it from afar. RCU keeps the task; nothing keeps its mm.
    this_cpu_write(runqueues.curr, next);
  }
  context_switch(get_current(), next);
  preempt_enable();
}

/** The end of the wakeup that put `next` on this runqueue: the CPU that it ran on before has let go of it. */
function try_to_wake_up(next: task_struct): void {
  // Pairs with: finish_task(). After it, the stores of that CPU are ours to see.
  smp_cond_load_acquire(next.on_cpu, !VAL);
}

export function context_switch(prev: task_struct, next: task_struct): void {
  // Not in mainline: whoever lets active_mm dangle is found here.
  if (config.KASAN) kasan_check_byte(prev.active_mm!);
  WRITE_ONCE(next.on_cpu, true);
  if (next.mm === null) {
    // Never where kthread_mm() is init_mm.
    parts.lifetime.context_switch_to_kernel(prev, next);
  } else {
    if (config.MEMBARRIER) parts.membarrier.membarrier_switch_mm(prev.active_mm!, next.mm!);
    parts.lifetime.context_switch_to_user(prev, next);
    if (config.MEMBARRIER) parts.membarrier.membarrier_finish_switch_mm(next.mm!);
  }

  // Pairs with: membarrier_private_expedited(), its first barrier. Linux has it also for threads that migrate in the
  // middle of cache or TLB maintenance.
  if (config.MEMBARRIER && config.ARCH_SWITCH_TO_IS_MB) smp_mb();
  switch_to(next);
  finish_task_switch(prev);
}

/** An access, as far as KASAN can tell. */
function kasan_check_byte(mm: mm_struct): void {
  atomic_read(mm.mm_count);
}

export function switch_to(next: task_struct): void {
  instruction();
  this_cpu_ptr(pcpu_hot).current_task = next;
}

function finish_task_switch(prev: task_struct): void {
  const mm = this_cpu_read(runqueues.prev_mm);
  this_cpu_write(runqueues.prev_mm, null);
  finish_task(prev);
  rq_unlock_irq();
  if (mm !== null) {
    parts.membarrier.membarrier_mm_sync_core_before_usermode(mm);
    parts.membarrier.smp_mb__before_mmdrop();
  }
  parts.lifetime.finish_task_switch_mm(mm);
}

/** From here on another CPU may take prev. */
function finish_task(prev: task_struct): void {
  // Pairs with: try_to_wake_up().
  smp_store_release(prev.on_cpu, false);
}

/** preempt_disable(), rq_lock(). */
export function rq_lock_irq(): void {
  preempt_disable_irqs();
  spin_lock(per_cpu(runqueues.__lock, smp_processor_id()));
  // Pairs with: membarrier_private_expedited(), which skips this CPU once rq->curr is another mm's: first all of our
  // user accesses. On x86 the lock itself is enough.
  smp_mb__after_spinlock();
}

function preempt_disable_irqs(): void {
  instruction();
  hw[smp_processor_id()].irqs_off = true;
  hw[smp_processor_id()].preempt_count = hw[smp_processor_id()].preempt_count + 1;
}

function rq_unlock_irq(): void {
  spin_unlock(per_cpu(runqueues.__lock, smp_processor_id()));
  local_irq_enable();
}
