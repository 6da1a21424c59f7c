// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/kernel/ldt.c and asm/mmu_context.h: a process may have segment descriptors of its own, and change
// them while its threads run. Left out: the mapping of the table under PTI, ldt_dup_context(), what refreshes segments.
import type { ldt_struct } from "../../../../hw/mmu/ldt.ts";
import { ldt_structs, set_ldt } from "../../../../hw/mmu/ldt.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import { on_each_cpu_mask } from "../../../smp.ts";
import { cpu_tlbstate } from "../mm/tlbstate.ts";

export { write_cr3 as load_cr3 } from "../../../../hw/mmu/x86.ts";
export { attributes_loaded, read_attributes } from "./none.ts";

export function init_new_attributes(mm: mm_struct): void {
  WRITE_ONCE(mm.context.ldt, null);
}

export function load_mm_ldt(mm: mm_struct): void {
  // Pairs with: install_ldt(), whose release publishes the descriptors. If our bit is in mm_cpumask(mm) already, we see
  // its table or get its IPI.
  set_ldt(READ_ONCE(mm.context.ldt));
}

/** switch_ldt(): neither of them has one, mostly. */
export function switch_attributes(prev: mm_struct, next: mm_struct): void {
  if (prev === next) return;
  if (READ_ONCE(prev.context.ldt) !== null || READ_ONCE(next.context.ldt) !== null) load_mm_ldt(next);
}

/** modify_ldt(): the threads of mm get a new table, the old one goes. */
export function write_ldt(mm: mm_struct): void {
  const old_ldt = mm.context.ldt;
  const new_ldt = pool_alloc(ldt_structs);
  install_ldt(mm, new_ldt);
  free_ldt_struct(old_ldt);
}

export function install_ldt(mm: mm_struct, ldt: ldt_struct): void {
  // Pairs with: load_mm_ldt().
  smp_store_release(mm.context.ldt, ldt);
  on_each_cpu_mask(mm_cpumask(mm), flush_ldt, mm);
}

/** On every CPU of the mask, interrupts off. */
export function flush_ldt(mm: mm_struct): void {
  if (this_cpu_read(cpu_tlbstate.loaded_mm) !== mm) return;
  load_mm_ldt(mm);
}

function free_ldt_struct(ldt: ldt_struct | null): void {
  if (ldt === null) return;
  kfree(ldt);
}

function kfree(ldt: ldt_struct): void {
  instruction();
  pool_free(ldt);
}
