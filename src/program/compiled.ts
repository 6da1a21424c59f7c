// SPDX-License-Identifier: MIT
// What an emitted program offers to the checker: plain functions over packed states. The checker sees nothing else.

/** Offsets into `Compiled.report`, which `successors`, `check` and `checkEnd` fill. */
export const REPORT = {
  /** successors(): 1 + index of the `never` property that a successor violates, or 0. */
  raised: 0,
  /** successors(): offset in `out` of that successor. */
  raisedAt: 1,
  /** successors(): 1 + index into `limits` of a limit that was hit (a value out of range, a full buffer), or 0. */
  limit: 2,
  /** successors(): how many successors are program steps, interrupts or buffer drains (not page walks). */
  progress: 3,
  /** successors(): 1 if every thread has ended and nothing is pending. */
  atRest: 4,
  /** One flag per witness from here on; set, never cleared. */
  witnesses: 8,
} as const;

export interface Field {
  /** As a kernel developer would write it, indices included: `per_cpu(cpu_tlbstate.loaded_mm, 1)`. */
  readonly name: string;
  readonly kind: "cell" | "pc" | "local" | "buffer";
  /** The cell, code or local it belongs to, the CPU it is of (or -1), and the flat index within a cell. */
  readonly of: number;
  readonly cpu: number;
  readonly element: number;
  readonly word: number;
  readonly shift: number;
  readonly width: number;
  /** Added to the packed bits: ranges need not start at 0. */
  readonly min: number;
}

/** Which transition a successor took; `step` is -1 for a store-buffer drain. */
export interface Choice {
  readonly code: number;
  readonly cpu: number;
  readonly step: number;
}

export interface Compiled {
  /** 32-bit words per state. */
  readonly words: number;
  /** No state has more successors than this. */
  readonly maxSuccessors: number;
  /** Writes the initial state to out[0 … words). */
  readonly initial: (out: Int32Array) => void;
  /**
   * Writes every successor of the state at states[at … at+words) to `out` from offset k on, in a fixed order (a path is
   * the list of their indices), and returns the offset behind the last. Fills report[0 … 4] and witness flags.
   */
  readonly successors: (states: Int32Array, at: number, out: Int32Array, k: number) => number;
  /** 1 + index of an `always` property that the state violates, or 0. Sets flags of state witnesses. */
  readonly check: (states: Int32Array, at: number) => number;
  /** The same for `at_end` properties; only to be asked when report[atRest] is set and report[progress] is 0. */
  readonly checkEnd: (states: Int32Array, at: number) => number;
  readonly report: Int32Array;
  /** If emitted with labels, filled by successors() in their order: code | cpu << 8 | (step + 1) << 16. */
  readonly choices: Int32Array;
  /** What a limit means, in words. */
  readonly limits: readonly string[];
}

/** Unpacks one entry of `choices`. */
export function choiceOf(packed: number): Choice {
  return { code: packed & 0xff, cpu: (packed >>> 8) & 0xff, step: (packed >>> 16) - 1 };
}

/** The value of a field in the packed state at `at`. */
export function readField(states: Int32Array, at: number, field: Field): number {
  const word = states[at + field.word] ?? 0;
  const mask = field.width === 32 ? -1 : (1 << field.width) - 1;
  return ((word >>> field.shift) & mask) + field.min;
}
