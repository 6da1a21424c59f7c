// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/linux/rcupdate.h, cut to what frees page tables late: code that runs with interrupts off is a
// read-side critical section. Left out: handlers and code with preemption off, which are sections too.
import { hw } from "../hw/mmu/cpu.ts";
import { cpu_states } from "./cpu.ts";
import { config } from "./parts.ts";
import { on_each_cpu_of } from "./smp.ts";

/** Every CPU has been seen outside of such code. (Linux uses call_rcu(): what is freed is freed then, nobody waits.) */
export function synchronize_rcu(): void {
  // A grace period is a full barrier on every CPU, too. Nobody but membarrier() asks for that: so only there.
  if (config.MEMBARRIER) on_each_cpu_of(cpumask_all, rcu_exp_handler, as_void(null));
  else for (const cpu of for_each_possible_cpu()) rcu_quiescent_state(cpu);
}

/** The interrupt of an expedited grace period: where it comes in, no reader is. */
export function rcu_exp_handler(_info: void_star): void {
  // Pairs with: the accesses of every other CPU, before and after the grace period.
  smp_mb();
}

function rcu_quiescent_state(cpu: cpu_id): void {
  instruction();
  const rcu_offline = config.HOTPLUG_CPU && cpu_states[cpu].rcu_offline;
  when(cpu === smp_processor_id() || !hw[cpu].irqs_off || rcu_offline);
}
