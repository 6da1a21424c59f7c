// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/sched/membarrier.c: the system call. What the scheduler, exec() and kernel threads do for it is in
// membarrier/, one file per variant. The promise: a compiler barrier in one thread and membarrier() in another order
// like two full barriers. So each CPU that the call skips must have a full barrier between its user accesses and the
// store to rq->curr or tsk->mm by which it was skipped, on both sides of it.
// Left out: CPU hotplug (cpus_read_lock()), nohz_full, allocation failures, and the mutex that serialises callers
// (944d5fe50f3f): it bounds the number of IPIs, CVE-2024-26602, and orders nothing.

import { preempt_disable, preempt_enable } from "../irqflags.ts";
import {
  EINVAL,
  EPERM,
  MEMBARRIER_CMD_GLOBAL,
  MEMBARRIER_CMD_GLOBAL_EXPEDITED,
  MEMBARRIER_CMD_PRIVATE_EXPEDITED,
  MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ,
  MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE,
  MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED,
  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ,
  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE,
  MEMBARRIER_STATE_GLOBAL_EXPEDITED,
  MEMBARRIER_STATE_GLOBAL_EXPEDITED_READY,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_READY,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ_READY,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE_READY,
} from "../membarrier.ts";
import type { mm_struct } from "../mm_types.ts";
import { synchronize_rcu } from "../rcu.ts";
import { rseq_preempt } from "../rseq.ts";
import { on_each_cpu_of, smp_call_function_many_of } from "../smp.ts";
import { sync_core_before_usermode } from "../sync_core.ts";
import { get_current, runqueues } from "./sched.ts";

/** A command left a CPU alone because of what it found in that CPU's runqueue. */
export const cpu_skipped = sometimes("membarrier() skips another CPU");

export function ipi_mb(_info: mm_struct | null): void {
  // Pairs with: the accesses of the interrupted user program, on both sides.
  smp_mb();
}

export function ipi_sync_core(_info: mm_struct | null): void {
  // Pairs with: membarrier_private_expedited(). sync_core() alone may come too late for it: on the way to user mode.
  smp_mb();
  sync_core_before_usermode();
}

export function ipi_rseq(_info: mm_struct | null): void {
  // Pairs with: the stores before membarrier(): the restarted section sees them (2ecedd756908).
  smp_mb();
  rseq_preempt(get_current());
}

export function ipi_sync_rq_state(mm: mm_struct | null): void {
  if (get_current().mm !== mm) return;
  this_cpu_write(runqueues.membarrier_state, atomic_read(mm!.membarrier_state));
  // Pairs with: membarrier_global_expedited(). No access after the registration comes before it.
  smp_mb();
}

/** The CPUs that run a user of mm right now. Under rcu_read_lock(): tasks are freed after a grace period. */
export function cpus_running(mm: mm_struct): cpumask_copy_t {
  let tmpmask = cpumask_none;
  for (const cpu of for_each_possible_cpu()) {
    const p = READ_ONCE(per_cpu(runqueues.curr, cpu));
    // Not marked in Linux: exec() and kthread_use_mm() may write it right now.
    if (p !== null && data_race(p.mm) === mm) tmpmask = cpumask_with(cpu, tmpmask);
    else reached(cpu_skipped);
  }
  return tmpmask;
}

export function membarrier_private_expedited(
  ready: number,
  ipi_func: (info: mm_struct | null) => void,
  cpu_id: number,
): number {
  const mm = get_current().mm!;
  const sync_core = ready === MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE_READY;
  if ((atomic_read(mm.membarrier_state) & ready) === 0) return -EPERM;

  // A single thread is in order with itself; but it may have been on other CPUs, where another core fetched.
  if (!sync_core && (atomic_read(mm.mm_users) === 1 || machine.cpus === 1)) return 0;

  // Pairs with: membarrier_finish_switch_mm(), switch_mm_irqs_off() or mmdrop(), behind a store to rq->curr or tsk->mm.
  // Entering the kernel is no barrier.
  smp_mb();

  const tmpmask = cpus_running(mm);
  if (cpu_id >= 0) {
    if (cpumask_contains(cpu_id, tmpmask)) on_each_cpu_of(cpumask_with(cpu_id, cpumask_none), ipi_func, null);
  } else if (sync_core) {
    // This CPU, too: another thread of ours may run here next, and return to user mode without any such instruction.
    on_each_cpu_of(tmpmask, ipi_func, null);
  } else {
    // Not this CPU: the barriers before and behind are here; if we migrate, the scheduler's are there.
    preempt_disable();
    smp_call_function_many_of(tmpmask, ipi_func, null);
    preempt_enable();
  }

  // Pairs with: rq_lock_irq(), membarrier_exec_mmap(), exit_mm(), kthread_unuse_mm(), in front of such a store. Leaving
  // the kernel is no barrier.
  smp_mb();
  return 0;
}

