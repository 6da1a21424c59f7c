// SPDX-License-Identifier: MIT
import { no_foreign_user_access, no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { mmgrab } from "../../kernel/fork.ts";
import { kthread_unuse_mm, kthread_use_mm } from "../../kernel/kthread.ts";
import { unmap_table } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { switch_mm } from "../../kernel/mmu_context.ts";
import { config, parts } from "../../kernel/parts.ts";
import { __change_current_mm } from "../../kernel/sched/change_mm.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { task_lock, task_unlock } from "../../kernel/sched/task.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { references_conserved } from "../../properties/lifetimes.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, switched_to, two_asids } from "../setup.ts";

export const kthread_use_mm_vs_flush = scenario({
  question: `On CPU 0 a kernel thread, lazy in a process, starts to use that mm as its own, while CPU 1 unmaps and
    frees a page table of it. Can the flush come while active_mm and mm say one thing and the page tables another?`,
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true } },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      kthread_use_mm(mms[1]);
      user_load(mms[1].pgd, 0);
      kthread_unuse_mm(mms[1]);
    },
    CPU1() {
      unmap_table(mms[1]);
    },
  },
  check: [no_walk_of_freed_table, no_stale_user_access, no_foreign_user_access, references_conserved],
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // As lazy_vs_freed_tables.
    "linux-4.14-rc-fully-lazy": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    // kthread_unuse_mm() goes to init_mm at once: as switch_away_vs_freed_tables.
    "linux-4.14-x86": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
  },
  mutants: [
    {
      name: "interrupts stay on until the page tables are switched (before 38cf307c1f20)",
      needs: { config: { fully_lazy_tlb: false, tlb_use_lazy_mode: true } },
      mutant: replace(kthread_use_mm, kthread_use_mm_irqs_on),
      // On x86 loaded_mm decides what a flush does, and that was always written with interrupts off.
      expect: { sc: safe, x86_tso: safe },
      // Where a flush makes active_mm follow, it must not do so to a task that has an mm: such a CPU stays.
      expect_of: {
        "luto-2022-intended": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
        "luto-2022-mask-scan": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
        "luto-2022-posted": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
        "x86-last-mmput": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
        asid_references: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
      },
    },
    {
      name: "the flush does not reach CPU 0",
      needs: { config: { XEN_PV: true } },
      mutant: drop(parts.coherence.flush_tlb_mm_range, "flush_tlb_multi"),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "the page tables are not switched by __change_current_mm()",
      needs: { config: { change_current_mm: true } },
      mutant: drop(__change_current_mm, "switch_mm_irqs_off"),
      // Still lazy, but with an mm: it stays, as above.
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "the page tables are not switched",
      needs: { config: { fully_lazy_tlb: false, tlb_use_lazy_mode: true, change_current_mm: false } },
      mutant: drop(kthread_use_mm, "switch_mm_irqs_off"),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
      expect_of: {
        // No flush makes it leave.
        xen_pv: { sc: safe, x86_tso: safe },
        // Still lazy, but with an mm: it stays, as above.
        "x86-last-mmput": { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
        asid_references: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
      },
    },
  ],
});

/** As it was until 5.8, but for the references. */
export function kthread_use_mm_irqs_on(mm: mm_struct): void {
  const tsk = get_current();
  if (config.kthread_use_mm_grabs) mmgrab(mm);
  task_lock(tsk);
  const active_mm = tsk.active_mm!;
  tsk.active_mm = mm;
  WRITE_ONCE(tsk.mm, mm);
  switch_mm(active_mm, mm);
  parts.lifetime.exit_lazy_mm();
  task_unlock(tsk);
  parts.lifetime.mmdrop_lazy_tlb(active_mm);
}
