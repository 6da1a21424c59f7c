// SPDX-License-Identifier: MIT
import type { frame } from "../../hw/mmu/cpu.ts";
import { no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { flush_tlb_func, flush_tlb_to_gen } from "../../kernel/arch/x86/mm/tlb.ts";
import { flush_tlb_request } from "../../kernel/arch/x86/mm/tlb_4_13.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { TLB_FLUSH_ALL } from "../../kernel/tlbflush.ts";
import { boot, map_pages, new_mm, run_user, small, touch_pages, two_asids } from "../setup.ts";

export const flushes_out_of_order = scenario({
  question: `Two CPUs flush the same mm: CPU 1 all of it, tlb_gen 0 -> 1, then CPU 2 one page, 1 -> 2. CPU 0 takes the
    second request first. Does it still do what the first one asks for?`,
  needs: { arch: "x86", config: { PCID64: false, XEN_PV: false } },
  machine: { ...small, cpus: 3, pages: 2, frames: 2, address: 3 },
  config: { ...two_asids },
  init() {
    boot();
    map_pages(new_mm(tasks[3]));
    run_user(0, tasks[3]);
    touch_pages(0);
  },
  threads: {
    CPU0() {
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page_flush_all(mms[1], 0);
    },
    CPU2() {
      unmap_page(mms[1], 1);
    },
  },
  check: [no_stale_user_access],
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "a ranged request is taken though an older one is missing",
      needs: { config: { tlb_gen: true } },
      mutant: omit(flush_tlb_to_gen, "f.new_tlb_gen === local_tlb_gen + 1"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "a ranged request is taken though a newer one is under way",
      needs: { config: { tlb_gen: true } },
      mutant: omit(flush_tlb_to_gen, "f.new_tlb_gen === mm_tlb_gen"),
      // Linux' comment calls this test an optimisation. It is one only if the step taken is then recorded as
      // new_tlb_gen; what is recorded is mm_tlb_gen.
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "a request for all is not carried out",
      needs: { config: { tlb_gen: false } },
      mutant: drop(flush_tlb_request, "flush_tlb_local"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "requests of any generation are taken to be done",
      needs: { config: { flush_skips_done: true } },
      mutant: omit(flush_tlb_func, "f.new_tlb_gen <= local_tlb_gen"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

/** A large munmap(): one full flush instead of many INVLPGs. */
export function unmap_page_flush_all(mm: mm_struct, page: number): void {
  const table = mm.pgd.entry;
  const old = xchg(table!.pte[page], null);
  parts.coherence.flush_tlb_mm_range(mm, 0, TLB_FLUSH_ALL, machine.PAGE_SHIFT, false);
  free_old(old!);
}

function free_old(page: frame): void {
  instruction();
  pool_free(page);
}
