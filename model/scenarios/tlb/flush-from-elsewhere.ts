// SPDX-License-Identifier: MIT
// Flushes that do not come from a task of the process: from another one, and from a kernel thread that borrows the mm.
import type { frame } from "../../hw/mmu/cpu.ts";
import { no_stale_user_access, user_load } from "../../hw/mmu/cpu.ts";
import { lazy_cpu_leaves } from "../../kernel/arch/x86/mm/tlb.ts";
import * as tlb_4_13 from "../../kernel/arch/x86/mm/tlb_4_13.ts";
import * as tlb_classic from "../../kernel/arch/x86/mm/tlb_classic.ts";
import { local_irq_disable, local_irq_enable } from "../../kernel/irqflags.ts";
import { flush_tlb_page, unmap_page } from "../../kernel/mm/mmap.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { boot, map_pages, new_mm, new_thread, run_user, small, switched_to, two_asids, two_mms } from "../setup.ts";

export const flush_from_elsewhere = scenario({
  question: `CPU 0 switches to a process while CPU 1, which runs something else, replaces an entry of its page tables by
    a plain store, flushes, and frees the page. What keeps CPU 1's look at the mask behind the store?`,
  needs: { arch: "x86", config: { PCID64: false, tlb_gen: false } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
  },
  threads: {
    CPU0() {
      __schedule(tasks[2]);
      user_load(mms[1].pgd, 0);
    },
    CPU1() {
      zap_page(mms[1], 0);
    },
  },
  check: [no_stale_user_access],
  witness: [ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no barrier where the mm is not this CPU's (CVE-2016-2069, before 71b3c126e611)",
      needs: { parts: { coherence: "tlb_classic" } },
      mutant: drop(tlb_classic.flush_tlb_here, "smp_mb", 1),
      expect: { sc: safe, x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "no barrier before the look at the mask",
      needs: { parts: { coherence: "tlb_4_13" } },
      mutant: drop(tlb_4_13.inc_mm_tlb_gen, "smp_mb"),
      expect: { sc: safe, x86_tso: violates(no_stale_user_access) },
    },
  ],
});

/** pte_clear(), as where nothing can be lost: nobody writes to the page. */
export function zap_page(mm: mm_struct, page: number): void {
  const table = mm.pgd.entry;
  const old = READ_ONCE(table!.pte[page]);
  WRITE_ONCE(table!.pte[page], null);
  flush_tlb_page(mm, page);
  put_page(old!);
}

function put_page(page: frame): void {
  instruction();
  pool_free(page);
}

export const lazy_flush_reentered = scenario({
  question: `A kernel thread on CPU 0 reclaims a page of the process that it is lazy in: its own flush makes CPU 0 leave
    the mm. A flush from CPU 1 would do the same. What if it comes in the middle?`,
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true, tlb_use_lazy_mode: true, flush_skips_lazy: false } },
  machine: { ...small, pages: 2, frames: 2, address: 3 },
  config: { ...two_asids },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      unmap_page(mms[1], 0);
    },
    CPU1() {
      unmap_page(mms[1], 1);
      user_load(mms[1].pgd, 0);
    },
  },
  check: [no_stale_user_access, no_bug],
  witness: [lazy_cpu_leaves],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "interrupts stay on during a flush of this CPU (before bc0d5a89fbe3)",
      needs: { parts: { coherence: "tlb_4_13" } },
      mutant: drop(tlb_4_13.flush_tlb_func_local, "local_irq_disable"),
      // leave_mm() finds TLBSTATE_OK, which the other leave_mm() has left.
      expect: { sc: violates(no_bug), x86_tso: violates(no_bug) },
      expect_of: { xen_pv: { sc: safe, x86_tso: safe } },
    },
    {
      name: "a lazy kernel thread flushes only itself",
      mutant: drop(parts.coherence.flush_tlb_mm_range, "flush_tlb_multi"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export const lazy_warnings = scenario({
  question: `Linux 4.13 warns where mm_cpumask is not what loaded_mm says. CPU 0 is lazy, told to leave by a flush,
    leaves once more for a deep idle state, and returns, to a process that uses its mm or to another. Does it ever
    warn?`,
  needs: { arch: "x86", parts: { coherence: "tlb_4_13" }, config: { XEN_PV: false } },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { DEBUG_VM: true },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    map_pages(mm);
    new_thread(tasks[3], mm);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
      local_irq_disable();
      tlb_4_13.leave_mm();
      local_irq_enable();
      __schedule(any(2) === 0 ? tasks[2] : tasks[4]);
    },
    CPU1() {
      unmap_page(mms[1], 0);
    },
  },
  check: [no_warning, no_bug],
  witness: [lazy_cpu_leaves],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "leave_mm() leaves the mask as it is",
      mutant: drop(tlb_4_13.switch_mm_irqs_off, "cpumask_clear_cpu"),
      expect: { sc: violates(no_warning), x86_tso: violates(no_warning) },
    },
    {
      name: "leave_mm() looks at state first",
      mutant: move_before(tlb_4_13.leave_mm, "BUG_ON", 1, "this_cpu_read", 1),
      expect: { sc: violates(no_bug), x86_tso: violates(no_bug) },
    },
  ],
});
