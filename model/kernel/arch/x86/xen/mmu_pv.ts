// SPDX-License-Identifier: GPL-2.0-only
// Linux 4.13 arch/x86/xen/mmu_pv.c: a guest whose page tables the hypervisor loads for it. Page tables in use are
// pinned, and the hypervisor refuses to have an unpinned one loaded. What the guest asks for may wait in a queue until
// the end of a context switch (PARAVIRT_LAZY_CPU), so that there are three answers to "what is loaded": loaded_mm, the
// queue, and the hypervisor's CR3. REPLACE() is what paravirt patching does. Left out: the user pgd of 64-bit guests,
// who pins, updates of page tables by hypercall, and what the hypervisor flushes when a page stops to be a table.
import type { pgd_t } from "../../../../hw/mmu/cpu.ts";
import { drop_asid, hw, pgds, swapper_pg_dir } from "../../../../hw/mmu/cpu.ts";
import { write_cr3 } from "../../../../hw/mmu/x86.ts";
import { local_irq_restore, local_irq_save, preempt_disable, preempt_enable } from "../../../irqflags.ts";
import type { mm_struct, task_struct } from "../../../mm_types.ts";
import { mm_cpumask } from "../../../mm_types.ts";
import type { flush_tlb_info } from "../../../parts.ts";
import { context_switch, switch_to } from "../../../sched/core.ts";
import { ipi_sent, smp_call_function_many } from "../../../smp.ts";
import { arch_exit_mmap, boot_context } from "../mm/context.ts";
import { boot_mm, leave_mm } from "../mm/tlb_4_13.ts";
import { cpu_tlbstate } from "../mm/tlbstate.ts";

/** Hypercalls of this CPU that wait. */
interface multicalls {
  /** PARAVIRT_LAZY_CPU: a context switch is under way, they may. */
  lazy_cpu: bool;
  /** MMUEXT_NEW_BASEPTR. */
  new_baseptr: pgd_t | null;
  /** xen_drop_mm_ref() is on its way; a cpumask_var_t. */
  mask: cpumask_t;
}
const xen_mc = DEFINE_PER_CPU_FRAME<multicalls>();

/** Written by its own CPU, once the hypercall has returned; other CPUs look. */
interface xen_cpu {
  xen_current_cr3: pgd_t;
}
const xen_cpu = DEFINE_PER_CPU<xen_cpu>();

/** The hypervisor's accounts. */
interface hypervisor {
  unpinned: array<bool, "mms">;
}
const hypervisor = DEFINE_HARDWARE<hypervisor>();

/** The hypervisor would refuse it, and the guest die of that. */
export const no_unpinned_pgd_loaded = always("no unpinned pgd in the hypervisor's CR3", () =>
  every(machine.cpus, (cpu) => every(machine.mms, (i) => hw[cpu].pgd !== pgds[i] || !hypervisor.unpinned[i])),
);
/** A CPU is asked because of its queue alone. */
export const queue_found = sometimes("a CPU that has left the mm still has it in the hypervisor's CR3");

/** The hypervisor flushes whenever it loads page tables. */
export function xen_write_cr3(pgd: pgd_t, _pcid: number, _flush: bool): void {
  const mc = this_cpu_ptr(xen_mc);
  mc.new_baseptr = pgd;
  if (!mc.lazy_cpu) xen_mc_flush();
}
export const pv_write_cr3 = REPLACE(write_cr3, xen_write_cr3);

/** All that waits becomes one hypercall. */
export function xen_mc_flush(): void {
  const flags = local_irq_save();
  const mc = this_cpu_ptr(xen_mc);
  const pgd = mc.new_baseptr;
  if (pgd !== null) {
    write_cr3(pgd, 0, true);
    mc.new_baseptr = null;
    // set_current_cr3(): only now. Pairs with: xen_drop_mm_ref().
    this_cpu_write(xen_cpu.xen_current_cr3, pgd);
  }
  local_irq_restore(flags);
}

