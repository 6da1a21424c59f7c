// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/include/asm/tlbflush.h: what each CPU knows of its TLB.

import type { mm_struct } from "../../../mm_types.ts";
import { mms } from "../../../mm_types.ts";
import type { flush_tlb_info } from "../../../parts.ts";

/** What an ASID slot holds: a context, and the generation up to which its entries are clean. ctx_id 0: nothing. */
interface tlb_context {
  ctx_id: upto<"ctx_ids">;
  tlb_gen: counter<"tlb_gens", "ctx_id">;
}

/** Written by its own CPU only, with interrupts off; should_flush_tlb() reads loaded_mm from afar. */
interface tlb_state {
  /** Whose pgd is in CR3, whenever interrupts are on. */
  loaded_mm: mm_struct;
  loaded_mm_asid: index<"asids">;
  /** The next slot to take, round robin; may point one past the last. */
  next_asid: upto<"TLB_NR_DYN_ASIDS">;
  /** PTI: the user half of the slot is to be flushed when this CPU next returns to user mode. */
  user_pcid_flush: array<bool, "TLB_NR_DYN_ASIDS">;
  /** Other slots may hold stale kernel entries (PTI): forget them at the next switch. */
  invalidate_other: bool;
  ctxs: array<tlb_context, "TLB_NR_DYN_ASIDS">;
  /** Until 4.13: TLBSTATE_OK, or TLBSTATE_LAZY, where a flush may make this CPU leave; at boot neither. */
  state: int<0, 2>;
  /** Until 4.12, instead of loaded_mm: the scheduler's active_mm, also where leave_mm() has loaded init_mm's pgd. */
  active_mm: mm_struct;
}
export const cpu_tlbstate = DEFINE_PER_CPU<tlb_state>();

/** Apart from tlb_state because other CPUs read it all the time: a cache line of its own. */
interface tlb_state_shared {
  /** On a kernel thread that borrows loaded_mm: flushes may skip this CPU, it catches up by itself. */
  is_lazy: bool;
}
export const cpu_tlbstate_shared = DEFINE_PER_CPU<tlb_state_shared>();

/** loaded_mm while CR3 is about to change. */
export const LOADED_MM_SWITCHING: mm_struct = INVALID_POINTER(mms);

export const TLBSTATE_OK = 1;
export const TLBSTATE_LAZY = 2;

/** "The request does not say": no real request has generation 0. */
export const TLB_GENERATION_INVALID = 0;

export const TLB_FLUSH_ON_TASK_SWITCH = 0;
export const TLB_REMOTE_SHOOTDOWN = 1;
export const TLB_LOCAL_SHOOTDOWN = 2;
export const TLB_LOCAL_MM_SHOOTDOWN = 3;
export const TLB_REMOTE_SEND_IPI = 4;
export const TLB_REMOTE_WRONG_CPU = 5;

/** get_flush_tlb_info(): one request per CPU at a time, preemption off. Handlers read it while the initiator waits. */
export const flush_tlb_infos = DEFINE_PER_CPU_FRAME<flush_tlb_info>();
