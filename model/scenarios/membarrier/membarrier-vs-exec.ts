// SPDX-License-Identifier: MIT
import { exec_mmap } from "../../kernel/exec.ts";
import { mm_alloc } from "../../kernel/fork.ts";
import { MEMBARRIER_CMD_PRIVATE_EXPEDITED } from "../../kernel/membarrier.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { cpu_skipped, membarrier_private_expedited, sys_membarrier } from "../../kernel/sched/membarrier.ts";
import { boot, new_mm, new_thread, run_user } from "../setup.ts";
import {
  fast_store_buffering,
  machine_of_threads,
  registered_private,
  slow_after,
  slow_before,
  store_buffering_forbidden,
  with_membarrier,
} from "./user.ts";

export const membarrier_vs_exec = scenario({
  question: `A task that shares its mm (vfork()) executes a program, so that membarrier() in the other one leaves it
    alone. Are its last accesses to the old mm ordered? exec_mmap() has its barrier in membarrier_exec_mmap().`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], parts: { lifetime: "refcount" } },
  machine: { ...machine_of_threads, mms: 3 },
  config: { ...with_membarrier },
  init() {
    boot();
    registered_private(new_mm(tasks[2]));
    // One more user, so that membarrier() never finds that its caller is the last one.
    atomic_inc(mms[1].mm_users);
    new_thread(tasks[3], mms[1]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
    mm_alloc();
  },
  threads: {
    CPU0() {
      slow_before();
      sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, -1);
      slow_after();
    },
    CPU1() {
      fast_store_buffering();
      exec_mmap(mms[2]);
    },
  },
  check: [store_buffering_forbidden],
  witness: [cpu_skipped],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "nobody is interrupted",
      mutant: drop(membarrier_private_expedited, "smp_call_function_many_of"),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "(c) no barrier when membarrier() ends",
      mutant: drop(membarrier_private_expedited, "smp_mb", 2),
      expect: { sc: safe, x86_tso: safe, armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "no barrier before tsk->mm becomes the new mm",
      mutant: drop(parts.membarrier.membarrier_exec_mmap, "smp_mb"),
      expect: { sc: safe, x86_tso: safe, armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "patch 09: smp_mb__after_spinlock() in place of smp_mb()",
      mutant: weaken(parts.membarrier.membarrier_exec_mmap, "smp_mb", 1, "smp_mb__after_spinlock"),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
  ],
});
