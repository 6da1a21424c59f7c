// SPDX-License-Identifier: MIT
import { frames, no_stale_user_access, page_tables, user_load } from "../../hw/mmu/cpu.ts";
import { move_page, truncate_page } from "../../kernel/mm/mremap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { boot, new_mm, new_thread, run_user, small, touch_pages, two_asids } from "../setup.ts";

/** The page is found at its new place. */
export const truncated = sometimes("the page is freed at its new address", () => !is_allocated(frames[0]));

export const mremap_vs_truncate = scenario({
  question: `CPU 1 moves a page to another address, while CPU 0 truncates the file that it is of: it frees the page if
    it finds it at the new address. Can CPU 0 still reach it at the old one?`,
  needs: { arch: "x86", config: { PCID64: false } },
  machine: { ...small, pages: 2, address: 3 },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    const table = pool_alloc(page_tables);
    WRITE_ONCE(mm.pgd.entry, table);
    WRITE_ONCE(table.pte[0], pool_alloc(frames));
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
    touch_pages(0);
  },
  threads: {
    CPU0() {
      truncate_page(mms[1], 1);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      move_page(mms[1], 0, 1);
    },
  },
  check: [no_stale_user_access],
  witness: [ipi_sent, truncated],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the flush comes after the lock is dropped (CVE-2018-18281)",
      mutant: move_before(move_page, "spin_unlock", 1, "flush_tlb_page", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});
