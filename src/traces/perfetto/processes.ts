// SPDX-License-Identifier: MIT
// What the trace says of tasks apart from its events: ProcessTree (from /proc) and ProcessStats.

import type { EventTableBuilder } from "../../events/builder.ts";
import { Cursor, WIRE } from "./wire.ts";

const TREE = { process: 1, thread: 2 } as const;
const PROCESS = { pid: 1, parent: 2, cmdline: 3, isKthread: 8, cmdlineIsComm: 9 } as const;
const THREAD = { tid: 1, name: 2, tgid: 3 } as const;
const STATS = { process: 1 } as const;
const STATS_PROCESS = { pid: 1, thread: 11 } as const;
const KTHREADD = 2;
/** TASK_COMM_LEN, without the 0 at the end. */
const COMM_BYTES = 15;

export class Processes {
  readonly #comm = new Map<number, string>();
  readonly #tgid = new Map<number, number>();
  readonly #message = new Cursor();
  readonly #inner = new Cursor();
  /** Pids that are kernel threads (true) or tasks with an mm (false). */
  readonly kernelThread = new Map<number, boolean>();

  /** Adds to the table what it does not know of pids. */
  addTo(out: EventTableBuilder): void {
    for (const [pid, tgid] of this.#tgid) out.pid(pid, this.#comm.get(pid) ?? "", tgid);
  }

  readTree(bytes: Uint8Array, from: number, to: number): boolean {
    const tree = this.#message.open(bytes, from, to);
    while (tree.next()) {
      if (tree.wire !== WIRE.bytes) continue;
      const inner = this.#inner.open(bytes, tree.from, tree.to);
      if (tree.field === TREE.process) this.#readProcess(inner);
      else if (tree.field === TREE.thread) this.#readThread(inner);
    }
    return !tree.broken;
  }

  #readProcess(process: Cursor): void {
    let [pid, parent, isKthread, cmdlineIsComm, cmdline] = [-1, -1, false, false, ""];
    while (process.next()) {
      if (process.field === PROCESS.pid) pid = process.low;
      else if (process.field === PROCESS.parent) parent = process.low;
      else if (process.field === PROCESS.isKthread) isKthread = process.low !== 0;
      else if (process.field === PROCESS.cmdlineIsComm) cmdlineIsComm = process.low !== 0;
      else if (process.field === PROCESS.cmdline && process.wire === WIRE.bytes) cmdline ||= process.text();
    }
    if (pid <= 0) return;
    const ofKernel = isKthread || parent === KTHREADD || pid === KTHREADD;
    if (ofKernel || parent >= 0) this.kernelThread.set(pid, ofKernel);
    // Kernel threads have no command line; the recorder puts their name there.
    this.#learn(pid, pid, ofKernel || cmdlineIsComm ? cmdline.slice(0, COMM_BYTES) : "");
  }

  #readThread(thread: Cursor): void {
    let [tid, tgid, name] = [-1, -1, ""];
    while (thread.next()) {
      if (thread.field === THREAD.tid) tid = thread.low;
      else if (thread.field === THREAD.tgid) tgid = thread.low;
      else if (thread.field === THREAD.name && thread.wire === WIRE.bytes) name = thread.text();
    }
    if (tid > 0) this.#learn(tid, tgid, name);
  }

  readStats(bytes: Uint8Array, from: number, to: number): boolean {
    const stats = this.#message.open(bytes, from, to);
    while (stats.next()) {
      if (stats.field !== STATS.process || stats.wire !== WIRE.bytes) continue;
      const process = this.#inner.open(bytes, stats.from, stats.to);
      let pid = -1;
      while (process.next()) {
        if (process.field === STATS_PROCESS.pid) pid = process.low;
        else if (process.field === STATS_PROCESS.thread && process.wire === WIRE.bytes && pid > 0) {
          const thread = new Cursor().open(bytes, process.from, process.to);
          while (thread.next()) if (thread.field === THREAD.tid && thread.low > 0) this.#learn(thread.low, pid, "");
        }
      }
      if (pid > 0) this.#learn(pid, pid, "");
    }
    return !stats.broken;
  }

  /** What was said first stays, as in the table. */
  #learn(pid: number, tgid: number, comm: string): void {
    if ((this.#tgid.get(pid) ?? -1) < 0) this.#tgid.set(pid, tgid);
    if (comm !== "" && !this.#comm.has(pid)) this.#comm.set(pid, comm);
  }
}
