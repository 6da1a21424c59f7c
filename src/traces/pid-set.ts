// SPDX-License-Identifier: MIT
// Pids that were seen: one byte each, for as many as are needed. Most recordings have small ones.

import { PID_LIMIT } from "./limits.ts";

const START = 1 << 14;

export class PidSet {
  #seen = new Uint8Array(START);

  has(pid: number): boolean {
    return pid < this.#seen.length && this.#seen[pid] === 1;
  }

  /** `pid` is below PID_LIMIT. */
  add(pid: number): void {
    if (pid >= this.#seen.length) {
      let length = this.#seen.length;
      while (length <= pid) length *= 2;
      const seen = new Uint8Array(Math.min(length, PID_LIMIT));
      seen.set(this.#seen);
      this.#seen = seen;
    }
    this.#seen[pid] = 1;
  }
}
