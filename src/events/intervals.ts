// SPDX-License-Identifier: MIT
// Which mm was where, from when to when: what a schedule says once it is read from one end to the other. Times are
// ticks of the event table's clock, as recorded.

/** Which mm a CPU had loaded. `lazy`: it ran a task without one, and had borrowed it. Struct of arrays. */
export interface Residency {
  readonly cpu: readonly number[];
  /** 0: not known, because events were lost or nothing has happened yet. 1 is init_mm. */
  readonly mm: readonly number[];
  readonly lazy: readonly boolean[];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Which mm a task had, and how that is known. Idle tasks are left out. Struct of arrays. */
export interface MmEpochs {
  /** Index into the schedule's tasks. */
  readonly task: readonly number[];
  /** 0: none. */
  readonly mm: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly evidence: readonly string[];
}
