// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.9 arch/riscv/mm/tlbflush.c: flushes go to the harts of mm_cpumask, by the firmware. Left out: the same by
// interrupts (riscv_use_ipi_for_rfence), batches.
import { sfence_vma, sfence_vma_asid, sfence_vma_page } from "../../../../hw/mmu/riscv.ts";
import { preempt_disable, preempt_enable } from "../../../irqflags.ts";
import { ctxid2asid } from "../../../lib/asid.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import { config } from "../../../parts.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";

/** tlb_flush_all_threshold. */
const threshold = 64;

export function local_flush_tlb_all(): void {
  sfence_vma(smp_processor_id());
}

export function flush_tlb_mm_range(
  mm: mm_struct,
  start: number,
  end: number,
  stride_shift: number,
  freed_tables: bool,
): void {
  preempt_disable();
  const asid = ctxid2asid(READ_ONCE(mm.context.id));
  const all = freed_tables || end === TLB_FLUSH_ALL || (end - start) >> stride_shift > threshold;
  // sbi_remote_sfence_vma_asid(), or the same for this hart alone if it is the only one.
  for (const hart of for_each_cpu(cpumask_copy(mm_cpumask(mm)))) {
    if (all) flush_all(hart, asid);
    else flush_pages(hart, asid, start >> stride_shift, end >> stride_shift);
  }
  preempt_enable();
}

function flush_all(hart: cpu_id, asid: number): void {
  if (config.use_asid_allocator) sfence_vma_asid(hart, asid);
  else sfence_vma(hart);
}

function flush_pages(hart: cpu_id, asid: number, from: number, to: number): void {
  for (let page = from; page < to; page++) sfence_vma_page(hart, asid, page);
}
