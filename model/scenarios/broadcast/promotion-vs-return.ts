// SPDX-License-Identifier: MIT
import { no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import {
  broadcast_tlb_flush,
  consider_global_asid,
  finish_asid_transition,
  mm_assign_global_asid,
  process_promoted,
  transition_finished,
} from "../../kernel/arch/x86/mm/global_asid.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { switch_mm } from "../../kernel/mmu_context.ts";
import {
  boot,
  map_pages,
  new_mm,
  new_thread,
  run_user,
  switched_to,
  three_asids,
  touch_pages,
  two_mms,
} from "../setup.ts";

export const promotion_vs_return = scenario({
  question: `CPU 0 returns from another process to one whose ASID slot, and TLB entries, it still has, while CPU 1
    has flushed, switches to another thread, and unmaps a page. The first flush may give the process a global ASID, so
    that the second one goes by broadcast. Does it reach CPU 0, whatever ASID that has chosen?`,
  needs: { arch: "x86", config: { INVLPGB: true } },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids, global_asid_threshold: 0, trim_cpumask: false },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    touch_pages(0);
    switched_to(tasks[4]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      // What a switch to its task does.
      switch_mm(mms[2], mms[1]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      // The end of a flush by interrupts.
      consider_global_asid(mms[1]);
      // What a switch to another thread does.
      switch_mm(mms[1], mms[1]);
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table, no_warning],
  witness: [process_promoted, transition_finished],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the transition does not wait for a CPU in the middle of a switch",
      mutant: drop(finish_asid_transition, "wait_for_switch"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "a flush by broadcast does not care for CPUs on ASIDs of their own",
      mutant: drop(broadcast_tlb_flush, "finish_asid_transition"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "the transition is over when it begins",
      mutant: replace(mm_assign_global_asid, without_transition),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "no TLBSYNC",
      mutant: drop(broadcast_tlb_flush, "tlbsync"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "no INVLPGB",
      mutant: drop(broadcast_tlb_flush, "invlpgb_page"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export function without_transition(mm: mm_struct, asid: number): void {
  smp_store_release(mm.context.global_asid, asid);
}
