// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/mm/tlb.c and asm/tlbflush.h: reclaim unmaps pages of many mms and flushes once for all of them,
// so that the request can name neither an mm nor a generation.
import { local_irq_disable, local_irq_enable, preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import { config, parts } from "../../../parts.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { invlpgb_flush_all_nonglobals } from "./global_asid.ts";
import { flush_tlb_func, get_flush_tlb_info, put_flush_tlb_info } from "./tlb.ts";
import { TLB_GENERATION_INVALID } from "./tlbstate.ts";

/** current->tlb_ubc. */
interface arch_tlbflush_unmap_batch {
  /** CPUs that may have cached what was unmapped. */
  cpumask: cpumask_t;
}
export const tlb_ubc = DEFINE_PER_CPU_FRAME<arch_tlbflush_unmap_batch>();

/** A page-table entry of mm has been cleared; the flush comes later. */
export function arch_tlbbatch_add_pending(mm: mm_struct): void {
  // Pairs with: switch_mm_irqs_off(). A full barrier between the changed entry and our look at the mask.
  atomic_inc_return(mm.context.tlb_gen);
  cpumask_or(this_cpu_ptr(tlb_ubc).cpumask, mm_cpumask(mm));
}

export function arch_tlbbatch_flush(): void {
  preempt_disable();
  const cpu = smp_processor_id();
  const batch = this_cpu_ptr(tlb_ubc);
  const info = get_flush_tlb_info(null, 0, TLB_FLUSH_ALL, 0, false, TLB_GENERATION_INVALID);
  if (config.INVLPGB) {
    invlpgb_flush_all_nonglobals();
    // Without 4ce94eabac16 the backend takes this CPU first, and then the others.
  } else if (!config.concurrent_flush || cpumask_any_but(batch.cpumask, cpu) < nr_cpu_ids) {
    parts.backend.flush_tlb_multi(batch.cpumask, info);
  } else if (cpumask_test_cpu(cpu, batch.cpumask)) {
    local_irq_disable();
    flush_tlb_func(info);
    local_irq_enable();
  }
  cpumask_clear(batch.cpumask);
  put_flush_tlb_info();
  preempt_enable();
}
