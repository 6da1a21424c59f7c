// SPDX-License-Identifier: MIT
// Three CPUs: few actions, and then one more at a time.
import { no_foreign_user_access, no_stale_user_access, no_walk_of_freed_table } from "../hw/mmu/cpu.ts";
import { lazy_cpu_leaves, lazy_cpu_skipped, unlazy_flushes } from "../kernel/arch/x86/mm/tlb.ts";
import { client, clients, start, three_cpus, unmap_and_exit } from "./client.ts";

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
    CPU2() {
      client();
    },
  },
  check: [no_stale_user_access, no_foreign_user_access, no_walk_of_freed_table],
  witness: [lazy_cpu_skipped, unlazy_flushes, lazy_cpu_leaves],
};

export const rung_2 = scenario({
  ...CLIENTS,
  question: `3 CPUs switch, touch, unmap with and without page tables, and exit, for ever. Is a stale translation or a
    freed table ever used?`,
  machine: { ...three_cpus, ...unmap_and_exit },
  expect: { sc: safe, x86_tso: safe },
  mutants: [],
});

export const rung_3_exec = scenario({
  ...CLIENTS,
  question: `3 CPUs switch, touch, unmap, exit, and exec, for ever. Is a stale translation or a freed table ever used?`,
  machine: { ...three_cpus, ...unmap_and_exit, with_exec: 1, mms: 3 },
  mutants: [],
});

export const rung_4_kthread_use_mm = scenario({
  ...CLIENTS,
  question: `3 CPUs switch, touch, unmap, exit, and work in a user's mm, for ever. Is a stale translation or a freed
    table ever used?`,
  machine: { ...three_cpus, ...unmap_and_exit, with_use_mm: 1 },
  mutants: [],
});
