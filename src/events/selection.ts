// SPDX-License-Identifier: MIT
// A part of a trace that somebody asks about. All of the trace is replayed, so that masks and generations are right;
// only what happens in this part is counted.

export interface Selection {
  /** Ticks of the schedule's time: [from, to]. */
  readonly from: number;
  readonly to: number;
  /** 1: what this CPU does. */
  readonly cpus: Uint8Array;
  /** By task of the schedule, 1: what a CPU does while it runs this task; a switch is the doing of the next one. */
  readonly tasks: Uint8Array;
}
