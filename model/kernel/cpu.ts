// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/cpu.c and kernel/rcu/tree.c: a CPU goes offline. It leaves cpu_online_mask in stop_machine(): all
// other CPUs stand still then, at places where they can be preempted, so that nobody is between a look at the mask and
// what that look is for, unless preemption is on there. Later RCU stops to watch it, and then it is dead.
// Left out: the way back; the other callbacks; CPUs are never inactive (cpu_active_mask): scenarios give a dying CPU no
// user task. stop_machine() also is a barrier for all CPUs, here only for the dying one.
import { hw } from "../hw/mmu/cpu.ts";
import { init_mm, tasks } from "./mm_types.ts";
import { switch_mm } from "./mmu_context.ts";
import { config, parts } from "./parts.ts";
import { get_current } from "./sched/sched.ts";

interface cpu_state {
  /** Not in cpu_online_mask. */
  offline: bool;
  /** rcutree_report_cpu_dead(): RCU waits for this CPU no more, whatever it reads. */
  rcu_offline: bool;
}
export const cpu_states = DEFINE_HARDWARE<array<cpu_state, "cpus">>();

interface cpuhp_cpu_state {
  /** CPUHP_AP_IDLE_DEAD and arch_cpu_idle_dead() are behind it: it never runs again. */
  dead: bool;
}
const cpuhp_state = DEFINE_PER_CPU<cpuhp_cpu_state>();

/** What lockdep calls "RCU used illegally from offline CPU": nobody waits for this reader. */
export const no_rcu_from_offline_cpu = never("no use of RCU on a CPU that RCU does not watch");
/** All the way. */
export const cpu_has_died = sometimes("a CPU has gone offline, and is dead");

export function cpu_online(cpu: cpu_id): boolean {
  return config.HOTPLUG_CPU ? in_cpu_online_mask(cpu) : true;
}

function in_cpu_online_mask(cpu: cpu_id): boolean {
  instruction();
  return !cpu_states[cpu].offline;
}

/** On the dying CPU, in the stopper thread: stop_machine(), __cpu_disable(). */
export function take_cpu_down(): void {
  serialising_instruction();
  const this_cpu = smp_processor_id();
  when(every(machine.cpus, (cpu) => cpu === this_cpu || (!hw[cpu].irqs_off && hw[cpu].preempt_count === 0)));
  cpu_states[this_cpu].offline = true;
}

/** From the idle task, interrupts off. What follows must not use RCU. */
export function cpuhp_report_idle_dead(): void {
  instruction();
  cpu_states[smp_processor_id()].rcu_offline = true;
}

/** RCU_LOCKDEP_WARN(): the code that calls this is a reader, or calls one. */
export function rcu_lockdep_assert_watching(): void {
  if (config.HOTPLUG_CPU) assert_rcu_watches();
}

function assert_rcu_watches(): void {
  instruction();
  if (cpu_states[smp_processor_id()].rcu_offline) raise(no_rcu_from_offline_cpu);
}

/** The last of the dying CPU: play_dead(). */
export function cpuhp_ap_report_dead(): void {
  // Pairs with: takedown_cpu().
  smp_store_release(per_cpu(cpuhp_state.dead, smp_processor_id()), true);
}

/** On the control CPU: __cpu_die() waits for the other, then its last callback, at CPUHP_BRINGUP_CPU. */
export function takedown_cpu(cpu: cpu_id): void {
  // Pairs with: cpuhp_ap_report_dead().
  smp_cond_load_acquire(per_cpu(cpuhp_state.dead, cpu), VAL !== 0);
  reached(cpu_has_died);
  if (!config.unlazy_before_idle_dead) finish_cpu(cpu);
}

/** Drops what the idle task of the dead CPU borrowed: the dying CPU could not. (Before 5.8: nothing to do.) */
export function finish_cpu(cpu: cpu_id): void {
  if (config.idle_task_exit_drops) return;
  const idle = tasks[cpu];
  const mm = idle.active_mm!;
  if (config.sched_force_init_mm) {
    WARN_ON_ONCE(mm !== init_mm);
    idle.active_mm = null;
  } else if (mm !== init_mm) idle.active_mm = init_mm;
  parts.lifetime.mmdrop_lazy_tlb(mm);
}

/** kernel/sched/core.c: the dying CPU, in arch_cpu_idle_dead(), leaves what it borrows. */
export function idle_task_exit(): void {
  const current = get_current();
  const mm = current.active_mm!;
  if (mm !== init_mm) {
    switch_mm(mm, init_mm);
    if (config.idle_task_exit_drops) current.active_mm = init_mm;
  }
  if (config.idle_task_exit_drops) parts.lifetime.mmdrop_lazy_tlb(mm);
}
