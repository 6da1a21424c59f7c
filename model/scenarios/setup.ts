// SPDX-License-Identifier: MIT
// How scenarios start: machines, and the initial state in the kernel's own variables.
import { frames, hw, page_tables, pgds, reset_cpu } from "../hw/mmu/x86.ts";
import type { frame, page_table } from "../hw/mmu/x86.ts";
import { cpu_tlbstate, cpu_tlbstate_shared } from "../kernel/arch/x86/mm/tlbstate.ts";
import { init_mm, mm_globals, mms, tasks } from "../kernel/mm_types.ts";
import type { mm_struct, task_struct } from "../kernel/mm_types.ts";
import { pcpu_hot, runqueues } from "../kernel/sched/sched.ts";

/**
 * The smallest machine that shows lazy TLBs at work: init_mm and one mm of one page. Pages are one byte (PAGE_SHIFT 0),
 * as an address is only ever a page number here. tasks[cpu] is the idle task of each CPU.
 */
export const small = {
  cpus: 2, mms: 2, tasks: 4, pages: 1, tables: 1, frames: 1, refs: 6, ctx_ids: 3, tlb_gens: 3, address: 2,
  stride_shift: 0, PAGE_SHIFT: 0, TLB_FLUSH_CEILING: 33,
};
/** Two ASID slots are enough to have one too few. */
export const two_asids = { TLB_NR_DYN_ASIDS: 2 };

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
    pcpu_hot[cpu].current_task = tasks[cpu];
    tasks[cpu].active_mm = init_mm;
    tasks[cpu].on_cpu = true;
    WRITE_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu), init_mm);
    WRITE_ONCE(per_cpu(cpu_tlbstate.next_asid, cpu), 1);
    WRITE_ONCE(per_cpu(cpu_tlbstate.ctxs, cpu)[0].ctx_id, 1);
  }
}
