// SPDX-License-Identifier: GPL-2.0-only
// Linux 4.13 arch/x86/mm/tlb.c, after "x86/mm: Rework lazy TLB to track the actual loaded mm" (3d28ebceaffa):
// loaded_mm is what CR3 has, leave_mm() is a switch to init_mm, and cpu_tlbstate.state only says whether a flush may do
// so. The scheduler's active_mm may name another mm. The WARNs are checked with DEBUG_VM. With config.tlb_gen it is the
// series that became 4.14, as first posted ("[PATCH v2 04/10] x86/mm: Track the TLB's tlb_gen and update the flushing
// algorithm"): one context in the TLB, which every switch flushes. Left out: CR4, VMAP_STACK.

import { write_cr3 } from "../../../../hw/mmu/x86.ts";
import { local_irq_disable, local_irq_enable, preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { init_mm, mm_cpumask } from "../../../mm_types.ts";
import { switch_mm } from "../../../mmu_context.ts";
import type { flush_tlb_info } from "../../../parts.ts";
import { config, parts } from "../../../parts.ts";
import { get_current } from "../../../sched/sched.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import * as context from "./context.ts";
import {
  flush_tlb_local,
  flush_tlb_pages,
  flush_tlb_to_gen,
  get_flush_tlb_info,
  lazy_cpu_leaves,
  put_flush_tlb_info,
  range_to_flush,
  trace_tlb_flushed,
} from "./tlb.ts";
import { flush_tlb_others } from "./tlb_4_14.ts";
import { cpu_tlbstate, TLB_FLUSH_ON_TASK_SWITCH, TLBSTATE_LAZY, TLBSTATE_OK } from "./tlbstate.ts";

export { ptep_get_and_clear } from "../../../pgtable.ts";
export { tlb_flush } from "../../../tlbflush.ts";
export { arch_exit_mmap, boot_context, boot_slot, destroy_context, init_new_context } from "./context.ts";

declare function trace_tlb_flush(reason: number, pages: number): void;

/** `_prev` may be what leave_mm() has left long ago. */
export function switch_mm_irqs_off(_prev: mm_struct, next: mm_struct): void {
  const real_prev = this_cpu_read(cpu_tlbstate.loaded_mm);
  const cpu = smp_processor_id();

  this_cpu_write(cpu_tlbstate.state, TLBSTATE_OK);

  if (real_prev === next) {
    // Lazy or not, all requests have reached us.
    VM_WARN_ON(!cpumask_test_cpu(cpu, mm_cpumask(next)));
    return;
  }

  this_cpu_write(cpu_tlbstate.loaded_mm, next);
  if (config.tlb_gen) record_context(next);

  VM_WARN_ON(cpumask_test_cpu(cpu, mm_cpumask(next)));
  cpumask_set_cpu(cpu, mm_cpumask(next));

  // Pairs with: flush_tlb_mm_range(). The bit first, and then whatever reads next's tables: CR3 writes serialise, and
  // nothing else would order page walks.
  write_cr3(next.pgd, 0, true);
  trace_tlb_flush(TLB_FLUSH_ON_TASK_SWITCH, TLB_FLUSH_ALL);

  // No more requests for the mm that we have left.
  VM_WARN_ON(real_prev !== init_mm && !cpumask_test_cpu(cpu, mm_cpumask(real_prev)));
  cpumask_clear_cpu(cpu, mm_cpumask(real_prev));

  parts.attributes.switch_attributes(real_prev, next);
}

/**
 * The generation is read before the bit is set: a change in between sends us no request, and is not seen here. Later
 * kernels must do it the other way round; here the CR3 write that follows flushes what there is of it.
 */
export function record_context(next: mm_struct): void {
  this_cpu_write(cpu_tlbstate.ctxs[0].ctx_id, next.context.ctx_id);
  this_cpu_write(cpu_tlbstate.ctxs[0].tlb_gen, atomic_read(next.context.tlb_gen));
}

export function enter_lazy_tlb(_mm: mm_struct): void {
  if (this_cpu_read(cpu_tlbstate.state) === TLBSTATE_OK) this_cpu_write(cpu_tlbstate.state, TLBSTATE_LAZY);
}

/** A lazy CPU goes to init_mm, and is not lazy then, though it runs a kernel thread: state is TLBSTATE_OK. */
export function leave_mm(): void {
  const loaded_mm = this_cpu_read(cpu_tlbstate.loaded_mm);
  // Before the other check: who has left already is not lazy any more.
  if (loaded_mm === init_mm) return;
  BUG_ON(this_cpu_read(cpu_tlbstate.state) === TLBSTATE_OK);
  switch_mm(get_current().active_mm!, init_mm);
}

export function flush_tlb_mm_range(
  mm: mm_struct,
  start: number,
  end: number,
  stride_shift: number,
  freed_tables: bool,
): void {
  preempt_disable();
  const cpu = smp_processor_id();

  // Pairs with: switch_mm_irqs_off(). A full barrier between the changed entries and our look at the mask.
  const new_tlb_gen = inc_mm_tlb_gen(mm);
  const range = range_to_flush(start, end, stride_shift);
  const info = get_flush_tlb_info(mm, range.from, range.to, stride_shift, freed_tables, new_tlb_gen);

  if (mm === this_cpu_read(cpu_tlbstate.loaded_mm)) flush_tlb_func_local(info);
  if (cpumask_any_but(mm_cpumask(mm), cpu) < nr_cpu_ids) parts.backend.flush_tlb_multi(mm_cpumask(mm), info);
  put_flush_tlb_info();
  preempt_enable();
}

export function inc_mm_tlb_gen(mm: mm_struct): number {
  if (config.tlb_gen) return atomic_inc_return(mm.context.tlb_gen);
  smp_mb();
  return 0;
}

/** Interrupts off (bc0d5a89fbe3): a request from elsewhere would make this CPU leave under our feet. */
export function flush_tlb_func_local(f: flush_tlb_info): void {
  local_irq_disable();
  flush_tlb_func_common(f, true);
  local_irq_enable();
}

export function native_flush_tlb_others(mask: cpumask_t, info: flush_tlb_info): void {
  flush_tlb_others(mask, info, flush_tlb_func_local, flush_tlb_func_remote);
}

export function flush_tlb_func_remote(f: flush_tlb_info): void {
  if (f.mm !== null && f.mm !== this_cpu_read(cpu_tlbstate.loaded_mm)) return;
  flush_tlb_func_common(f, false);
}

export function flush_tlb_func_common(f: flush_tlb_info, local: bool): void {
  if (this_cpu_read(cpu_tlbstate.state) !== TLBSTATE_OK) {
    // Good for any request, and no more will come.
    reached(lazy_cpu_leaves);
    leave_mm();
    return;
  }
  if (config.tlb_gen) {
    flush_tlb_to_gen(f, this_cpu_read(cpu_tlbstate.loaded_mm), 0, this_cpu_read(cpu_tlbstate.ctxs[0].tlb_gen), local);
    return;
  }
  flush_tlb_request(f, local);
}

/** A request is carried out as it is. */
export function flush_tlb_request(f: flush_tlb_info, local: bool): void {
  if (f.end === TLB_FLUSH_ALL) {
    flush_tlb_local(0);
    trace_tlb_flushed(f, local, TLB_FLUSH_ALL);
  } else {
    flush_tlb_pages(f.start, f.end, f.stride_shift, 0);
    trace_tlb_flushed(f, local, (f.end - f.start) >> f.stride_shift);
  }
}

export function boot_mm(cpu: cpu_id, mm: mm_struct, lazy: bool): void {
  context.boot_mm(cpu, mm, false);
  WRITE_ONCE(per_cpu(cpu_tlbstate.state, cpu), lazy ? TLBSTATE_LAZY : TLBSTATE_OK);
}
