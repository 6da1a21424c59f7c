// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/powerpc/mm/book3s64/radix_tlb.c: whether an invalidation can stay on this CPU (tlbiel), goes to all
// (tlbie), or is not needed; and how CPUs that no longer run an mm are got rid of, so that it can stay.
// Left out: the ceiling from which a range is flushed as a whole, page sizes, hypercalls in place of tlbie, CPUs whose
// tlbie does not work, and the escalation for coprocessors of POWER9.
import {
  ptesync,
  RIC_FLUSH_ALL,
  RIC_FLUSH_TLB,
  tlbie_pid,
  tlbie_va,
  tlbiel_pid,
  tlbiel_va,
} from "../../../../hw/mmu/powerpc.ts";
import { local_irq_restore, local_irq_save, preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { init_mm, mm_cpumask } from "../../../mm_types.ts";
import { config, parts } from "../../../parts.ts";
import { get_current } from "../../../sched/sched.ts";
import { smp_call_function_many } from "../../../smp.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";

export { ptep_get_and_clear } from "../../../pgtable.ts";
export {
  arch_exit_mmap,
  boot_context,
  boot_mm,
  boot_slot,
  destroy_context,
  enter_lazy_tlb,
  init_new_context,
  leave_mm,
  switch_mm_irqs_off,
} from "./mmu_context.ts";

/** A lazy CPU was told to leave, so that a flush can stay local. */
export const lazy_cpu_leaves_for_flush = sometimes("a lazy CPU leaves the mm for the sake of a local flush");
export const flushed_locally = sometimes("a flush stays on its CPU");
export const flushed_globally = sometimes("a flush is broadcast");

export const FLUSH_TYPE_NONE = 0;
export const FLUSH_TYPE_LOCAL = 1;
export const FLUSH_TYPE_GLOBAL = 2;

/** The CPU gives up its bit of mm, unless it runs it; always_flush: and drops what it has cached in any case. */
export function exit_lazy_flush_tlb(mm: mm_struct, always_flush: bool): void {
  const pid = READ_ONCE(mm.context.id);
  const cpu = smp_processor_id();
  const current = get_current();
  let flush = always_flush;

  // A kernel thread may have taken mm since the sender looked: it does that with interrupts off, so here it has it.
  if (current.mm !== mm) {
    if (current.active_mm === mm) {
      reached(lazy_cpu_leaves_for_flush);
      leave_lazy_mm(mm);
    }
    // Another sender may have been here before: the count must not be lowered twice.
    if (cpumask_test_cpu(cpu, mm_cpumask(mm))) {
      atomic_dec(mm.context.active_cpus);
      cpumask_clear_cpu(cpu, mm_cpumask(mm));
      flush = true;
    }
  }
  if (flush) tlbiel_pid(pid, RIC_FLUSH_ALL);
}

/** A kernel thread that borrows mm goes to init_mm, and its active_mm follows. */
function leave_lazy_mm(mm: mm_struct): void {
  const current = get_current();
  WARN_ON_ONCE(current.mm !== null);
  const flags = local_irq_save();
  parts.lifetime.mmgrab_lazy_tlb(init_mm);
  current.active_mm = init_mm;
  parts.coherence.switch_mm_irqs_off(mm, init_mm);
  parts.lifetime.mmdrop_lazy_tlb(mm);
  local_irq_restore(flags);
}

export function do_exit_flush_lazy_tlb(mm: mm_struct): void {
  exit_lazy_flush_tlb(mm, true);
}

/** All the other CPUs of the mask; those that are done with mm leave it. */
export function exit_flush_lazy_tlbs(mm: mm_struct): void {
  smp_call_function_many(mm_cpumask(mm), do_exit_flush_lazy_tlb, mm);
}

/** Behind the barrier that pairs with the one in switch_mm_irqs_off(). */
export function flush_type_needed(mm: mm_struct, fullmm: bool): number {
  const active_cpus = atomic_read(mm.context.active_cpus);
  const cpu = smp_processor_id();

  if (active_cpus === 0) return FLUSH_TYPE_NONE;
  if (active_cpus === 1 && cpumask_test_cpu(cpu, mm_cpumask(mm))) {
    // Someone else's mm: now and then even this CPU lets go of it.
    if (get_current().mm !== mm && tick_and_test_trim_clock()) {
      exit_lazy_flush_tlb(mm, true);
      return FLUSH_TYPE_NONE;
    }
    return FLUSH_TYPE_LOCAL;
  }
  // The nest MMU hears tlbie alone.
  if (atomic_read(mm.context.copros) > 0) return FLUSH_TYPE_GLOBAL;
  // It is the last one: to trim first is not worth it.
  if (fullmm) return FLUSH_TYPE_GLOBAL;

  // The only thread of its process: whoever else is in the mask is lazy, or a kernel thread that came only now, and
  // then the entries it caches are new ones.
  if (atomic_read(mm.mm_users) <= 1 && get_current().mm === mm) {
    if (config.powerpc_reset_thread_local) exit_flush_and_reset(mm);
    else exit_flush_lazy_tlbs(mm);
    return FLUSH_TYPE_LOCAL;
  }
  if (tick_and_test_trim_clock()) {
    exit_flush_lazy_tlbs(mm);
    if (get_current().mm === mm) return FLUSH_TYPE_LOCAL;
    if (cpumask_test_cpu(cpu, mm_cpumask(mm))) exit_lazy_flush_tlb(mm, true);
    return FLUSH_TYPE_NONE;
  }
  return FLUSH_TYPE_GLOBAL;
}

/** Once in 1073 flushes of a CPU: any of them, where it is asked about. */
export function tick_and_test_trim_clock(): bool {
  return config.powerpc_trim_clock && any(2) === 1;
}

/** Until a665eec0a22e (5.10): after the call the mask is taken to be this CPU alone, whoever came meanwhile. */
export function exit_flush_and_reset(mm: mm_struct): void {
  smp_call_function_many(mm_cpumask(mm), leave_and_flush, mm);
  mm_reset_thread_local(mm);
}

export function leave_and_flush(mm: mm_struct): void {
  const current = get_current();
  if (current.mm === mm) return;
  if (current.active_mm === mm) {
    reached(lazy_cpu_leaves_for_flush);
    leave_lazy_mm(mm);
  }
  tlbiel_pid(READ_ONCE(mm.context.id), RIC_FLUSH_ALL);
}

export function mm_reset_thread_local(mm: mm_struct): void {
  WARN_ON_ONCE(atomic_read(mm.context.copros) > 0);
  atomic_set(mm.context.active_cpus, 1);
  cpumask_clear(mm_cpumask(mm));
  cpumask_set_cpu(smp_processor_id(), mm_cpumask(mm));
}

/** Translations of mm: no tables are freed. */
export function radix__flush_tlb_mm(mm: mm_struct): void {
  preempt_disable();
  // Pairs with: switch_mm_irqs_off(). Changed entries first, then who has used the mm.
  smp_mb();
  flush_pid(mm, flush_type_needed(mm, false), RIC_FLUSH_TLB);
  preempt_enable();
}

/** And the paging-structure caches, and what is remembered of the process table. */
export function __flush_all_mm(mm: mm_struct, fullmm: bool): void {
  preempt_disable();
  // Pairs with: switch_mm_irqs_off().
  smp_mb();
  flush_pid(mm, flush_type_needed(mm, fullmm), RIC_FLUSH_ALL);
  preempt_enable();
}

function flush_pid(mm: mm_struct, type: number, ric: number): void {
  const pid = READ_ONCE(mm.context.id);
  if (type === FLUSH_TYPE_LOCAL) {
    reached(flushed_locally);
    tlbiel_pid(pid, ric);
  } else if (type === FLUSH_TYPE_GLOBAL) {
    reached(flushed_globally);
    tlbie_pid(pid, ric);
    ptesync();
  }
}

export function radix__flush_tlb_page_psize(mm: mm_struct, addr: number): void {
  preempt_disable();
  // Pairs with: switch_mm_irqs_off().
  smp_mb();
  const type = flush_type_needed(mm, false);
  const pid = READ_ONCE(mm.context.id);
  const page = addr >> machine.PAGE_SHIFT;
  if (type === FLUSH_TYPE_LOCAL) {
    reached(flushed_locally);
    tlbiel_va(pid, page);
  } else if (type === FLUSH_TYPE_GLOBAL) {
    reached(flushed_globally);
    tlbie_va(pid, page);
    ptesync();
  }
  preempt_enable();
}

/** flush_tlb_page(), flush_tlb_mm(), and ranges: the latter as a whole here. */
export function flush_tlb_mm_range(
  mm: mm_struct,
  start: number,
  end: number,
  stride_shift: number,
  freed_tables: bool,
): void {
  if (freed_tables) __flush_all_mm(mm, false);
  else if (end === TLB_FLUSH_ALL || end - start > 1 << stride_shift) radix__flush_tlb_mm(mm);
  else radix__flush_tlb_page_psize(mm, start);
}

/** radix__tlb_flush(): what an mmu_gather has cleared. fullmm: the address space goes. */
export function tlb_flush(mm: mm_struct, fullmm: bool, freed_tables: bool): void {
  if (fullmm) radix_final_flush(mm);
  else if (freed_tables) __flush_all_mm(mm, false);
  else radix__flush_tlb_mm(mm);
}

/** All those in the mask will be interrupted at the last mmdrop(): it may as well be now, and flush what they have. */
function radix_final_flush(mm: mm_struct): void {
  if (config.radix_final_flush_is_local) {
    // Piggin's first form (2021-02): no tlbie, whoever else may have cached something; preemption stays on.
    // Pairs with: switch_mm_irqs_off().
    smp_mb();
    exit_flush_lazy_tlbs(mm);
    tlbiel_pid(READ_ONCE(mm.context.id), RIC_FLUSH_ALL);
    return;
  }
  if (config.MMU_LAZY_TLB_SHOOTDOWN) {
    preempt_disable();
    // Pairs with: switch_mm_irqs_off().
    smp_mb();
    exit_flush_lazy_tlbs(mm);
    __flush_all_mm(mm, true);
    preempt_enable();
    return;
  }
  __flush_all_mm(mm, true);
}
