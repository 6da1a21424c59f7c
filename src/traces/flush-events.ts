// SPDX-License-Identifier: MIT
// Flush calls of an ordinary trace, told from what their initiator's CPU recorded in tlb_flush. One call leaves
//   4 (IPIs sent) and then 3 (flushed here)   other CPUs and this one run the mm
//   4 or 3 alone                              only others do, or only this one
//   2                                         a batched flush, of no one mm
// freed_tables is not recorded. A call that found nobody to flush leaves nothing.

import { ACTION } from "../events/schedule.ts";
import type { Actions } from "./actions.ts";
import { NO_MM } from "./mm-identity.ts";

const LOCAL_SHOOTDOWN = 2;
const LOCAL_MM_SHOOTDOWN = 3;
const REMOTE_SEND_IPI = 4;
const PAGE_SHIFT = 12;
const PAGE = 1 << PAGE_SHIFT;
const FREED_UNKNOWN = -1;
/** Reason 4 counts base pages, reason 3 counts strides: of 2 MB, of 1 GB. */
const HUGE_SHIFTS = [21, 30];

export class FlushEvents {
  readonly #actions: Actions;
  /** Per CPU: the action of a reason 4 that may go on as a reason 3, and its pages; -1 if there is none. */
  readonly #sent: Int32Array;
  readonly #sentPages: Float64Array;
  readonly #sentPid: Int32Array;
  merged = 0;

  constructor(actions: Actions, cpus: number) {
    this.#actions = actions;
    this.#sent = new Int32Array(cpus).fill(-1);
    this.#sentPages = new Float64Array(cpus);
    this.#sentPid = new Int32Array(cpus);
  }

  /** Another task runs: whatever was under way here is over. */
  onSwitch(cpu: number): void {
    this.#sent[cpu] = -1;
  }

  /** True if the event is a flush call, or part of one. */
  onEvent(row: number, cpu: number, pid: number, reason: number, pages: number, mm: number): boolean {
    if (reason === LOCAL_MM_SHOOTDOWN && this.#continues(cpu, pid, pages)) {
      this.merged++;
      return true;
    }
    if (reason !== LOCAL_SHOOTDOWN && reason !== LOCAL_MM_SHOOTDOWN && reason !== REMOTE_SEND_IPI) return false;
    const node = reason === LOCAL_SHOOTDOWN ? NO_MM : mm;
    const end = pages < 0 ? -1 : pages * PAGE;
    const action = this.#actions.push(ACTION.flush, row, cpu, node, FREED_UNKNOWN, PAGE_SHIFT, 0, end);
    this.#sent[cpu] = reason === REMOTE_SEND_IPI ? action : -1;
    this.#sentPages[cpu] = pages;
    this.#sentPid[cpu] = pid;
    return true;
  }

  #continues(cpu: number, pid: number, pages: number): boolean {
    const action = this.#sent[cpu]!;
    if (action < 0 || this.#sentPid[cpu] !== pid) return false;
    const sent = this.#sentPages[cpu]!;
    const huge = HUGE_SHIFTS.find((shift) => pages > 0 && sent === pages * 2 ** (shift - PAGE_SHIFT));
    // This CPU may have been more than one flush behind, and then flushes all.
    if (pages !== sent && pages >= 0 && huge === undefined) return false;
    if (huge !== undefined) this.#actions.c[action] = huge;
    this.#sent[cpu] = -1;
    return true;
  }
}
