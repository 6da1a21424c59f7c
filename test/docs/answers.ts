// SPDX-License-Identifier: MIT
// Questions of the threads, in our words, and the searches that answer them.
import type { Answer } from "./catalogue-types.ts";

const SAFE = { sc: "safe", x86_tso: "safe" } as const;
const VIOLATES = { sc: "violates", x86_tso: "violates" } as const;

export const answers: readonly Answer[] = [
  {
    question: "Does a CPU that ends lazy mode need the smp_mb()?",
    asked: "switch_mm_irqs_off(), where prev == next, since 4.20: is_lazy = false, then a look at tlb_gen",
    answer: `Yes, on x86: it orders the store to is_lazy before the load of tlb_gen, and TSO lets just these two pass
each other. Without it the flush still sees a lazy CPU, which sees the old generation. Under sequential consistency
nothing happens, so that no test of interleavings alone would find it.`,
    grounds: [
      { scenario: "unlazy_vs_munmap", design: "linux-6.12-x86", expect: SAFE },
      {
        scenario: "unlazy_vs_munmap",
        design: "linux-6.12-x86",
        mutant: "no smp_mb() when lazy mode ends",
        expect: { sc: "safe", x86_tso: "violates" },
      },
    ],
    show: { ground: 1, model: "x86_tso" },
  },
  {
    question: "Is the scan of hazard pointers right when a CPU goes offline? (The patch marks its own doubt.)",
    asked: "[PATCH 16/23] sched: Use lightweight hazard pointers to grab lazy mms (Lutomirski, 2022-01-08)",
    answer: `Not as posted: a CPU leaves cpu_online_mask before its idle task leaves the mm that it borrows, and a
scan of online CPUs in between does not see its pointer; the page tables are freed under it. Either repair is enough:
to look at all possible CPUs, or to leave the lazy mm before the CPU leaves the mask.`,
    grounds: [
      { scenario: "offline_vs_last_mmput", design: "luto-2022-posted", expect: VIOLATES },
      { scenario: "offline_vs_last_mmput", design: "luto-2022-intended", expect: SAFE },
      {
        scenario: "offline_vs_last_mmput",
        design: "luto-2022-posted",
        mutant: "repaired: the last mmput() looks at all possible CPUs",
        expect: SAFE,
      },
      {
        scenario: "offline_vs_last_mmput",
        design: "luto-2022-posted",
        mutant: "repaired: the dying CPU leaves its lazy mm before it leaves cpu_online_mask",
        expect: SAFE,
      },
    ],
    show: { ground: 0, model: "sc" },
  },
  {
    question: "The scan reads lazy_mm again before it drops what others have parked: is that needed?",
    asked: "mm_unlazy_mm_count() in patch 16 of 2022",
    answer: `Yes. Between the first look and the xchg() the CPU may have gone lazy in another mm, whose last user
parks a reference there: without the second look that reference is dropped while the CPU uses it.`,
    grounds: [
      { scenario: "hazard_pointer_handover", design: "luto-2022-intended", expect: SAFE },
      {
        scenario: "hazard_pointer_handover",
        design: "luto-2022-intended",
        mutant: "no second look at lazy_mm",
        expect: VIOLATES,
      },
    ],
    show: { ground: 1, model: "sc" },
  },
  {
    question: "What else is wrong with the series of 2022 as it was posted?",
    asked: "[PATCH 00/23] mm, sched: Rework lazy mm handling (Lutomirski, 2022-01-08)",
    answer: `exit_mm() is not converted, so that each task that exits leaks a reference; and the interrupt of a flush
may drop the last reference to an mm, and wait for pgd_lock, which the CPU that it interrupted holds.
luto-2022-intended has neither.`,
    grounds: [
      { scenario: "exit_elsewhere", design: "luto-2022-posted", expect: VIOLATES },
      { scenario: "drop_in_flush_ipi", design: "luto-2022-posted", expect: VIOLATES },
      { scenario: "exit_elsewhere", design: "luto-2022-intended", expect: SAFE },
      { scenario: "drop_in_flush_ipi", design: "luto-2022-intended", expect: SAFE },
    ],
  },
  {
    question: "Was the barrier of exec wrong, before patch 09 of 2022?",
    asked: "[PATCH 09/23] membarrier: Fix incorrect barrier positions during exec and kthread_use_mm()",
    answer: `Not distinguished. What is needed is a full barrier before tsk->mm becomes the new mm, and it is there;
without it the promise breaks under armv8. smp_mb__after_spinlock() in its place does as well.`,
    grounds: [
      { scenario: "membarrier_vs_exec", design: "linux-6.1-arm64", expect: { sc: "safe", armv8: "safe" } },
      {
        scenario: "membarrier_vs_exec",
        design: "linux-6.1-arm64",
        mutant: "no barrier before tsk->mm becomes the new mm",
        expect: { sc: "safe", armv8: "violates" },
      },
      {
        scenario: "membarrier_vs_exec",
        design: "linux-6.1-arm64",
        mutant: "patch 09: smp_mb__after_spinlock() in place of smp_mb()",
        expect: { sc: "safe", armv8: "safe" },
      },
    ],
  },
  {
    question: "Does kthread_use_mm() need a barrier before it stores tsk->mm?",
    asked: "the same patch",
    answer: `No scenario here tells the difference. Where accesses from before kthread_use_mm() should count (the
kernel thread has a mapping of its own), the promise is broken with the barrier as well as without.`,
    grounds: [
      { scenario: "membarrier_vs_use_mm", design: "linux-6.1-arm64", expect: { sc: "safe", armv8: "safe" } },
      {
        scenario: "membarrier_vs_use_mm",
        design: "linux-6.1-arm64",
        mutant: "patch 09: a barrier before kthread_use_mm() stores tsk->mm changes nothing",
        expect: { sc: "safe", armv8: "safe" },
      },
      { scenario: "membarrier_vs_early_kthread", design: "linux-6.1-arm64", expect: { sc: "safe", armv8: "violates" } },
      {
        scenario: "membarrier_vs_early_kthread",
        design: "linux-6.1-arm64",
        mutant: "patch 09: a barrier before kthread_use_mm() stores tsk->mm repairs nothing",
        expect: { sc: "safe", armv8: "violates" },
      },
    ],
  },
  {
    question: "Can MEMBARRIER_CMD_GLOBAL_EXPEDITED miss a registered thread?",
    asked: "nobody that we know of: found here",
    answer: `In the model, yes: exit_mm() clears the runqueue's membarrier_state and leaves active_mm; a switch to
another thread of the same process then finds nothing to copy, and the CPU is left alone until it changes its mm. A
comparison with what the runqueue says repairs it. This is a schedule, not a reproduction on a real kernel.`,
    grounds: [
      {
        scenario: "global_expedited_after_exit",
        design: "linux-6.12-x86",
        expect: { sc: "safe", x86_tso: "violates" },
      },
      {
        scenario: "global_expedited_after_exit",
        design: "linux-6.12-x86",
        mutant: "repaired: membarrier_switch_mm() looks at what the runqueue says, not at active_mm",
        expect: SAFE,
      },
    ],
    show: { ground: 0, model: "x86_tso" },
  },
  {
    question: "How should LAM reach lazy CPUs?",
    asked:
      "[RFC PATCH 2/3] x86/mm: make sure LAM is up-to-date during context switching (Ahmed, 2024-03-07), and answers",
    answer: `6.4's form leaves a lazy CPU without LAM. To compare where a lazy CPU comes back (the RFC), to count it
as a change of page tables, and to interrupt (6.12) each repair that. Where a kernel thread uses the mm on a CPU that
is not lazy, only the RFC's form holds under TSO: 6.12 stores the mask and reads mm_cpumask without a full barrier in
between, as far as the model's on_each_cpu_mask() goes.`,
    grounds: [
      { scenario: "lam_lazy", design: "linux-6.4-x86-lam", expect: VIOLATES },
      { scenario: "lam_lazy", design: "ahmed-2024-lam-rfc", expect: SAFE },
      { scenario: "lam_lazy", design: "x86-lam-inc-tlb-gen", expect: SAFE },
      { scenario: "lam_lazy", design: "linux-6.12-x86-lam", expect: SAFE },
      { scenario: "lam_kthread_use_mm", design: "ahmed-2024-lam-rfc", expect: SAFE },
      { scenario: "lam_kthread_use_mm", design: "x86-lam-inc-tlb-gen", expect: VIOLATES },
      {
        scenario: "lam_kthread_use_mm",
        design: "linux-6.12-x86-lam",
        expect: { sc: "safe", x86_tso: "violates" },
      },
      {
        scenario: "lam_kthread_use_mm",
        design: "linux-6.12-x86-lam",
        mutant: "repaired: a full barrier before the mask is read",
        expect: SAFE,
      },
    ],
  },
  {
    question: "Is the flush of the last mmput() enough, so that nothing needs to be counted?",
    asked: "Torvalds (2022-01-08), in the thread of patch 16",
    answer: `Where the flush is an interrupt, tables are freed, and active_mm follows: yes. Each of these can fail. A
process that has unmapped everything is not flushed at all; a hypervisor that flushes without waking a vCPU, and an
instruction that does (arm64), clean the TLB and leave the page tables loaded; and if the flush does not say that
tables go away, lazy CPUs are skipped.`,
    grounds: [
      { scenario: "exit_by_backend", design: "x86-last-mmput", expect: SAFE },
      { scenario: "exit_by_backend", design: "x86-last-mmput-kvm", expect: VIOLATES },
      { scenario: "exit_by_backend", design: "x86-last-mmput-hyperv", expect: VIOLATES },
      { scenario: "exit_elsewhere", design: "arm64-last-mmput", expect: { sc: "violates", armv8: "violates" } },
      { scenario: "exit_elsewhere", design: "x86-last-mmput", expect: VIOLATES },
      {
        scenario: "exit_elsewhere",
        design: "x86-last-mmput",
        mutant: "repaired: the last mmput() flushes even if nothing is mapped",
        expect: SAFE,
      },
      {
        scenario: "lazy_vs_exit",
        design: "x86-last-mmput",
        mutant: "the flush does not say that a table goes away",
        expect: VIOLATES,
      },
      {
        scenario: "lazy_vs_exit",
        design: "x86-last-mmput",
        mutant: "active_mm does not follow the page tables (without patches 20 and 21)",
        expect: VIOLATES,
      },
      { scenario: "efi_vs_exit", design: "x86-last-mmput", expect: VIOLATES },
      { scenario: "offline_vs_last_mmput", design: "x86-last-mmput", expect: VIOLATES },
    ],
    show: { ground: 4, model: "sc" },
  },
  {
    question: "And the hybrid: to count where an ASID is taken?",
    asked: "Torvalds (2022-01), in the same thread",
    answer: `No borrower loses its mm; but on x86 an ASID is never given back, so that a process which nobody uses any
more stays for as long as some CPU remembers it.`,
    grounds: [
      { scenario: "exit_elsewhere", design: "linus-2022-hybrid-x86", expect: SAFE },
      { scenario: "asid_pins_mm", design: "linus-2022-hybrid-x86", expect: VIOLATES },
      { scenario: "asid_pins_mm", design: "linux-6.12-x86", expect: SAFE },
    ],
  },
  {
    question: "Could x86 use MMU_LAZY_TLB_SHOOTDOWN?",
    asked: "Piggin's series (2021 to 2023), which converted powerpc only",
    answer: `Not as it stands. switch_mm_irqs_off() clears this CPU's bit before it writes CR3, so that the last
mmdrop() does not interrupt a CPU that is on its way; and the interrupt may come between active_mm = new and
activate_mm(), unless the architecture asks for interrupts to be off there (ARCH_WANT_IRQS_OFF_ACTIVATE_MM). With the
mask of 6.14, which is cleared lazily, the first is gone.`,
    grounds: [
      { scenario: "lazy_to_user_vs_exit", design: "x86-shootdown", expect: VIOLATES },
      { scenario: "lazy_to_user_vs_exit", design: "x86-shootdown-6.18", expect: SAFE },
      { scenario: "exec_vs_shootdown", design: "x86-shootdown-6.18", expect: VIOLATES },
      {
        scenario: "exec_vs_shootdown",
        design: "x86-shootdown-6.18",
        mutant: "repaired: activate_mm() with interrupts off (ARCH_WANT_IRQS_OFF_ACTIVATE_MM)",
        expect: SAFE,
      },
      { scenario: "exec_vs_shootdown", design: "linux-6.12-powerpc-radix", expect: { sc: "safe" } },
    ],
  },
  {
    question: "Is nmi_uaccess_okay() right?",
    asked: "its comment, since 4012e77a903d: loaded_mm == current->mm, and not LOADED_MM_SWITCHING",
    answer: `Not since 4.20, in the model: between the store to is_lazy and the switch of current, the CPU runs with
loaded_mm == current->mm, and flushes skip it; an NMI in that window reads through an entry of a freed page. A look at
is_lazy repairs it.`,
    grounds: [
      { scenario: "nmi_vs_lazy_switch", design: "linux-6.12-x86", expect: VIOLATES },
      {
        scenario: "nmi_vs_lazy_switch",
        design: "linux-6.12-x86",
        mutant: "repaired: not where the CPU is lazy already",
        expect: SAFE,
      },
    ],
    show: { ground: 0, model: "sc" },
  },
];
