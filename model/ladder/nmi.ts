// SPDX-License-Identifier: MIT
// Three CPUs, and NMIs that read user memory (perf, BPF) wherever nmi_uaccess_okay() lets them.
import { no_foreign_user_access, no_stale_user_access, no_walk_of_freed_table } from "../hw/mmu/cpu.ts";
import { copy_from_user_nmi, nmi_reads, nmi_uaccess_okay } from "../kernel/arch/x86/mm/nmi.ts";
import { lazy_cpu_leaves, lazy_cpu_skipped, unlazy_flushes } from "../kernel/arch/x86/mm/tlb.ts";
import { nmi_uaccess_okay_if_not_lazy } from "../scenarios/nmi/nmi-vs-lazy-switch.ts";
import { client, clients, start, three_cpus, unmap_and_exit } from "./client.ts";

interface nmi_state {
  active: bool;
}
/** One NMI at a time: they only look, and so do not meet. */
const nmis = DEFINE_FRAME<nmi_state>();

function exc_nmi(): void {
  when(!nmis.active);
  nmis.active = true;
  copy_from_user_nmi();
  nmis.active = false;
}
export const nmi_vector = INTERRUPT(exc_nmi, 3);

export const rung_6_nmi = scenario({
  question: `3 CPUs switch, touch, unmap and exit, for ever, and NMIs read user memory wherever they come in. Is a stale
    translation, another mm, or a freed table ever used?`,
  needs: { arch: "x86", parts: { lifetime: "refcount" }, config: { lazy_tlb: true } },
  machine: { ...three_cpus, ...unmap_and_exit },
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
  witness: [nmi_reads, lazy_cpu_skipped, unlazy_flushes, lazy_cpu_leaves],
  expect: { sc: violates(no_stale_user_access), x86_tso: violates(no_stale_user_access) },
  mutants: [
    {
      name: "repaired: not where the CPU is lazy already",
      mutant: replace(nmi_uaccess_okay, nmi_uaccess_okay_if_not_lazy),
      expect: { sc: safe, x86_tso: safe },
    },
  ],
});
