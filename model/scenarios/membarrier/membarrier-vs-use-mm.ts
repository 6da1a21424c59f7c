// SPDX-License-Identifier: MIT
import { mm_count_dec_and_test } from "../../kernel/fork.ts";
import { kthread_unuse_mm, kthread_use_mm } from "../../kernel/kthread.ts";
import { MEMBARRIER_CMD_PRIVATE_EXPEDITED } from "../../kernel/membarrier.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import * as luto from "../../kernel/sched/membarrier/luto.ts";
import * as mainline from "../../kernel/sched/membarrier/mainline.ts";
import { cpu_skipped, membarrier_private_expedited, sys_membarrier } from "../../kernel/sched/membarrier.ts";
import { boot, new_mm, run_user } from "../setup.ts";
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

export const membarrier_vs_use_mm = scenario({
  question: `Scenario E of kernel/sched/membarrier.c: a kernel thread works in the address space of the process that
    calls membarrier(), leaves it, and enters it again. kthread_use_mm() has no barrier before it stores tsk->mm
    (patch 09 of 2022 adds one). Does anybody miss it?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], config: { KVM_GUEST: false } },
  machine: { ...machine_of_threads },
  config: { ...with_membarrier },
  init() {
    boot();
    registered_private(new_mm(tasks[2]));
    // The kernel thread's mmget().
    atomic_inc(mms[1].mm_users);
    run_user(0, tasks[2]);
  },
  threads: {
    CPU0() {
      slow_before();
      sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, -1);
      slow_after();
    },
    CPU1() {
      kthread_use_mm(mms[1]);
      fast_message_passing();
      kthread_unuse_mm(mms[1]);
      kthread_use_mm(mms[1]);
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
      name: "(d) no barrier before kthread_unuse_mm() clears tsk->mm",
      mutant: drop(kthread_unuse_mm, "smp_mb__after_spinlock"),
      expect: { sc: safe, x86_tso: safe, armv8: violates(message_passing_forbidden) },
    },
    {
      name: "patch 09: a barrier before kthread_use_mm() stores tsk->mm changes nothing",
      needs: { parts: { membarrier: "mainline" } },
      mutant: replace(mainline.membarrier_use_mm, luto.membarrier_use_mm),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
    {
      name: "(g) without patch 04's barrier, where mmdrop() is none",
      needs: { arch: ["arm64", "riscv"], parts: { membarrier: "luto" } },
      mutant: drop(luto.membarrier_finish_switch_mm, "mb_if_registered"),
      expect: { sc: safe, armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "(g) mmdrop() only releases, and switch_mm() does nothing as the mm is the same",
      needs: {
        parts: { lifetime: "refcount", membarrier: "mainline" },
        config: { ARCH_HAS_SYNC_CORE_BEFORE_USERMODE: false, mmdrop_release: false },
      },
      mutant: replace(mm_count_dec_and_test, mm_count_dec_and_test_release),
      expect: { sc: safe, armv8: violates(store_buffering_forbidden) },
    },
  ],
});

export const membarrier_vs_early_kthread = scenario({
  question: `What would need a barrier before kthread_use_mm() stores tsk->mm: accesses of the kernel thread to the
    process's memory before that, through its own mapping, that membarrier() in the process should order. Does it?`,
  needs: {
    arch: ["x86", "arm64", "powerpc", "riscv"],
    parts: { lifetime: "refcount" },
    config: { mmdrop_release: false },
  },
  machine: { ...machine_of_threads },
  config: { ...with_membarrier },
  init() {
    boot();
    registered_private(new_mm(tasks[2]));
    atomic_inc(mms[1].mm_users);
    run_user(0, tasks[2]);
  },
  threads: {
    CPU0() {
      slow_before();
      sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, -1);
      slow_after();
    },
    CPU1() {
      fast_store_buffering();
      fast_message_passing();
      kthread_use_mm(mms[1]);
    },
  },
  check: [store_buffering_forbidden, message_passing_forbidden],
  witness: [cpu_skipped],
  // The process is not what runs there: it is skipped, with or without the barrier.
  expect: {
    sc: safe,
    x86_tso: violates(store_buffering_forbidden),
    armv8: violates(store_buffering_forbidden),
  },
  mutants: [
    {
      name: "patch 09: a barrier before kthread_use_mm() stores tsk->mm repairs nothing",
      needs: { parts: { membarrier: "mainline" } },
      mutant: replace(mainline.membarrier_use_mm, luto.membarrier_use_mm),
      expect: {
        sc: safe,
        x86_tso: violates(store_buffering_forbidden),
        armv8: violates(store_buffering_forbidden),
      },
    },
  ],
});
