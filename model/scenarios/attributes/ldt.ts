// SPDX-License-Identifier: MIT
import { ldt_structs, ldtr, no_freed_ldt_used, user_load_segment } from "../../hw/mmu/ldt.ts";
import { install_ldt, write_ldt } from "../../kernel/arch/x86/attributes/ldt.ts";
import { switch_mm_irqs_off } from "../../kernel/arch/x86/mm/tlb.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { boot, new_mm, new_thread, run_user, small, two_asids } from "../setup.ts";

export const ldt_vs_switch = scenario({
  question: `CPU 1 changes the process's segment descriptors and frees what was there before, while another thread
    of the process comes to CPU 0 and loads segments. Are they from a table that was freed?`,
  needs: { parts: { attributes: "ldt" } },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    boot();
    new_thread(tasks[3], new_mm(tasks[2]));
    run_user(1, tasks[2]);
    const ldt = pool_alloc(ldt_structs);
    WRITE_ONCE(mms[1].context.ldt, ldt);
    ldtr[1].ldt = ldt;
  },
  threads: {
    CPU0() {
      __schedule(tasks[3]);
      user_load_segment();
    },
    CPU1() {
      write_ldt(mms[1]);
    },
  },
  check: [no_freed_ldt_used],
  witness: [ipi_sent],
  // As for lam_kthread_use_mm: CPU 1 reads mm_cpumask while its store to mm.context.ldt still waits in its buffer. CPU 0
  // sets its bit, and reads the old table.
  expect: { sc: safe, x86_tso: violates(no_freed_ldt_used) },
  mutants: [
    {
      name: "repaired: a full barrier before the mask is read",
      mutant: weaken(install_ldt, "smp_store_release", 1, "xchg"),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "the table is read before the bit in the mask is set",
      mutant: move_before(switch_mm_irqs_off, "switch_attributes", 1, "read_attributes", 1),
      expect: { sc: violates(no_freed_ldt_used), x86_tso: violates(no_freed_ldt_used) },
    },
    {
      name: "nobody else is told",
      mutant: drop(install_ldt, "on_each_cpu_mask"),
      expect: { sc: violates(no_freed_ldt_used), x86_tso: violates(no_freed_ldt_used) },
    },
  ],
});
