// SPDX-License-Identifier: MIT
import {
  MEMBARRIER_CMD_GLOBAL_EXPEDITED,
  MEMBARRIER_CMD_PRIVATE_EXPEDITED,
  MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED,
  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
} from "../../kernel/membarrier.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import {
  cpu_skipped,
  membarrier_private_expedited,
  sync_runqueues_membarrier_state,
  sys_membarrier,
} from "../../kernel/sched/membarrier.ts";
import { boot, new_mm, new_thread, run_user } from "../setup.ts";
import {
  fast_store_buffering,
  machine_of_threads,
  slow_after,
  slow_before,
  store_buffering_forbidden,
  with_membarrier,
} from "./user.ts";

export const global_registration_vs_switch = scenario({
  question: `A process registers for MEMBARRIER_CMD_GLOBAL_EXPEDITED while another CPU switches to one of its
    threads, and then calls it. Has that CPU's runqueue heard of the registration?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], parts: { lifetime: "refcount" } },
  machine: { ...machine_of_threads },
  config: { ...with_membarrier },
  init() {
    boot();
    new_mm(tasks[2]);
    new_thread(tasks[3], mms[1]);
    run_user(0, tasks[2]);
  },
  threads: {
    CPU0() {
      sys_membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, -1);
      slow_before();
      sys_membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, -1);
      slow_after();
    },
    CPU1() {
      __schedule(tasks[3]);
      fast_store_buffering();
    },
  },
  check: [store_buffering_forbidden],
  witness: [cpu_skipped],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "the registration does not wait for switches that are under way",
      mutant: drop(sync_runqueues_membarrier_state, "synchronize_rcu"),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "the registration tells nobody",
      mutant: drop(sync_runqueues_membarrier_state, "on_each_cpu_of"),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
  ],
});

export const private_registration_vs_switch = scenario({
  question: `A process registers for MEMBARRIER_CMD_PRIVATE_EXPEDITED while another CPU switches from another process
    to one of its threads, and then calls it. The barrier of that switch may depend on what has been registered
    (powerpc, riscv; patch 04 of 2022). Is it there?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], config: { KVM_GUEST: false } },
  machine: { ...machine_of_threads, mms: 3, tasks: 5, ctx_ids: 4 },
  config: { ...with_membarrier, TLB_NR_DYN_ASIDS: 3 },
  init() {
    boot();
    new_mm(tasks[2]);
    new_thread(tasks[3], mms[1]);
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    run_user(1, tasks[4]);
  },
  threads: {
    CPU0() {
      sys_membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, -1);
      slow_before();
      sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, -1);
      slow_after();
    },
    CPU1() {
      __schedule(tasks[3]);
      fast_store_buffering();
    },
  },
  check: [store_buffering_forbidden],
  witness: [cpu_skipped],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  expect_of: {
    // There is no barrier in switch_mm(), registered or not.
    "linux-6.8-riscv-noasid": { sc: safe, armv8: violates(store_buffering_forbidden) },
  },
  mutants: [
    {
      name: "nobody is interrupted",
      mutant: drop(membarrier_private_expedited, "smp_call_function_many_of"),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "the registration does not wait for switches that are under way: x86 always has the barrier",
      needs: { arch: "x86" },
      mutant: drop(sync_runqueues_membarrier_state, "synchronize_rcu"),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
    {
      name: "the registration does not wait for switches that are under way",
      needs: { config: { ARCH_HAS_MEMBARRIER_CALLBACKS: true } },
      mutant: drop(sync_runqueues_membarrier_state, "synchronize_rcu"),
      expect: { sc: safe, armv8: violates(store_buffering_forbidden) },
      // powerpc: a CPU that is new to the mm has a barrier for that.
      expect_of: { radix_tlb: { sc: safe, armv8: safe }, hash_tlb: { sc: safe, armv8: safe } },
    },
  ],
});
