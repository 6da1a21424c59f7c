// SPDX-License-Identifier: MIT
import { no_foreign_user_access, page_tables } from "../../hw/mmu/cpu.ts";
import {
  efi_call_virt,
  efi_switch_mm,
  temporary_mm_while_lazy,
  use_temporary_mm,
} from "../../kernel/arch/x86/mm/temporary_mm.ts";
import { switch_mm_irqs_off, this_cpu_is_lazy } from "../../kernel/arch/x86/mm/tlb.ts";
import { arch_tlbbatch_add_pending, arch_tlbbatch_flush } from "../../kernel/arch/x86/mm/tlbbatch.ts";
import { cpu_tlbstate } from "../../kernel/arch/x86/mm/tlbstate.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { local_irq_restore, local_irq_save } from "../../kernel/irqflags.ts";
import { asid_grab } from "../../kernel/lifetime/asid_references.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import {
  no_dangling_active_mm_at_rest,
  no_freed_pgd_loaded,
  references_conserved,
} from "../../properties/lifetimes.ts";
import { boot, new_mm, run_user, small, switched_to, two_asids } from "../setup.ts";

/** What is left out here makes no difference: other backends, attributes, kernels before 6.12. */
const native_lazy = {
  arch: "x86",
  parts: { coherence: "tlb", backend: "native", attributes: "none" },
  config: { lazy_tlb: true, flush_reads_loaded_mm: true, PCID: true, INVLPGB: false },
};
const one_temporary = { ...small, mms: 3, ctx_ids: 4 };

/** CPU 0 is lazy in mms[1], whose last user runs on CPU 1. mms[2] is the temporary mm. */
function lazy_and_temporary(): void {
  boot();
  // A page table is enough: that it is freed is why the exit flushes.
  WRITE_ONCE(new_mm(tasks[2]).pgd.entry, pool_alloc(page_tables));
  new_mm(tasks[3]);
  run_user(0, tasks[2]);
  switched_to(tasks[0]);
  run_user(1, tasks[2]);
}

