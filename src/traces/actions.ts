// SPDX-License-Identifier: MIT
// The growable twin of the action columns of a Schedule. While the trace is read, mms are nodes (mm-identity.ts).

import { grown } from "../events/intern.ts";
import type { ActionKind } from "../events/schedule.ts";

const START_ACTIONS = 1024;
/** Kind of an action that turned out to be elsewhere. */
export const WITHDRAWN = 255;

export class Actions {
  length = 0;
  kind = new Uint8Array(START_ACTIONS);
  cpu = new Int32Array(START_ACTIONS);
  a = new Int32Array(START_ACTIONS);
  b = new Int32Array(START_ACTIONS);
  c = new Int32Array(START_ACTIONS);
  start = new Float64Array(START_ACTIONS);
  end = new Float64Array(START_ACTIONS);
  row = new Int32Array(START_ACTIONS);

  push(kind: ActionKind, row: number, cpu: number, a: number, b = 0, c = 0, start = 0, end = 0): number {
    const at = this.length;
    if (at >= this.kind.length) this.#grow();
    this.kind[at] = kind;
    this.cpu[at] = cpu;
    this.a[at] = a;
    this.b[at] = b;
    this.c[at] = c;
    this.start[at] = start;
    this.end[at] = end;
    this.row[at] = row;
    this.length = at + 1;
    return at;
  }

  #grow(): void {
    const room = this.length * 2;
    this.kind = grown(this.kind, room);
    this.cpu = grown(this.cpu, room);
    this.a = grown(this.a, room);
    this.b = grown(this.b, room);
    this.c = grown(this.c, room);
    this.start = grown(this.start, room);
    this.end = grown(this.end, room);
    this.row = grown(this.row, room);
  }

  /** Moves action `from` to `to`, which is not later. */
  move(from: number, to: number): void {
    if (from === to) return;
    for (const column of [this.kind, this.cpu, this.a, this.b, this.c, this.start, this.end, this.row]) {
      column[to] = column[from]!;
    }
  }
}
