// SPDX-License-Identifier: MIT

import { dsb_ish } from "../../hw/mmu/arm64.ts";
import { drop_all, frames, hw, no_stale_user_access } from "../../hw/mmu/cpu.ts";
import { flush_tlb_user_post, flush_tlb_user_pre } from "../../kernel/arch/arm64/mm/active_cpu.ts";
import { ASID, flush_tlb_mm_range, tlbi_page } from "../../kernel/arch/arm64/mm/tlbflush.ts";
import { asid_gen_match, asid_info, new_context, slow_path, validate_context } from "../../kernel/lib/asid.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { init_mm, mms, tasks } from "../../kernel/mm_types.ts";
import { no_foreign_translation, user_load_own } from "../../properties/asids.ts";
import { next_generation_began, ran_on, rolls_over_once, switch_mm_only } from "../rollover.ts";
import { boot, small } from "../setup.ts";

/**
 * A process with a page that CPU 1 has cached, and all ASIDs are of the next generation: its own is another mm's now.
 */
function after_a_rollover(): void {
  boot();
  ran_on(0, tasks[2]);
  next_generation_began();
}

export const walked_early = sometimes("CPU 0 caches the page under the new ASID", () => hw[0].tlb[2][0] !== null);

export const tlbi_vs_rollover = scenario({
  question: `CPU 1 unmaps a page of a process (reclaim), while CPU 0 switches to it for the first time since the
    ASIDs have rolled over, and gives it a new one. The flush may name the old one. Has CPU 0 cached the page under
    the new one?`,
  needs: { arch: "arm64", config: { ASIDS: 256 } },
  machine: { ...small, tasks: 3 },
  config: { ...rolls_over_once },
  init() {
    after_a_rollover();
  },
  threads: {
    CPU0() {
      switch_mm_only(init_mm, mms[1]);
      user_load_own(mms[1].pgd, 0, frames[0]);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_foreign_translation],
  witness: [slow_path, walked_early],
  expect: { sc: safe, armv8: safe },
  mutants: [
    {
      name: "the ASID is read before the DSB (before 5e10f9887ed8)",
      mutant: replace(flush_tlb_mm_range, asid_first),
      expect: { sc: safe, armv8: violates(no_stale_user_access) },
    },
    {
      name: "no TLBI",
      mutant: drop(flush_tlb_mm_range, "tlbi_page"),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
  ],
});

export const tlbi_vs_new_asid = scenario({
  question: `The same, but CPU 0 has flushed its TLB already, when it switched to another process. Nothing waits
    until the new ASID is visible before CPU 0 walks page tables under it: can a flush by the old one miss what it
    caches?`,
  needs: { arch: "arm64", config: { ASIDS: 256 } },
  machine: { ...small, tasks: 3 },
  config: { ...rolls_over_once },
  init() {
    after_a_rollover();
    asid_info.tlb_flush_pending[0] = false;
    drop_all(0);
  },
  threads: {
    CPU0() {
      switch_mm_only(init_mm, mms[1]);
      user_load_own(mms[1].pgd, 0, frames[0]);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_foreign_translation],
  witness: [slow_path, walked_early],
  expect: { sc: safe, armv8: violates(no_stale_user_access) },
  // It has a DSB there, for its own purpose: mark_active_cpu().
  expect_of: { "arm64-local-tlbi": { sc: safe, armv8: safe } },
  mutants: [
    {
      name: "repaired: a DSB behind the store of the new ASID",
      mutant: replace(validate_context, validate_and_complete),
      expect: { sc: safe, armv8: safe },
    },
    {
      name: "no TLBI",
      mutant: drop(flush_tlb_mm_range, "tlbi_page"),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
  ],
});

export function asid_first(mm: mm_struct, start: number, _end: number, _stride_shift: number, freed: boolean): void {
  const asid = ASID(mm);
  const local = flush_tlb_user_pre(mm);
  tlbi_page(asid, start, freed, local);
  flush_tlb_user_post(local);
  dsb_ish();
}

/** What local_flush_tlb_all() would have done, too. */
export function validate_and_complete(mm: mm_struct): number {
  const id = READ_ONCE(mm.context.id);
  if (asid_gen_match(id)) return id;
  const next = new_context(mm);
  WRITE_ONCE(mm.context.id, next);
  dsb_ish();
  return next;
}
