// SPDX-License-Identifier: MIT
// The lines that perf script prints with --show-task-events and --show-lost-events. They stand for tracepoints that
// were not recorded: each gives a row that is made like the tracepoint's. The name decides: where the trace has the
// tracepoint itself the row is called as perf calls it, and says nothing more.

import type { EventTableBuilder } from "../../events/builder.ts";
import type { ArgColumn, EventTable } from "../../events/table.ts";

export type PerfRecord =
  | { readonly kind: "comm"; readonly exec: boolean; readonly comm: string; readonly pid: number; readonly tid: number }
  | { readonly kind: "fork" | "exit"; readonly pid: number; readonly tid: number; readonly ppid: number }
  | { readonly kind: "lost"; readonly events: number }
  /** mmap, switch, namespaces, …: nothing that we need. */
  | { readonly kind: "other" };

const COMM = /^PERF_RECORD_COMM( exec)?: ([\s\S]*):(-?\d+)\/(-?\d+)\s*$/;
const TASK = /^PERF_RECORD_(FORK|EXIT)\((-?\d+):(-?\d+)\):\((-?\d+):(-?\d+)\)/;
const LOST = /^PERF_RECORD_LOST(?:_SAMPLES)?\b\D*(\d+)?/;

/** Reads `PERF_RECORD_…`; undefined if a record that we need is cut or garbled. */
export function readRecord(text: string): PerfRecord | undefined {
  const comm = COMM.exec(text);
  if (comm !== null) {
    return { kind: "comm", exec: comm[1] !== undefined, comm: comm[2]!, pid: Number(comm[3]), tid: Number(comm[4]) };
  }
  const task = TASK.exec(text);
  if (task !== null) {
    const [pid, tid, ppid] = [Number(task[2]), Number(task[3]), Number(task[4])];
    return { kind: task[1] === "FORK" ? "fork" : "exit", pid, tid, ppid };
  }
  const lost = LOST.exec(text);
  if (lost !== null) return { kind: "lost", events: Number(lost[1] ?? 0) };
  return /^PERF_RECORD_(?:COMM|FORK|EXIT)\b/.test(text) ? undefined : { kind: "other" };
}

const CLONE_VM_THREAD = 0x100 | 0x10000;

interface StandIn {
  readonly record: string;
  readonly tracepoint: string;
  readonly args: readonly ArgColumn[];
}

const FORK: StandIn = {
  record: "PERF_RECORD_FORK",
  tracepoint: "task_newtask",
  args: [
    { name: "pid", type: "int" },
    { name: "comm", type: "text" },
    { name: "clone_flags", type: "word" },
    { name: "oom_score_adj", type: "int" },
  ],
};
const EXEC: StandIn = {
  record: "PERF_RECORD_COMM",
  tracepoint: "sched_process_exec",
  args: [
    { name: "filename", type: "text" },
    { name: "pid", type: "int" },
    { name: "old_pid", type: "int" },
  ],
};
const EXIT: StandIn = {
  record: "PERF_RECORD_EXIT",
  tracepoint: "sched_process_exit",
  args: [
    { name: "comm", type: "text" },
    { name: "pid", type: "int" },
    { name: "prio", type: "int" },
  ],
};

/** Appends the arguments of a record's row; returns its kind, or -1 if it gives none. `comm` is the current task's. */
export function appendRecord(record: PerfRecord, comm: string, out: EventTableBuilder): number {
  if (record.kind === "fork") {
    // A thread shares the mm. Another process has its own, but for vfork(), which perf does not tell.
    const flags = record.pid === record.tid ? 0 : CLONE_VM_THREAD;
    out.value(record.tid).text(comm).value(flags).value(Number.NaN);
    return out.kind(FORK.record, FORK.args);
  }
  if (record.kind === "exit") {
    out.text(comm).value(record.tid).value(Number.NaN);
    return out.kind(EXIT.record, EXIT.args);
  }
  if (record.kind === "comm" && record.exec) {
    out.value(Number.NaN).value(record.tid).value(record.tid);
    return out.kind(EXEC.record, EXEC.args);
  }
  return -1;
}

/** Calls the records as the tracepoints that are missing; returns the names of those that they stand for. */
export function standIn(table: EventTable): { readonly table: EventTable; readonly names: readonly string[] } {
  const has = (name: string) => table.kinds.some((kind) => kind.name === name && kind.args.length > 0);
  const missing = [FORK, EXEC, EXIT].filter(({ record, tracepoint }) => has(record) && !has(tracepoint));
  const names = new Map(missing.map(({ record, tracepoint }) => [record, tracepoint]));
  const kinds = table.kinds.map((kind) => ({ name: names.get(kind.name) ?? kind.name, args: kind.args }));
  return { table: { ...table, kinds }, names: [...names.values()] };
}
