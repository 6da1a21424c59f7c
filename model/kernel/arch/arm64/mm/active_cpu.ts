// SPDX-License-Identifier: GPL-2.0-only
// "arm64: tlbflush: Don't broadcast if mm was only active on local cpu" (Ryan Roberts, RFC, 2025-08-29), and that a new
// ASID starts anew (Linu Cherian, v2, 2026-05): an mm remembers whether it ran on one CPU only. If that is the CPU that
// flushes, TLBI need not be broadcast. migrate_disable() is preempt_disable() here.
import { dsb_ish } from "../../../../hw/mmu/arm64.ts";
import { preempt_disable, preempt_enable } from "../../../irqflags.ts";
import { ACTIVE_CPU_NONE } from "../../../lib/asid.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { config } from "../../../parts.ts";

export const ACTIVE_CPU_MULTIPLE = -2;

/** A flush stayed on its CPU. */
export const flushed_locally = sometimes("a flush is not broadcast");

/** check_and_switch_context(), before TTBR0 changes. */
export function mark_active_cpu(mm: mm_struct): void {
  const self = smp_processor_id();
  const active = READ_ONCE(mm.context.active_cpu);
  if (active === self || active === ACTIVE_CPU_MULTIPLE) return;
  if (active !== ACTIVE_CPU_NONE || !try_cmpxchg_relaxed(mm.context.active_cpu, ACTIVE_CPU_NONE, self)) {
    WRITE_ONCE(mm.context.active_cpu, ACTIVE_CPU_MULTIPLE);
  }
  // Visible before this CPU walks. Pairs with: flush_tlb_user_pre().
  dsb_ishst();
}

/** After entries were cleared: they are visible to all walks, and true if nobody else has seen what they were. */
export function flush_tlb_user_pre(mm: mm_struct): boolean {
  if (!config.arm64_local_tlbi) {
    dsb_ishst();
    return false;
  }

  preempt_disable();
  const self = smp_processor_id();
  // Without order first: most often it is not so, and then the cheaper barrier does.
  let active = READ_ONCE(mm.context.active_cpu);
  if (active === self) {
    // The cleared entries, and only then the look. Pairs with: mark_active_cpu().
    dsb_ish();
    active = READ_ONCE(mm.context.active_cpu);
  } else {
    dsb_ishst();
  }
  const local = active === self;
  if (local) reached(flushed_locally);
  else preempt_enable();
  return local;
}

export function flush_tlb_user_post(local: boolean): void {
  if (local) preempt_enable();
}
