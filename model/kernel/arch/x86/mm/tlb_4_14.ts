// SPDX-License-Identifier: GPL-2.0-only
// Linux 4.14 arch/x86/mm/tlb.c: tlb_gen decides what to flush (b0579ade7cd8), PCIDs keep the entries of other mms
// (10af6235e0d3), and a lazy CPU that is asked to flush leaves for init_mm (b956575bed91); with PCID it has done so
// already when it went lazy. With config.fully_lazy_tlb it is what b956575bed91 repaired: 94b1b03b519b, where a lazy
// CPU leaves mm_cpumask instead. is_lazy lay beside loaded_mm then. Left out: what tlb.ts leaves out.

import { local_irq_disable, local_irq_enable, preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { init_mm, mm_cpumask } from "../../../mm_types.ts";
import { switch_mm } from "../../../mmu_context.ts";
import type { flush_tlb_info } from "../../../parts.ts";
import { config, parts } from "../../../parts.ts";
import { smp_call_function_many } from "../../../smp.ts";
import { choose_new_asid, load_new_context } from "./asid.ts";
import {
  asid_reused,
  flush_tlb_to_gen,
  get_flush_tlb_info,
  lazy_cpu_leaves,
  lazy_cpu_skipped,
  put_flush_tlb_info,
  range_to_flush,
  trace_flush_sent,
  unlazy_flushes,
} from "./tlb.ts";
import { cpu_tlbstate, cpu_tlbstate_shared } from "./tlbstate.ts";

export { ptep_get_and_clear } from "../../../pgtable.ts";
export { tlb_flush } from "../../../tlbflush.ts";
export { arch_exit_mmap, boot_context, boot_mm, boot_slot, destroy_context, init_new_context } from "./context.ts";

export function switch_mm_irqs_off(_unused: mm_struct | null, next: mm_struct): void {
  const real_prev = this_cpu_read(cpu_tlbstate.loaded_mm);
  const cpu = smp_processor_id();

  this_cpu_write(cpu_tlbstate_shared.is_lazy, false);

  if (real_prev === next) {
    // Requests reach us in lazy mode, too: nothing was missed.
    if (config.fully_lazy_tlb) catch_up(next);
    return;
  }

  // No more requests for the mm that we leave. CR3 still has it.
  VM_WARN_ON(real_prev !== init_mm && !cpumask_test_cpu(cpu, mm_cpumask(real_prev)) && !config.fully_lazy_tlb);
  cpumask_clear_cpu(cpu, mm_cpumask(real_prev));

  // Pairs with: flush_tlb_mm_range(), inc_mm_tlb_gen(). First the bit (a full barrier), then the generation: what has
  // no request for us, we see.
  cpumask_set_cpu(cpu, mm_cpumask(next));
  const next_tlb_gen = atomic_read(next.context.tlb_gen);

  const choice = choose_new_asid(next, next_tlb_gen);
  if (!choice.need_flush) reached(asid_reused);
  load_new_context(next, next_tlb_gen, choice.asid, choice.need_flush);

  this_cpu_write(cpu_tlbstate.loaded_mm, next);
  this_cpu_write(cpu_tlbstate.loaded_mm_asid, choice.asid);
  parts.attributes.switch_attributes(real_prev, next);
}

/** 94b1b03b519b: back in the mask, and up to date. */
export function catch_up(next: mm_struct): void {
  const cpu = smp_processor_id();
  const asid = this_cpu_read(cpu_tlbstate.loaded_mm_asid);

  if (cpumask_test_cpu(cpu, mm_cpumask(next))) return; // We were not lazy.

  // Pairs with: flush_tlb_mm_range(), inc_mm_tlb_gen(). As in switch_mm_irqs_off().
  cpumask_set_cpu(cpu, mm_cpumask(next));
  const next_tlb_gen = atomic_read(next.context.tlb_gen);
  if (this_cpu_read(cpu_tlbstate.ctxs[asid].tlb_gen) >= next_tlb_gen) return;
  reached(unlazy_flushes);
  load_new_context(next, next_tlb_gen, asid, true);
}

/** The running CPU goes to a kernel thread. */
export function enter_lazy_tlb(mm: mm_struct): void {
  if (config.fully_lazy_tlb) {
    if (cpumask_test_cpu(smp_processor_id(), mm_cpumask(mm))) cpumask_clear_cpu(smp_processor_id(), mm_cpumask(mm));
    return;
  }
  if (this_cpu_read(cpu_tlbstate.loaded_mm) === init_mm) return;
  if (tlb_defer_switch_to_init_mm()) this_cpu_write(cpu_tlbstate_shared.is_lazy, true);
  else switch_mm(mm, init_mm);
}

/** With PCID a switch is cheap, and spares requests. */
function tlb_defer_switch_to_init_mm(): boolean {
  return config.tlb_use_lazy_mode;
}

export function leave_mm(): void {
  const loaded_mm = this_cpu_read(cpu_tlbstate.loaded_mm);
  if (loaded_mm === init_mm) return;
  if (config.fully_lazy_tlb) WARN_ON_ONCE(cpumask_test_cpu(smp_processor_id(), mm_cpumask(loaded_mm)));
  else WARN_ON_ONCE(!this_cpu_read(cpu_tlbstate_shared.is_lazy));
  parts.lifetime.unlazy_mm_irqs_off();
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
  const new_tlb_gen = atomic_inc_return(mm.context.tlb_gen);
  const range = range_to_flush(start, end, stride_shift);
  const info = get_flush_tlb_info(mm, range.from, range.to, stride_shift, freed_tables, new_tlb_gen);

  if (mm === this_cpu_read(cpu_tlbstate.loaded_mm)) flush_tlb_func_local(info);
  if (cpumask_any_but(mm_cpumask(mm), cpu) < nr_cpu_ids) parts.backend.flush_tlb_multi(mm_cpumask(mm), info);
  put_flush_tlb_info();
  preempt_enable();
}

/** Not beside a request from elsewhere: flush_tlb_func_common() runs once at a time on each CPU. */
export function flush_tlb_func_local(f: flush_tlb_info): void {
  local_irq_disable();
  flush_tlb_func_common(f, true);
  local_irq_enable();
}

export function native_flush_tlb_others(mask: cpumask_t, info: flush_tlb_info): void {
  flush_tlb_others(mask, info, flush_tlb_func_local, flush_tlb_func_remote);
}

/** The other CPUs of the mask; for a batch (tlbbatch.ts), which does not know whether this one is in it, it as well. */
export function flush_tlb_others(
  mask: cpumask_t,
  info: flush_tlb_info,
  local: (f: flush_tlb_info) => void,
  remote: (f: flush_tlb_info) => void,
): void {
  trace_flush_sent(info);
  if (info.mm === null && cpumask_test_cpu(smp_processor_id(), mask)) local(info);
  smp_call_function_many(mask, remote, info);
}

export function flush_tlb_func_remote(f: flush_tlb_info): void {
  if (f.mm !== null && f.mm !== this_cpu_read(cpu_tlbstate.loaded_mm)) return;
  flush_tlb_func_common(f, false);
}

/** Interrupts are off. */
export function flush_tlb_func_common(f: flush_tlb_info, local: bool): void {
  const loaded_mm = this_cpu_read(cpu_tlbstate.loaded_mm);
  const loaded_mm_asid = this_cpu_read(cpu_tlbstate.loaded_mm_asid);
  const local_tlb_gen = this_cpu_read(cpu_tlbstate.ctxs[loaded_mm_asid].tlb_gen);
  if (loaded_mm === init_mm) return;

  if (config.fully_lazy_tlb) {
    if (!cpumask_test_cpu(smp_processor_id(), mm_cpumask(loaded_mm))) {
      reached(lazy_cpu_skipped);
      return;
    }
  } else if (this_cpu_read(cpu_tlbstate_shared.is_lazy)) {
    // The paging-structure cache must be flushed at least, and to leave costs no more.
    reached(lazy_cpu_leaves);
    parts.lifetime.unlazy_mm_irqs_off();
    return;
  }
  flush_tlb_to_gen(f, loaded_mm, loaded_mm_asid, local_tlb_gen, local);
}