export function xen_context_switch(prev: task_struct, next: task_struct): void {
  this_cpu_ptr(xen_mc).lazy_cpu = true;
  context_switch(prev, next);
}
export const pv_start_context_switch = REPLACE(context_switch, xen_context_switch);

export function xen_switch_to(next: task_struct): void {
  xen_end_context_switch();
  switch_to(next);
}
export const pv_switch_to = REPLACE(switch_to, xen_switch_to);

export function xen_end_context_switch(): void {
  xen_mc_flush();
  this_cpu_ptr(xen_mc).lazy_cpu = false;
}

/** The pgd is to be unpinned, before the mappings go: nobody may have it loaded any more. */
export function xen_exit_mmap(mm: mm_struct): void {
  preempt_disable();
  xen_drop_mm_ref(mm);
  preempt_enable();
  xen_pgd_unpin(mm.pgd);
}
export const pv_exit_mmap = REPLACE(arch_exit_mmap, xen_exit_mmap);

/** The "official" CPUs of the mm are those of its mask; others may have left it, but not told the hypervisor yet. */
export function xen_drop_mm_ref(mm: mm_struct): void {
  drop_mm_ref_this_cpu(mm);

  const mc = this_cpu_ptr(xen_mc);
  cpumask_clear(mc.mask);
  cpumask_or(mc.mask, mm_cpumask(mm));
  for (const cpu of for_each_possible_cpu()) add_stale_cr3(mm, cpu);
  smp_call_function_many(mc.mask, drop_mm_ref_this_cpu, mm);
}

export function add_stale_cr3(mm: mm_struct, cpu: cpu_id): void {
  // Pairs with: xen_mc_flush().
  if (data_race(per_cpu(xen_cpu.xen_current_cr3, cpu)) !== mm.pgd) return;
  if (!cpumask_test_cpu(cpu, mm_cpumask(mm))) reached(queue_found);
  cpumask_set_cpu(cpu, this_cpu_ptr(xen_mc).mask);
}

/** A lazy CPU leaves; one that uses the mm does not exist: leave_mm() would find TLBSTATE_OK. */
export function drop_mm_ref_this_cpu(mm: mm_struct): void {
  if (this_cpu_read(cpu_tlbstate.loaded_mm) === mm) leave_mm();
  if (this_cpu_read(xen_cpu.xen_current_cr3) === mm.pgd) xen_mc_flush();
}

function xen_pgd_unpin(pgd: pgd_t): void {
  instruction();
  for (let i = 0; i < machine.mms; i++) if (pgds[i] === pgd) hypervisor.unpinned[i] = true;
}

/** MMUEXT_TLB_FLUSH_MULTI: no code of the guest runs on the CPUs that are flushed. */
export function xen_flush_tlb_others(mask: cpumask_t, _info: flush_tlb_info): void {
  for (const cpu of for_each_cpu(cpumask_without(smp_processor_id(), cpumask_copy(mask)))) flush_vcpu(cpu);
}

function flush_vcpu(cpu: cpu_id): void {
  serialising_instruction();
  drop_asid(cpu, 0);
  reached(ipi_sent); // By the hypervisor.
}

export function xen_boot_context(): void {
  boot_context();
  for (let cpu = 0; cpu < machine.cpus; cpu++) WRITE_ONCE(per_cpu(xen_cpu.xen_current_cr3, cpu), swapper_pg_dir);
}
export const pv_boot_context = REPLACE(boot_context, xen_boot_context);

export function xen_boot_mm(cpu: cpu_id, mm: mm_struct, lazy: bool): void {
  boot_mm(cpu, mm, lazy);
  WRITE_ONCE(per_cpu(xen_cpu.xen_current_cr3, cpu), mm.pgd);
}
export const pv_boot_mm = REPLACE(boot_mm, xen_boot_mm);
