// SPDX-License-Identifier: MIT
import { switch_mm_irqs_off } from "../../kernel/arch/x86/mm/tlb.ts";
import { mm_count_dec_and_test } from "../../kernel/fork.ts";
import * as shootdown from "../../kernel/lifetime/shootdown.ts";
import { MEMBARRIER_CMD_PRIVATE_EXPEDITED } from "../../kernel/membarrier.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule, rq_lock_irq } from "../../kernel/sched/core.ts";
import { cpu_skipped, membarrier_private_expedited, sys_membarrier } from "../../kernel/sched/membarrier.ts";
import { boot, new_mm, new_thread, run_user } from "../setup.ts";
import {
  fast_message_passing,
  fast_store_buffering,
  machine_of_threads,
  message_passing_forbidden,
  mm_count_dec_and_test_release,
  registered_private,
  slow_after,
  slow_before,
  store_buffering_forbidden,
  with_membarrier,
} from "./user.ts";

export const membarrier_vs_lazy_switch = scenario({
  question: `Scenario C of kernel/sched/membarrier.c: a thread is switched out for a kernel thread, which stays lazy
    in its mm, and switched in again; another thread calls membarrier() meanwhile, and may leave that CPU alone. Are
    the accesses before and after the switches ordered?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], config: { KVM_GUEST: false } },
  machine: { ...machine_of_threads },
  config: { ...with_membarrier },
  init() {
    boot();
    registered_private(new_mm(tasks[2]));
    new_thread(tasks[3], mms[1]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      slow_before();
      sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, -1);
      slow_after();
    },
    CPU1() {
      fast_message_passing();
      __schedule(tasks[1]);
      __schedule(tasks[3]);
      fast_store_buffering();
    },
  },
  check: [store_buffering_forbidden, message_passing_forbidden],
  witness: [cpu_skipped],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "(a) no barrier when membarrier() starts",
      mutant: drop(membarrier_private_expedited, "smp_mb", 1),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "(c) no barrier when membarrier() ends",
      mutant: drop(membarrier_private_expedited, "smp_mb", 2),
      expect: { sc: safe, x86_tso: safe, armv8: violates(message_passing_forbidden) },
    },
    {
      name: "(d) no barrier before rq->curr becomes the kernel thread",
      mutant: drop(rq_lock_irq, "smp_mb__after_spinlock"),
      expect: { sc: safe, x86_tso: safe, armv8: violates(message_passing_forbidden) },
    },
    {
      name: "(e) no barrier where switch_mm_irqs_off() leaves lazy mode",
      needs: { arch: "x86", parts: { coherence: "tlb" }, config: { lazy_tlb: true } },
      mutant: drop(switch_mm_irqs_off, "smp_mb"),
      // mmdrop(), or what stands in for it, is one as well; patch 04 has another.
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
    {
      name: "(e) mmdrop() only releases; x86 is a barrier where it leaves lazy mode, arm64 in __switch_to()",
      needs: { arch: ["x86", "arm64"], parts: { lifetime: "refcount" } },
      mutant: replace(mm_count_dec_and_test, mm_count_dec_and_test_release),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
    {
      name: "(e) mmdrop() only releases, and switch_mm() does nothing as the mm is the same",
      needs: {
        parts: { lifetime: "refcount" },
        config: { ARCH_HAS_MEMBARRIER_CALLBACKS: true, mmdrop_release: false },
      },
      mutant: replace(mm_count_dec_and_test, mm_count_dec_and_test_release),
      expect: { sc: safe, armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "(e) no barrier in mmdrop_lazy_tlb(); x86 has one where it leaves lazy mode",
      needs: { arch: ["x86", "arm64"], parts: { lifetime: "shootdown" } },
      mutant: drop(shootdown.mmdrop_lazy_tlb, "smp_mb"),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
    {
      name: "(e) no barrier in mmdrop_lazy_tlb(), and switch_mm() does nothing as the mm is the same",
      needs: { arch: ["powerpc", "riscv"], parts: { lifetime: "shootdown" } },
      mutant: drop(shootdown.mmdrop_lazy_tlb, "smp_mb"),
      expect: { sc: safe, armv8: violates(store_buffering_forbidden) },
    },
  ],
});
