// SPDX-License-Identifier: MIT

import { page_tables } from "../../hw/mmu/cpu.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { local_irq_disable, local_irq_enable } from "../../kernel/irqflags.ts";
import { asid_grab } from "../../kernel/lifetime/asid_references.ts";
import * as hazard_pointers from "../../kernel/lifetime/hazard_pointers.ts";

import * as hazptr_2024 from "../../kernel/lifetime/hazptr_2024.ts";
import * as refcount from "../../kernel/lifetime/refcount.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { boot, new_mm, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

/**
 * Left out, as they make no difference: other backends, attributes, kernels before 6.12; and an exit_mm() that leaks.
 */
const native_lazy = {
  arch: "x86",
  parts: { coherence: "tlb", backend: "native", attributes: "none" },
  config: { lazy_tlb: true, flush_reads_loaded_mm: true, PCID: true, INVLPGB: false, exit_mm_lazy: true },
};

/** CPU 0 is lazy in mms[1], whose last user runs on CPU 1. */
function lazy(): void {
  boot();
  new_mm(tasks[2]);
  new_mm(tasks[4]);
  run_user(0, tasks[2]);
  switched_to(tasks[0]);
  run_user(1, tasks[2]);
}

/** cpuidle_enter_state(), on the way to a state that loses the TLB. */
function deep_idle(): void {
  local_irq_disable();
  parts.coherence.leave_mm();
  local_irq_enable();
}

interface nmi_state {
  done: bool;
}
const nmi = DEFINE_FRAME<nmi_state>();
const nmi_came = sometimes("an NMI comes in");

function exc_nmi(): void {
  when(!nmi.done && smp_processor_id() === 0);
  nmi.done = true;
  reached(nmi_came);
  const mm = mm_of_interrupted();
  if (mm === null) return;
  atomic_read(mm.mm_users);
}
export const nmi_vector = INTERRUPT(exc_nmi, 3);

/** perf and insn-eval, until 6.16: "what is loaded". */
export function mm_of_interrupted(): mm_struct | null {
  return get_current().active_mm;
}

/** Since then (patch 10 of 2022): the mm of the task, which kernel threads have not. */
export function mm_of_task(): mm_struct | null {
  return get_current().mm;
}

export const nmi_reads_active_mm = scenario({
  question: `CPU 0 is lazy in a process and leaves its mm for a deep idle state; the process exits on CPU 1. An NMI on
    CPU 0 looks into active_mm, for an LDT, say. Is it still there?`,
  needs: { ...native_lazy },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    lazy();
    // That a page table is freed is why the exit flushes.
    WRITE_ONCE(mms[1].pgd.entry, pool_alloc(page_tables));
  },
  threads: {
    CPU0() {
      deep_idle();
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[4]);
    },
  },
  check: [no_use_after_free],
  witness: [nmi_came],
  expect: { sc: safe, x86_tso: safe },
  // leave_mm() takes CPU 0 out of the mask by which the end of the mm finds borrowers, or the bit goes before active_mm
  // does; where the bit stays (6.14), the flush of exit_mmap() clears it, and active_mm stays.
  expect_of: {
    shootdown: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    last_mmput: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
  },
  mutants: [
    {
      name: "an ASID slot holds no reference",
      needs: { parts: { lifetime: "asid_references" } },
      mutant: replace(asid_grab, nothing),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "borrowers are not asked to leave",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: drop(shootdown.mmdrop_final, "on_each_cpu_mask"),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "nobody looks at the slots",
      needs: { parts: { lifetime: "hazptr_2024" } },
      mutant: drop(hazptr_2024.mmdrop_final, "hp_scan"),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "what is borrowed is not counted",
      needs: { parts: { lifetime: "refcount" } },
      mutant: drop(refcount.mmgrab_lazy_tlb, "mmgrab"),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "the hazard pointer goes first",
      needs: { parts: { lifetime: "hazard_pointers" } },
      mutant: move_before(hazard_pointers.unlazy_mm_irqs_off, "release_lazy_mm", 1, "switch_mm_irqs_off", 1),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "repaired: current->mm (patch 10)",
      mutant: replace(mm_of_interrupted, mm_of_task),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});

const has_switched = sometimes("CPU 0 goes on to the other kernel thread", () => tasks[3].on_cpu);

export const kasan_checks_active_mm = scenario({
  question: `CPU 0 is lazy in a process, leaves its mm for a deep idle state, and goes on to another kernel thread; the
    process exits on CPU 1. Does the scheduler's active_mm still name an mm?`,
  needs: { ...native_lazy },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids, KASAN: true },
  init() {
    lazy();
  },
  threads: {
    CPU0() {
      deep_idle();
      __schedule(tasks[3]);
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[4]);
    },
  },
  check: [no_use_after_free],
  witness: [has_switched],
  expect: { sc: safe, x86_tso: safe },
  // As above. Nothing is mapped here, no flush comes: where the bit stays (6.14), the last mmdrop() finds CPU 0.
  expect_of: {
    "x86-shootdown-6.18": { sc: safe, x86_tso: safe },
    shootdown: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    last_mmput: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
  },
  mutants: [
    {
      name: "an ASID slot holds no reference",
      needs: { parts: { lifetime: "asid_references" } },
      mutant: replace(asid_grab, nothing),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "borrowers are not asked to leave",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: drop(shootdown.mmdrop_final, "on_each_cpu_mask"),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "nobody looks at the slots",
      needs: { parts: { lifetime: "hazptr_2024" } },
      mutant: drop(hazptr_2024.mmdrop_final, "hp_scan"),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "what is borrowed is not counted",
      needs: { parts: { lifetime: "refcount" } },
      mutant: drop(refcount.mmgrab_lazy_tlb, "mmgrab"),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
    {
      name: "the hazard pointer goes, active_mm stays",
      needs: { parts: { lifetime: "hazard_pointers" } },
      mutant: omit(hazard_pointers.unlazy_mm_irqs_off, "current.active_mm = init_mm"),
      expect: { sc: violates(no_use_after_free), x86_tso: violates(no_use_after_free) },
    },
  ],
});

export function nothing(_mm: mm_struct): void {}
