// SPDX-License-Identifier: GPL-2.0-only
// Lutomirski's hazard pointers: "[PATCH 16/23] sched: Use lightweight hazard pointers to grab lazy mms" (2022-01) with
// 12 (a CPU leaves before it goes offline), 14 and 15 (one way to change mm, kernel threads hold no mm_count), and 20
// and 21 (a flush that makes a CPU leave tells the scheduler). A CPU names the mm it borrows in rq.lazy_mm; the last
// mmput() looks at every CPU and hands those that still borrow a reference, in rq.drop_mm, to drop when they are done.
// Where the posted series differs from what it means to do, config says so: exit_mm_lazy, lazymm_online,
// lazymm_cpumask (22), unlazy_drops. Left out: the barrier of membarrier_finish_switch_mm(), which CR3 writes and
// switches on x86 contain; finish_arch_post_lock_switch(), which x86 has not.
import { cpu_online } from "../cpu.ts";
import { mmdrop } from "../fork.ts";
import type { mm_struct, task_struct } from "../mm_types.ts";
import { init_mm, mm_cpumask } from "../mm_types.ts";
import { config, parts } from "../parts.ts";
import { get_current, runqueues } from "../sched/sched.ts";

export { mmdrop_waits } from "./mainline.ts";

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
    this_cpu_write(runqueues.lazy_mm, mm);
  } else prev.active_mm = null;
}

export function context_switch_to_user(prev: task_struct, next: task_struct): void {
  parts.coherence.switch_mm_irqs_off(prev.active_mm!, next.mm!);
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
  this_cpu_write(runqueues.lazy_mm, mm);
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
  parts.coherence.switch_mm_irqs_off(current.active_mm!, init_mm);
  current.active_mm = init_mm;
  release_lazy_mm();
  // What is parked here may wait for the next context switch. In a flush IPI it has to: __mmdrop() takes locks, and
  // whom we interrupt may hold them.
  if (config.unlazy_drops) mmdrop_lazy();
}

/** After the switch of page tables: this CPU has let go of the mm that it named. */
export function release_lazy_mm(): void {
  // Pairs with: mm_unlazy_mm_count(). Who finds it NULL must know that our page tables are others.
  smp_store_release(per_cpu(runqueues.lazy_mm, smp_processor_id()), null);
}

/** Drops what was handed to this CPU, unless it borrows just that. */
function mmdrop_lazy(): void {
  const rq = smp_processor_id();
  // Again only if a scan was faster, dropped old_mm and parked another one: each mm comes to that once.
  for (let scans = 0; scans < machine.mms; scans++) {
    const old_mm = READ_ONCE(per_cpu(runqueues.drop_mm, rq));
    if (old_mm === null || old_mm === this_cpu_read(runqueues.lazy_mm)) return;
    if (!try_cmpxchg_relaxed(per_cpu(runqueues.drop_mm, rq), old_mm, null)) continue;
    mmdrop(old_mm);
    return;
  }
}

export function mmput_lazy(mm: mm_struct): void {
  mm_unlazy_mm_count(mm);
}

/** After exit_mmap(), with one mm_count held: every CPU that still borrows mm gets a reference to drop. */
export function mm_unlazy_mm_count(mm: mm_struct): void {
  let drop_count = 0;
  // mm_users is 0, so that no CPU starts to borrow mm now.
  WARN_ON_ONCE(atomic_read(mm.mm_users) !== 0);

  for (const cpu of for_each_possible_cpu()) {
    if (!possible_lazymm_cpu(cpu, mm)) continue;
    // Pairs with: release_lazy_mm().
    if (smp_load_acquire(per_cpu(runqueues.lazy_mm, cpu)) !== mm) continue;
    // All at once, so that two atomic operations serve any number of CPUs.
    if (drop_count === 0) {
      drop_count = machine.cpus;
      atomic_add(machine.cpus, mm.mm_count);
    }
    drop_count = drop_count - 1;
    reached(lazy_cpu_handed_reference);
    while (!__try_mm_drop_rq_ref(cpu, mm)) {}
  }
  atomic_sub(drop_count, mm.mm_count);
}

/** for_each_possible_lazymm_cpu(): a CPU of which this is false must not borrow mm. */
export function possible_lazymm_cpu(cpu: cpu_id, mm: mm_struct): boolean {
  if (config.lazymm_cpumask) return cpumask_test_cpu(cpu, mm_cpumask(mm));
  if (config.lazymm_online) return cpu_online(cpu);
  return true;
}

/** Gives one reference to the CPU, or finds that it does not need one any more. */
export function __try_mm_drop_rq_ref(cpu: cpu_id, mm: mm_struct): boolean {
  // Pairs with: __try_mm_drop_rq_ref() elsewhere, which parked it when that mm had no users any more.
  const old_drop_mm = smp_load_acquire(per_cpu(runqueues.drop_mm, cpu));
  // Nothing parked. The CPU may have left meanwhile: then mm stays until its next context switch.
  if (old_drop_mm === null) return try_cmpxchg(per_cpu(runqueues.drop_mm, cpu), null, mm);

  // Is the CPU done with what was parked there before? Only a look that comes after the one at drop_mm can tell: by
  // then nobody uses old_drop_mm, so that a CPU that does not borrow it never will.
  if (has_left(cpu, mm)) {
    mmdrop(mm);
    return true;
  }
  if (cmpxchg(per_cpu(runqueues.drop_mm, cpu), old_drop_mm, mm) !== old_drop_mm) return false;
  reached(parked_reference_replaced);
  mmdrop(old_drop_mm);
  return true;
}

/** The second look at lazy_mm. */
export function has_left(cpu: cpu_id, mm: mm_struct): boolean {
  // Pairs with: release_lazy_mm().
  return smp_load_acquire(per_cpu(runqueues.lazy_mm, cpu)) !== mm;
}

export function mmdrop_final(_mm: mm_struct): void {}

/** One for each CPU where a reference is parked. */
export function lazy_references(mm: mm_struct): number {
  return count(machine.cpus, (cpu) => per_cpu(runqueues.drop_mm, cpu) === mm);
}
