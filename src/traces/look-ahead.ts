// SPDX-License-Identifier: MIT
// What has to be known before the trace is walked: which part of it is replayed, and where exactly each exec is.

import { argIndex, argText, type EventTable } from "../events/table.ts";

/** The rows that are replayed: [from, to). */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** Whether the trace says so itself, by `START …` and `END …` written to trace_marker. */
  readonly start: "START mark" | "first row";
  readonly end: "END mark" | "last row";
  /** The text of the START mark after START. */
  readonly label: string;
}

const MARK_NAMES = new Set(["tracing_mark_write", "print"]);

export function findWindow(table: EventTable): Window {
  const marks = table.kinds.map((kind) => MARK_NAMES.has(kind.name) && argIndex(kind, "text") >= 0);
  let start = -1;
  let label = "";
  for (let row = 0; row < table.length; row++) {
    if (!marks[table.kind[row]!]) continue;
    const text = argText(table, row, "text") ?? "";
    if (start < 0 && /^START(?: |$)/.test(text)) {
      start = row;
      label = text.slice("START ".length);
    } else if (start >= 0 && /^END(?: |$)/.test(text)) {
      return { from: start, to: row, start: "START mark", end: "END mark", label };
    }
  }
  const from = Math.max(start, 0);
  return { from, to: table.length, start: start < 0 ? "first row" : "START mark", end: "last row", label };
}

/** A thread that execs takes over the pid of its process' leader, some time before the exec shows in the trace. */
export interface PidTakeover {
  readonly pid: number;
  /** The row of its sched_process_exec: after it the takeover is over. */
  readonly row: number;
}

export interface Execs {
  /** Rows at which an exec replaces the mm, of execs that the exec_release probe did not see. */
  readonly points: ReadonlySet<number>;
  /** By the pid that the thread had before. */
  readonly takeovers: ReadonlyMap<number, readonly PidTakeover[]>;
}

/**
 * sched_process_exec comes long after the new mm was loaded. Where the exec_release probe is missing, the task_rename
 * that every exec does is nearer: the last one of the task before the exec. Else rss_stat may have told of the new mm.
 */
export function findExecs(table: EventTable): Execs {
  const points = new Set<number>();
  const takeovers = new Map<number, PidTakeover[]>();
  const released = new Set<number>();
  const renamed = new Map<number, number>();
  const hashes = new HashRuns(points);
  const { values, args, kinds } = table;
  const columns = kinds.map((kind) => ({
    name: kind.name,
    pid: argIndex(kind, "pid"),
    oldPid: argIndex(kind, "old_pid"),
    hash: argIndex(kind, "mm_id"),
    own: argIndex(kind, "curr"),
  }));
  for (let row = 0; row < table.length; row++) {
    const { name, pid: pidColumn, oldPid: oldPidColumn, hash, own } = columns[table.kind[row]!]!;
    const current = table.pid[row]!;
    if (name === "exec_release") released.add(current);
    else if (name === "rss_stat" && hash >= 0 && own >= 0) {
      if (values[args[row]! + own] === 1) hashes.seen(row, current, values[args[row]! + hash]!);
    } else if (name === "task_rename") {
      if (pidColumn < 0 || values[args[row]! + pidColumn] === current) renamed.set(current, row);
    } else if (name === "task_newtask" && pidColumn >= 0) {
      const child = values[args[row]! + pidColumn]!;
      renamed.delete(child);
      released.delete(child);
      hashes.forget(child);
    } else if (name === "sched_process_exec" && oldPidColumn >= 0) {
      const pid = values[args[row]! + pidColumn]!;
      const oldPid = values[args[row]! + oldPidColumn]!;
      if (!released.delete(pid)) {
        points.add(renamed.get(pid) ?? row);
        if (!renamed.has(pid)) hashes.exec(row, pid, oldPid);
      }
      renamed.delete(pid);
      if (pid !== oldPid) {
        const list = takeovers.get(oldPid) ?? [];
        list.push({ pid, row });
        takeovers.set(oldPid, list);
      }
    }
  }
  return { points, takeovers };
}

/** By which hash each task's mm goes, and since which row: an exec is where the hash that it leaves behind begins. */
class HashRuns {
  readonly #points: Set<number>;
  readonly #runs = new Map<number, { readonly hash: number; readonly since: number }>();
  /** Execs whose new mm is not named yet: the row that stands for them, and the run before it. */
  readonly #execs = new Map<number, { readonly row: number; readonly hash: number; readonly since: number }>();

  constructor(points: Set<number>) {
    this.#points = points;
  }

  seen(row: number, pid: number, hash: number): void {
    const exec = this.#execs.get(pid);
    this.#execs.delete(pid);
    if (exec?.hash === hash) {
      this.#points.delete(exec.row);
      this.#points.add(exec.since);
    }
    if (this.#runs.get(pid)?.hash !== hash) this.#runs.set(pid, { hash, since: row });
  }

  exec(row: number, pid: number, oldPid: number): void {
    const run = this.#runs.get(pid) ?? this.#runs.get(oldPid);
    if (run !== undefined) this.#execs.set(pid, { row, ...run });
    this.#runs.delete(pid);
  }

  forget(pid: number): void {
    this.#runs.delete(pid);
    this.#execs.delete(pid);
  }
}
