// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/linux/sync_core.h, arch/x86/include/asm/sync_core.h, and the way back to user mode as far as it
// matters: whether the instruction that returns there serialises the core.
import { pipelines, serialise_core } from "../hw/mmu/pipeline.ts";
import { config } from "./parts.ts";

/**
 * Before the CPU is in user mode again, it has forgotten what it fetched. Elsewhere than on x86, and under PTI, whose
 * way back writes CR3, that happens anyway. Not later than now: we might be switched out before we return.
 */
export function sync_core_before_usermode(): void {
  if (!config.ARCH_HAS_SYNC_CORE_BEFORE_USERMODE || config.PTI) return;
  sync_core();
}

/** IRET to the next instruction. */
function sync_core(): void {
  serialising_instruction();
  serialise_core(smp_processor_id());
}

/** The end of a system call: SYSRET or SYSEXIT on x86, ERET on arm64, RFI on powerpc. */
export function syscall_exit_to_user_mode(): void {
  if (config.ARCH_HAS_SYNC_CORE_BEFORE_USERMODE && !config.PTI) return;
  return_and_serialise();
}

function return_and_serialise(): void {
  instruction();
  serialise_core(smp_processor_id());
}

/** The end of an interrupt that came into user mode, if one did. */
export function irqentry_exit_to_user_mode(): void {
  instruction();
  const cpu = smp_processor_id();
  if (!pipelines[cpu].iret_due) return;
  pipelines[cpu].iret_due = false;
  serialise_core(cpu);
}
