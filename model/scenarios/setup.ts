// SPDX-License-Identifier: MIT
// How scenarios start: machines, and the initial state, built on CPU 0 in the kernel's own variables.
import { frames, hw, page_tables, pgds, reset_cpu } from "../hw/mmu/cpu.ts";
import type { mm_struct, task_struct } from "../kernel/mm_types.ts";
import { init_mm, kthread_mm, mms, tasks } from "../kernel/mm_types.ts";
import { config, parts } from "../kernel/parts.ts";
import { context_switch } from "../kernel/sched/core.ts";
import { get_current, pcpu_hot, runqueues } from "../kernel/sched/sched.ts";

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
/** Two ASID slots are enough to have one too few. Four ASIDs, of which 0 is nobody's, are enough for three mms. */
export const two_asids = { TLB_NR_DYN_ASIDS: 2, ASIDS: 4 };
export const three_asids = { TLB_NR_DYN_ASIDS: 3, ASIDS: 4 };

/** For mutants: Lutomirski's hazard pointers, but not as posted, where an exiting task leaks its mm in any case. */
export const names_borrowers = { parts: { lifetime: "hazard_pointers" }, config: { exit_mm_lazy: true } };

/** Every CPU idles on init_mm. */
export function boot(): void {
  const kernel = pool_alloc(mms);
  WRITE_ONCE(kernel.pgd, pool_alloc(pgds));
  atomic_set(kernel.mm_users, 1);
  atomic_set(kernel.mm_count, 1 + machine.cpus);
  for (let i = 0; i < machine.tasks; i++) WRITE_ONCE(pool_alloc(tasks).mm, kthread_mm());
  for (let cpu = 0; cpu < machine.cpus; cpu++) {
    reset_cpu(cpu);
    WRITE_ONCE(per_cpu(pcpu_hot.current_task, cpu), tasks[cpu]);
    if (config.MEMBARRIER) WRITE_ONCE(per_cpu(runqueues.curr, cpu), tasks[cpu]);
    WRITE_ONCE(tasks[cpu].active_mm, init_mm);
    WRITE_ONCE(tasks[cpu].on_cpu, true);
  }
  parts.coherence.boot_context();
}

/** A new mm whose only user is `task`. It maps nothing, and runs nowhere yet. */
export function new_mm(task: task_struct): mm_struct {
  const mm = pool_alloc(mms);
  WRITE_ONCE(mm.pgd, pool_alloc(pgds));
  parts.coherence.init_new_context(mm);
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
  WRITE_ONCE(per_cpu(pcpu_hot.current_task, cpu), task);
  if (config.MEMBARRIER) {
    WRITE_ONCE(per_cpu(runqueues.curr, cpu), task);
    WRITE_ONCE(per_cpu(runqueues.membarrier_state, cpu), atomic_read(mm.membarrier_state));
  }
  WRITE_ONCE(task.on_cpu, true);
  WRITE_ONCE(tasks[cpu].on_cpu, false);
  WRITE_ONCE(tasks[cpu].active_mm, kthread_mm());
  atomic_dec(init_mm.mm_count);
  parts.coherence.boot_mm(cpu, mm, false);
}

/** The running user of `cpu` has touched all of its pages: the TLB holds them. */
export function touch_pages(cpu: cpu_id): void {
  const asid = hw[cpu].asid;
  const table = hw[cpu].pgd.entry;
  hw[cpu].psc[asid] = table;
  for (let page = 0; page < machine.pages; page++) hw[cpu].tlb[asid][page] = table!.pte[page];
}

/** CPU 0 has switched to `next`, by the kernel's own code, before the scenario starts. */
export function switched_to(next: task_struct): void {
  context_switch(get_current(), next);
}

/** Kernel code on `cpu` may be preempted now. */
export function preemptible(cpu: cpu_id): boolean {
  return !hw[cpu].irqs_off && hw[cpu].preempt_count === 0;
}
