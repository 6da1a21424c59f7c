// SPDX-License-Identifier: MIT
import { no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { tlbsync } from "../../hw/mmu/invlpgb.ts";
import {
  boot_global_asid,
  broadcast_tlb_flush,
  find_next_zero_bit,
  global_asid_adopted,
  global_asids_wrapped,
  process_promoted,
  reset_global_asid_space,
} from "../../kernel/arch/x86/mm/global_asid.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { flush_tlb_page } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { no_foreign_translation } from "../../properties/translations.ts";
import {
  boot,
  map_pages,
  new_mm,
  new_thread,
  run_user,
  switched_to,
  three_asids,
  touch_pages,
  two_asids,
  two_mms,
} from "../setup.ts";

/** A process of one task (tasks[2]) with this global ASID, whose page CPU 0 has cached; CPU 0 now runs another one. */
function two_processes(asid: number): void {
  boot();
  map_pages(new_mm(tasks[2]));
  const mm = new_mm(tasks[3]);
  new_thread(tasks[4], mm);
  new_thread(tasks[5], mm);
  run_user(0, tasks[2]);
  boot_global_asid(0, mms[1], asid);
  touch_pages(0);
  switched_to(tasks[3]);
}

export const global_asid_reuse = scenario({
  question: `The last task of a process with a global ASID exits on CPU 1; CPU 0 has cached its pages under that ASID.
    Then the process that now runs on both CPUs gets a global ASID: the same. Does it find the other's translations?`,
  needs: { arch: "x86", config: { INVLPGB: true } },
  machine: { ...two_mms, tasks: 6, ctx_ids: 4, store_buffer: 12 },
  config: { ...three_asids, global_asid_threshold: 0, trim_cpumask: false },
  init() {
    two_processes(3);
    run_user(1, tasks[2]);
    boot_global_asid(1, mms[1], 3);
  },
  threads: {
    CPU0() {
      __schedule(tasks[4]);
      user_load(mms[2].pgd, 0);
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[5]);
      flush_tlb_page(mms[2], 0);
    },
  },
  check: [no_stale_user_access],
  witness: [process_promoted, global_asids_wrapped, global_asid_adopted],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "freed ASIDs are free after a wrap, without a flush",
      mutant: drop(reset_global_asid_space, "invlpgb_flush_all_nonglobals"),
      // The last flush of the process, at its exit, has left nothing under the ASID on any CPU.
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "the flush at exit does not reach the ASID",
      mutant: drop(broadcast_tlb_flush, "invlpgb_pcid"),
      // The flush at the wrap makes up for it: nobody has used the ASID meanwhile.
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "TLBSYNC does not wait: neither of the two reaches CPU 0 in time",
      mutant: drop(tlbsync, "complete_broadcasts"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export const global_asid_of_ones_own = scenario({
  question: `Another process on CPU 0 has a global ASID, and translations under it, when the one that runs there now
    gets one as well. Is it another one?`,
  needs: { arch: "x86", config: { INVLPGB: true } },
  machine: { ...two_mms, tasks: 6, ctx_ids: 4 },
  config: { ...two_asids, global_asid_threshold: 0, trim_cpumask: false },
  init() {
    two_processes(2);
    run_user(1, tasks[5]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[4]);
      user_load(mms[2].pgd, 0);
    },
    CPU1() {
      flush_tlb_page(mms[2], 0);
    },
  },
  check: [no_foreign_translation],
  witness: [process_promoted, global_asid_adopted],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the search does not look at what is in use",
      mutant: omit(find_next_zero_bit, "!global_asid.used[asid]"),
      expect: { sc: violates(no_foreign_translation), x86_tso: violates(no_foreign_translation) },
    },
  ],
});
