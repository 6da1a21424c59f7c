// SPDX-License-Identifier: MIT
import { no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { write_cr3 } from "../../hw/mmu/x86.ts";
import * as tlb from "../../kernel/arch/x86/mm/tlb.ts";
import * as tlb_4_14 from "../../kernel/arch/x86/mm/tlb_4_14.ts";
import { local_irq_disable, local_irq_enable } from "../../kernel/irqflags.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { references_conserved } from "../../properties/lifetimes.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, switched_to, touch_pages, two_asids } from "../setup.ts";

export const deep_idle_vs_munmap = scenario({
  question: `CPU 0, lazy in a process, leaves its mm for a deep idle state and returns to the process later; its TLB
    keeps the entries. CPU 1 unmaps a page meanwhile, and need not wake CPU 0. Does CPU 0 find out?`,
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true } },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    touch_pages(0);
    switched_to(tasks[0]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      local_irq_disable();
      parts.coherence.leave_mm();
      local_irq_enable();
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table, no_warning, references_conserved],
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // CVE-2025-40174, as in switch_to_vs_munmap.
    "linux-6.14-x86": { sc: safe, x86_tso: violates(no_stale_user_access) },
  },
  mutants: [
    {
      name: "tlb_gen is read before the mask bit is set",
      needs: { parts: { coherence: "tlb" } },
      mutant: move_before(tlb.switch_mm_irqs_off, "atomic_read", 2, "cpumask_set_cpu", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
      expect_of: {
        "linux-6.12-x86-nopcid": { sc: safe, x86_tso: safe },
        "linux-6.14-x86-nopcid": { sc: safe, x86_tso: safe },
      },
    },
    {
      name: "tlb_gen is read before the mask bit is set (4.14)",
      needs: { parts: { coherence: "tlb_4_14" } },
      mutant: move_before(tlb_4_14.switch_mm_irqs_off, "atomic_read", 1, "cpumask_set_cpu", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
      expect_of: { "linux-4.14-x86-nopcid": { sc: safe, x86_tso: safe } },
    },
    {
      name: "a CR3 write flushes nothing, as if it always had PCIDs to tell entries apart",
      mutant: drop(write_cr3, "drop_asid"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});
