// SPDX-License-Identifier: MIT
// How scenarios start: machines, and the initial state, built on CPU 0 in the kernel's own variables.
import { frames, hw, page_tables, pgds, reset_cpu } from "../hw/mmu/x86.ts";
import { cpu_tlbstate, flush_tlb_infos } from "../kernel/arch/x86/mm/tlbstate.ts";
import type { mm_struct, task_struct } from "../kernel/mm_types.ts";
import { init_mm, mm_cpumask, mm_globals, mms, tasks } from "../kernel/mm_types.ts";
import { config } from "../kernel/parts.ts";
import { context_switch } from "../kernel/sched/core.ts";
import { get_current, pcpu_hot } from "../kernel/sched/sched.ts";

/**
 * The smallest machine that shows lazy TLBs at work: init_mm and one mm of one page. Pages are one byte (PAGE_SHIFT 0),
 * as an address is only ever a page number here. tasks[cpu] is the idle task of each CPU. The bounds of counters
 * (refs, ctx_ids, tlb_gens) and of the store buffer are never reached: an answer that did would be "unknown".
 */
export const small = {
  cpus: 2,
  mms: 2,
  tasks: 4,
  pages: 1,
  tables: 1,
  frames: 1,
  refs: 6,
  ctx_ids: 3,
  tlb_gens: 3,
  address: 2,
  stride_shift: 0,
  PAGE_SHIFT: 0,
  store_buffer: 6,
};
/** Another mm, with a task that uses it: tasks[4] by convention. */
export const two_mms = { ...small, mms: 3, tasks: 5 };
/** Two ASID slots are enough to have one too few. */
export const two_asids = { TLB_NR_DYN_ASIDS: 2 };
export const three_asids = { TLB_NR_DYN_ASIDS: 3 };

/** Every CPU idles on init_mm. */
export function boot(): void {
  const kernel = pool_alloc(mms);
  WRITE_ONCE(kernel.pgd, pool_alloc(pgds));
  WRITE_ONCE(kernel.context.ctx_id, 1);
  atomic_set(mm_globals.last_mm_ctx_id, 1);
  atomic_set(kernel.mm_users, 1);
  atomic_set(kernel.mm_count, 1 + machine.cpus);
  for (let i = 0; i < machine.tasks; i++) pool_alloc(tasks);
  for (let cpu = 0; cpu < machine.cpus; cpu++) {
    reset_cpu(cpu);
    WRITE_ONCE(per_cpu(flush_tlb_infos.initiating_cpu, cpu), cpu);
    WRITE_ONCE(per_cpu(pcpu_hot.current_task, cpu), tasks[cpu]);
    WRITE_ONCE(tasks[cpu].active_mm, init_mm);
    WRITE_ONCE(tasks[cpu].on_cpu, true);
    WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu), init_mm);
    WRITE_ONCE(per_cpu(cpu_tlbstate.next_asid, cpu), 1);
    WRITE_ONCE(per_cpu(cpu_tlbstate.ctxs[0].ctx_id, cpu), 1);
  }
}

/** A new mm whose only user is `task`. It maps nothing, and runs nowhere yet. */
export function new_mm(task: task_struct): mm_struct {
  const mm = pool_alloc(mms);
  WRITE_ONCE(mm.pgd, pool_alloc(pgds));
  WRITE_ONCE(mm.context.ctx_id, atomic_inc_return(mm_globals.last_mm_ctx_id));
  atomic_set(mm.mm_users, 1);
  atomic_set(mm.mm_count, 1);
  WRITE_ONCE(task.mm, mm);
  WRITE_ONCE(task.active_mm, mm);
  return mm;
}

/** `task` is another thread of the process that uses mm. */
export function new_thread(task: task_struct, mm: mm_struct): void {
  atomic_inc(mm.mm_users);
  WRITE_ONCE(task.mm, mm);
  WRITE_ONCE(task.active_mm, mm);
}

/** Maps every page of the machine in mm, each to a frame of its own. */
export function map_pages(mm: mm_struct): void {
  const table = pool_alloc(page_tables);
  WRITE_ONCE(mm.pgd.entry, table);
  for (let page = 0; page < machine.pages; page++) WRITE_ONCE(table.pte[page], pool_alloc(frames));
}

/** `task` runs on `cpu`, in user mode, its mm loaded with nothing cached; the idle task gives up init_mm. */
export function run_user(cpu: cpu_id, task: task_struct): void {
  const mm = task.mm!;
  const ctx_id = mm.context.ctx_id;
  WRITE_ONCE(per_cpu(pcpu_hot.current_task, cpu), task);
  WRITE_ONCE(task.on_cpu, true);
  WRITE_ONCE(tasks[cpu].on_cpu, false);
  WRITE_ONCE(tasks[cpu].active_mm, null);
  atomic_dec(init_mm.mm_count);
  cpumask_set_cpu(cpu, mm_cpumask(mm));
  load_mm(cpu, mm, ctx_id);
}

function load_mm(cpu: cpu_id, mm: mm_struct, ctx_id: number): void {
  const asid = config.PCID ? 1 : 0;
  WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu), mm);
  WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm_asid, cpu), asid);
  WRITE_ONCE(per_cpu(cpu_tlbstate.ctxs[asid].ctx_id, cpu), ctx_id);
  WRITE_ONCE(per_cpu(cpu_tlbstate.ctxs[asid].tlb_gen, cpu), atomic_read(mm.context.tlb_gen));
  if (config.PCID) WRITE_ONCE(per_cpu(cpu_tlbstate.next_asid, cpu), 2);
  hw[cpu].cr3 = mm.pgd;
  hw[cpu].pcid = asid;
}

/** The running user of `cpu` has touched all of its pages: the TLB holds them. */
export function touch_pages(cpu: cpu_id): void {
  const pcid = hw[cpu].pcid;
  const table = hw[cpu].cr3.entry;
  hw[cpu].psc[pcid] = table;
  for (let page = 0; page < machine.pages; page++) hw[cpu].tlb[pcid][page] = table!.pte[page];
}

/** CPU 0 has switched to `next`, by the kernel's own code, before the scenario starts. */
export function switched_to(next: task_struct): void {
  context_switch(get_current(), next);
}

/** Kernel code on `cpu` may be preempted now. */
export function preemptible(cpu: cpu_id): boolean {
  return !hw[cpu].irqs_off && hw[cpu].preempt_count === 0;
}
