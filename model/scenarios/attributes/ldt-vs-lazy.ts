// SPDX-License-Identifier: MIT
import {
  boot_ldt,
  flush_ldt,
  install_ldt,
  lldt,
  load_segment,
  modify_ldt,
  no_wrong_ldt,
} from "../../kernel/arch/x86/attributes/ldt.ts";
import { local_irq_disable, local_irq_enable } from "../../kernel/irqflags.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { boot, new_mm, new_thread, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

export const ldt_vs_lazy = scenario({
  question: `CPU 0 is lazy in a process, leaves its mm for a deep idle state, and returns to the process or to another
    one, while CPU 1 replaces the process's LDT and frees the old one. Whose LDT does CPU 0's next user program use?`,
  needs: { arch: "x86", parts: { attributes: "ldt" }, config: { lazy_tlb: true } },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids, MODIFY_LDT_SYSCALL: true },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    new_thread(tasks[3], mm);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    boot_ldt(0, mm, 1);
    run_user(1, tasks[3]);
    boot_ldt(1, mm, 1);
    switched_to(tasks[0]);
  },
  threads: {
    CPU0() {
      local_irq_disable();
      parts.coherence.leave_mm();
      local_irq_enable();
      __schedule(any(2) === 0 ? tasks[2] : tasks[4]);
      load_segment(get_current().mm === mms[1]);
    },
    CPU1() {
      modify_ldt(2);
      load_segment(true);
    },
  },
  check: [no_wrong_ldt],
  witness: [ipi_sent],
  // Nothing keeps the look at the mask behind the store of the new LDT: neither smp_store_release() nor
  // on_each_cpu_mask() is a full barrier on x86. CPU 0 sets its bit too late to be told, and loads the old one.
  expect: { sc: safe, x86_tso: violates(no_wrong_ldt) },
  mutants: [
    {
      name: "repaired: a full barrier before the look at the mask",
      mutant: weaken(install_ldt, "smp_store_release", 1, "xchg"),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "flush_ldt() asks active_mm, as until 4.12",
      mutant: replace(flush_ldt, flush_ldt_of_active_mm),
      expect: { sc: violates(no_wrong_ldt), x86_tso: violates(no_wrong_ldt) },
    },
    {
      name: "no switch loads an LDT",
      mutant: drop(parts.coherence.switch_mm_irqs_off, "switch_attributes"),
      expect: { sc: violates(no_wrong_ldt), x86_tso: violates(no_wrong_ldt) },
    },
  ],
});

export function flush_ldt_of_active_mm(mm: mm_struct): void {
  if (get_current().active_mm !== mm) return;
  lldt(READ_ONCE(mm.context.ldt));
}
