// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.1 arch/arm64/include/asm/mmu_context.h: the coherence of arm64. And, not in Linux, how a CPU starts.
import { write_reserved_ttbr0 } from "../../../../hw/mmu/arm64.ts";
import { hw } from "../../../../hw/mmu/cpu.ts";
import { ACTIVE_CPU_NONE, asids_init, boot_asid } from "../../../lib/asid.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { init_mm, mm_cpumask } from "../../../mm_types.ts";
import { config } from "../../../parts.ts";
import { ACTIVE_CPU_MULTIPLE } from "./active_cpu.ts";
import { check_and_switch_context } from "./context.ts";

export { ptep_get_and_clear_relaxed as ptep_get_and_clear } from "../../../pgtable.ts";
export { flush_tlb_mm_range, tlb_flush } from "./tlbflush.ts";

export function init_new_context(mm: mm_struct): void {
  WRITE_ONCE(mm.context.id, 0);
  mm.context.pinned = 0;
  if (config.arm64_local_tlbi) WRITE_ONCE(mm.context.active_cpu, ACTIVE_CPU_NONE);
}

export function arch_exit_mmap(_mm: mm_struct): void {}

/** The ASID is not given back: a rollover finds that nobody runs with it. */
export function destroy_context(_mm: mm_struct): void {}

/** switch_mm(). `prev` is believed: if it is a stale pointer to memory that has become `next`, nothing is switched. */
export function switch_mm_irqs_off(prev: mm_struct, next: mm_struct): void {
  if (prev !== next) __switch_mm(next);
}

function __switch_mm(next: mm_struct): void {
  // init_mm has no user mappings; what it has is in TTBR1, always.
  if (next === init_mm) {
    write_reserved_ttbr0();
    return;
  }
  if (config.arm64_mm_cpumask) cpumask_set_cpu(smp_processor_id(), mm_cpumask(next));
  check_and_switch_context(next);
}

/** With software PAN the saved TTBR0 of the task becomes the reserved one. The CPU's own stays that of mm. */
export function enter_lazy_tlb(_mm: mm_struct): void {}

/** Only x86 leaves an mm before it sleeps. */
export function leave_mm(): void {}

/** Every CPU has the reserved TTBR0. */
export function boot_context(): void {
  asids_init();
}

export function boot_mm(cpu: cpu_id, mm: mm_struct, _lazy: bool): void {
  hw[cpu].pgd = mm.pgd;
  hw[cpu].asid = boot_asid(cpu, mm);
  if (config.arm64_mm_cpumask) cpumask_set_cpu(cpu, mm_cpumask(mm));
  if (!config.arm64_local_tlbi) return;
  WRITE_ONCE(mm.context.active_cpu, mm.context.active_cpu === ACTIVE_CPU_NONE ? cpu : ACTIVE_CPU_MULTIPLE);
}

/** No slots. */
export function boot_slot(
  _cpu: cpu_id,
  _asid: number,
  _mm: mm_struct | null,
  _tlb_gen: number,
  _loaded: bool,
  _next_asid: number,
): void {}
