// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/powerpc/mm/mmu_context.c, mm/book3s64/mmu_context.c and asm/mmu_context.h: which CPUs have used a
// context, and the switch of PIDR. Left out: altivec streams, the hash MMU's segments, pkeys, KVM's prefetch
// workaround.
import { hw, swapper_pg_dir } from "../../../../hw/mmu/cpu.ts";
import { mtspr_pid, RIC_FLUSH_ALL, set_process_table_entry, tlbiel_pid } from "../../../../hw/mmu/powerpc.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { init_mm, mm_cpumask } from "../../../mm_types.ts";
import { config, parts } from "../../../parts.ts";

/** A switch found the CPU's bit set: nothing was counted, and no barrier executed. */
export const bit_was_set = sometimes("a switch to an mm that this CPU has used before");

export function switch_mm_irqs_off(prev: mm_struct, next: mm_struct): void {
  const cpu = smp_processor_id();
  let new_on_cpu = false;

  if (!cpumask_test_cpu(cpu, mm_cpumask(next))) {
    cpumask_set_cpu(cpu, mm_cpumask(next));
    atomic_inc(next.context.active_cpus);
    // Pairs with: radix__flush_tlb_mm(). First the bit and the count, then the translations of next, which PIDR brings.
    smp_mb();
    new_on_cpu = true;
  } else reached(bit_was_set);

  if (prev === next) return;
  if (!new_on_cpu) parts.membarrier.membarrier_arch_switch_mm(prev, next);
  switch_mmu_context(next);
  if (config.clear_mask_of_dying_mm) leave_dying_mm(prev);
}

/** Another way to fewer interrupts at the last mmdrop(): nobody will run prev here again. */
function leave_dying_mm(prev: mm_struct): void {
  if (atomic_read(prev.mm_users) > 0) return;
  if (!cpumask_test_cpu(smp_processor_id(), mm_cpumask(prev))) return;
  // Not in the mask any more: what is cached must be gone before the PID is given out again.
  tlbiel_pid(READ_ONCE(prev.context.id), RIC_FLUSH_ALL);
  atomic_dec(prev.context.active_cpus);
  cpumask_clear_cpu(smp_processor_id(), mm_cpumask(prev));
}

/** radix__switch_mmu_context(). */
function switch_mmu_context(next: mm_struct): void {
  mtspr_pid(READ_ONCE(next.context.id));
  // isync: no barrier for what user programs store.
  isb();
}

/** A kernel thread keeps PIDR, and its bit in mm_cpumask: flushes find it there. */
export function enter_lazy_tlb(_mm: mm_struct): void {}

/** No idle state of powerpc asks for it. */
export function leave_mm(): void {}

/** Numbers of contexts, lowest first: the ida of alloc_context_id(). */
interface mmu_context_ida {
  used: array<bool, "ASIDS">;
}
const mmu_context_ida = DEFINE_FRAME<mmu_context_ida>();

export function init_new_context(mm: mm_struct): void {
  const id = alloc_context_id();
  set_process_table_entry(id, mm.pgd);
  WRITE_ONCE(mm.context.id, id);
  atomic_set(mm.context.active_cpus, 0);
  atomic_set(mm.context.copros, 0);
}

export function alloc_context_id(): number {
  instruction();
  let id = 0;
  for (let i = 1; i < config.ASIDS; i++) if (id === 0 && !mmu_context_ida.used[i]) id = i;
  mmu_context_ida.used[id] = true;
  return id;
}

/** A coprocessor (VAS, CXL) works for mm: it counts as one more CPU, so that no flush is local. */
export function mm_context_add_copro(mm: mm_struct): void {
  if (atomic_inc_return(mm.context.copros) === 1) atomic_inc(mm.context.active_cpus);
}

/** Before the mappings go: a PIDR that still names the context leads nowhere, once that is flushed. */
export function arch_exit_mmap(mm: mm_struct): void {
  set_process_table_entry(READ_ONCE(mm.context.id), null);
}

/** The next new mm may get the number. */
export function destroy_context(mm: mm_struct): void {
  free_context_id(READ_ONCE(mm.context.id));
}

export function free_context_id(id: number): void {
  instruction();
  mmu_context_ida.used[id] = false;
}

/** Every CPU is in init_mm's mask from its start, and runs on PID 0. */
export function boot_context(): void {
  set_process_table_entry(0, swapper_pg_dir);
  for (let cpu = 0; cpu < machine.cpus; cpu++) cpumask_set_cpu(cpu, mm_cpumask(init_mm));
  atomic_set(init_mm.context.active_cpus, machine.cpus);
}

export function boot_mm(cpu: cpu_id, mm: mm_struct, _lazy: bool): void {
  cpumask_set_cpu(cpu, mm_cpumask(mm));
  atomic_inc(mm.context.active_cpus);
  hw[cpu].pgd = mm.pgd;
  hw[cpu].asid = mm.context.id;
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
