// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/riscv/mm/context.c and tlbflush.c on harts without ASIDs: every switch empties the TLB. With SMP and
// interrupts from S-mode; else the firmware flushes. Left out: deferred flushes of the instruction cache.
import { hw } from "../../../../hw/mmu/cpu.ts";
import { sfence_vma, write_satp } from "../../../../hw/mmu/riscv.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import { parts } from "../../../parts.ts";
import { on_each_cpu_mask } from "../../../smp.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";

export { asids } from "../../../../hw/mmu/riscv.ts";
export { ptep_get_and_clear } from "../../../pgtable.ts";

export function init_new_context(_mm: mm_struct): void {}

export function destroy_context(_mm: mm_struct): void {}

/** switch_mm(). */
export function switch_mm_irqs_off(prev: mm_struct, next: mm_struct): void {
  if (prev === next) return;
  // Nothing else in here is a barrier.
  parts.membarrier.membarrier_arch_switch_mm(prev, next);

  const cpu = smp_processor_id();
  cpumask_set_cpu(cpu, mm_cpumask(next));
  cpumask_clear_cpu(cpu, mm_cpumask(prev));
  write_satp(next.pgd);
  sfence_vma();
}

export function enter_lazy_tlb(_mm: mm_struct): void {}

export function leave_mm(): void {}

export function arch_exit_mmap(_mm: mm_struct): void {}

export function flush_tlb_mm_range(
  mm: mm_struct,
  _start: number,
  _end: number,
  _stride_shift: number,
  _freed_tables: bool,
): void {
  on_each_cpu_mask(mm_cpumask(mm), __ipi_flush_tlb_range_asid, mm);
}

export function tlb_flush(mm: mm_struct, _fullmm: bool, freed_tables: bool): void {
  flush_tlb_mm_range(mm, 0, TLB_FLUSH_ALL, machine.PAGE_SHIFT, freed_tables);
}

/** Without an ASID to name, everything goes. */
export function __ipi_flush_tlb_range_asid(_mm: mm_struct): void {
  sfence_vma();
}

export function boot_context(): void {}

export function boot_mm(cpu: cpu_id, mm: mm_struct, _lazy: bool): void {
  cpumask_set_cpu(cpu, mm_cpumask(mm));
  hw[cpu].pgd = mm.pgd;
}

/** There are none. */
export function boot_slot(
  _cpu: cpu_id,
  _asid: number,
  _mm: mm_struct | null,
  _tlb_gen: number,
  _loaded: bool,
  _next_asid: number,
): void {}
