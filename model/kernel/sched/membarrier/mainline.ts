// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/sched/sched.h, include/linux/sched/mm.h and the second half of kernel/sched/membarrier.c: what
// membarrier(2) asks of the code that changes mms. The barrier behind the switch to a user task is somebody else's:
// switch_mm()'s, or, where that does nothing because the mm is loaded already, mmdrop()'s.
import {
  MEMBARRIER_STATE_GLOBAL_EXPEDITED,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE,
} from "../../membarrier.ts";
import type { mm_struct } from "../../mm_types.ts";
import { config } from "../../parts.ts";
import { sync_core_before_usermode } from "../../sync_core.ts";
import { get_current, runqueues } from "../sched.ts";

/** The barriers around the store to rq->curr serve this store, too. */
export function membarrier_switch_mm(prev_mm: mm_struct, next_mm: mm_struct): void {
  if (!config.MEMBARRIER || prev_mm === next_mm) return;
  update_rq_state(atomic_read(next_mm.membarrier_state));
}

export function update_rq_state(membarrier_state: number): void {
  if (this_cpu_read(runqueues.membarrier_state) === membarrier_state) return;
  this_cpu_write(runqueues.membarrier_state, membarrier_state);
}

/** Nothing: the barrier is implied. */
export function membarrier_finish_switch_mm(_mm: mm_struct): void {}

/** Called by switch_mm_irqs_off() of architectures that have no other barrier there: powerpc, riscv. */
export function membarrier_arch_switch_mm(_prev: mm_struct, next: mm_struct): void {
  if (config.MEMBARRIER && config.ARCH_HAS_MEMBARRIER_CALLBACKS) mb_if_registered(next);
}

/** Registration makes sure that no CPU that reads 0 here runs user code while the first command is under way. */
export function mb_if_registered(mm: mm_struct): void {
  const expedited = MEMBARRIER_STATE_PRIVATE_EXPEDITED | MEMBARRIER_STATE_GLOBAL_EXPEDITED;
  // Pairs with: membarrier_private_expedited(), its first barrier.
  if ((atomic_read(mm.membarrier_state) & expedited) !== 0) smp_mb();
}

/** Nothing: mmdrop() is a full barrier. */
export function smp_mb__before_mmdrop(): void {}

/** The lazy mm that this CPU left is the one it runs now: no page tables were switched, no core was serialised. */
export function membarrier_mm_sync_core_before_usermode(mm: mm_struct): void {
  if (!config.MEMBARRIER || get_current().mm !== mm) return;
  sync_core_if_registered(mm);
}

export function sync_core_if_registered(mm: mm_struct): void {
  if ((atomic_read(mm.membarrier_state) & MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE) === 0) return;
  sync_core_before_usermode();
}

/** Nothing: the scheduler does it, see above. */
export function sync_core_if_membarrier_enabled(_next: mm_struct): void {}

export function membarrier_exec_mmap(mm: mm_struct): void {
  // Pairs with: membarrier_private_expedited(), which may skip us once tsk->mm changes, and the global one, once the
  // runqueue's state does.
  smp_mb();
  if (!config.MEMBARRIER) return;
  atomic_set(mm.membarrier_state, 0);
  this_cpu_write(runqueues.membarrier_state, 0);
}

/** Nothing: kthread_use_mm() has no barrier before it stores tsk->mm. */
export function membarrier_use_mm(): void {}

export function membarrier_update_current_mm(next_mm: mm_struct | null): void {
  if (!config.MEMBARRIER) return;
  update_rq_state(next_mm === null ? 0 : atomic_read(next_mm.membarrier_state));
}
