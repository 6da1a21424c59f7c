// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/smp.c: calling a function on other CPUs. A call sits in csd[from][to] until the target has run it.
// Queueing is llist_add(), a LOCKed operation, so it publishes all earlier stores; the acknowledgement is a release
// store followed by IRET. Queue and interrupt are one step: a target may run the call as soon as it is queued anyway,
// because an earlier IPI can still be on its way. Left out: csd_lock debugging, asynchronous calls.
import { hw } from "../hw/mmu/cpu.ts";
import { cpu_online } from "./cpu.ts";
import { local_irq_restore, local_irq_save, preempt_disable, preempt_enable } from "./irqflags.ts";
import { config } from "./parts.ts";
import { irqentry_exit } from "./sync_core.ts";

interface call_single_data {
  /** null: the slot is free. */
  func: callback<never> | null;
  info: void_star;
}
const csd = DEFINE_FRAME<array<array<call_single_data, "cpus">, "cpus">>();

/** An inter-processor interrupt was sent. */
export const ipi_sent = sometimes("a function call interrupt is sent");

/** Runs func(info) on every CPU of the mask for which cond holds (all, if it is null), and waits until they have. */
export function on_each_cpu_cond_mask<T>(
  cond: ((cpu: cpu_id, info: T) => boolean) | null,
  func: (info: T) => void,
  info: T,
  mask: cpumask_t,
): void {
  smp_call_function_many_cond(cond, func, info, cpumask_copy(mask), true);
}

function smp_call_function_many_cond<T>(
  cond: ((cpu: cpu_id, info: T) => boolean) | null,
  func: (info: T) => void,
  info: T,
  cpus: cpumask_copy_t,
  run_local: boolean,
): void {
  const this_cpu = smp_processor_id();
  let queued = cpumask_none;

  for (const cpu of for_each_cpu(cpumask_without(this_cpu, cpus))) {
    if (!cpu_online(cpu)) continue;
    if (cond !== null && !cond(cpu, info)) continue;
    csd_lock_and_queue(cpu, func as callback<never>, as_void(info));
    queued = cpumask_with(cpu, queued);
  }
  if (config.ipis_recorded) send_call_function_ipi_mask(queued);
  // The local call runs while the others are on their way.
  if (run_local && cpumask_contains(this_cpu, cpus) && (cond === null || cond(this_cpu, info))) {
    const flags = local_irq_save();
    func(info);
    local_irq_restore(flags);
  }
  if (!cpumask_empty(queued)) trace_ipi_round();
  for (const cpu of for_each_cpu(queued)) csd_lock_wait(cpu);
}

/** The interrupts: nobody sees more of them than csd_lock_and_queue() has shown already. */
function send_call_function_ipi_mask(_queued: cpumask_copy_t): void {}

/** Runs func(info) on every other CPU of the mask, and waits until they have. Preemption is off. */
export function smp_call_function_many<T>(mask: cpumask_t, func: (info: T) => void, info: T): void {
  smp_call_function_many_of(cpumask_copy(mask), func, info);
}

/** The same for a mask on the caller's stack. */
export function smp_call_function_many_of<T>(cpus: cpumask_copy_t, func: (info: T) => void, info: T): void {
  smp_call_function_many_cond(null, func, info, cpus, false);
}

/** Runs func(info) on every CPU of the mask, and waits until they have. */
export function on_each_cpu_mask<T>(mask: cpumask_t, func: (info: T) => void, info: T): void {
  preempt_disable();
  on_each_cpu_cond_mask(null, func, info, mask);
  preempt_enable();
}

/** The same for a mask on the caller's stack. */
export function on_each_cpu_of<T>(cpus: cpumask_copy_t, func: (info: T) => void, info: T): void {
  preempt_disable();
  smp_call_function_many_cond(null, func, info, cpus, true);
  preempt_enable();
}

/** The same on all CPUs. */
export function on_each_cpu<T>(func: (info: T) => void, info: T): void {
  on_each_cpu_of(cpumask_all, func, info);
}

/** Runs func(info) on one CPU, and waits until it has; not if that is offline (-ENXIO). */
export function smp_call_function_single<T>(cpu: cpu_id, func: (info: T) => void, info: T): void {
  preempt_disable();
  if (cpu === smp_processor_id()) {
    const flags = local_irq_save();
    func(info);
    local_irq_restore(flags);
  } else if (cpu_online(cpu)) {
    csd_lock_and_queue(cpu, func as callback<never>, as_void(info));
    trace_ipi_round();
    csd_lock_wait(cpu);
  }
  preempt_enable();
}

function csd_lock_and_queue(cpu: cpu_id, func: callback<never>, info: void_star): void {
  serialising_instruction();
  const this_cpu = smp_processor_id();
  when(csd[this_cpu][cpu].func === null);
  csd[this_cpu][cpu].func = func;
  csd[this_cpu][cpu].info = info;
  reached(ipi_sent);
  trace_ipi_send(cpu);
}

function csd_lock_wait(cpu: cpu_id): void {
  instruction();
  when(csd[smp_processor_id()][cpu].func === null);
}

/** The interrupt: takes any of the calls that wait for this CPU. */
export function sysvec_call_function(): void {
  const cpu = smp_processor_id();
  const from = any_such(nr_cpu_ids, (i) => !hw[cpu].irqs_off && csd[i][cpu].func !== null);
  call_func(csd[from][cpu].func, csd[from][cpu].info);
  csd_unlock_iret(from);
}

export const call_function_vector = INTERRUPT(sysvec_call_function, 2);

function csd_unlock_iret(from: cpu_id): void {
  serialising_instruction();
  const cpu = smp_processor_id();
  csd[from][cpu].func = null;
  csd[from][cpu].info = as_void(null);
  irqentry_exit();
}

declare function trace_ipi_send(cpu: cpu_id): void;
declare function trace_ipi_round(): void;
