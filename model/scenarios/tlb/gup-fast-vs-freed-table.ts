// SPDX-License-Identifier: MIT
import { boot_global_asid } from "../../kernel/arch/x86/mm/global_asid.ts";
import { gup_fast, gup_pgd_range, table_walked } from "../../kernel/mm/gup.ts";
import { tlb_finish_mmu, unmap_table } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { config } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, switched_to, two_asids } from "../setup.ts";

/** CPU 0 is lazy in a process that CPU 1 runs. */
function lazy_and_user(): void {
  boot();
  const mm = new_mm(tasks[2]);
  map_pages(mm);
  new_thread(tasks[3], mm);
  run_user(0, tasks[2]);
  if (config.INVLPGB) boot_global_asid(0, mms[1], 2);
  switched_to(tasks[0]);
  run_user(1, tasks[3]);
  if (config.INVLPGB) boot_global_asid(1, mms[1], 2);
}

export const gup_fast_vs_freed_table = scenario({
  question: `CPU 0, lazy in a process, returns to it and walks its page tables without a lock, interrupts off
    (get_user_pages_fast()), while CPU 1 frees a table right behind the flush: that interrupts every CPU, says an
    optimisation of 2026. Is the flush all the waiting that is needed?`,
  needs: { arch: "x86" },
  machine: { ...small },
  config: { ...two_asids, MMU_GATHER_RCU_TABLE_FREE: false },
  init() {
    lazy_and_user();
  },
  threads: {
    CPU0() {
      __schedule(tasks[2]);
      gup_fast(0);
    },
    CPU1() {
      unmap_table(mms[1]);
    },
  },
  check: [no_use_after_free],
  witness: [table_walked],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // A process with a global ASID is flushed without interrupts.
    "linux-6.18-x86-invlpgb": { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    pcid64: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    // A virtual CPU that is not running, or none at all, is interrupted.
    kvm: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    hyperv: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    xen_pv: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
  },
  mutants: [
    {
      name: "interrupts stay on",
      mutant: replace(gup_fast, gup_with_interrupts_on),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "no flush",
      mutant: drop(tlb_finish_mmu, "tlb_flush"),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
  ],
});

export const gup_fast_vs_table_freed_by_rcu = scenario({
  question: `The same, but page tables are freed after an RCU grace period. Is that enough?`,
  needs: { arch: "x86" },
  machine: { ...small },
  config: { ...two_asids, MMU_GATHER_RCU_TABLE_FREE: true },
  init() {
    lazy_and_user();
  },
  threads: {
    CPU0() {
      __schedule(tasks[2]);
      gup_fast(0);
    },
    CPU1() {
      unmap_table(mms[1]);
    },
  },
  check: [no_use_after_free],
  witness: [table_walked],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "interrupts stay on",
      mutant: replace(gup_fast, gup_with_interrupts_on),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
  ],
});

export function gup_with_interrupts_on(page: number): boolean {
  return gup_pgd_range(page);
}
