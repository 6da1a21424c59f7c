// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/powerpc/mm/book3s64/hash_utils.c, hash_tlb.c and hash_4k.c, for a guest (pseries): a page fault puts
// an entry into the hash table, an unmap takes it out by hypercall. No interrupt, no mask: who is lazy does not matter.
// Left out: the batch of entries to take out, large pages, segments' own caches.
import type { frame, page_table } from "../../../../hw/mmu/cpu.ts";
import { hw } from "../../../../hw/mmu/cpu.ts";
import { h_enter, h_remove, switch_slb } from "../../../../hw/mmu/powerpc-hash.ts";
import { preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { init_mm, mm_cpumask } from "../../../mm_types.ts";
import { parts } from "../../../parts.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { alloc_context_id, free_context_id } from "./mmu_context.ts";

export { tlb_flush } from "../../../tlbflush.ts";
export { boot_slot, enter_lazy_tlb, leave_mm } from "./mmu_context.ts";

/** A fault found the page mapped, and entered it. */
export const hash_fault = sometimes("a page fault enters a translation into the hash table");

/**
 * H_PAGE_BUSY: a bit of each Linux PTE, here one lock for all. hash_page() and ptep_get_and_clear() wait for each
 * other.
 */
interface hash_pte_state {
  busy: spinlock_t;
}
export const hash_pte = DEFINE_SHARED<hash_pte_state>();

/** hash_page(): false if the page is not mapped. */
export function hash_page(mm: mm_struct, page: number): boolean {
  const id = READ_ONCE(mm.context.id);
  const table = mm.pgd.entry;
  if (table === null) return false;
  spin_lock(hash_pte.busy);
  const pte = READ_ONCE(table.pte[page]);
  if (pte !== null) {
    reached(hash_fault);
    h_enter(id, page, pte);
  }
  spin_unlock(hash_pte.busy);
  return pte !== null;
}

/** pte_update(). */
export function ptep_get_and_clear(table: page_table, page: number): frame | null {
  spin_lock(hash_pte.busy);
  const old = READ_ONCE(table.pte[page]);
  WRITE_ONCE(table.pte[page], null);
  spin_unlock(hash_pte.busy);
  return old;
}

export function switch_mm_irqs_off(prev: mm_struct, next: mm_struct): void {
  const cpu = smp_processor_id();
  let new_on_cpu = false;
  if (!cpumask_test_cpu(cpu, mm_cpumask(next))) {
    cpumask_set_cpu(cpu, mm_cpumask(next));
    // As with radix; what is loaded next are segments.
    smp_mb();
    new_on_cpu = true;
  }
  if (prev === next) return;
  if (!new_on_cpu) parts.membarrier.membarrier_arch_switch_mm(prev, next);
  switch_slb(READ_ONCE(next.context.id));
  // isync.
  isb();
}

/** flush_hash_range(): the hypervisor invalidates everywhere. */
export function flush_tlb_mm_range(
  mm: mm_struct,
  start: number,
  end: number,
  stride_shift: number,
  _freed_tables: bool,
): void {
  preempt_disable();
  const id = READ_ONCE(mm.context.id);
  const to = end === TLB_FLUSH_ALL ? machine.pages << machine.PAGE_SHIFT : end;
  for (let addr = start; addr < to; addr += 1 << stride_shift) {
    h_remove(id, addr >> machine.PAGE_SHIFT);
  }
  preempt_enable();
}

export function init_new_context(mm: mm_struct): void {
  WRITE_ONCE(mm.context.id, alloc_context_id());
}

export function arch_exit_mmap(_mm: mm_struct): void {}

export function destroy_context(mm: mm_struct): void {
  free_context_id(READ_ONCE(mm.context.id));
}

export function boot_context(): void {
  for (let cpu = 0; cpu < machine.cpus; cpu++) cpumask_set_cpu(cpu, mm_cpumask(init_mm));
}

export function boot_mm(cpu: cpu_id, mm: mm_struct, _lazy: bool): void {
  cpumask_set_cpu(cpu, mm_cpumask(mm));
  hw[cpu].asid = mm.context.id;
}
