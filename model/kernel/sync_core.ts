// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 include/linux/sync_core.h, arch/x86/include/asm/sync_core.h, and the way back to user mode as far as it
// matters: whether the instruction that returns there serialises the core.
import { pipelines, serialise_core } from "../hw/mmu/pipeline.ts";
import type { task_struct } from "./mm_types.ts";
import { config } from "./parts.ts";
import { get_current } from "./sched/sched.ts";

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

/** Whom an interrupt came to, if it has been handled since: what that task returns with is IRET, or its like. */
interface interrupted {
  task: task_struct | null;
}
const interrupted = DEFINE_PER_CPU_FRAME<interrupted>();

/** The end of an interrupt handler. The task that it interrupted may be preempted before it returns. */
export function irqentry_exit(): void {
  if (config.MEMBARRIER) this_cpu_ptr(interrupted).task = get_current();
}

/** The running task executes in user mode; if it was interrupted, it has returned. Whether what it has is old. */
export function old_text_executed(): bool {
  instruction();
  const cpu = smp_processor_id();
  if (this_cpu_ptr(interrupted).task === get_current()) {
    this_cpu_ptr(interrupted).task = null;
    serialise_core(cpu);
  }
  return pipelines[cpu].old_text;
}
