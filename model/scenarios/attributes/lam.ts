// SPDX-License-Identifier: MIT
import { no_foreign_user_access } from "../../hw/mmu/cpu.ts";
import { no_fault_on_tagged_address, user_load_tagged } from "../../hw/mmu/x86.ts";
import {
  cpu_tlbstate_lam,
  locals,
  mm_lam_cr3_mask,
  read_attributes,
  switch_attributes,
} from "../../kernel/arch/x86/attributes/lam.ts";
import { enable_lam_func, mm_enable_lam, prctl_enable_tagged_addr } from "../../kernel/arch/x86/kernel/process_64.ts";
import { switch_mm_irqs_off } from "../../kernel/arch/x86/mm/tlb.ts";
import { mmget } from "../../kernel/fork.ts";
import { kthread_use_mm } from "../../kernel/kthread.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mm_cpumask, mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { on_each_cpu_mask } from "../../kernel/smp.ts";
import { boot, new_mm, run_user, small, switched_to, two_asids } from "../setup.ts";

/** The only thread of the process arrives on a CPU that had its mm loaded before. */
const migrated = sometimes("the thread goes on elsewhere, and uses tags");

function thread_enables_lam(): void {
  prctl_enable_tagged_addr(mms[1]);
  user_load_tagged(mms[1].pgd);
  __schedule(tasks[1]);
}

function thread_goes_on(): void {
  __schedule(tasks[2]);
  reached(migrated);
  user_load_tagged(mms[1].pgd);
}

export const lam_lazy = scenario({
  question: `A thread runs on CPU 0, then on CPU 1, where it enables LAM; CPU 0 is lazy in its mm all the while. When
    the thread comes back to CPU 0, does it run with LAM?`,
  needs: { parts: { attributes: "lam" } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      thread_goes_on();
    },
    CPU1() {
      thread_enables_lam();
    },
  },
  check: [no_fault_on_tagged_address, no_foreign_user_access],
  witness: [migrated],
  expect: { sc: safe, x86_tso: safe },
  // The way back is prev == next, and tlb_gen has not moved: CR3 stays as it is.
  expect_of: {
    "linux-6.4-x86-lam": { sc: violates(no_fault_on_tagged_address), x86_tso: violates(no_fault_on_tagged_address) },
  },
  mutants: [
    {
      name: "LAM is enabled on this CPU only",
      needs: { config: { lam_ipi: true } },
      mutant: drop(mm_enable_lam, "on_each_cpu_mask"),
      expect: { sc: violates(no_fault_on_tagged_address), x86_tso: violates(no_fault_on_tagged_address) },
    },
    {
      name: "tlb_gen does not move",
      needs: { config: { lam_inc_tlb_gen: true } },
      mutant: drop(mm_enable_lam, "atomic_inc"),
      expect: { sc: violates(no_fault_on_tagged_address), x86_tso: violates(no_fault_on_tagged_address) },
    },
    {
      name: "a lazy CPU that has missed no flush does not compare",
      needs: { config: { lam_compared: true } },
      mutant: omit(switch_mm_irqs_off, "loaded"),
      expect: { sc: violates(no_fault_on_tagged_address), x86_tso: violates(no_fault_on_tagged_address) },
    },
  ],
});

export const lam_kthread_use_mm = scenario({
  question: `On CPU 0 a kernel thread starts to use the mm of a thread that enables LAM on CPU 1 meanwhile, and is
    switched away while it uses it; the thread comes to CPU 0. Does it run with LAM?`,
  needs: { parts: { attributes: "lam" } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    mmget(mms[1]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      kthread_use_mm(mms[1]);
      thread_goes_on();
    },
    CPU1() {
      thread_enables_lam();
    },
  },
  check: [no_fault_on_tagged_address, no_foreign_user_access],
  witness: [migrated],
  // A store that waits in CPU 1's buffer: mm_cpumask is read without CPU 0's bit, which CPU 0 sets before it reads the
  // mm's LAM bits, without what CPU 1 has stored. on_each_cpu_mask() has no barrier before it reads the mask.
  expect: { sc: safe, x86_tso: violates(no_fault_on_tagged_address) },
  expect_of: {
    "ahmed-2024-lam-rfc": { sc: safe, x86_tso: safe },
    // CPU 0 is not lazy: it looks at nothing.
    "linux-6.4-x86-lam": { sc: violates(no_fault_on_tagged_address), x86_tso: violates(no_fault_on_tagged_address) },
    "x86-lam-inc-tlb-gen": { sc: violates(no_fault_on_tagged_address), x86_tso: violates(no_fault_on_tagged_address) },
  },
  mutants: [
    {
      name: "repaired: a full barrier before the mask is read",
      needs: { config: { lam_ipi: true } },
      mutant: replace(mm_enable_lam, mm_enable_lam_mb),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "LAM is enabled on this CPU only",
      needs: { config: { lam_ipi: true } },
      mutant: drop(mm_enable_lam, "on_each_cpu_mask"),
      expect: { sc: violates(no_fault_on_tagged_address), x86_tso: violates(no_fault_on_tagged_address) },
    },
    {
      name: "the LAM bits are read before the bit in the mask is set",
      needs: { config: { lam_ipi: true } },
      mutant: replace(read_attributes, read_attributes_early),
      expect: { sc: violates(no_fault_on_tagged_address), x86_tso: violates(no_fault_on_tagged_address) },
    },
    {
      name: "the LAM bits are read twice, for CR3 and for cpu_tlbstate (before ec225f8c255f)",
      needs: { config: { lam_compared: true } },
      mutant: replace(switch_attributes, switch_attributes_reads_again),
      expect: { sc: violates(no_fault_on_tagged_address), x86_tso: violates(no_fault_on_tagged_address) },
    },
    {
      name: "a CPU that is not lazy does not compare",
      needs: { config: { lam_compared: true } },
      mutant: omit(switch_mm_irqs_off, "parts.attributes.attributes_loaded(next)"),
      expect: { sc: violates(no_fault_on_tagged_address), x86_tso: violates(no_fault_on_tagged_address) },
    },
  ],
});

export function mm_enable_lam_mb(mm: mm_struct): void {
  WRITE_ONCE(mm.context.lam_cr3_mask, true);
  smp_mb();
  on_each_cpu_mask(mm_cpumask(mm), enable_lam_func, mm);
}

export function read_attributes_early(next: mm_struct, subscribed: bool): void {
  if (!subscribed) this_cpu_ptr(locals).new_lam = mm_lam_cr3_mask(next);
}

export function switch_attributes_reads_again(_prev: mm_struct, next: mm_struct): void {
  this_cpu_write(cpu_tlbstate_lam.lam, mm_lam_cr3_mask(next));
}