export const efi_vs_exit = scenario({
  question: `A kernel thread on CPU 0, lazy in a process, calls firmware, which has an mm of its own; the process exits
    on CPU 1 meanwhile. Is what CPU 0 comes back to still there?`,
  needs: { ...native_lazy },
  machine: { ...one_temporary },
  config: { ...two_asids },
  init() {
    lazy_and_temporary();
  },
  threads: {
    CPU0() {
      efi_call_virt(mms[2]);
    },
    CPU1() {
      exit_mm();
    },
  },
  check: [no_freed_pgd_loaded, no_foreign_user_access, references_conserved],
  witness: [temporary_mm_while_lazy],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // Whoever tears the mm down asks mm_cpumask, in which CPU 0 is not while it is in firmware, or active_mm, which is
    // another one then.
    shootdown: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    last_mmput: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "luto-2022-mask-scan": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "x86-shootdown-6.18": { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    hazptr_2024: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    // exit_mm() leaks.
    "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
    // efi_switch_mm() reads active_mm with interrupts on; the flush of exit_mmap() then makes active_mm init_mm.
    hazard_pointers: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
  },
  mutants: [
    {
      name: "an ASID slot holds no reference",
      needs: { parts: { lifetime: "asid_references" } },
      mutant: replace(asid_grab, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "what is borrowed is not counted",
      needs: { parts: { lifetime: "refcount" } },
      mutant: drop(refcount.mmgrab_lazy_tlb, "mmgrab"),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
      // The bit stays when the CPU leaves, and the flush of exit_mmap() comes once it is back.
      expect_of: {
        "linux-6.14-x86": { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
        "linux-6.18-x86": { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
      },
    },
    {
      name: "efi_switch_mm() has interrupts off",
      mutant: replace(efi_switch_mm, efi_switch_mm_irqs_off),
      expect: { sc: safe, x86_tso: safe },
      expect_of: {
        shootdown: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        last_mmput: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        "luto-2022-mask-scan": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        "x86-shootdown-6.18": { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
        hazptr_2024: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
        "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
      },
    },
    {
      name: "the mask bit is cleared after the CR3 write",
      needs: { parts: { lifetime: ["shootdown", "last_mmput"] } },
      mutant: move_before(switch_mm_irqs_off, "cpumask_clear_cpu", 1, "switch_attributes", 1),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
  ],
});

export const temporary_mm_vs_exit = scenario({
  question: `A kernel thread on CPU 0, lazy in a process, loads a temporary mm (to call firmware, from 6.16 on, or to
    write to kernel text); the process exits on CPU 1 meanwhile. Is what CPU 0 comes back to still there?`,
  needs: { ...native_lazy },
  machine: { ...one_temporary },
  config: { ...two_asids, efi_temporary_mm: true },
  init() {
    lazy_and_temporary();
  },
  threads: {
    CPU0() {
      efi_call_virt(mms[2]);
    },
    CPU1() {
      exit_mm();
    },
  },
  check: [no_freed_pgd_loaded, no_foreign_user_access, no_dangling_active_mm_at_rest, references_conserved],
  witness: [temporary_mm_while_lazy],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // The bit of the mm that a CPU leaves goes before its CR3 does, as in lazy_to_user_vs_exit.
    shootdown: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    last_mmput: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "luto-2022-mask-scan": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    // leave_mm() leaves active_mm as it is, and 6.14's mask keeps the bit.
    "x86-shootdown-6.18": { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    // So here. In both, the interrupt that shoots goes by active_mm: it takes the page tables away from firmware.
    hazptr_2024: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    // exit_mm() leaks.
    "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
  },
  mutants: [
    {
      name: "an ASID slot holds no reference",
      needs: { parts: { lifetime: "asid_references" } },
      mutant: replace(asid_grab, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "repaired: the mask bit is cleared after the CR3 write",
      needs: { parts: { lifetime: ["shootdown", "last_mmput"] }, config: { lazy_mm_cpumask: false } },
      mutant: move_before(switch_mm_irqs_off, "cpumask_clear_cpu", 1, "switch_attributes", 1),
      expect: { sc: safe, x86_tso: safe },
      expect_of: {
        shootdown: { sc: violates(no_dangling_active_mm_at_rest), x86_tso: violates(no_dangling_active_mm_at_rest) },
      },
    },
    {
      name: "what is borrowed is not counted",
      needs: { parts: { lifetime: "refcount" } },
      mutant: drop(refcount.mmgrab_lazy_tlb, "mmgrab"),
      expect: { sc: violates(no_dangling_active_mm_at_rest), x86_tso: violates(no_dangling_active_mm_at_rest) },
      expect_of: {
        "linux-6.12-x86": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        "amit-2022-mask-cleared-by-ipi": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
      },
    },
    {
      name: "a lazy CPU stays lazy (before abee7c494d8c)",
      mutant: drop(use_temporary_mm, "leave_lazy_mm"),
      // A reference, or a name in rq.lazy_mm, holds the mm until the CPU is back.
      expect: { sc: safe, x86_tso: safe },
      expect_of: {
        shootdown: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        last_mmput: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        hazptr_2024: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
        "x86-shootdown-6.18": { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
        "luto-2022-mask-scan": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
      },
    },
    {
      name: "interrupts are on (patch 18 of 2022, as posted)",
      mutant: replace(use_temporary_mm, use_temporary_mm_irqs_on),
      // On x86 alone it is well: a request that comes in the middle finds another mm loaded, or none; the
      // temporary one is flushed by nobody else meanwhile.
      expect: { sc: safe, x86_tso: safe },
      expect_of: {
        shootdown: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        last_mmput: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        hazptr_2024: { sc: violates(no_bug), x86_tso: violates(no_bug) },
        "x86-shootdown-6.18": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        "luto-2022-mask-scan": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
        hazard_pointers: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
      },
    },
  ],
});

export function use_temporary_mm_irqs_on(temp_mm: mm_struct): mm_struct {
  if (this_cpu_is_lazy()) {
    reached(temporary_mm_while_lazy);
    parts.coherence.leave_mm();
  }
  const prev_mm = this_cpu_read(cpu_tlbstate.loaded_mm);
  parts.coherence.switch_mm_irqs_off(prev_mm, temp_mm);
  return prev_mm;
}

export function efi_switch_mm_irqs_off(efi_mm: mm_struct): void {
  const flags = local_irq_save();
  efi_switch_mm(efi_mm);
  local_irq_restore(flags);
}

export const temporary_mm_vs_batch = scenario({
  question: `A kernel thread on CPU 0, lazy in a process, calls firmware on a temporary mm; CPU 1 flushes for reclaim,
    which names no mm. Does the interrupt, which makes a kernel thread leave what it borrows, take the page tables away
    from firmware?`,
  needs: {
    arch: "x86",
    parts: { coherence: "tlb" },
    config: { lazy_tlb: true, flush_reads_loaded_mm: true, flush_skips_lazy: false },
  },
  machine: { ...one_temporary },
  config: { ...two_asids, efi_temporary_mm: true },
  init() {
    lazy_and_temporary();
  },
  threads: {
    CPU0() {
      efi_call_virt(mms[2]);
    },
    CPU1() {
      arch_tlbbatch_add_pending(mms[1]);
      arch_tlbbatch_flush();
    },
  },
  check: [no_foreign_user_access],
  witness: [temporary_mm_while_lazy, ipi_sent],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "whoever has no mm of its own is taken to be lazy",
      mutant: replace(this_cpu_is_lazy, is_kernel_thread),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
  ],
});

export function is_kernel_thread(): boolean {
  return get_current().mm === null;
}

export function nothing(_mm: mm_struct): void {}
