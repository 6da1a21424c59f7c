// SPDX-License-Identifier: MIT
import { no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { mask_trimmed, should_flush_tlb, switch_mm_irqs_off, wrong_cpu } from "../../kernel/arch/x86/mm/tlb.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import { mm_cpumask, mms, tasks } from "../../kernel/mm_types.ts";
import type { flush_tlb_info } from "../../kernel/parts.ts";
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

export const trimmed_mask_vs_munmap = scenario({
  question: `CPU 0 has left a process, but not its mm_cpumask, and returns to it while CPU 1 unmaps one page after the
    other; some flush may take CPU 0 out of the mask, or ask it for nothing. Does it hear of every page?`,
  needs: { arch: "x86", config: { lazy_mm_cpumask: true } },
  machine: { ...two_mms, ctx_ids: 4, pages: 2, frames: 2, address: 3 },
  config: { ...three_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    touch_pages(0);
    switched_to(tasks[4]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 1);
    },
    CPU1() {
      unmap_page(mms[1], 0);
      unmap_page(mms[1], 1);
    },
  },
  check: [no_stale_user_access, no_warning],
  witness: [mask_trimmed],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // CVE-2025-40174: see switch_to_vs_munmap.
    "linux-6.14-x86": { sc: safe, x86_tso: violates(no_stale_user_access) },
  },
  mutants: [
    {
      name: "the mask bit is not set again",
      mutant: drop(switch_mm_irqs_off, "cpumask_set_cpu"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "a request takes a CPU out of the mask that runs the mm",
      mutant: omit(wrong_cpu, "f.mm !== loaded_mm"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "the flush takes other CPUs out of the mask, instead of asking them to leave it",
      mutant: replace(should_flush_tlb, should_flush_tlb_or_trim),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

/** No useless interrupts: a bit of a CPU that has another mm loaded is cleared from afar. */
export function should_flush_tlb_or_trim(cpu: cpu_id, info: flush_tlb_info): boolean {
  if (should_flush_tlb(cpu, info) && !info.trim_cpumask) return true;
  if (!info.trim_cpumask) return false;
  cpumask_clear_cpu(cpu, mm_cpumask(info.mm!));
  return false;
}
