// SPDX-License-Identifier: GPL-2.0-only
// A thought of Lutomirski's (2022-01-08, in the thread of "[PATCH 16/23] sched: Use lightweight hazard pointers to grab
// lazy mms": "hypothetical better x86"): hardware with PCIDs of 64 bits, and an INVLPGB that invalidates one of them on
// all CPUs. Every mm has a PCID of its own for ever: its ctx_id. No slots, no tlb_gen, no mm_cpumask, no interrupts; a
// CPU that goes lazy does nothing, and is told nothing. What keeps its pgd is the lifetime's business alone.
import { hw } from "../../../../hw/mmu/cpu.ts";
import { write_cr3 } from "../../../../hw/mmu/x86.ts";
import { preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { init_mm, mm_globals } from "../../../mm_types.ts";
import { parts } from "../../../parts.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { next_ctx_id } from "./context.ts";
import { range_to_flush } from "./tlb.ts";
import { cpu_tlbstate } from "./tlbstate.ts";

export { ptep_get_and_clear } from "../../../pgtable.ts";
export { tlb_flush } from "../../../tlbflush.ts";
export { arch_exit_mmap } from "./context.ts";

export function init_new_context(mm: mm_struct): void {
  WRITE_ONCE(mm.context.ctx_id, next_ctx_id(mm));
}

/** A PCID is never used again: there is nothing to give back. */
export function destroy_context(_mm: mm_struct): void {}

export function switch_mm_irqs_off(_prev: mm_struct, next: mm_struct): void {
  // Nobody else reads loaded_mm.
  if (this_cpu_read(cpu_tlbstate.loaded_mm) === next) return;
  // No flush, ever: broadcasts have kept what is cached under this PCID up to date, wherever this CPU was.
  write_cr3(next.pgd, next.context.ctx_id, false);
  this_cpu_write(cpu_tlbstate.loaded_mm, next);
}

export function enter_lazy_tlb(_mm: mm_struct): void {}

export function leave_mm(): void {
  if (this_cpu_read(cpu_tlbstate.loaded_mm) === init_mm) return;
  parts.lifetime.unlazy_mm_irqs_off();
}

/** Nobody needs to be found, and nobody is interrupted. */
export function flush_tlb_mm_range(
  mm: mm_struct,
  start: number,
  end: number,
  stride_shift: number,
  _freed_tables: bool,
): void {
  // TLBSYNC waits for what this CPU has issued.
  preempt_disable();
  // First the changed entries. Pairs with: walkers, which read them behind the invalidation.
  smp_mb();
  const pcid = mm.context.ctx_id;
  const range = range_to_flush(start, end, stride_shift);
  if (range.to === TLB_FLUSH_ALL) {
    parts.broadcast!.invlpgb_pcid(pcid);
  } else {
    for (let addr = range.from; addr < range.to; addr += 1 << stride_shift) {
      parts.broadcast!.invlpgb_page(pcid, addr >> machine.PAGE_SHIFT);
    }
  }
  parts.broadcast!.tlbsync();
  preempt_enable();
}

/** init_mm has the first id. */
export function boot_context(): void {
  WRITE_ONCE(init_mm.context.ctx_id, 1);
  atomic_set(mm_globals.last_mm_ctx_id, 1);
  for (let cpu = 0; cpu < machine.cpus; cpu++) WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu), init_mm);
}

export function boot_mm(cpu: cpu_id, mm: mm_struct, _lazy: bool): void {
  WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu), mm);
  hw[cpu].pgd = mm.pgd;
  hw[cpu].asid = mm.context.ctx_id;
}

export function boot_slot(
  _cpu: cpu_id,
  _asid: number,
  _mm: mm_struct | null,
  _tlb_gen: number,
  _loaded: bool,
  _next_asid: number,
): void {}
