// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 kernel/rseq.c: a restartable sequence of a user program starts anew if its thread was preempted, or
// interrupted by membarrier(RSEQ), before its last instruction.
import type { task_struct } from "./mm_types.ts";
import { config } from "./parts.ts";

/** On the CPU that runs t: before t is in user mode again, it looks whether it was in a sequence. */
export function rseq_preempt(t: task_struct): void {
  if (config.MEMBARRIER) WRITE_ONCE(t.rseq_event_mask, true);
}

/** On the way to user mode: whether the sequence that t was in, if any, has to start anew. */
export function rseq_handle_notify_resume(t: task_struct): boolean {
  return xchg(t.rseq_event_mask, false);
}
