// SPDX-License-Identifier: MIT
import { drop_leaf, no_foreign_user_access, no_stale_user_access } from "../../hw/mmu/cpu.ts";
import { h_enter, hash_user_load } from "../../hw/mmu/powerpc-hash.ts";
import { flush_tlb_mm_range, hash_fault, hash_page } from "../../kernel/arch/powerpc/mm/hash_tlb.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, two_asids } from "../setup.ts";

export const hash_unmap_vs_fault = scenario({
  question: `CPU 0 goes lazy, returns, and faults a page into the hash table while CPU 1 unmaps the page;
    nobody is interrupted for it. Can CPU 0 reach the page when it has been freed?`,
  needs: { arch: "powerpc", parts: { coherence: "hash_tlb" } },
  machine: { ...small },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      hash_page(mms[1], 0);
      __schedule(tasks[0]);
      __schedule(tasks[2]);
      hash_user_load(mms[1].context.id, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_foreign_user_access],
  witness: [hash_fault],
  expect: { sc: safe },
  mutants: [
    {
      name: "a fault does not wait for H_PAGE_BUSY",
      mutant: replace(hash_page, hash_page_unlocked),
      expect: { sc: violates(no_stale_user_access) },
    },
    {
      name: "the entry is not taken out",
      mutant: drop(flush_tlb_mm_range, "h_remove"),
      expect: { sc: violates(no_stale_user_access) },
    },
    {
      name: "the hypervisor leaves TLBs alone",
      mutant: replace(drop_leaf, nothing),
      expect: { sc: violates(no_stale_user_access) },
    },
  ],
});

export function hash_page_unlocked(mm: mm_struct, page: number): boolean {
  const pte = READ_ONCE(mm.pgd.entry!.pte[page]);
  if (pte === null) return false;
  reached(hash_fault);
  h_enter(READ_ONCE(mm.context.id), page, pte);
  return true;
}

export function nothing(_cpu: cpu_id, _asid: number, _page: number): void {}
