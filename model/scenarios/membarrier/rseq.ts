// SPDX-License-Identifier: MIT
import {
  MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ,
  MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ_READY,
} from "../../kernel/membarrier.ts";
import { mms, tasks } from "../../kernel/mm_types.ts";
import { rseq_handle_notify_resume } from "../../kernel/rseq.ts";
import { __schedule } from "../../kernel/sched/core.ts";
import { ipi_mb, ipi_rseq, membarrier_private_expedited, sys_membarrier } from "../../kernel/sched/membarrier.ts";
import { get_current } from "../../kernel/sched/sched.ts";
import { boot, new_mm, new_thread, run_user } from "../setup.ts";
import { machine_of_threads, user, with_membarrier } from "./user.ts";

/** The thread that called membarrier() goes on. */
interface caller {
  returned: bool;
}
const caller = DEFINE_FRAME<caller>();

export const no_stale_commit = never(
  "no sequence commits what it read before x = 1 once membarrier(RSEQ) has returned",
);
export const sequence_restarted = sometimes("a restartable sequence starts anew");

function returned(): void {
  instruction();
  caller.returned = true;
}

/** Loads x, and commits that, unless the kernel has been there meanwhile. Whether it committed. */
function sequence(preempted: boolean): boolean {
  const x = READ_ONCE(user.x);
  if (preempted) {
    __schedule(tasks[1]);
    __schedule(tasks[3]);
  }
  // The last instruction of a sequence: nothing comes between what interrupts it and the look at that.
  if (READ_ONCE(get_current().rseq_event_mask)) return false;
  if (caller.returned && x === 0) raise(no_stale_commit);
  return true;
}

export const rseq_vs_membarrier = scenario({
  question: `A thread is in a restartable sequence, or is preempted in it, when another one stores x = 1 and calls
    MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, for all CPUs or for that one. Can the sequence still end as if x were 0?`,
  needs: { arch: ["x86", "arm64", "powerpc", "riscv"], parts: { lifetime: "refcount" } },
  machine: { ...machine_of_threads },
  config: { ...with_membarrier },
  init() {
    boot();
    const mm = new_mm(tasks[2]);
    atomic_set(
      mm.membarrier_state,
      MEMBARRIER_STATE_PRIVATE_EXPEDITED |
        MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ |
        MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ_READY,
    );
    new_thread(tasks[3], mms[1]);
    run_user(0, tasks[2]);
    run_user(1, tasks[3]);
  },
  threads: {
    CPU0() {
      WRITE_ONCE(user.x, 1);
      sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, any(2) === 0 ? -1 : 1);
      returned();
    },
    CPU1() {
      if (!sequence(any(2) === 1)) {
        reached(sequence_restarted);
        rseq_handle_notify_resume(tasks[3]);
        sequence(false);
      }
    },
  },
  check: [no_stale_commit],
  witness: [sequence_restarted],
  expect: { sc: safe, x86_tso: safe, armv8: safe },
  mutants: [
    {
      name: "nobody is interrupted",
      mutant: drop(membarrier_private_expedited, "smp_call_function_many_of"),
      expect: { sc: violates(no_stale_commit), x86_tso: violates(no_stale_commit), armv8: violates(no_stale_commit) },
    },
    {
      name: "the interrupt is a memory barrier only",
      mutant: replace(ipi_rseq, ipi_mb),
      expect: { sc: violates(no_stale_commit), x86_tso: violates(no_stale_commit), armv8: violates(no_stale_commit) },
    },
    {
      name: "preemption leaves the sequence alone",
      mutant: drop(__schedule, "rseq_preempt"),
      expect: { sc: violates(no_stale_commit), x86_tso: violates(no_stale_commit), armv8: violates(no_stale_commit) },
    },
    {
      name: "before 2ecedd756908: no barrier before the restart; taking the interrupt is one",
      mutant: drop(ipi_rseq, "smp_mb"),
      expect: { sc: safe, x86_tso: safe, armv8: safe },
    },
  ],
});
