// SPDX-License-Identifier: GPL-2.0-only
// Linux 4.13 arch/x86/kernel/ldt.c and the LDT's part of switch_mm(): modify_ldt(2) replaces a process's LDT, tells the
// CPUs of the mm, and frees the old one. Only with config MODIFY_LDT_SYSCALL. Left out: what is in an LDT, fork(), and
// the lock of two callers.
import type { mm_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import { config } from "../../../parts.ts";
import { get_current } from "../../../sched/sched.ts";
import { on_each_cpu_mask } from "../../../smp.ts";
import { cpu_tlbstate } from "../mm/tlbstate.ts";

export { attributes_loaded, load_cr3, read_attributes } from "./none.ts";

/** LDTR; 0 is none. */
interface ldt_register {
  ldt: int<0, 2>;
}
const ldtr = DEFINE_HARDWARE<array<ldt_register, "cpus">>();

interface ldt_allocator {
  freed: array<bool, 3>;
}
const ldts = DEFINE_HARDWARE<ldt_allocator>();

/** A user program has loaded a segment from an LDT that is not its process's, or is gone. */
export const no_wrong_ldt = never("no use of another process's LDT, or of a freed one");

export function init_new_attributes(mm: mm_struct): void {
  if (config.MODIFY_LDT_SYSCALL) WRITE_ONCE(mm.context.ldt, 0);
}

export function switch_attributes(prev: mm_struct, next: mm_struct): void {
  if (!config.MODIFY_LDT_SYSCALL || prev === next) return;
  // LDTR may have an older one than prev does: where leave_mm() leaves it alone, and prev was modified since. No
  // matter: prev has one then, and no two mms have the same.
  const ldt = READ_ONCE(next.context.ldt);
  if (READ_ONCE(prev.context.ldt) !== ldt) lldt(ldt);
}

export function lldt(ldt: number): void {
  serialising_instruction();
  ldtr[smp_processor_id()].ldt = ldt;
}

/** write_ldt(): the running task's process gets this one. */
export function modify_ldt(ldt: number): void {
  const mm = get_current().mm!;
  const old = READ_ONCE(mm.context.ldt);
  install_ldt(mm, ldt);
  free_ldt_struct(old);
}

export function install_ldt(mm: mm_struct, ldt: number): void {
  smp_store_release(mm.context.ldt, ldt);
  // Whoever sets its bit after our look at the mask should see the new one: see ldt_vs_lazy.
  on_each_cpu_mask(mm_cpumask(mm), flush_ldt, mm);
}

export function flush_ldt(mm: mm_struct): void {
  // Not active_mm: what this CPU has loaded decides what it will load next.
  if (this_cpu_read(cpu_tlbstate.loaded_mm) !== mm) return;
  lldt(READ_ONCE(mm.context.ldt));
}

function free_ldt_struct(ldt: number): void {
  instruction();
  ldts.freed[ldt] = true;
}

/** Not in Linux: how a scenario starts. */
export function boot_ldt(cpu: cpu_id, mm: mm_struct, ldt: number): void {
  WRITE_ONCE(mm.context.ldt, ldt);
  ldtr[cpu].ldt = ldt;
}

/** The user program loads a segment register from the LDT. `has_one`: its process has. */
export function load_segment(has_one: bool): void {
  instruction();
  const ldt = ldtr[smp_processor_id()].ldt;
  if (has_one !== (ldt !== 0) || ldts.freed[ldt]) raise(no_wrong_ldt);
}
