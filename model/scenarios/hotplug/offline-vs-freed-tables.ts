// SPDX-License-Identifier: MIT
import { no_walk_of_freed_table } from "../../hw/mmu/cpu.ts";
import { cpu_has_died, takedown_cpu } from "../../kernel/cpu.ts";
import { mmput } from "../../kernel/fork.ts";
import { mms } from "../../kernel/mm_types.ts";
import { sched_cpu_wait_empty, sched_force_init_mm } from "../../kernel/sched/hotplug.ts";
import { small, two_asids } from "../setup.ts";
import { cpu_dies, lazy_after_exec } from "./setup.ts";

export const offline_vs_freed_tables = scenario({
  question: `CPU 0 goes offline, lazy in an mm whose page tables CPU 1 tears down; they are freed after an RCU grace
    period. Flushes send no interrupts to CPUs that are offline. Can the hardware of CPU 0 walk a freed table before the
    CPU is dead?`,
  needs: { arch: "x86", config: { lazy_tlb: true, sched_force_init_mm: false } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids, HOTPLUG_CPU: true, MMU_GATHER_RCU_TABLE_FREE: true },
  init() {
    lazy_after_exec(true);
  },
  threads: {
    CPU0() {
      cpu_dies();
    },
    CPU1() {
      mmput(mms[1]);
      takedown_cpu(0);
    },
  },
  check: [no_walk_of_freed_table],
  witness: [cpu_has_died],
  // From the moment at which CPU 0 leaves cpu_online_mask until it leaves the mm, some thousand instructions later.
  expect: { sc: violates(no_walk_of_freed_table), x86_tso: violates(no_walk_of_freed_table) },
  mutants: [
    {
      name: "repaired: the hotplug thread leaves the mm before (21641bd9a7a7)",
      mutant: replace(sched_cpu_wait_empty, sched_force_init_mm),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});
