// SPDX-License-Identifier: MIT
import { exit_mm } from "../../kernel/exit.ts";
import { asid_grab } from "../../kernel/lifetime/asid_references.ts";
import * as hazard_pointers from "../../kernel/lifetime/hazard_pointers.ts";
import * as hazptr_2024 from "../../kernel/lifetime/hazptr_2024.ts";
import * as mainline from "../../kernel/lifetime/mainline.ts";
import * as no_lazy from "../../kernel/lifetime/no_lazy.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import { do_shoot_lazy_tlb } from "../../kernel/lifetime/shootdown.ts";
import * as shootdown_quiescent from "../../kernel/lifetime/shootdown_quiescent.ts";
import { exit_mmap } from "../../kernel/mm/mmap.ts";
import type { mm_struct, task_struct } from "../../kernel/mm_types.ts";
import { init_mm, mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { runqueues } from "../../kernel/sched/sched.ts";
import { TLB_FLUSH_ALL } from "../../kernel/tlbflush.ts";
import { no_dangling_active_mm, no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { boot, names_borrowers, new_mm, run_user, three_asids, two_mms } from "../setup.ts";

/** The mm has no users, but CPU 0 still has it. */
export const mm_outlives_users = sometimes(
  "the mm outlives its users",
  () => is_allocated(mms[1]) && atomic_read(mms[1].mm_users) === 0,
);

export const exit_elsewhere = scenario({
  question: `A task blocks on CPU 0, which goes lazy in its mm; it wakes up on CPU 1 and exits, the last user. It has
    unmapped everything before, so that the teardown flushes nothing. CPU 1 goes on with another process. What keeps
    the pgd that CPU 0 has loaded?`,
  machine: { ...two_mms, tasks: 4, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    boot();
    new_mm(tasks[2]);
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[0]);
    },
    CPU1() {
      __schedule(tasks[2]);
      exit_mm();
      __schedule(tasks[3]);
    },
  },
  check: [no_freed_pgd_loaded, no_dangling_active_mm, references_conserved],
  witness: [mm_outlives_users],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  expect_of: {
    // Whoever exits leaves a reference that nobody drops.
    "luto-2022-posted": { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
    last_mmput: {
      sc: violates(no_freed_pgd_loaded),
      x86_tso: violates(no_freed_pgd_loaded),
      armv8: violates(no_freed_pgd_loaded),
    },
  },
  mutants: [
    {
      name: "an ASID slot holds no reference",
      needs: { parts: { lifetime: "asid_references" } },
      mutant: replace(asid_grab, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "a lazy CPU takes no reference",
      needs: { parts: { lifetime: "refcount" } },
      mutant: drop(mainline.context_switch_to_kernel, "mmgrab_lazy_tlb"),
      expect: {
        sc: violates(no_freed_pgd_loaded),
        x86_tso: violates(no_freed_pgd_loaded),
        armv8: violates(no_freed_pgd_loaded),
      },
      // CR3 has left already.
      expect_of: {
        "linux-4.14-x86": { sc: violates(no_dangling_active_mm), x86_tso: violates(no_dangling_active_mm) },
        xen_pv: { sc: violates(no_dangling_active_mm), x86_tso: violates(no_dangling_active_mm) },
      },
    },
    {
      name: "the hazard pointer is published after on_cpu is cleared",
      needs: { ...names_borrowers },
      mutant: replace(hazard_pointers.context_switch_to_kernel, publish_late),
      expect: {
        sc: violates(no_freed_pgd_loaded),
        x86_tso: violates(no_freed_pgd_loaded),
        armv8: violates(no_freed_pgd_loaded),
      },
    },
    {
      name: "the last mmput() does not look for borrowers",
      needs: { ...names_borrowers },
      mutant: replace(hazard_pointers.mm_unlazy_mm_count, nothing),
      expect: {
        sc: violates(no_freed_pgd_loaded),
        x86_tso: violates(no_freed_pgd_loaded),
        armv8: violates(no_freed_pgd_loaded),
      },
    },
    {
      name: "a lazy CPU does not name what it borrows",
      needs: { parts: { lifetime: "hazptr_2024" } },
      mutant: drop(mainline.context_switch_to_kernel, "mmgrab_lazy_tlb"),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the slot of a CPU that was shot stays as it is",
      needs: { parts: { lifetime: "hazptr_2024" } },
      mutant: replace(hazptr_2024.do_shoot_lazy_tlb_hp, do_shoot_lazy_tlb),
      // Nobody goes lazy again here, and finds the slot taken: see borrower_preempted for what comes of that.
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "the shootdown leaves the page tables alone",
      needs: {
        parts: { lifetime: ["shootdown", "shootdown_exit_switches", "shootdown_filtered"] },
      },
      mutant: drop(shootdown.do_shoot_lazy_tlb, "switch_mm"),
      expect: {
        sc: violates(no_freed_pgd_loaded),
        x86_tso: violates(no_freed_pgd_loaded),
        armv8: violates(no_freed_pgd_loaded),
      },
      // The hardware never walks a pgd.
      expect_of: { hash_tlb: { sc: safe } },
    },
    {
      name: "the shootdown leaves active_mm alone",
      needs: { parts: { lifetime: ["shootdown", "shootdown_exit_switches", "shootdown_filtered"] } },
      mutant: omit(shootdown.do_shoot_lazy_tlb, "current.active_mm = init_mm"),
      // The weaker property: on x86 nobody follows it, or compares it with a new mm that lives there.
      expect: {
        sc: violates(no_dangling_active_mm),
        x86_tso: violates(no_dangling_active_mm),
        armv8: violates(no_dangling_active_mm),
      },
    },
    {
      name: "the last mmdrop() shoots nobody",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: replace(shootdown.mmdrop_final, nothing),
      expect: {
        sc: violates(no_freed_pgd_loaded),
        x86_tso: violates(no_freed_pgd_loaded),
        armv8: violates(no_freed_pgd_loaded),
      },
      expect_of: { hash_tlb: { sc: violates(no_dangling_active_mm) } },
    },
    {
      name: "a dead mm does not wait for others",
      needs: { parts: { lifetime: "shootdown_batched" } },
      mutant: replace(parts.lifetime.mmdrop_waits, mainline.mmdrop_waits),
      expect: { sc: violates(no_freed_pgd_loaded) },
    },
    {
      name: "a dead mm is freed while somebody borrows it",
      needs: { parts: { lifetime: "shootdown_quiescent" } },
      mutant: replace(shootdown_quiescent.nobody_borrows, always_free),
      expect: { sc: violates(no_freed_pgd_loaded) },
    },
    {
      name: "a kernel thread stays where it is",
      needs: { parts: { lifetime: "no_lazy" }, config: { kthread_has_init_mm: false } },
      mutant: drop(no_lazy.context_switch_to_kernel, "switch_to_init_mm"),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "a kernel thread stays where it is, though it has init_mm",
      needs: { config: { kthread_has_init_mm: true } },
      mutant: replace(no_lazy.context_switch_to_user, stay_on_init_mm),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "repaired: the last mmput() flushes even if nothing is mapped",
      needs: { parts: { lifetime: "last_mmput" } },
      mutant: replace(exit_mmap, flush_at_exit),
      expect: { sc: safe, x86_tso: safe },
      // A flush that runs no code on other CPUs repairs nothing.
      expect_of: {
        "luto-64-bit-pcid-last-mmput": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
        "arm64-last-mmput": { sc: violates(no_freed_pgd_loaded), armv8: violates(no_freed_pgd_loaded) },
      },
    },
  ],
});

/** finish_task(), and only then the hazard pointer. */
export function publish_late(prev: task_struct, next: task_struct): void {
  const mm = prev.active_mm!;
  parts.coherence.enter_lazy_tlb(mm);
  next.active_mm = mm;
  smp_store_release(prev.on_cpu, false);
  this_cpu_write(runqueues.lazy_mm, mm);
}

/** Whoever borrows it. */
export function always_free(_mm: mm_struct): boolean {
  return true;
}

export function stay_on_init_mm(prev: task_struct, next: task_struct): void {
  if (next.mm !== init_mm) parts.coherence.switch_mm_irqs_off(prev.active_mm!, next.mm!);
}

export function nothing(_mm: mm_struct): void {}

/** With the flag in mmu_gather that Torvalds asks for. */
export function flush_at_exit(mm: mm_struct): void {
  parts.coherence.flush_tlb_mm_range(mm, 0, TLB_FLUSH_ALL, machine.PAGE_SHIFT, true);
}