/** Every process that has registered, not only the caller's. */
export function membarrier_global_expedited(): number {
  if (machine.cpus === 1) return 0;

  // Pairs with: membarrier_finish_switch_mm(), switch_mm_irqs_off() or mmdrop(), as above.
  smp_mb();

  let tmpmask = cpumask_none;
  for (const cpu of for_each_possible_cpu()) {
    if (cpu === smp_processor_id()) continue;
    if (runs_registered_user(cpu)) tmpmask = cpumask_with(cpu, tmpmask);
    else reached(cpu_skipped);
  }
  preempt_disable();
  smp_call_function_many_of(tmpmask, ipi_mb, null);
  preempt_enable();

  // Pairs with: rq_lock_irq() and the others, as above.
  smp_mb();
  return 0;
}

/** From the runqueue's copy of membarrier_state: the mm may be freed at any moment (227a4aadc75b). */
export function runs_registered_user(cpu: cpu_id): boolean {
  if ((READ_ONCE(per_cpu(runqueues.membarrier_state, cpu)) & MEMBARRIER_STATE_GLOBAL_EXPEDITED) === 0) return false;
  // The copy outlives the switch to a kernel thread: skip those, unless they use an mm.
  const p = READ_ONCE(per_cpu(runqueues.curr, cpu))!;
  return data_race(p.mm) !== null;
}

/** Every CPU that runs mm knows its new membarrier_state, and so will every CPU that switches to it. */
export function sync_runqueues_membarrier_state(mm: mm_struct): void {
  if (atomic_read(mm.mm_users) === 1 || machine.cpus === 1) {
    this_cpu_write(runqueues.membarrier_state, atomic_read(mm.membarrier_state));
    // Pairs with: membarrier_global_expedited(). No access after the registration comes before it.
    smp_mb();
    return;
  }
  // Whoever is in the middle of a switch may have looked at membarrier_state before: wait until it is through.
  synchronize_rcu();
  on_each_cpu_of(cpus_running(mm), ipi_sync_rq_state, mm);
}

/** `ready` says that the registration is complete: all CPUs have noticed `set`. */
export function membarrier_register(set: number, ready: number): number {
  const mm = get_current().mm!;
  if ((atomic_read(mm.membarrier_state) & ready) !== 0) return 0;
  atomic_or(set, mm.membarrier_state);
  sync_runqueues_membarrier_state(mm);
  atomic_or(ready, mm.membarrier_state);
  return 0;
}

/** MEMBARRIER_CMD_GLOBAL: slow, and for everybody, registered or not. */
export function membarrier_global(): number {
  if (machine.cpus > 1) synchronize_rcu();
  return 0;
}

/**
 * Commands are constants. Those that only say what there is (QUERY, GET_REGISTRATIONS) are left out; so are wrong
 * flags.
 * cpu_id: with MEMBARRIER_CMD_FLAG_CPU, else -1.
 */
export function sys_membarrier(cmd: number, cpu_id: number): number {
  if (cmd === MEMBARRIER_CMD_GLOBAL) return membarrier_global();
  if (cmd === MEMBARRIER_CMD_GLOBAL_EXPEDITED) return membarrier_global_expedited();
  if (cmd === MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED)
    return membarrier_register(MEMBARRIER_STATE_GLOBAL_EXPEDITED, MEMBARRIER_STATE_GLOBAL_EXPEDITED_READY);
  if (cmd === MEMBARRIER_CMD_PRIVATE_EXPEDITED)
    return membarrier_private_expedited(MEMBARRIER_STATE_PRIVATE_EXPEDITED_READY, ipi_mb, -1);
  if (cmd === MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
    return membarrier_register(MEMBARRIER_STATE_PRIVATE_EXPEDITED, MEMBARRIER_STATE_PRIVATE_EXPEDITED_READY);
  if (cmd === MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE)
    return membarrier_private_expedited(MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE_READY, ipi_sync_core, -1);
  if (cmd === MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE)
    return membarrier_register(
      MEMBARRIER_STATE_PRIVATE_EXPEDITED | MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE,
      MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE_READY,
    );
  if (cmd === MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ)
    return membarrier_private_expedited(MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ_READY, ipi_rseq, cpu_id);
  if (cmd === MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ)
    return membarrier_register(
      MEMBARRIER_STATE_PRIVATE_EXPEDITED | MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ,
      MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ_READY,
    );
  return -EINVAL;
}
