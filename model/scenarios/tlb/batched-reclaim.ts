// SPDX-License-Identifier: MIT
import type { frame } from "../../hw/mmu/cpu.ts";
import { hw, no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { invlpgb_flush_all_nonglobals } from "../../kernel/arch/x86/mm/global_asid.ts";
import { flush_tlb_func, should_flush_tlb } from "../../kernel/arch/x86/mm/tlb.ts";
import { arch_tlbbatch_add_pending, arch_tlbbatch_flush } from "../../kernel/arch/x86/mm/tlbbatch.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { boot, map_pages, new_mm, run_user, small, touch_pages, two_asids } from "../setup.ts";

/** What CPU 0 had cached is gone. */
export const flushed_before_use = sometimes(
  "a CPU has lost the page that it had cached",
  () => hw[0].tlb[hw[0].asid][0] === null,
);

export const batched_reclaim = scenario({
  question: `CPU 1 reclaims a page of a process that runs on CPU 0, and flushes later, for many mms at once: the
    request has no mm, and generation 0. Does CPU 0 carry it out?`,
  needs: { arch: "x86", config: { PCID64: false, INVLPGB: false, tlb_gen: true } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    run_user(0, tasks[2]);
    touch_pages(0);
  },
  threads: {
    CPU0() {
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      const old = xchg(mms[1].pgd.entry!.pte[0], null);
      arch_tlbbatch_add_pending(mms[1]);
      arch_tlbbatch_flush();
      reclaimed(old!);
    },
  },
  check: [no_stale_user_access],
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "generation 0 is compared like any other (aa44284960d5 without 8f1d56f64f8d)",
      needs: { config: { flush_skips_done: true } },
      mutant: omit(flush_tlb_func, "f.new_tlb_gen !== TLB_GENERATION_INVALID"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "a request without an mm is only for those that have it loaded",
      needs: { config: { flush_reads_loaded_mm: true } },
      mutant: omit(should_flush_tlb, "if (info.mm === null) return true"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "the change gets no generation, as if the request had one",
      mutant: drop(arch_tlbbatch_add_pending, "atomic_inc_return"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export const batched_reclaim_by_broadcast = scenario({
  question: `The same with INVLPGB: the flush for many mms is one of everything, on all CPUs. Is it complete before the
    page is reclaimed?`,
  needs: { arch: "x86", config: { INVLPGB: true } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    run_user(0, tasks[2]);
    touch_pages(0);
  },
  threads: {
    CPU0() {
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      const old = xchg(mms[1].pgd.entry!.pte[0], null);
      arch_tlbbatch_add_pending(mms[1]);
      arch_tlbbatch_flush();
      reclaimed(old!);
    },
  },
  check: [no_stale_user_access],
  witness: [flushed_before_use],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no TLBSYNC",
      mutant: drop(invlpgb_flush_all_nonglobals, "tlbsync"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export function reclaimed(page: frame): void {
  instruction();
  pool_free(page);
}
