// SPDX-License-Identifier: MIT
import { write_ttbr0 } from "../../hw/mmu/arm64.ts";
import { no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { ACTIVE_CPU_MULTIPLE, mark_active_cpu } from "../../kernel/arch/arm64/mm/active_cpu.ts";
import { arm64_mm_context_get } from "../../kernel/arch/arm64/mm/context.ts";
import { asid_info, fast_path, new_context, rollover, set_reserved_asid_bits } from "../../kernel/lib/asid.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { config } from "../../kernel/parts.ts";
import { no_foreign_translation, user_load_own } from "../../properties/asids.ts";
import { five_mms, ran, rolls_over_once, switch_mm_only } from "../rollover.ts";
import { boot, map_pages, new_mm, run_user } from "../setup.ts";

/** CPU 1 stands for a device: it walks page tables and hears TLBI as CPUs do, but runs no kernel code. */
export const pinned_asid = scenario({
  question: `A device works in a process, under the ASID that was pinned for it. CPU 0 runs others, until the ASIDs
    roll over, then the process, and unmaps a page of it. Does the flush name the device's ASID, and has nobody else
    got it?`,
  needs: { arch: "arm64", config: { ASIDS: 256 } },
  machine: { ...five_mms, mms: 6, tasks: 8 },
  config: { ...rolls_over_once, ASIDS: 5 },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    run_user(0, tasks[2]);
    arm64_mm_context_get(mm);
    ran(tasks[3]);
    ran(tasks[4]);
    ran(tasks[5]);
    new_mm(tasks[6]);
  },
  threads: {
    CPU0() {
      switch_mm_only(mms[1], mms[2]);
      switch_mm_only(mms[2], mms[5]);
      switch_mm_only(mms[5], mms[1]);
      switch_mm_only(mms[1], mms[5]);
      user_load_own(mms[5].pgd, 0, null);
      unmap_page(mms[1], 0);
    },
    CPU1() {
      write_ttbr0(mms[1].pgd, 1);
      user_load(mms[1].pgd, 0);
    },
  },
  check: [no_stale_user_access, no_foreign_translation],
  witness: [rollover, fast_path],
  expect: { sc: safe, armv8: safe },
  // Nobody tells active_cpu of a device that hears TLBI (an SMMU with BTM); others are told by an MMU notifier.
  expect_of: { "arm64-local-tlbi": { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) } },
  mutants: [
    {
      name: "repaired: a pinned mm is active on more than one CPU",
      needs: { config: { arm64_local_tlbi: true } },
      mutant: replace(mark_active_cpu, active_everywhere),
      expect: { sc: safe, armv8: safe },
    },
    {
      name: "after a rollover the process gets any ASID",
      mutant: omit(new_context, "if (mm.context.pinned > 0) return newasid"),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
    {
      name: "a rollover frees pinned ASIDs, too",
      mutant: replace(set_reserved_asid_bits, free_all),
      expect: { sc: violates(no_foreign_translation), armv8: violates(no_foreign_translation) },
    },
  ],
});

export function free_all(): void {
  for (let asid = 1; asid < config.ASIDS; asid++) asid_info.asid_map[asid] = false;
}

export function active_everywhere(mm: mm_struct): void {
  WRITE_ONCE(mm.context.active_cpu, ACTIVE_CPU_MULTIPLE);
}
