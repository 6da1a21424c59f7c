// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/hyperv/mmu.c, hyperv_flush_tlb_multi(): a guest of Hyper-V flushes by hypercall. No code runs on
// the others: their generations stay behind, and who is lazy stays so, also when page tables are freed.
// Left out: more than 64 vCPUs, ranges of several pages, and what to do where there are no hypercalls.
import { hv_flush } from "../../../../hw/mmu/hypercalls.ts";
import { local_irq_restore, local_irq_save } from "../../../irqflags.ts";
import type { flush_tlb_info } from "../../../parts.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { cpu_tlbstate_shared } from "../mm/tlbstate.ts";

/** A flush went through the hypervisor. */
export const flushed_by_hypercall = sometimes("a flush is a hypercall");

export function hyperv_flush_tlb_multi(cpus: cpumask_t, info: flush_tlb_info): void {
  const do_lazy = !info.freed_tables;
  const flags = local_irq_save();
  const all = cpumask_copy(cpus);
  let vcpus = cpumask_none;
  for (const cpu of for_each_cpu(all)) {
    // Pairs with: switch_mm_irqs_off(), where a CPU that was lazy looks at tlb_gen.
    if (do_lazy && cpu_is_lazy(cpu)) continue;
    vcpus = cpumask_with(cpu, vcpus);
  }
  if (!cpumask_empty(vcpus)) {
    reached(flushed_by_hypercall);
    const is_page = info.end !== TLB_FLUSH_ALL && info.end - info.start === 1 << machine.PAGE_SHIFT;
    const page = is_page ? info.start >> machine.PAGE_SHIFT : -1;
    if (info.mm === null) hv_flush(vcpus, null, page);
    else hv_flush(vcpus, info.mm.pgd, page);
  }
  local_irq_restore(flags);
}

function cpu_is_lazy(cpu: cpu_id): boolean {
  return data_race(per_cpu(cpu_tlbstate_shared.is_lazy, cpu));
}
