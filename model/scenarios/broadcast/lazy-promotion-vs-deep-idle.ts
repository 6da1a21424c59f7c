// SPDX-License-Identifier: MIT
import { no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { global_asid_adopted, process_promoted } from "../../kernel/arch/x86/mm/global_asid.ts";
import { leave_mm } from "../../kernel/arch/x86/mm/tlb.ts";
import { local_irq_disable, local_irq_enable } from "../../kernel/irqflags.ts";
import { flush_tlb_page, unmap_page } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, switched_to, touch_pages, two_asids } from "../setup.ts";

export const lazy_promotion_vs_deep_idle = scenario({
  question: `CPU 0 is lazy in a process that gets a global ASID from a flush on CPU 1; the next flush finds CPU 0 on an
    ASID of its own, and interrupts it. Then CPU 0 leaves the mm for a deep idle state. Does it know that it is lazy?`,
  needs: { arch: "x86", config: { INVLPGB: true } },
  machine: { ...small },
  config: { ...two_asids, global_asid_threshold: 0, trim_cpumask: false },
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
      leave_mm();
      local_irq_enable();
    },
    CPU1() {
      flush_tlb_page(mms[1], 0);
      unmap_page(mms[1], 0);
      user_load(mms[1].pgd, 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table, no_warning],
  witness: [process_promoted, global_asid_adopted],
  // flush_tlb_func() goes over to the global ASID by switch_mm_irqs_off() from the mm to itself, which ends lazy mode,
  // although a kernel thread runs; leave_mm() warns. Nothing worse: the hardware flushes that CPU, too.
  expect: { sc: violates(no_warning), x86_tso: violates(no_warning) },
  mutants: [
    {
      name: "repaired: leave_mm() does not warn",
      mutant: drop(leave_mm, "WARN_ON_ONCE"),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});
