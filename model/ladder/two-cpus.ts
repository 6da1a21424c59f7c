// SPDX-License-Identifier: MIT
// Two CPUs, and all that a client does.
import { no_foreign_user_access, no_stale_user_access, no_walk_of_freed_table } from "../hw/mmu/cpu.ts";
import { lazy_cpu_leaves, lazy_cpu_skipped, switch_mm_irqs_off, unlazy_flushes } from "../kernel/arch/x86/mm/tlb.ts";
import {
  client,
  clients,
  everything,
  map_unmap_and_exit,
  preempted,
  start,
  two_cpus,
  unmap_and_exit,
} from "./client.ts";

/** What the rungs have in common; they differ in their machine. */
const CLIENTS = {
  needs: { arch: "x86", parts: { lifetime: "refcount" }, config: { lazy_tlb: true } },
  config: { ...clients },
  init() {
    start();
  },
  threads: {
    CPU0() {
      client();
    },
    CPU1() {
      client();
    },
  },
  check: [no_stale_user_access, no_foreign_user_access, no_walk_of_freed_table],
  witness: [lazy_cpu_skipped, unlazy_flushes, lazy_cpu_leaves],
};

export const rung_1 = scenario({
  ...CLIENTS,
  question: `2 CPUs do anything for ever: switch among users and kernel threads, touch, map, unmap with and without page
    tables, exit, fork, exec, work in a user's mm. Is a stale translation or a freed table ever used?`,
  machine: { ...two_cpus, ...everything },
  mutants: [],
});

export const rung_1_with_one_user = scenario({
  ...CLIENTS,
  question: `2 CPUs do anything for ever, with one user task at a time. Is a stale translation or a freed table ever
    used?`,
  machine: { ...two_cpus, ...everything, tasks: 3, tables: 1 },
  expect: { sc: safe, x86_tso: safe },
  mutants: [],
});

export const rung_1_without_new_mms = scenario({
  ...CLIENTS,
  question: `2 CPUs switch, touch, map, unmap with and without page tables, and exit, for ever. Is a stale translation
    or a freed table ever used?`,
  machine: { ...two_cpus, ...map_unmap_and_exit },
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "no smp_mb() when lazy mode ends",
      mutant: drop(switch_mm_irqs_off, "smp_mb"),
      expect: { sc: safe, x86_tso: violates(no_stale_user_access) },
    },
    {
      name: "lazy mode ends without a look at tlb_gen",
      mutant: omit(switch_mm_irqs_off, "this_cpu_read(cpu_tlbstate.ctxs[prev_asid].tlb_gen) === next_tlb_gen"),
      expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
    },
  ],
});

export const rung_5_preemption = scenario({
  ...CLIENTS,
  question: `2 CPUs switch, touch, unmap and exit, for ever, and are preempted wherever they may be. Is a stale
    translation or a freed table ever used?`,
  machine: { ...two_cpus, ...unmap_and_exit, mms: 2, tables: 1 },
  preempt: {
    CPU0() {
      preempted();
    },
    CPU1() {
      preempted();
    },
  },
  expect: { sc: safe, x86_tso: safe },
  mutants: [],
});
