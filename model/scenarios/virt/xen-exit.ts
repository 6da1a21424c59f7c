// SPDX-License-Identifier: MIT
import { no_foreign_user_access, user_load } from "../../hw/mmu/cpu.ts";
import {
  add_stale_cr3,
  drop_mm_ref_this_cpu,
  no_unpinned_pgd_loaded,
  queue_found,
  xen_drop_mm_ref,
  xen_end_context_switch,
} from "../../kernel/arch/x86/xen/mmu_pv.ts";
import { exit_mm } from "../../kernel/exit.ts";
import { tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { ipi_sent } from "../../kernel/smp.ts";
import { no_freed_pgd_loaded, references_conserved } from "../../properties/lifetimes.ts";
import { boot, map_pages, new_mm, run_user, switched_to, three_asids, two_mms } from "../setup.ts";

export const xen_exit = scenario({
  question: `In a guest of Xen the last task of a process exits on CPU 1, which unpins its pgd. CPU 0 is lazy in the
    process, and may be on its way to another one, with the hypercall still in its queue. Does the hypervisor have the
    pgd loaded anywhere when it is unpinned?`,
  needs: { arch: "x86", parts: { backend: "xen_pv" } },
  machine: { ...two_mms, tasks: 4, ctx_ids: 4 },
  config: { ...three_asids },
  init() {
    boot();
    map_pages(new_mm(tasks[2]));
    new_mm(tasks[3]);
    run_user(0, tasks[2]);
    switched_to(tasks[0]);
    run_user(1, tasks[2]);
  },
  threads: {
    CPU0() {
      __schedule(tasks[3]);
      user_load(tasks[3].mm!.pgd, 0);
    },
    CPU1() {
      exit_mm();
    },
  },
  check: [no_unpinned_pgd_loaded, no_freed_pgd_loaded, no_foreign_user_access, no_bug, references_conserved],
  witness: [ipi_sent, queue_found],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "only the CPUs of the mask are asked",
      mutant: drop(add_stale_cr3, "cpumask_set_cpu"),
      expect: { sc: violates(no_unpinned_pgd_loaded), x86_tso: violates(no_unpinned_pgd_loaded) },
    },
    {
      name: "a lazy CPU stays where it is",
      mutant: drop(drop_mm_ref_this_cpu, "leave_mm"),
      expect: { sc: violates(no_unpinned_pgd_loaded), x86_tso: violates(no_unpinned_pgd_loaded) },
    },
    {
      name: "the others are not asked",
      mutant: drop(xen_drop_mm_ref, "smp_call_function_many"),
      expect: { sc: violates(no_unpinned_pgd_loaded), x86_tso: violates(no_unpinned_pgd_loaded) },
    },
    {
      name: "exit_mm() does not go lazy before the mm is torn down",
      mutant: drop(exit_mm, "enter_lazy_mm"),
      // drop_mm_ref_this_cpu() -> leave_mm(), with TLBSTATE_OK.
      expect: { sc: violates(no_bug), x86_tso: violates(no_bug) },
    },
    {
      name: "the queue outlives the context switch",
      mutant: drop(xen_end_context_switch, "xen_mc_flush"),
      expect: { sc: violates(no_foreign_user_access), x86_tso: violates(no_foreign_user_access) },
    },
  ],
});
