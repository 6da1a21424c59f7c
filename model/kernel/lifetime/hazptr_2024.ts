// SPDX-License-Identifier: GPL-2.0-only
// Desnoyers' and Feng's hazard pointers: "[RFC PATCH v2 4/4] sched+mm: Use hazard pointers to track lazy active mm
// existence" (2024-10), on Linux 6.11. Every CPU has one slot that names the mm it borrows; the last mmdrop() looks at
// all of them and makes those CPUs, and no others, go to init_mm. v3 differs in names, and in that a retired slot is
// cleared by a release and the scan asks for preemption to be on. Left out: do_check_lazy_tlb(); init_mm's own slots,
// which start empty here.
import { debug_smp_processor_id } from "../irqflags.ts";
import type { mm_struct } from "../mm_types.ts";
import { get_current } from "../sched/sched.ts";
import { smp_call_function_single } from "../smp.ts";
import { do_shoot_lazy_tlb } from "./shootdown.ts";

export {
  context_switch_to_kernel,
  context_switch_to_user,
  enter_lazy_mm,
  exit_lazy_mm,
  finish_task_switch_mm,
  mmdrop_waits,
  unlazy_mm_irqs_off,
} from "./mainline.ts";

interface hp_slot {
  /** Written by its own CPU; the last mmdrop() looks. */
  addr: mm_struct | null;
}
const hp_domain_sched_lazy_mm = DEFINE_PER_CPU<hp_slot>();

/** The scan met a borrower. */
export const borrower_found = sometimes("the last mmdrop() finds a CPU that borrows the mm");

export function mmgrab_lazy_tlb(mm: mm_struct): void {
  // Pairs with: membarrier_private_expedited(), for which mmgrab() is a barrier where references are counted.
  smp_mb();
  // The caller knows that mm exists; from here on the slot does. No barrier: the caller gives up what it knows by an
  // atomic operation, in mmput() or mmdrop(), later.
  WARN_ON_ONCE(!hp_allocate(mm));
}

/** False if the slot is taken: then nothing protects mm. */
export function hp_allocate(mm: mm_struct): boolean {
  debug_smp_processor_id();
  if (this_cpu_read(hp_domain_sched_lazy_mm.addr) !== null) return false;
  this_cpu_write(hp_domain_sched_lazy_mm.addr, mm);
  return true;
}

export function mmdrop_lazy_tlb(_mm: mm_struct): void {
  // Pairs with: membarrier_private_expedited(), as above; and with hp_scan(): page tables first, then the slot.
  smp_mb();
  hp_retire();
}

/** Whatever this CPU names: nobody asks which mm that is. */
export function hp_retire(): void {
  debug_smp_processor_id();
  this_cpu_write(hp_domain_sched_lazy_mm.addr, null);
}

export function mmput_lazy(_mm: mm_struct): void {}

/** cleanup_lazy_tlbs(). */
export function mmdrop_final(mm: mm_struct): void {
  hp_scan(mm);
}

export function hp_scan(mm: mm_struct): void {
  // Nobody starts to borrow mm now. Pairs with: mmdrop_lazy_tlb().
  smp_mb();
  for (const cpu of for_each_possible_cpu()) {
    if (smp_load_acquire(per_cpu(hp_domain_sched_lazy_mm.addr, cpu)) === mm) retire_lazy_mm_hp(cpu, mm);
  }
}

function retire_lazy_mm_hp(cpu: cpu_id, mm: mm_struct): void {
  reached(borrower_found);
  smp_call_function_single(cpu, do_shoot_lazy_tlb_hp, mm);
}

/** do_shoot_lazy_tlb(), which clears the slot too. */
export function do_shoot_lazy_tlb_hp(mm: mm_struct): void {
  const lazy = get_current().active_mm === mm;
  do_shoot_lazy_tlb(mm);
  if (lazy) this_cpu_write(hp_domain_sched_lazy_mm.addr, null);
}

export function lazy_references(_mm: mm_struct): number {
  return 0;
}
