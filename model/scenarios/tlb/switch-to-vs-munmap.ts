// SPDX-License-Identifier: MIT
import { no_stale_user_access, no_walk_of_freed_table, user_load } from "../../hw/mmu/cpu.ts";
import { should_flush_tlb, switch_mm_irqs_off, tlb_is_not_lazy } from "../../kernel/arch/x86/mm/tlb.ts";
import * as tlb_4_14 from "../../kernel/arch/x86/mm/tlb_4_14.ts";
import { cpu_tlbstate_shared } from "../../kernel/arch/x86/mm/tlbstate.ts";
import { unmap_page } from "../../kernel/mm/mmap.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import type { flush_tlb_info } from "../../kernel/parts.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
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

export const switch_to_vs_munmap = scenario({
  question: `CPU 0 returns from another process to one whose ASID slot, and TLB entries, it still has, while CPU 1
    unmaps a page of that process. Does it see the new tlb_gen, or the flush its bit in mm_cpumask?`,
  needs: { arch: "x86", config: { PCID64: false } },
  machine: { ...two_mms, ctx_ids: 4 },
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
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access, no_walk_of_freed_table],
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // CVE-2025-40174: the bit is set since CPU 0 was here last, so that no atomic operation stands between the store of
    // LOADED_MM_SWITCHING and the read of tlb_gen. Not without PCIDs: there every CR3 write flushes.
    "linux-6.14-x86": { sc: safe, x86_tso: violates(no_stale_user_access) },
  },
  mutants: [
    {
      name: "tlb_gen is read before the mask bit is set",
      needs: { parts: { coherence: "tlb" } },
      mutant: move_before(switch_mm_irqs_off, "atomic_read", 2, "cpumask_set_cpu", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
      // Every CR3 write flushes: whatever the CPU caches, it caches after the bit was set. Where it is set already,
      // the barrier behind it is what tlb_gen must not pass.
      expect_of: {
        "linux-6.12-x86-nopcid": { sc: safe, x86_tso: safe },
        "linux-6.14-x86-nopcid": { sc: safe, x86_tso: safe },
      },
    },
    {
      // linux-4.14-rc-posted is in this order, and safe.
      name: "tlb_gen is read before the mask bit is set (4.14)",
      needs: { parts: { coherence: "tlb_4_14" } },
      mutant: move_before(tlb_4_14.switch_mm_irqs_off, "atomic_read", 1, "cpumask_set_cpu", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
      expect_of: { "linux-4.14-x86-nopcid": { sc: safe, x86_tso: safe } },
    },
    {
      name: "LOADED_MM_SWITCHING is stored after tlb_gen is read (before 83b0177a6c48)",
      needs: { config: { flush_reads_loaded_mm: true } },
      mutant: move_before(switch_mm_irqs_off, "this_cpu_write", 2, "choose_new_asid", 1),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
      expect_of: {
        "linux-6.12-x86-nopcid": { sc: safe, x86_tso: safe },
        "linux-6.14-x86-nopcid": { sc: safe, x86_tso: safe },
      },
    },
    {
      name: "no smp_mb() where the mask bit is set already (CVE-2025-40174, before 83b0177a6c48)",
      needs: { config: { switch_mm_smp_mb: true } },
      mutant: drop(switch_mm_irqs_off, "smp_mb", 2),
      expect: { sc: safe, x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "the mask bit is not set",
      // Where it is set since the last time, see trimmed_mask_vs_munmap.
      needs: { config: { lazy_mm_cpumask: false } },
      mutant: drop(parts.coherence.switch_mm_irqs_off, "cpumask_set_cpu"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "a CPU in the middle of a switch is not asked (CVE-2025-37964)",
      needs: { config: { flush_reads_loaded_mm: true } },
      mutant: omit(should_flush_tlb, "if (loaded_mm === LOADED_MM_SWITCHING) return true"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "only lazy CPUs are asked (4.19-rc)",
      needs: { config: { flush_skips_lazy: true, fully_lazy_tlb: false, flush_reads_loaded_mm: false } },
      mutant: replace(tlb_is_not_lazy, tlb_is_lazy),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export function tlb_is_lazy(cpu: cpu_id, _info: flush_tlb_info): boolean {
  return data_race(per_cpu(cpu_tlbstate_shared.is_lazy, cpu));
}
