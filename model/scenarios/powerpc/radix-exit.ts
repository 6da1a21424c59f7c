// SPDX-License-Identifier: MIT
import { no_foreign_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { nest, nest_attach, no_nest_walk_of_freed_table } from "../../hw/mmu/powerpc.ts";
import { arch_exit_mmap, mm_context_add_copro } from "../../kernel/arch/powerpc/mm/mmu_context.ts";
import { __flush_all_mm, radix__flush_tlb_mm, tlb_flush } from "../../kernel/arch/powerpc/mm/radix_tlb.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { mm_alloc, mmgrab } from "../../kernel/fork.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { no_dangling_active_mm, no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { boot, map_pages, new_mm, run_user, small, three_asids, touch_pages, two_asids, two_mms } from "../setup.ts";

/** It has cached the table that goes. */
export const coprocessor_walks = sometimes("the nest MMU has a table cached", () => nest.psc !== null);

/** CPU 0 still borrows what has no users any more. */
export const lazy_at_exit = sometimes(
  "a CPU is lazy in an mm without users",
  () => is_allocated(mms[1]) && atomic_read(mms[1].mm_users) === 0 && tasks[0].active_mm === mms[1],
);

export const radix_exit_vs_lazy = scenario({
  question: `A task blocks on CPU 0, which goes lazy in its mm, and exits on CPU 1, the last user; a table is freed.
    What does CPU 0 walk meanwhile and afterwards, and what keeps its PIDR from leading anywhere?`,
  needs: { arch: "powerpc", parts: { coherence: "radix_tlb" } },
  machine: { ...two_mms, tasks: 4 },
  config: { ...three_asids, MMU_GATHER_RCU_TABLE_FREE: false },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
    touch_pages(0);
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
    },
    CPU1() {
      __schedule(tasks[2]);
      exit_mm();
      __schedule(tasks[3]);
    },
  },
  check: [no_walk_of_freed_table, no_freed_pgd_loaded, no_dangling_active_mm, references_conserved],
  witness: [lazy_at_exit],
  expect: { sc: safe },
  mutants: [
    {
      name: "the final flush is not done",
      mutant: replace(tlb_flush, no_flush),
      expect: { sc: violates(no_walk_of_freed_table) },
    },
    {
      name: "the process table's entry stays",
      needs: { parts: { lifetime: "shootdown" } },
      // Nobody is left who could follow it, once all have been shot: the entry is a second safeguard.
      mutant: drop(arch_exit_mmap, "set_process_table_entry"),
      expect: { sc: safe },
    },
    {
      name: "nobody is shot: the final flush has made the others leave, but not the CPU that exits",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: replace(shootdown.mmdrop_final, nobody),
      expect: { sc: violates(no_dangling_active_mm) },
    },
  ],
});

export function no_flush(_mm: mm_struct, _fullmm: bool, _freed: bool): void {}

export function nobody(_mm: mm_struct): void {}

/** The new mm has the old one's memory. */
export const address_reused = sometimes("a new mm gets the memory of one that exited", () => tasks[4].mm === mms[1]);

export const radix_mm_address_reused = scenario({
  question: `CPU 0 is lazy in a process that exits elsewhere; a new process gets the same mm_struct and runs on CPU 0.
    switch_mm() compares what the scheduler says is loaded with what comes: does it notice that these are two?`,
  needs: { arch: "powerpc", parts: { lifetime: "shootdown", coherence: "radix_tlb" } },
  machine: { ...two_mms, tasks: 5 },
  config: { ...three_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
    WRITE_ONCE(tasks[4].on_cpu, true);
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
      __schedule(tasks[4]);
      user_load(get_current().mm!.pgd, 0);
    },
    CPU1() {
      __schedule(tasks[2]);
      exit_mm();
      __schedule(tasks[3]);
      const mm = mm_alloc();
      WRITE_ONCE(tasks[4].mm, mm);
      WRITE_ONCE(tasks[4].active_mm, mm);
      smp_store_release(tasks[4].on_cpu, false);
    },
  },
  check: [no_foreign_user_access, no_freed_pgd_loaded],
  witness: [address_reused],
  expect: { sc: safe },
  mutants: [
    {
      name: "the shootdown leaves active_mm alone: the switch is skipped",
      mutant: omit(shootdown.do_shoot_lazy_tlb, "current.active_mm = init_mm"),
      expect: { sc: violates(no_foreign_user_access) },
      // It looks at the mm that it leaves.
      expect_of: { "powerpc-shootdown-mask-cleared": { sc: violates(no_use_after_free) } },
    },
    {
      name: "the shootdown leaves PIDR alone",
      mutant: drop(shootdown.do_shoot_lazy_tlb, "switch_mm"),
      expect: { sc: violates(no_freed_pgd_loaded) },
    },
  ],
});

export const radix_exit_with_coprocessor = scenario({
  question: `A coprocessor works for a process whose only thread exits on CPU 1; its context is released later. The nest
    MMU hears tlbie, and no interrupt. Does it walk what exit_mmap() has freed?`,
  needs: { arch: "powerpc", parts: { coherence: "radix_tlb" } },
  machine: { ...small },
  config: { ...two_asids, MMU_GATHER_RCU_TABLE_FREE: false },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    run_user(1, tasks[2]);
    mm_context_add_copro(mms[1]);
    nest_attach(mms[1].context.id);
    mmgrab(mms[1]);
  },
  threads: {
    CPU1() {
      exit_mm();
      __schedule(tasks[1]);
    },
  },
  check: [no_nest_walk_of_freed_table, no_walk_of_freed_table],
  witness: [coprocessor_walks],
  expect: { sc: safe },
  // The patch itself asks for an audit of the exit flushes for the nest MMU.
  expect_of: { "piggin-2021-powerpc-radix": { sc: violates(no_nest_walk_of_freed_table) } },
  mutants: [
    {
      name: "an attached coprocessor does not count as a CPU",
      mutant: drop(mm_context_add_copro, "atomic_inc"),
      expect: { sc: violates(no_nest_walk_of_freed_table) },
    },
    {
      name: "tlbie leaves the paging-structure caches alone",
      needs: { config: { radix_final_flush_is_local: false } },
      mutant: replace(__flush_all_mm, translations_only),
      expect: { sc: violates(no_nest_walk_of_freed_table) },
    },
  ],
});

export function translations_only(mm: mm_struct, _fullmm: bool): void {
  radix__flush_tlb_mm(mm);
}
