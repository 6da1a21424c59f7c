// SPDX-License-Identifier: MIT
import { no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { write_cr3 } from "../../hw/mmu/x86.ts";
import { next_ctx_id } from "../../kernel/arch/x86/mm/context.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { mm_alloc } from "../../kernel/fork.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
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

/** The new mm has the old one's memory. */
export const address_reused = sometimes("a new mm gets the memory of one that exited", () => tasks[5].mm === mms[1]);

export const asid_slot_reuse = scenario({
  question: `CPU 0 has an ASID slot, with TLB entries, of a process that exits elsewhere. A new process gets the same
    mm_struct. When it comes to CPU 0, does it find the old one's translations?`,
  // Where exiting tasks leak their mm, or the slot holds it, nobody ever gets its memory.
  needs: { arch: "x86", config: { exit_mm_lazy: true, asid_holds_mm: false, PCID64: false } },
  machine: { ...two_mms, tasks: 6, ctx_ids: 5, store_buffer: 10 },
  config: { ...three_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[4], new_mm(tasks[3]));
    run_user(0, tasks[2]);
    touch_pages(0);
    switched_to(tasks[3]);
    run_user(1, tasks[2]);
    WRITE_ONCE(tasks[5].on_cpu, true);
  },
  threads: {
    CPU0() {
      __schedule(tasks[5]);
      user_load(tasks[5].mm!.pgd, 0);
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[4]);
      const mm = mm_alloc();
      WRITE_ONCE(tasks[5].mm, mm);
      WRITE_ONCE(tasks[5].active_mm, mm);
      smp_store_release(tasks[5].on_cpu, false);
    },
  },
  check: [no_stale_user_access],
  witness: [address_reused],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "an ASID slot is known by the mm's address instead of its ctx_id",
      needs: { config: { tlb_gen: true } },
      mutant: replace(next_ctx_id, address_of),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
      // One slot, and every CR3 write flushes.
      expect_of: {
        "linux-6.12-x86-nopcid": { sc: safe, x86_tso: safe },
        "linux-6.14-x86-nopcid": { sc: safe, x86_tso: safe },
        "linux-4.14-x86-nopcid": { sc: safe, x86_tso: safe },
        "linux-4.14-rc-posted": { sc: safe, x86_tso: safe },
      },
    },
    {
      name: "a CR3 write flushes nothing, as if it always had PCIDs to tell entries apart",
      // With PCIDs the new process gets a slot that nobody has used yet: nothing to flush.
      needs: { config: { PCID: false } },
      mutant: drop(write_cr3, "drop_asid"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

/** The same for every mm that lives there; that of the first one is 2. */
export function address_of(mm: mm_struct): number {
  return mm === mms[1] ? 2 : 3;
}
