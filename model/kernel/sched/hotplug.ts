// SPDX-License-Identifier: GPL-2.0-only
// Linux 7.0 kernel/sched/core.c and 6.12 kernel/sched/idle.c: what the scheduler does on a CPU that goes offline.
import { cpuhp_ap_report_dead, cpuhp_report_idle_dead, idle_task_exit } from "../cpu.ts";
import { local_irq_disable, local_irq_enable } from "../irqflags.ts";
import { init_mm } from "../mm_types.ts";
import { config, parts } from "../parts.ts";
import { get_current } from "./sched.ts";

/** The hotplug thread was lazy in a process. */
export const hotplug_thread_leaves = sometimes("the hotplug thread leaves the mm that it borrows");

/** In the hotplug thread of the dying CPU, while it still is online. No user task comes here any more. */
export function sched_cpu_wait_empty(): void {
  if (config.sched_force_init_mm) sched_force_init_mm();
}

export function sched_force_init_mm(): void {
  const current = get_current();
  const mm = current.active_mm!;
  if (mm === init_mm) return;
  reached(hotplug_thread_leaves);
  parts.lifetime.mmgrab_lazy_tlb(init_mm);
  local_irq_disable();
  current.active_mm = init_mm;
  parts.coherence.switch_mm_irqs_off(mm, init_mm);
  local_irq_enable();
  parts.lifetime.mmdrop_lazy_tlb(mm);
}

/** do_idle() finds that its CPU is offline; it never returns. */
export function do_idle_offline(): void {
  local_irq_disable();
  unlazy_for_ever();
  cpuhp_report_idle_dead();
  arch_cpu_idle_dead();
}

function unlazy_for_ever(): void {
  if (!config.unlazy_before_idle_dead) return;
  parts.lifetime.unlazy_mm_irqs_off();
  // What was parked here, too, if unlazy_mm_irqs_off() has left it: this CPU switches no more.
  parts.lifetime.finish_task_switch_mm(null);
}

/** x86's play_dead(). */
function arch_cpu_idle_dead(): void {
  if (!config.sched_force_init_mm && !config.unlazy_before_idle_dead) idle_task_exit();
  cpuhp_ap_report_dead();
}
