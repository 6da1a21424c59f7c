// SPDX-License-Identifier: MIT
import { no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { mask_trimmed, wrong_cpu } from "../../kernel/arch/x86/mm/tlb.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import { mm_cpumask, mms, tasks } from "../../kernel/mm_types.ts";
import { ipi_sent } from "../../kernel/smp.ts";
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

/** CPUs 0 and 1 run a process of two pages, and have run another one before. */
function two_processes(): void {
  boot();
  const old = new_mm(tasks[2]);
  map_pages(old);
  const mm = new_mm(tasks[3]);
  map_pages(mm);
  new_thread(tasks[4], mm);
  run_user(0, tasks[2]);
  switched_to(tasks[3]);
  touch_pages(0);
  run_user(1, tasks[4]);
  cpumask_set_cpu(1, mm_cpumask(old));
}

export const flush_by_an_outsider = scenario({
  question: `CPU 0 reclaims a page of a process that it has left, but in whose mm_cpumask it still is, while CPU 1
    unmaps a page of the process that CPU 0 runs. The two mms have their own generations: does CPU 0 take the one's
    request for the other's?`,
  needs: { arch: "x86", config: { lazy_mm_cpumask: true } },
  machine: { ...two_mms, ctx_ids: 4, pages: 2, frames: 4, tables: 2, address: 3 },
  config: { ...three_asids },
  init() {
    two_processes();
  },
  threads: {
    CPU0() {
      unmap_page(mms[1], 0);
      user_load(mms[2].pgd, 1);
    },
    CPU1() {
      unmap_page(mms[2], 1);
    },
  },
  check: [no_stale_user_access],
  witness: [ipi_sent, mask_trimmed],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the initiator carries out its own request, whatever it has loaded (209954cbc7d0 without 953753db887f)",
      mutant: omit(wrong_cpu, "config.lazy_mm_cpumask"),
      // "Flushing the TLB when we are not running the target mm is harmless", says 953753db887f. Not if the generations
      // of the two happen to fit: one page of the wrong mm counts as the flush of everything that the right one needs.
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export const flush_of_an_mm_left = scenario({
  question: `CPU 0 reclaims a page of a process that it has left, but in whose mm_cpumask it still is. Does its own
    request find the mm that it expects?`,
  needs: { arch: "x86", config: { lazy_mm_cpumask: true } },
  machine: { ...two_mms, ctx_ids: 4, frames: 2, tables: 2 },
  config: { ...three_asids },
  init() {
    two_processes();
  },
  threads: {
    CPU0() {
      unmap_page(mms[1], 0);
    },
    CPU1() {},
  },
  check: [no_warning],
  witness: [ipi_sent, mask_trimmed],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the initiator carries out its own request, whatever it has loaded (209954cbc7d0 without 953753db887f)",
      mutant: omit(wrong_cpu, "config.lazy_mm_cpumask"),
      expect: { sc: violates(no_warning), x86_tso: violates(no_warning) },
    },
  ],
});
