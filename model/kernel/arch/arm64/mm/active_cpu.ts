// SPDX-License-Identifier: GPL-2.0-only
// "arm64: Use local TLBI where possible" as proposed (Ryan Roberts, RFC, 2025-08; Linu Cherian, v2, 2026-05): an mm
// remembers whether it ran on one CPU only since it got its ASID. If that is the CPU that flushes, TLBI need not be
// broadcast. Only the order of accesses is modelled: the flusher cannot migrate (preemption is off).
import { dsb_ish, dsb_nsh, tlbi_aside1 } from "../../../../hw/mmu/arm64.ts";
import { preempt_disable, preempt_enable } from "../../../irqflags.ts";
import { ACTIVE_CPU_NONE } from "../../../lib/asid.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { ASID } from "./tlbflush.ts";

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
  // Visible before this CPU walks. Pairs with: only_this_cpu().
  dsb_ishst();
}

/** flush_tlb_user_pre(): after entries were cleared. If so, nobody else has seen what they were. */
export function only_this_cpu(mm: mm_struct): boolean {
  preempt_disable();
  const self = smp_processor_id();
  // Without order first: most often it is not so, and then the cheaper barrier of the broadcast does.
  let local = READ_ONCE(mm.context.active_cpu) === self;
  if (local) {
    // The cleared entries are visible to all walks before we look. Pairs with: mark_active_cpu().
    dsb_ish();
    local = READ_ONCE(mm.context.active_cpu) === self;
  }
  if (!local) preempt_enable();
  return local;
}

/** flush_tlb_mm() after only_this_cpu(). (For a range, too: which pages makes no difference here.) */
export function flush_this_cpu(mm: mm_struct): void {
  reached(flushed_locally);
  tlbi_aside1(ASID(mm));
  dsb_nsh();
  preempt_enable();
}
