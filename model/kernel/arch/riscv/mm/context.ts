// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.9 arch/riscv/mm/context.c: the allocator of lib/asid.ts, if there are more than two ASIDs for each hart; else
// everybody has ASID 0, and each switch flushes all. Left out: the instruction cache (icache_stale_mask).
import { hw } from "../../../../hw/mmu/cpu.ts";
import { write_satp } from "../../../../hw/mmu/riscv.ts";
import {
  asid_cpu,
  asid_globals,
  asids_init,
  boot_asid,
  ctxid2asid,
  fast_path,
  slow_path,
  switch_fast,
  test_and_clear_flush_pending,
  validate_context,
} from "../../../lib/asid.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import { config, parts } from "../../../parts.ts";
import { local_flush_tlb_all } from "./tlbflush.ts";

export { ptep_get_and_clear } from "../../../pgtable.ts";
export { tlb_flush } from "../../../tlbflush.ts";
export { flush_tlb_mm_range } from "./tlbflush.ts";

/** switch_mm(). `prev` is believed. */
export function switch_mm_irqs_off(prev: mm_struct, next: mm_struct): void {
  if (prev === next) return;
  // Nothing else in here is a barrier.
  parts.membarrier.membarrier_arch_switch_mm(prev, next);
  set_mm(prev, next);
}

function set_mm(prev: mm_struct, next: mm_struct): void {
  const cpu = smp_processor_id();
  // Who must hear of flushes. With ASIDs that is everybody who ran it: entries stay (82dd33fde026).
  cpumask_set_cpu(cpu, mm_cpumask(next));
  if (config.use_asid_allocator) {
    set_mm_asid(next);
  } else {
    cpumask_clear_cpu(cpu, mm_cpumask(prev));
    set_mm_noasid(next);
  }
}

export function set_mm_asid(mm: mm_struct): void {
  let id = READ_ONCE(mm.context.id);
  let need_flush_tlb = false;
  if (switch_fast(id)) {
    reached(fast_path);
  } else {
    reached(slow_path);
    spin_lock(asid_globals.cpu_asid_lock);
    id = validate_context(mm);
    need_flush_tlb = test_and_clear_flush_pending();
    this_cpu_write(asid_cpu.active_asids, id);
    spin_unlock(asid_globals.cpu_asid_lock);
  }
  // First the tables: what this hart has cached under the ASID may be another mm's until the flush.
  write_satp(mm.pgd, ctxid2asid(id));
  if (need_flush_tlb) local_flush_tlb_all();
}

/** Everybody has ASID 0. */
export function set_mm_noasid(mm: mm_struct): void {
  write_satp(mm.pgd, 0);
  local_flush_tlb_all();
}

export function init_new_context(mm: mm_struct): void {
  WRITE_ONCE(mm.context.id, 0);
}

export function arch_exit_mmap(_mm: mm_struct): void {}

export function destroy_context(_mm: mm_struct): void {}

export function enter_lazy_tlb(_mm: mm_struct): void {}

/** Only x86 leaves an mm before it sleeps. */
export function leave_mm(): void {}

export function boot_context(): void {
  if (config.use_asid_allocator) asids_init();
}

export function boot_mm(cpu: cpu_id, mm: mm_struct, _lazy: bool): void {
  hw[cpu].pgd = mm.pgd;
  if (config.use_asid_allocator) hw[cpu].asid = boot_asid(cpu, mm);
  cpumask_set_cpu(cpu, mm_cpumask(mm));
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
