// SPDX-License-Identifier: MIT
import { MEMBARRIER_CMD_PRIVATE_EXPEDITED } from "../../kernel/membarrier.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule, context_switch, rq_lock_irq } from "../../kernel/sched/core.ts";
import { cpu_skipped, membarrier_private_expedited, sys_membarrier } from "../../kernel/sched/membarrier.ts";
import { boot, new_mm, new_thread, run_user } from "../setup.ts";
import {
  fast_message_passing,
  fast_store_buffering,
  machine_of_threads,
  message_passing_forbidden,
  registered_private,
  slow_after,
  slow_before,
  store_buffering_forbidden,
  with_membarrier,
} from "./user.ts";

export const membarrier_vs_switch_mm = scenario({
  question: `A thread is switched out for a task of another process, and in again; another thread calls membarrier()
    meanwhile, and may leave that CPU alone. Are the accesses before and after the switches ordered?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], config: { KVM_GUEST: false } },
  machine: { ...machine_of_threads, mms: 3, tasks: 5, ctx_ids: 4 },
  config: { ...with_membarrier, TLB_NR_DYN_ASIDS: 3 },
  init() {
    boot();
    registered_private(new_mm(tasks[2]));
    new_thread(tasks[3], mms[1]);
    new_mm(tasks[4]);
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
      __schedule(tasks[4]);
      __schedule(tasks[3]);
      fast_store_buffering();
    },
  },
  check: [store_buffering_forbidden, message_passing_forbidden],
  witness: [cpu_skipped],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  expect_of: {
    // Repaired by d6cfd1770f20.
    "linux-6.8-riscv-noasid": { sc: safe, armv8: violates(store_buffering_forbidden) },
  },
  mutants: [
    {
      name: "(a) no barrier when membarrier() starts",
      mutant: drop(membarrier_private_expedited, "smp_mb", 1),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "(d) no barrier before rq->curr becomes the other task",
      mutant: drop(rq_lock_irq, "smp_mb__after_spinlock"),
      expect: { sc: safe, x86_tso: safe, armv8: violates(message_passing_forbidden) },
      expect_of: { "linux-6.8-riscv-noasid": { sc: safe, armv8: violates(store_buffering_forbidden) } },
    },
    {
      name: "(e) switch_mm() has no barrier (riscv before d6cfd1770f20)",
      needs: { parts: { membarrier: ["mainline", "desnoyers"] }, config: { ARCH_HAS_MEMBARRIER_CALLBACKS: true } },
      mutant: replace(parts.membarrier.membarrier_arch_switch_mm, no_barrier),
      expect: { sc: safe, armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "(e) __switch_to() has no barrier",
      needs: { parts: { membarrier: ["mainline", "desnoyers"] }, config: { ARCH_SWITCH_TO_IS_MB: true } },
      mutant: drop(context_switch, "smp_mb"),
      expect: { sc: safe, armv8: violates(store_buffering_forbidden) },
    },
  ],
});

export function no_barrier(_prev: mm_struct, _next: mm_struct): void {}
