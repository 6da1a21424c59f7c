// SPDX-License-Identifier: GPL-2.0-only
// Lutomirski's hazard pointers, as intended: "[PATCH 16/23] sched: Use lightweight hazard pointers to grab lazy mms"
// (2022-01) with 14 and 15 (one way to change mm, kernel threads hold no mm_count) and 20 and 21 (a flush that makes a
// CPU leave tells the scheduler). A CPU names the mm it borrows in rq.lazy_mm; the last mmput() looks at every CPU and
// hands those that still borrow a reference, in rq.drop_mm, to drop when they are done.
// Unlike the posted text, exit_mm() is converted too. Patch 22 (look only at mm_cpumask) is left out: see the scenario
// hazard-pointer-scan. CPU hotplug is left out: online and possible CPUs are the same.
import { mmdrop } from "../fork.ts";
import { init_mm } from "../mm_types.ts";
import type { mm_struct, task_struct } from "../mm_types.ts";
import { parts } from "../parts.ts";
import { get_current, runqueues } from "../sched/sched.ts";

/** The last mmput() met a borrower. */
export const lazy_cpu_handed_reference = sometimes("the last mmput() hands a reference to a lazy CPU");
/** A reference that was parked for an older mm was replaced. */
export const parked_reference_replaced = sometimes("the last mmput() drops what was parked on a CPU before");

/** Borrowers are not counted: see lazy_mm. */
export function mmgrab_lazy_tlb(_mm: mm_struct): void {}

export function mmdrop_lazy_tlb(_mm: mm_struct): void {}

export function context_switch_to_kernel(prev: task_struct, next: task_struct): void {
  const mm = prev.active_mm!;
  parts.coherence.enter_lazy_tlb(mm);
  next.active_mm = mm;
  if (prev.mm !== null) {
    // No barrier: prev still is a user of mm, and gives that up by an atomic operation, here or elsewhere, later.
    WRITE_ONCE(this_rq_lazy_mm(), mm);
  } else prev.active_mm = null;
}

export function context_switch_to_user(prev: task_struct, next: task_struct): void {
  parts.coherence.switch_mm_irqs_off(next.mm!);
  if (prev.mm !== null) return;
  prev.active_mm = null;
  release_lazy_mm();
}

/** Strictly, nobody needs it: a runqueue holds back one mm at most. */
export function finish_task_switch_mm(_prev_mm: mm_struct | null): void {
  mmdrop_lazy();
}

export function enter_lazy_mm(mm: mm_struct): void {
  // No barrier: the running task still is a user of mm, and gives that up by an atomic operation, in mmput().
  WRITE_ONCE(this_rq_lazy_mm(), mm);
  parts.coherence.enter_lazy_tlb(mm);
}

export function exit_lazy_mm(): void {
  release_lazy_mm();
}

export function unlazy_mm_irqs_off(): void {
  const current = get_current();
  const mm = current.mm;
  WARN_ON_ONCE(mm !== null);
  if (mm !== null) return;
  parts.coherence.switch_mm_irqs_off(init_mm);
  current.active_mm = init_mm;
  release_lazy_mm();
  mmdrop_lazy();
}
