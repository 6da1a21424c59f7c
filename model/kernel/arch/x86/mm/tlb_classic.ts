// SPDX-License-Identifier: GPL-2.0-only
// Linux 4.12 arch/x86/mm/tlb.c and asm/mmu_context.h, in the main since 2.5: the classic lazy TLB. CR3 is not tracked:
// it has cpu_tlbstate.active_mm if this CPU's bit in mm_cpumask is set, and else init_mm, as leave_mm() has left it.
// switch_mm() believes the scheduler's prev. Left out: CR4, VMAP_STACK.

import { hw, swapper_pg_dir } from "../../../../hw/mmu/cpu.ts";
import { write_cr3 } from "../../../../hw/mmu/x86.ts";
import { preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { init_mm, mm_cpumask } from "../../../mm_types.ts";
import type { flush_tlb_info } from "../../../parts.ts";
import { parts } from "../../../parts.ts";
import { get_current } from "../../../sched/sched.ts";
import { smp_call_function_many } from "../../../smp.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { get_flush_tlb_info, lazy_cpu_leaves, put_flush_tlb_info, range_to_flush, trace_flush_sent } from "./tlb.ts";
import { flush_tlb_request } from "./tlb_4_13.ts";
import { cpu_tlbstate, flush_tlb_infos, TLB_FLUSH_ON_TASK_SWITCH, TLBSTATE_LAZY, TLBSTATE_OK } from "./tlbstate.ts";

export { ptep_get_and_clear } from "../../../pgtable.ts";
export { tlb_flush } from "../../../tlbflush.ts";
export { arch_exit_mmap } from "./context.ts";

declare function trace_tlb_flush(reason: number, pages: number): void;

export function init_new_context(_mm: mm_struct): void {}

export function destroy_context(_mm: mm_struct): void {}

export function switch_mm_irqs_off(prev: mm_struct, next: mm_struct): void {
  const cpu = smp_processor_id();

  if (prev !== next) {
    this_cpu_write(cpu_tlbstate.state, TLBSTATE_OK);
    this_cpu_write(cpu_tlbstate.active_mm, next);
    cpumask_set_cpu(cpu, mm_cpumask(next));

    // Pairs with: flush_tlb_mm_range(). The bit first, and then whatever reads next's tables: CR3 writes serialise, and
    // nothing else would order page walks.
    write_cr3(next.pgd, 0, true);
    trace_tlb_flush(TLB_FLUSH_ON_TASK_SWITCH, TLB_FLUSH_ALL);

    // No more requests for prev: only now, as CR3 had it until now.
    cpumask_clear_cpu(cpu, mm_cpumask(prev));

    parts.attributes.switch_attributes(prev, next);
    return;
  }

  this_cpu_write(cpu_tlbstate.state, TLBSTATE_OK);
  BUG_ON(this_cpu_read(cpu_tlbstate.active_mm) !== next);

  if (cpumask_test_cpu(cpu, mm_cpumask(next))) return;
  // leave_mm() was here while we were lazy: nobody has told us of anything since then.
  cpumask_set_cpu(cpu, mm_cpumask(next));
  // Pairs with: flush_tlb_mm_range(). As above.
  write_cr3(next.pgd, 0, true);
  trace_tlb_flush(TLB_FLUSH_ON_TASK_SWITCH, TLB_FLUSH_ALL);
  parts.attributes.switch_attributes(prev, next);
}

export function enter_lazy_tlb(_mm: mm_struct): void {
  if (this_cpu_read(cpu_tlbstate.state) === TLBSTATE_OK) this_cpu_write(cpu_tlbstate.state, TLBSTATE_LAZY);
}

/** A lazy CPU goes to init_mm's tables. active_mm stays: mmdrop() cannot be called from an interrupt. */
export function leave_mm(): void {
  const cpu = smp_processor_id();
  const active_mm = this_cpu_read(cpu_tlbstate.active_mm);
  BUG_ON(this_cpu_read(cpu_tlbstate.state) === TLBSTATE_OK);
  if (!cpumask_test_cpu(cpu, mm_cpumask(active_mm))) return;
  cpumask_clear_cpu(cpu, mm_cpumask(active_mm));
  write_cr3(swapper_pg_dir, 0, true);
  trace_tlb_flush(TLB_FLUSH_ON_TASK_SWITCH, TLB_FLUSH_ALL);
}

export function flush_tlb_mm_range(
  mm: mm_struct,
  start: number,
  end: number,
  stride_shift: number,
  freed_tables: bool,
): void {
  preempt_disable();
  const range = range_to_flush(start, end, stride_shift);
  const info = get_flush_tlb_info(mm, range.from, range.to, stride_shift, freed_tables, 0);

  flush_tlb_here(mm, info);
  if (cpumask_any_but(mm_cpumask(mm), smp_processor_id()) < nr_cpu_ids)
    parts.backend.flush_tlb_multi(mm_cpumask(mm), info);
  put_flush_tlb_info();
  preempt_enable();
}

/** Its part on this CPU: in each case a full barrier between the changed entries and our look at the mask. */
export function flush_tlb_here(mm: mm_struct, info: flush_tlb_info): void {
  const current = get_current();
  if (current.active_mm !== mm) {
    // Pairs with: switch_mm_irqs_off(). Since 71b3c126e611 (4.5, CVE-2016-2069).
    smp_mb();
    return;
  }
  if (current.mm === null) {
    leave_mm();
    // Pairs with: switch_mm_irqs_off(). leave_mm() may have had nothing to do.
    smp_mb();
    return;
  }
  // INVLPG and CR3 writes serialise.
  flush_tlb_request(info, true);
}

export function native_flush_tlb_others(mask: cpumask_t, info: flush_tlb_info): void {
  trace_flush_sent(info);
  smp_call_function_many(mask, flush_tlb_func, info);
}

/** The handler of the request, interrupts off. */
export function flush_tlb_func(f: flush_tlb_info): void {
  if (f.mm !== null && f.mm !== this_cpu_read(cpu_tlbstate.active_mm)) return;
  if (this_cpu_read(cpu_tlbstate.state) === TLBSTATE_OK) {
    flush_tlb_request(f, false);
  } else {
    // The last request that comes, until this CPU returns to the mm.
    reached(lazy_cpu_leaves);
    leave_mm();
  }
}

export function boot_context(): void {
  for (let cpu = 0; cpu < machine.cpus; cpu++) {
    WRITE_ONCE(per_cpu(flush_tlb_infos.initiating_cpu, cpu), cpu);
    WRITE_ONCE(per_cpu(cpu_tlbstate.active_mm, cpu), init_mm);
  }
}

export function boot_mm(cpu: cpu_id, mm: mm_struct, lazy: bool): void {
  cpumask_set_cpu(cpu, mm_cpumask(mm));
  WRITE_ONCE(per_cpu(cpu_tlbstate.active_mm, cpu), mm);
  WRITE_ONCE(per_cpu(cpu_tlbstate.state, cpu), lazy ? TLBSTATE_LAZY : TLBSTATE_OK);
  hw[cpu].pgd = mm.pgd;
}

/** There are no slots. */
export function boot_slot(
  _cpu: cpu_id,
  _asid: number,
  _mm: mm_struct | null,
  _tlb_gen: number,
  _loaded: bool,
  _next_asid: number,
): void {}
