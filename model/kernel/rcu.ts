// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/linux/rcupdate.h, cut to what frees page tables late: code that runs with interrupts off is a
// read-side critical section. Left out: handlers and code with preemption off, which are sections too.
import { hw } from "../hw/mmu/cpu.ts";
import { cpu_states } from "./cpu.ts";
import { config } from "./parts.ts";

/** Every CPU has been seen outside of such code. (Linux uses call_rcu(): what is freed is freed then, nobody waits.) */
export function synchronize_rcu(): void {
  for (const cpu of for_each_possible_cpu()) rcu_quiescent_state(cpu);
}

function rcu_quiescent_state(cpu: cpu_id): void {
  instruction();
  const rcu_offline = config.HOTPLUG_CPU && cpu_states[cpu].rcu_offline;
  when(cpu === smp_processor_id() || !hw[cpu].irqs_off || rcu_offline);
}
