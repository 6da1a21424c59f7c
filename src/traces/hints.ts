// SPDX-License-Identifier: MIT
// What is known of tasks that are older than the trace, apart from its events: files beside it, tgids, names.

import type { EventTable } from "../events/table.ts";
import { type MmIdentity, NO_MM } from "./mm-identity.ts";
import type { Sidecars } from "./sidecars.ts";
import type { Task } from "./tasks.ts";

const KTHREADD = 2;

/** Names that only kernel threads bear. A user may call a task so, which is why any other evidence goes before. */
const KERNEL_NAMES = new RegExp(
  [
    "^(?:k?worker|ksoftirqd|migration|cpuhp|idle_inject|watchdog|irq|rcuo[a-z]*|rcu[bcgn]|jbd2|xfs|xfsaild|napi|card)/",
    "^rcu_(?:gp|par_gp|preempt|sched|tasks\\w*|exp\\w*)|^(?:slub_flushwq|netns|mm_percpu_wq|inet_frag_wq|kdevtmpfs)$",
    "^(?:kthreadd|kauditd|khungtaskd|khugepaged|ksmd|oom_reaper|writeback|kintegrityd|kblockd|devfreq_wq|kthrotld)$",
    "^(?:kswapd|kcompactd|scsi_eh_|scsi_tmf_|nvme-.*wq|hwrng$|ecryptfs|kstrp$|zswap|btrfs-|ext4-rsv|dmcrypt)",
    "^pool_workqueue_",
  ].join("|"),
);

export function isKernelName(comm: string): boolean {
  return KERNEL_NAMES.test(comm);
}

/** What the recording says of pids, wherever it says so. */
export interface Directory {
  comm(pid: number): string;
  /** -1 if unknown. */
  tgid(pid: number): number;
  /** undefined if no file says so. */
  kernelThread(pid: number): boolean | undefined;
}

export function directory(
  table: EventTable,
  sidecars: Sidecars,
  /** Pids that the trace itself calls kernel threads, or not. */
  kernelThread: ReadonlyMap<number, boolean> = new Map(),
): Directory {
  const pids = new Map(table.pids.map((info) => [info.pid, info]));
  return {
    comm: (pid) => pids.get(pid)?.comm || sidecars.comm.get(pid) || "",
    tgid: (pid) => {
      const tgid = pids.get(pid)?.tgid ?? -1;
      return tgid > 0 ? tgid : (sidecars.tgid.get(pid) ?? -1);
    },
    kernelThread: (pid) => (pid === KTHREADD ? true : (sidecars.kernelThread.get(pid) ?? kernelThread.get(pid))),
  };
}

/** Links the first epochs of the tasks that are older than the trace. */
export function linkHints(tasks: readonly Task[], identity: MmIdentity, known: Directory): void {
  const groups = new Map<number, number>();
  for (const task of tasks) {
    if (task.pid === 0 || task.born) continue;
    const listed = known.kernelThread(task.pid);
    if (listed === true) {
      identity.link(task.firstNode, NO_MM, "kernel_thread");
      continue;
    }
    const tgid = known.tgid(task.pid);
    // A kernel thread is a process of its own; threads of a process are not.
    if (listed === undefined && (tgid < 0 || tgid === task.pid) && isKernelName(task.comm)) {
      identity.link(task.firstNode, NO_MM, "kernel_name");
    } else if (tgid > 0) {
      const group = groups.get(tgid) ?? identity.node();
      groups.set(tgid, group);
      identity.link(task.firstNode, group, "tgid");
    }
  }
}
