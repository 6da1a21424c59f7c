// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.12 arch/x86/mm/tlb.c: choose_new_asid() and the CR3 write. With PCID the TLB keeps the entries of the last
// TLB_NR_DYN_ASIDS address spaces of this CPU; a slot's ctx_id and tlb_gen say what its entries are worth.

import type { pgd_t } from "../../../../hw/mmu/cpu.ts";
import { asid_allocated } from "../../../lifetime/asid_references.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { config, parts } from "../../../parts.ts";
import { TLB_FLUSH_ALL } from "../../../tlbflush.ts";
import { mm_global_asid } from "./global_asid.ts";
import { cpu_tlbstate, TLB_FLUSH_ON_TASK_SWITCH } from "./tlbstate.ts";

interface new_asid {
  asid: number;
  need_flush: boolean;
}

/** The slot for `next`, and whether its entries must go first. Runs with interrupts off. */
export function choose_new_asid(next: mm_struct, next_tlb_gen: number): new_asid {
  if (!config.PCID) return { asid: 0, need_flush: true };

  if (config.INVLPGB) {
    const bc_asid = mm_global_asid(next);
    if (bc_asid !== 0) return { asid: bc_asid, need_flush: false };
  }

  if (this_cpu_read(cpu_tlbstate.invalidate_other)) clear_asid_other();

  const ctx_id = next.context.ctx_id;
  for (let asid = 0; asid < config.TLB_NR_DYN_ASIDS; asid++) {
    if (this_cpu_read(cpu_tlbstate.ctxs[asid].ctx_id) !== ctx_id) continue;
    return { asid, need_flush: this_cpu_read(cpu_tlbstate.ctxs[asid].tlb_gen) < next_tlb_gen };
  }

  // None of ours: take the next slot, round robin.
  let asid = this_cpu_read(cpu_tlbstate.next_asid);
  if (asid >= config.TLB_NR_DYN_ASIDS) asid = 0;
  this_cpu_write(cpu_tlbstate.next_asid, asid + 1);
  return { asid, need_flush: true };
}

/** Under PTI a flush of kernel addresses reached only the current slot. */
function clear_asid_other(): void {
  const loaded = this_cpu_read(cpu_tlbstate.loaded_mm_asid);
  for (let asid = 0; asid < config.TLB_NR_DYN_ASIDS; asid++) {
    if (asid === loaded) continue;
    this_cpu_write(cpu_tlbstate.ctxs[asid].ctx_id, 0);
  }
  this_cpu_write(cpu_tlbstate.invalidate_other, false);
}

// Not in Linux: what a replay counts.
declare function trace_user_asid_invalidated(): void;

/**
 * Under PTI a slot has a user half under a PCID of its own. It is not in use now: its flush is noted, and done on the
 * way back to user mode. Counted in replays; the hardware of the checked machine has no user half.
 */
export function invalidate_user_asid(asid: number): void {
  if (!config.PCID || !config.PTI) return;
  this_cpu_write(cpu_tlbstate.user_pcid_flush[asid], true);
  trace_user_asid_invalidated();
}

export function load_new_mm_cr3(pgd: pgd_t, asid: number, need_flush: boolean): void {
  if (need_flush) invalidate_user_asid(asid);
  // Without PCID every write to CR3 flushes. With it, PCID 0 is left to the boot code; our slots start at 0.
  parts.attributes.load_cr3(pgd, asid, need_flush);
}

declare function trace_tlb_flush(reason: number, pages: number): void;

/** Says what the slot is worth from now on, and loads it. */
export function load_new_context(next: mm_struct, next_tlb_gen: number, asid: number, need_flush: boolean): void {
  if (need_flush) {
    if (config.asid_holds_mm) asid_allocated(asid, next);
    this_cpu_write(cpu_tlbstate.ctxs[asid].ctx_id, next.context.ctx_id);
    this_cpu_write(cpu_tlbstate.ctxs[asid].tlb_gen, next_tlb_gen);
    load_new_mm_cr3(next.pgd, asid, true);
    trace_tlb_flush(TLB_FLUSH_ON_TASK_SWITCH, TLB_FLUSH_ALL);
  } else {
    load_new_mm_cr3(next.pgd, asid, false);
    trace_tlb_flush(TLB_FLUSH_ON_TASK_SWITCH, 0);
  }
}
