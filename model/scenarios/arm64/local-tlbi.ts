// SPDX-License-Identifier: MIT
import { no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { flush_tlb_user_pre, flushed_locally, mark_active_cpu } from "../../kernel/arch/arm64/mm/active_cpu.ts";
import { check_and_switch_context } from "../../kernel/arch/arm64/mm/context.ts";
import { fast_path } from "../../kernel/lib/asid.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { switch_mm_only } from "../rollover.ts";
import { boot, map_pages, new_mm, run_user, two_mms } from "../setup.ts";

export const local_tlbi = scenario({
  question: `A process has run on CPU 1 alone, where it unmaps a page. CPU 0 switches to it for the first time. Does
    CPU 1 see that it is not alone any more, or CPU 0 the cleared entry?`,
  needs: { arch: "arm64", config: { arm64_local_tlbi: true } },
  machine: { ...two_mms },
  config: { ASIDS: 4 },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_mm(tasks[3]);
    run_user(1, tasks[2]);
    run_user(0, tasks[3]);
  },
  threads: {
    CPU0() {
      switch_mm_only(mms[2], mms[1]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access],
  witness: [flushed_locally, fast_path],
  expect: { sc: safe, armv8: safe },
  mutants: [
    {
      name: "no DSB between active_cpu and the page tables",
      mutant: drop(mark_active_cpu, "dsb_ishst"),
      expect: { sc: safe, armv8: violates(no_stale_user_access) },
    },
    {
      name: "no DSB between the cleared entry and active_cpu",
      mutant: drop(flush_tlb_user_pre, "dsb_ish"),
      expect: { sc: safe, armv8: violates(no_stale_user_access) },
    },
    {
      name: "no second look at active_cpu behind the DSB",
      mutant: omit(flush_tlb_user_pre, "active = READ_ONCE(mm.context.active_cpu)"),
      expect: { sc: safe, armv8: violates(no_stale_user_access) },
    },
    {
      name: "active_cpu is written when the page tables have changed",
      mutant: move_before(check_and_switch_context, "cpu_do_switch_mm", 1, "mark_active_cpu", 1),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
  ],
});
