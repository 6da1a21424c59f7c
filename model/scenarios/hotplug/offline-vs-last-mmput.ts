// SPDX-License-Identifier: MIT
import { switch_mm_irqs_off } from "../../kernel/arch/x86/mm/tlb.ts";
import { cpu_has_died, cpu_online, finish_cpu, no_rcu_from_offline_cpu, takedown_cpu } from "../../kernel/cpu.ts";
import { mmput } from "../../kernel/fork.ts";
import { local_irq_disable, local_irq_enable } from "../../kernel/irqflags.ts";
import { asid_grab } from "../../kernel/lifetime/asid_references.ts";
import { possible_lazymm_cpu } from "../../kernel/lifetime/hazard_pointers.ts";
import { unlazy_and_drop } from "../../kernel/lifetime/refcount.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import {
  do_idle_offline,
  hotplug_thread_leaves,
  sched_cpu_wait_empty,
  sched_force_init_mm,
} from "../../kernel/sched/hotplug.ts";
import { no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { small, two_asids } from "../setup.ts";
import { cpu_dies, lazy_after_exec } from "./setup.ts";

export const offline_vs_last_mmput = scenario({
  question: `CPU 0 goes offline, lazy in an mm. CPU 1 drops the last user reference to that mm, with nothing mapped, and
    then waits until CPU 0 is dead. Does the pgd outlive its use on CPU 0, and is RCU used on a CPU that it does not
    watch? (The open question of patch 16 of 2022.)`,
  needs: { arch: "x86", config: { lazy_tlb: true } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids, HOTPLUG_CPU: true },
  init() {
    lazy_after_exec(false);
  },
  threads: {
    CPU0() {
      cpu_dies();
    },
    CPU1() {
      mmput(mms[1]);
      takedown_cpu(0);
    },
  },
  check: [no_freed_pgd_loaded, no_rcu_from_offline_cpu, references_conserved],
  witness: [cpu_has_died],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // CPU 0 has left cpu_online_mask, and not yet its lazy mm: the scan skips it, or the interrupt is not sent.
    "luto-2022-posted": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "hazptr-2024": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "x86-shootdown": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    // As in lazy_to_user_vs_exit: out of mm_cpumask before CR3 changes.
    "luto-2022-mask-scan": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    // Nothing is mapped: no flush.
    "x86-last-mmput": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
  },
  mutants: [
    {
      name: "an ASID slot holds no reference",
      needs: { parts: { lifetime: "asid_references" } },
      mutant: replace(asid_grab, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "the control CPU does not drop what the dead one borrowed",
      needs: { parts: { lifetime: "refcount" }, config: { unlazy_before_idle_dead: false } },
      mutant: drop(finish_cpu, "mmdrop_lazy_tlb"),
      expect: { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
    },
    {
      name: "the last mmput() looks only at online CPUs",
      needs: { parts: { lifetime: "hazard_pointers" }, config: { lazymm_online: false, lazymm_cpumask: false } },
      mutant: replace(possible_lazymm_cpu, online_cpu),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "repaired: the last mmput() looks at all possible CPUs",
      needs: { parts: { lifetime: "hazard_pointers" }, config: { lazymm_online: true } },
      mutant: replace(possible_lazymm_cpu, any_cpu),
      expect: { sc: safe, x86_tso: safe },
    },
    {
      name: "repaired: the dying CPU leaves its lazy mm before it leaves cpu_online_mask",
      needs: { parts: { lifetime: "hazard_pointers" }, config: { lazymm_online: true } },
      mutant: replace(sched_cpu_wait_empty, unlazy_while_online),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});

export function online_cpu(cpu: cpu_id, _mm: mm_struct): boolean {
  return cpu_online(cpu);
}

export function any_cpu(_cpu: cpu_id, _mm: mm_struct): boolean {
  return true;
}

export function unlazy_while_online(): void {
  local_irq_disable();
  parts.lifetime.unlazy_mm_irqs_off();
  local_irq_enable();
}

export const offline_drops_late = scenario({
  question: `The same, where the dying CPU itself drops what it borrowed, in idle_task_exit() (before bf2c59fce407).`,
  needs: { arch: "x86", parts: { lifetime: "refcount" } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids, HOTPLUG_CPU: true, idle_task_exit_drops: true },
  init() {
    lazy_after_exec(false);
  },
  threads: {
    CPU0() {
      cpu_dies();
    },
    CPU1() {
      mmput(mms[1]);
      takedown_cpu(0);
    },
  },
  check: [no_freed_pgd_loaded, no_rcu_from_offline_cpu, references_conserved],
  witness: [cpu_has_died],
  expect: { sc: violates(no_rcu_from_offline_cpu), x86_tso: violates(no_rcu_from_offline_cpu) },
  mutants: [],
});

export const offline_unlazies_late = scenario({
  question: `The same, where the idle task of the dying CPU leaves the mm, and drops it, before RCU stops to watch the
    CPU: patch 12 of Lutomirski's series of 2022, by itself.`,
  needs: { arch: "x86", parts: { lifetime: "refcount" } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids, HOTPLUG_CPU: true, unlazy_before_idle_dead: true },
  init() {
    lazy_after_exec(false);
  },
  threads: {
    CPU0() {
      cpu_dies();
    },
    CPU1() {
      mmput(mms[1]);
      takedown_cpu(0);
    },
  },
  check: [no_freed_pgd_loaded, no_rcu_from_offline_cpu, references_conserved],
  witness: [cpu_has_died],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "the idle task leaves and drops it only when RCU does not watch the CPU any more",
      mutant: move_before(do_idle_offline, "cpuhp_report_idle_dead", 1, "unlazy_for_ever", 1),
      expect: { sc: violates(no_rcu_from_offline_cpu), x86_tso: violates(no_rcu_from_offline_cpu) },
    },
    {
      name: "the idle task does not drop what it has left",
      mutant: drop(unlazy_and_drop, "mmdrop"),
      expect: { sc: violates(references_conserved), x86_tso: violates(references_conserved) },
    },
  ],
});

export const offline_leaves_early = scenario({
  question: `The same, where the hotplug thread of the dying CPU leaves the mm before the CPU goes offline (6.13;
    21641bd9a7a7).`,
  needs: { arch: "x86", config: { lazy_tlb: true, unlazy_before_idle_dead: false } },
  machine: { ...small, tasks: 3 },
  config: { ...two_asids, HOTPLUG_CPU: true, sched_force_init_mm: true },
  init() {
    lazy_after_exec(false);
  },
  threads: {
    CPU0() {
      cpu_dies();
    },
    CPU1() {
      mmput(mms[1]);
      takedown_cpu(0);
    },
  },
  check: [no_freed_pgd_loaded, no_rcu_from_offline_cpu, references_conserved],
  witness: [hotplug_thread_leaves],
  expect: { sc: safe, x86_tso: safe },
  expect_of: {
    // As in lazy_to_user_vs_exit, and as above.
    "x86-shootdown": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    "x86-last-mmput": { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
  },
  mutants: [
    {
      name: "the page tables are not switched",
      mutant: drop(sched_force_init_mm, "switch_mm_irqs_off"),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
      // A slot of the dead CPU holds the mm for ever.
      expect_of: { asid_references: { sc: safe, x86_tso: safe } },
    },
    {
      name: "an ASID slot holds no reference",
      needs: { parts: { lifetime: "asid_references" } },
      mutant: replace(asid_grab, nothing),
      expect: { sc: violates(no_freed_pgd_loaded), x86_tso: violates(no_freed_pgd_loaded) },
    },
    {
      name: "repaired: the mask bit is cleared after the CR3 write",
      needs: { parts: { lifetime: "shootdown" } },
      mutant: move_before(switch_mm_irqs_off, "cpumask_clear_cpu", 1, "this_cpu_write", 5),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});

export function nothing(_mm: mm_struct): void {}
