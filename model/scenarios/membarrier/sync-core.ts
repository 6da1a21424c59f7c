// SPDX-License-Identifier: MIT
import { MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE } from "../../kernel/membarrier.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { ipi_mb, ipi_sync_core, membarrier_private_expedited, sys_membarrier } from "../../kernel/sched/membarrier.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { syscall_exit_to_user_mode } from "../../kernel/sync_core.ts";
import { boot, new_mm, new_thread, preemptible, run_user } from "../setup.ts";
import {
  execute_published_code,
  modify_code,
  new_code_executed,
  no_old_code,
  publish_code,
  registered_sync_core,
} from "./code.ts";
import { machine_of_threads, with_membarrier } from "./user.ts";

export const sync_core_vs_lazy_switch = scenario({
  question: `A thread is switched out for a kernel thread, which stays lazy in its mm, and in again, while another
    thread changes code and calls MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE. Does the first one execute old code?`,
  needs: { arch: "x86", config: { KVM_GUEST: false } },
  machine: { ...machine_of_threads },
  config: { ...with_membarrier },
  init() {
    boot();
    registered_sync_core(new_mm(tasks[2]));
    new_thread(tasks[3], mms[1]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      modify_code();
      sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, -1);
      publish_code();
    },
    CPU1() {
      __schedule(tasks[1]);
      __schedule(tasks[3]);
      syscall_exit_to_user_mode();
      execute_published_code();
    },
  },
  check: [no_old_code],
  witness: [new_code_executed],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "nobody is interrupted",
      mutant: drop(membarrier_private_expedited, "on_each_cpu_of", 2),
      expect: { sc: violates(no_old_code), x86_tso: violates(no_old_code) },
    },
    {
      name: "finish_task_switch() does not serialise the core",
      needs: { parts: { membarrier: "mainline", lifetime: "refcount" } },
      mutant: drop(parts.membarrier.membarrier_mm_sync_core_before_usermode, "sync_core_if_registered"),
      expect: { sc: violates(no_old_code), x86_tso: violates(no_old_code) },
    },
    {
      // finish_task_switch() could not: where mms are not counted it does not know which one was left.
      name: "without patch 02: switch_mm_irqs_off() does not serialise the core",
      needs: { parts: { membarrier: "luto" }, config: { lazy_tlb: true } },
      mutant: drop(parts.membarrier.sync_core_if_membarrier_enabled, "sync_core_if_registered"),
      expect: { sc: violates(no_old_code), x86_tso: violates(no_old_code) },
    },
  ],
});

export const sync_core_of_caller = scenario({
  question: `A thread changes code, calls MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE and sleeps; another thread of
    the process, which sleeps in a system call, is next on that CPU. The page tables stay. Does it execute old code?`,
  needs: { arch: "x86", parts: { lifetime: "refcount" } },
  machine: { ...machine_of_threads },
  config: { ...with_membarrier },
  init() {
    boot();
    registered_sync_core(new_mm(tasks[2]));
    new_thread(tasks[3], mms[1]);
    run_user(0, tasks[2]);
  },
  threads: {
    CPU0() {
      modify_code();
      sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, -1);
      publish_code();
      __schedule(tasks[3]);
      syscall_exit_to_user_mode();
      execute_published_code();
    },
  },
  check: [no_old_code],
  witness: [new_code_executed],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "before e45cdc71d1fa: the caller's CPU is left out",
      mutant: drop(membarrier_private_expedited, "on_each_cpu_of", 2),
      expect: { sc: violates(no_old_code), x86_tso: violates(no_old_code) },
    },
  ],
});

export const sync_core_vs_preemption = scenario({
  question: `The interrupt of MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE reaches a thread that is preempted before it
    returns, by a thread of the same process that sleeps in a system call. Does that one execute old code?`,
  needs: { arch: "x86", parts: { lifetime: "refcount" } },
  machine: { ...machine_of_threads, tasks: 5 },
  config: { ...with_membarrier },
  init() {
    boot();
    registered_sync_core(new_mm(tasks[2]));
    new_thread(tasks[3], mms[1]);
    new_thread(tasks[4], mms[1]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      modify_code();
      sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, -1);
      publish_code();
    },
    CPU1() {},
  },
  preempt: {
    CPU1() {
      when(preemptible(1) && get_current() === tasks[3]);
      __schedule(tasks[4]);
      syscall_exit_to_user_mode();
      execute_published_code();
    },
  },
  check: [no_old_code],
  witness: [new_code_executed],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    {
      name: "before 758c9373d841: the interrupt is a memory barrier, and serialises the core when it returns",
      mutant: replace(ipi_sync_core, ipi_mb),
      expect: { sc: violates(no_old_code), x86_tso: violates(no_old_code) },
    },
  ],
});
