// SPDX-License-Identifier: GPL-2.0-only
// Linux 6.1 arch/arm64/mm/context.c: another address space for this CPU, with an ASID; and the ASIDs that devices share
// (IOMMU SVA), which no rollover takes away. The allocator itself is lib/asid.ts.
// Left out: CnP (CPUs that use each other's TLB entries), software PAN (user accesses through a saved TTBR0),
// branch-predictor hardening, errata.
import { write_ttbr0 } from "../../../../hw/mmu/arm64.ts";
import { local_irq_restore, local_irq_save } from "../../../irqflags.ts";
import {
  asid_cpu,
  asid_gen_match,
  asid_globals,
  asid_info,
  ctxid2asid,
  fast_path,
  new_context,
  slow_path,
  switch_fast,
  test_and_clear_flush_pending,
  validate_context,
} from "../../../lib/asid.ts";
import type { mm_struct } from "../../../mm_types.ts";
import { config } from "../../../parts.ts";
import { mark_active_cpu } from "./active_cpu.ts";
import { local_flush_tlb_all } from "./tlbflush.ts";

/** Interrupts are off. */
export function check_and_switch_context(mm: mm_struct): void {
  if (switch_fast(READ_ONCE(mm.context.id))) {
    reached(fast_path);
  } else {
    reached(slow_path);
    spin_lock(asid_globals.cpu_asid_lock);
    const id = validate_context(mm);
    if (test_and_clear_flush_pending()) local_flush_tlb_all();
    this_cpu_write(asid_cpu.active_asids, id);
    spin_unlock(asid_globals.cpu_asid_lock);
  }
  if (config.arm64_local_tlbi) mark_active_cpu(mm);
  cpu_do_switch_mm(mm);
}

/** The ASID is read again: after a rollover it may be of another generation, but has the same number. */
function cpu_do_switch_mm(mm: mm_struct): void {
  const asid = ctxid2asid(READ_ONCE(mm.context.id));
  write_ttbr0(mm.pgd, asid);
}

/** iommu_sva_bind_device(): a device is about to use mm's page tables, and its ASID. */
export function arm64_mm_context_get(mm: mm_struct): number {
  const flags = local_irq_save();
  spin_lock(asid_globals.cpu_asid_lock);
  let id = READ_ONCE(mm.context.id);
  if (mm.context.pinned > 0) {
    mm.context.pinned = mm.context.pinned + 1;
  } else if (asid_info.nr_pinned_asids >= max_pinned_asids()) {
    id = 0;
  } else {
    if (!asid_gen_match(id)) {
      id = new_context(mm);
      WRITE_ONCE(mm.context.id, id);
    }
    asid_info.nr_pinned_asids = asid_info.nr_pinned_asids + 1;
    asid_info.pinned_asid_map[ctxid2asid(id)] = true;
    mm.context.pinned = 1;
  }
  spin_unlock(asid_globals.cpu_asid_lock);
  local_irq_restore(flags);
  return ctxid2asid(id);
}

export function arm64_mm_context_put(mm: mm_struct): void {
  const flags = local_irq_save();
  spin_lock(asid_globals.cpu_asid_lock);
  const pinned = mm.context.pinned - 1;
  mm.context.pinned = pinned;
  if (pinned === 0) {
    asid_info.pinned_asid_map[ctxid2asid(READ_ONCE(mm.context.id))] = false;
    asid_info.nr_pinned_asids = asid_info.nr_pinned_asids - 1;
  }
  spin_unlock(asid_globals.cpu_asid_lock);
  local_irq_restore(flags);
}

/** What is left after one for each CPU, and one for the process that a CPU switches to. */
export function max_pinned_asids(): number {
  return config.ASIDS - 1 - nr_cpu_ids - 1;
}
