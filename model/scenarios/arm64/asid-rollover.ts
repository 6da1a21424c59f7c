// SPDX-License-Identifier: MIT
import { write_ttbr0 } from "../../hw/mmu/arm64.ts";
import { check_and_switch_context } from "../../kernel/arch/arm64/mm/context.ts";
import { local_flush_tlb_all } from "../../kernel/arch/arm64/mm/tlbflush.ts";
import { rollover, slow_path, switch_fast } from "../../kernel/lib/asid.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { config } from "../../kernel/parts.ts";
import { no_foreign_translation, user_load_own } from "../../properties/asids.ts";
import { five_mms, ran, ran_on, rolls_over_once, switch_mm_only } from "../rollover.ts";
import { boot, new_mm, run_user } from "../setup.ts";

export const asid_rollover = scenario({
  question: `All ASIDs are taken. A new process starts on both CPUs and gets one of those that nobody runs with; CPU 0's
    TLB has entries of its last owner. Does CPU 0 use them?`,
  needs: { arch: "arm64", config: { ASIDS: 256, arm64_local_tlbi: false } },
  machine: { ...five_mms, messages: 12 },
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
      mutant: drop(check_and_switch_context, "local_flush_tlb_all"),
      expect: { sc: violates(no_foreign_translation), armv8: violates(no_foreign_translation) },
    },
    {
      name: "a CPU whose ASID was taken away takes the fast path",
      mutant: omit(switch_fast, "old_active_asid === 0"),
      expect: { sc: violates(no_foreign_translation), armv8: violates(no_foreign_translation) },
    },
    {
      name: "each CPU counts its own generations (ARC, before 947bf103fcd2)",
      mutant: replace(check_and_switch_context, get_new_mmu_context),
      expect: { sc: violates(no_foreign_translation), armv8: violates(no_foreign_translation) },
    },
  ],
});

interface arc_cpu {
  /** The last id that this CPU has given out. */
  asid_cache: upto<"context_ids">;
}
const arc_cpu = DEFINE_PER_CPU<arc_cpu>();

/** An id that is of this CPU's generation is good, although another CPU gave it out. */
export function get_new_mmu_context(mm: mm_struct): void {
  let id = READ_ONCE(mm.context.id);
  let last = this_cpu_read(arc_cpu.asid_cache);
  if (last === 0) last = config.ASIDS;
  if (id / config.ASIDS !== last / config.ASIDS) {
    id = last + 1;
    if (id % config.ASIDS === 0) {
      local_flush_tlb_all();
      id = id + 1;
    }
    this_cpu_write(arc_cpu.asid_cache, id);
    WRITE_ONCE(mm.context.id, id);
  }
  write_ttbr0(mm.pgd, id % config.ASIDS);
}
