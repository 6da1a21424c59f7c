// SPDX-License-Identifier: MIT
import { frames, no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { set_mm_asid, set_mm_noasid } from "../../kernel/arch/riscv/mm/context.ts";
import { flush_tlb_mm_range } from "../../kernel/arch/riscv/mm/tlbflush.ts";
import { fast_path } from "../../kernel/lib/asid.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mm_cpumask, mms, tasks } from "../../kernel/mm_types.ts";
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

/** Two threads of one process on harts 0 and 1; hart 0 has gone to another process. */
function one_away(): void {
  boot();
  const mm = new_mm(tasks[2]);
  map_pages(mm);
  new_thread(tasks[3], mm);
  new_mm(tasks[4]);
  run_user(0, tasks[2]);
  touch_pages(0);
  switched_to(tasks[4]);
  run_user(1, tasks[3]);
}

export const riscv_switch_to_vs_munmap = scenario({
  question: `Hart 0 returns from another process to one whose ASID it still has entries of, while hart 1 unmaps a
    page of that process. Is hart 0 told?`,
  needs: { arch: "riscv", config: { use_asid_allocator: true } },
  machine: { ...two_mms },
  config: { ...three_asids },
  init() {
    one_away();
  },
  threads: {
    CPU0() {
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [fast_path],
  expect: { sc: safe, armv8: safe },
  mutants: [
    {
      name: "a hart leaves mm_cpumask when it switches away (before 82dd33fde026)",
      mutant: replace(set_mm_asid, set_mm_asid_out_of_mask),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
    {
      name: "no flush",
      mutant: drop(flush_tlb_mm_range, "flush_pages"),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
  ],
});

/** Hart 0 starts out of the mask: it has switched away before. */
export function set_mm_asid_out_of_mask(mm: mm_struct): void {
  set_mm_asid(mm);
  cpumask_clear_cpu(smp_processor_id(), mm_cpumask(mms[1]));
}

export const returned_after_free = sometimes(
  "hart 0 runs the process again, whose page has been freed",
  () => tasks[2].on_cpu && !is_allocated(frames[0]),
);

export const riscv_switch_to_vs_munmap_noasid = scenario({
  question: `The same where all processes have ASID 0, and a hart leaves mm_cpumask when it switches away.`,
  needs: { arch: "riscv", config: { use_asid_allocator: false } },
  machine: { ...two_mms },
  init() {
    one_away();
  },
  threads: {
    CPU0() {
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [returned_after_free],
  expect: { sc: safe, armv8: safe },
  mutants: [
    {
      name: "a switch flushes nothing",
      mutant: drop(set_mm_noasid, "local_flush_tlb_all"),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
    {
      name: "no flush",
      mutant: drop(flush_tlb_mm_range, "flush_pages"),
      expect: { sc: violates(no_stale_user_access), armv8: violates(no_stale_user_access) },
    },
  ],
});
