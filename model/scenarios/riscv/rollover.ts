// SPDX-License-Identifier: MIT
import { hw, no_walk_of_freed_table } from "../../hw/mmu/cpu.ts";
import { set_mm_asid } from "../../kernel/arch/riscv/mm/context.ts";
import { asid_info, rollover, slow_path, switch_fast } from "../../kernel/lib/asid.ts";
import { unmap_table } from "../../kernel/mm/mmap.ts";
import { init_mm, mms, tasks } from "../../kernel/mm_types.ts";
import { no_foreign_translation, user_load_own } from "../../properties/asids.ts";
import {
  five_mms,
  next_generation_began,
  ran,
  ran_on,
  rolls_over_once,
  run_under_new_asid,
  switch_mm_only,
} from "../rollover.ts";
import { boot, new_mm, run_user, small } from "../setup.ts";

export const riscv_asid_rollover = scenario({
  question: `All ASIDs are taken. A new process starts on both harts and gets one of those that nobody runs with;
    hart 0's TLB has entries of its last owner. Does hart 0 use them?`,
  needs: { arch: "riscv", config: { use_asid_allocator: true } },
  machine: { ...five_mms },
  config: { ...rolls_over_once },
  init() {
    boot();
    ran_on(0, tasks[2]);
    ran(tasks[3]);
    ran(tasks[4]);
    run_user(0, tasks[3]);
    run_user(1, tasks[4]);
    new_mm(tasks[5]);
  },
  threads: {
    CPU0() {
      switch_mm_only(mms[2], mms[4]);
      user_load_own(mms[4].pgd, 0, null);
    },
    CPU1() {
      switch_mm_only(mms[3], mms[4]);
    },
  },
  check: [no_foreign_translation],
  witness: [rollover, slow_path],
  expect: { sc: safe, armv8: safe },
  mutants: [
    {
      name: "the TLB is not flushed",
      mutant: drop(set_mm_asid, "local_flush_tlb_all"),
      expect: { sc: violates(no_foreign_translation), armv8: violates(no_foreign_translation) },
    },
    {
      name: "a hart whose ASID was taken away takes the fast path",
      mutant: omit(switch_fast, "old_active_asid === 0"),
      expect: { sc: violates(no_foreign_translation), armv8: violates(no_foreign_translation) },
    },
  ],
});

export const riscv_satp_before_flush = scenario({
  question: `The ASIDs have rolled over. Hart 1 runs a process under its new one, and frees a page table. Hart 0 has
    entries that lead to it under the old one, which it now gives to another process: first satp, then the flush. Can
    its hardware walk the freed table in between?`,
  needs: { arch: "riscv", config: { use_asid_allocator: true } },
  machine: { ...small, mms: 3 },
  config: { ...rolls_over_once },
  init() {
    boot();
    const mm = ran_on(0, tasks[2]);
    hw[0].psc[1] = mm.pgd.entry;
    next_generation_began();
    // ASID 1 was given up again, and the process has 2.
    run_under_new_asid(1, mm);
    asid_info.asid_map[1] = false;
    asid_info.cur_asid_idx = 1;
    new_mm(tasks[3]);
  },
  threads: {
    CPU0() {
      switch_mm_only(init_mm, mms[2]);
    },
    CPU1() {
      unmap_table(mms[1]);
    },
  },
  check: [no_walk_of_freed_table],
  witness: [slow_path],
  // For some instructions the table is what the hart's walk cache names under its current ASID.
  expect: { sc: violates(no_walk_of_freed_table), armv8: violates(no_walk_of_freed_table) },
  mutants: [
    {
      name: "repaired: first the flush, then satp, as on arm64",
      mutant: move_before(set_mm_asid, "local_flush_tlb_all", 1, "write_satp", 1),
      expect: { sc: safe, armv8: safe },
    },
  ],
});
