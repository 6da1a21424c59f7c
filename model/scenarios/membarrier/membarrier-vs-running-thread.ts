// SPDX-License-Identifier: MIT
import { MEMBARRIER_CMD_PRIVATE_EXPEDITED } from "../../kernel/membarrier.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { ipi_mb, membarrier_private_expedited, sys_membarrier } from "../../kernel/sched/membarrier.ts";
import { boot, new_mm, new_thread, run_user } from "../setup.ts";
import {
  fast_message_passing,
  fast_side_early,
  fast_store_buffering,
  machine_of_threads,
  message_passing_forbidden,
  registered_private,
  slow_after,
  slow_before,
  store_buffering_forbidden,
  with_membarrier,
} from "./user.ts";

export const membarrier_vs_running_thread = scenario({
  question: `Scenarios A and B of kernel/sched/membarrier.c: one thread calls membarrier(), which interrupts the
    other, while that goes on in user mode. Are its accesses before and after the interrupt ordered with those of the
    caller?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], parts: { lifetime: "refcount" } },
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
      fast_store_buffering();
    },
  },
  check: [store_buffering_forbidden, message_passing_forbidden],
  witness: [fast_side_early],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "nobody is interrupted",
      mutant: drop(membarrier_private_expedited, "smp_call_function_many_of"),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "(a) no barrier when membarrier() starts: sending the interrupt is one",
      mutant: drop(membarrier_private_expedited, "smp_mb", 1),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
    {
      name: "(c) no barrier when membarrier() ends: waiting for the interrupts acquires what they release",
      mutant: drop(membarrier_private_expedited, "smp_mb", 2),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
    {
      name: "no barrier in the interrupt: taking and acknowledging it is one",
      mutant: drop(ipi_mb, "smp_mb"),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
  ],
});
