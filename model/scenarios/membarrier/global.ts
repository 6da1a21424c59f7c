// SPDX-License-Identifier: MIT
import { exit_mm } from "../../kernel/exit.ts";
import { kthread_use_mm } from "../../kernel/kthread.ts";
import {
  MEMBARRIER_CMD_GLOBAL,
  MEMBARRIER_CMD_GLOBAL_EXPEDITED,
  MEMBARRIER_STATE_GLOBAL_EXPEDITED,
} from "../../kernel/membarrier.ts";
import type { mm_struct } from "../../kernel/mm_types.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { parts } from "../../kernel/parts.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { update_rq_state } from "../../kernel/sched/membarrier/mainline.ts";
import {
  cpu_skipped,
  membarrier_global,
  membarrier_global_expedited,
  runs_registered_user,
  sys_membarrier,
} from "../../kernel/sched/membarrier.ts";
import { runqueues } from "../../kernel/sched/sched.ts";
import { boot, new_mm, new_thread, run_user } from "../setup.ts";
import {
  fast_side_early,
  fast_store_buffering,
  machine_of_threads,
  registered_global,
  slow_after,
  slow_before,
  store_buffering_forbidden,
  with_membarrier,
} from "./user.ts";

export const global_vs_lazy_switch = scenario({
  question: `MEMBARRIER_CMD_GLOBAL waits for a grace period, and needs no registration. Is that a barrier between the
    accesses of a thread that is switched out and in?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], parts: { lifetime: "refcount" } },
  machine: { ...machine_of_threads },
  config: { ...with_membarrier },
  init() {
    boot();
    new_mm(tasks[2]);
    new_thread(tasks[3], mms[1]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      slow_before();
      sys_membarrier(MEMBARRIER_CMD_GLOBAL, -1);
      slow_after();
    },
    CPU1() {
      __schedule(tasks[1]);
      __schedule(tasks[3]);
      fast_store_buffering();
    },
  },
  check: [store_buffering_forbidden],
  witness: [fast_side_early],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "no grace period",
      mutant: drop(membarrier_global, "synchronize_rcu"),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
  ],
});

export const global_expedited_vs_use_mm = scenario({
  question: `A kernel thread works in the address space of a process that has registered; a process that shares
    memory with it calls MEMBARRIER_CMD_GLOBAL_EXPEDITED. Does the kernel thread count?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], parts: { lifetime: "refcount" } },
  machine: { ...machine_of_threads, mms: 3 },
  config: { ...with_membarrier },
  init() {
    boot();
    new_mm(tasks[2]);
    registered_global(new_mm(tasks[3]));
    run_user(0, tasks[2]);
  },
  threads: {
    CPU0() {
      slow_before();
      sys_membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, -1);
      slow_after();
    },
    CPU1() {
      kthread_use_mm(mms[2]);
      fast_store_buffering();
    },
  },
  check: [store_buffering_forbidden],
  witness: [cpu_skipped],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "(a) no barrier when membarrier() starts",
      mutant: drop(membarrier_global_expedited, "smp_mb", 1),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "kernel threads are skipped, whatever they use",
      mutant: replace(runs_registered_user, no_kernel_thread),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
  ],
});

export const global_expedited_after_exit = scenario({
  question: `A thread exits, and its CPU goes on with another thread of the same process, which has registered.
    exit_mm() has told the runqueue that nobody runs there; does the switch, which finds the mm loaded, tell it
    otherwise?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], config: { KVM_GUEST: false } },
  machine: { ...machine_of_threads, mms: 3, tasks: 5, ctx_ids: 4 },
  config: { ...with_membarrier, TLB_NR_DYN_ASIDS: 3 },
  init() {
    boot();
    new_mm(tasks[2]);
    registered_global(new_mm(tasks[3]));
    new_thread(tasks[4], mms[2]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      slow_before();
      sys_membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, -1);
      slow_after();
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[4]);
      fast_store_buffering();
    },
  },
  check: [store_buffering_forbidden],
  witness: [fast_side_early],
  // membarrier_switch_mm() compares active_mm, which exit_mm() leaves alone, with the new mm, and returns.
  expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
  expect_of: {
    // exit_mm() leaves init_mm as active_mm.
    no_lazy: { sc: safe, x86_tso: safe, armv8: safe },
  },
  mutants: [
    {
      name: "nobody is interrupted",
      mutant: drop(membarrier_global_expedited, "smp_call_function_many_of"),
      expect: { sc: safe, x86_tso: violates(store_buffering_forbidden), armv8: violates(store_buffering_forbidden) },
    },
    {
      name: "repaired: membarrier_switch_mm() looks at what the runqueue says, not at active_mm",
      mutant: replace(parts.membarrier.membarrier_switch_mm, switch_mm_always),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
  ],
});

export const global_expedited_vs_exit = scenario({
  question: `MEMBARRIER_CMD_GLOBAL_EXPEDITED looks at what another CPU runs, while the last user of an mm exits there
    and the mm is freed. Does it touch the freed mm?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], parts: { lifetime: "refcount" } },
  machine: { ...machine_of_threads, mms: 4, tasks: 5, ctx_ids: 5 },
  config: { ...with_membarrier, TLB_NR_DYN_ASIDS: 3 },
  init() {
    boot();
    new_mm(tasks[2]);
    registered_global(new_mm(tasks[3]));
    new_mm(tasks[4]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      sys_membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, -1);
    },
    CPU1() {
      exit_mm();
      __schedule(tasks[4]);
    },
  },
  check: [no_use_after_free],
  witness: [cpu_skipped],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "before 227a4aadc75b: it reads the membarrier_state of the mm itself",
      mutant: replace(runs_registered_user, reads_mm_state),
      expect: {
        sc: violates(no_use_after_free),
        x86_tso: violates(no_use_after_free),
        armv8: violates(no_use_after_free),
      },
    },
  ],
});

/** "Is a kernel thread", in place of "has no mm". */
export function no_kernel_thread(cpu: cpu_id): boolean {
  if ((READ_ONCE(per_cpu(runqueues.membarrier_state, cpu)) & MEMBARRIER_STATE_GLOBAL_EXPEDITED) === 0) return false;
  return READ_ONCE(per_cpu(runqueues.curr, cpu)) !== tasks[cpu];
}

export function switch_mm_always(_prev_mm: mm_struct, next_mm: mm_struct): void {
  update_rq_state(atomic_read(next_mm.membarrier_state));
}

/** Linux 5.3. */
export function reads_mm_state(cpu: cpu_id): boolean {
  const p = READ_ONCE(per_cpu(runqueues.curr, cpu))!;
  const mm = data_race(p.mm);
  return mm !== null && (atomic_read(mm.membarrier_state) & MEMBARRIER_STATE_GLOBAL_EXPEDITED) !== 0;
}
