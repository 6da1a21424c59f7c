// SPDX-License-Identifier: MIT
import { hw, no_walk_of_freed_table, swapper_pg_dir } from "../../hw/mmu/cpu.ts";
import { leave_mm } from "../../kernel/arch/x86/mm/tlb.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { local_irq_disable, local_irq_enable } from "../../kernel/irqflags.ts";
import * as mainline from "../../kernel/lifetime/mainline.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { no_active_mm_left_dangling, no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { boot, map_pages, new_mm, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

/** CPU 0 is on init_mm, by itself or because a flush told it, and the mm has no users any more. */
export const left_in_time = sometimes(
  "a CPU has left an mm without users",
  () => hw[0].pgd === swapper_pg_dir && (!is_allocated(mms[1]) || atomic_read(mms[1].mm_users) === 0),
);

export const deep_idle_vs_exit = scenario({
  question: `CPU 0, lazy in a process, leaves its page tables for a deep idle state; active_mm still names the mm, and
    only a lazily cleared mm_cpumask still names CPU 0. The last task of the process exits on CPU 1. Who tells the
    scheduler of CPU 0?`,
  needs: { arch: "x86", parts: { coherence: "tlb", backend: "native" }, config: { lazy_tlb: true } },
  machine: { ...two_mms, tasks: 4, ctx_ids: 4 },
  // Without it an eagerly cleared mask loses CPU 0 before its CR3 changes: see switch_away_vs_freed_tables.
  config: { ...three_asids, MMU_GATHER_RCU_TABLE_FREE: true },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      local_irq_disable();
      leave_mm();
      local_irq_enable();
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[3]);
    },
  },
  check: [no_freed_pgd_loaded, no_walk_of_freed_table, no_active_mm_left_dangling, references_conserved],
  witness: [left_in_time],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // exit_mm() as posted leaks what it takes.
    "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
    // The mask that tells whom to shoot does not name CPU 0: leave_mm() has cleared its bit, or a flush that found
    // another mm loaded. CONFIG_DEBUG_VM_SHOOT_LAZIES would warn; on x86 nobody follows or compares the pointer.
    "x86-shootdown": {
      sc: violates(no_active_mm_left_dangling),
      x86_tso: violates(no_active_mm_left_dangling),
    },
    "x86-shootdown-6.18": {
      sc: violates(no_active_mm_left_dangling),
      x86_tso: violates(no_active_mm_left_dangling),
    },
  },
  mutants: [
    {
      name: "nobody leaves the page tables",
      mutant: replace(parts.lifetime.unlazy_mm_irqs_off, stay),
      expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
    },
    {
      name: "repaired: active_mm follows the page tables (Lutomirski's patches 20 and 21)",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: replace(mainline.unlazy_mm_irqs_off, mainline.unlazy_active_mm_irqs_off),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});

export function stay(): void {}
