// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/linux/irqflags.h and preempt.h: interrupt flag and preemption count of the running CPU.
import { hw } from "../hw/mmu/cpu.ts";
import { config } from "./parts.ts";

export function local_irq_disable(): void {
  instruction();
  hw[smp_processor_id()].irqs_off = true;
}

export function local_irq_enable(): void {
  instruction();
  hw[smp_processor_id()].irqs_off = false;
}

export function local_irq_save(): bool {
  instruction();
  const flags = hw[smp_processor_id()].irqs_off;
  hw[smp_processor_id()].irqs_off = true;
  return flags;
}

export function local_irq_restore(flags: bool): void {
  instruction();
  hw[smp_processor_id()].irqs_off = flags;
}

export function preempt_disable(): void {
  instruction();
  hw[smp_processor_id()].preempt_count = hw[smp_processor_id()].preempt_count + 1;
}

export function preempt_enable(): void {
  instruction();
  hw[smp_processor_id()].preempt_count = hw[smp_processor_id()].preempt_count - 1;
}

/** The caller relies on the CPU that it runs on: it must not be able to migrate. */
export function debug_smp_processor_id(): void {
  if (config.DEBUG_PREEMPT) WARN_ON_ONCE(preemptible());
}

export function preemptible(): boolean {
  instruction();
  return !hw[smp_processor_id()].irqs_off && hw[smp_processor_id()].preempt_count === 0;
}
