// SPDX-License-Identifier: MIT
import { switch_mm_irqs_off } from "../../kernel/arch/x86/mm/tlb.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { asid_grab } from "../../kernel/lifetime/asid_references.ts";
import * as hazard_pointers from "../../kernel/lifetime/hazard_pointers.ts";
import * as mainline from "../../kernel/lifetime/mainline.ts";
import { mmdrop_final } from "../../kernel/lifetime/shootdown.ts";
import type { mm_struct, task_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { boot, new_mm, new_thread, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

/** The mm has no users, but somebody still has it. */
export const mm_outlives_users = sometimes(
  "the mm outlives its users",
  () => is_allocated(mms[1]) && atomic_read(mms[1].mm_users) === 0,
);

export const lazy_to_user_vs_exit = scenario({
  question: `CPU 0, lazy in a process, switches to another one while the last task of the first exits on CPU 1.
    Nothing is mapped, so that no flush tells CPU 0. Is the old pgd freed before CR3 leaves it?`,
  needs: { arch: "x86", config: { PCID64: false, lazy_tlb: true, tlb_use_lazy_mode: true, XEN_PV: false } },
  machine: { ...two_mms, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    new_thread(tasks[4], new_mm(tasks[3]));
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[3]);
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[4]);
    },
  },
  check: [no_freed_pgd_loaded, references_conserved],
  witness: [mm_outlives_users],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // Whoever exits leaves a reference that nobody drops.
    "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
    // The mask that tells whom to shoot, or where to look (patch 22), loses CPU 0 before its CR3 changes.
    "luto-2022-mask-scan": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "x86-shootdown": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "x86-last-mmput": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
  },
  mutants: [
    {
      name: "the last mmdrop() shoots nobody",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: replace(mmdrop_final, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "an ASID slot holds no reference",
      needs: { parts: { lifetime: "asid_references" } },
      mutant: replace(asid_grab, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the reference is dropped before the page tables are switched",
      needs: { parts: { lifetime: "refcount" } },
      mutant: replace(mainline.context_switch_to_user, drop_first),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the slot is cleared before the page tables are switched",
      needs: { parts: { lifetime: "hazptr_2024" } },
      mutant: replace(mainline.context_switch_to_user, drop_first),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the hazard pointer is cleared before the page tables are switched",
      needs: { parts: { lifetime: "hazard_pointers" }, config: { exit_mm_lazy: true, lazymm_cpumask: false } },
      mutant: move_before(hazard_pointers.context_switch_to_user, "release_lazy_mm", 1, "switch_mm_irqs_off", 1),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the hazard pointer is cleared by a relaxed store",
      needs: { parts: { lifetime: "hazard_pointers" }, config: { exit_mm_lazy: true, lazymm_cpumask: false } },
      mutant: weaken(hazard_pointers.release_lazy_mm, "smp_store_release", 1, "WRITE_ONCE"),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "repaired: the mask bit is cleared after the CR3 write, and the scan of the mask sees the CPU",
      needs: { config: { lazymm_cpumask: true } },
      mutant: move_before(switch_mm_irqs_off, "cpumask_clear_cpu", 1, "this_cpu_write", 5),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "repaired: the mask bit is cleared after the CR3 write",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: move_before(switch_mm_irqs_off, "cpumask_clear_cpu", 1, "barrier", 2),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});

export function drop_first(prev: task_struct, next: task_struct): void {
  const active_mm = prev.active_mm!;
  if (prev.mm === null) {
    parts.lifetime.mmdrop_lazy_tlb(active_mm);
    prev.active_mm = null;
  }
  parts.coherence.switch_mm_irqs_off(active_mm, next.mm!);
}

export function nothing(_mm: mm_struct): void {}
