// SPDX-License-Identifier: MIT
// What a program emitted in the layout `stepped` offers: the whole state in one array, calls as frames that stop at
// events, so that whoever runs it can compare, go back to a copy, and try another order.

/** One call under way. */
export interface Frame {
  /** Index of its code. */
  readonly code: number;
  cpu: number;
  pc: number;
  readonly locals: Float64Array;
  /** What a choice takes, if it may. */
  pick: number;
}

/** Why a frame stopped. */
export const STOP = {
  /** It has returned. */
  end: 0,
  /** At an event: its number and arguments are in the machine's `event` and `args`. */
  event: 1,
  /** It cannot go on before somebody else does something. */
  blocked: 2,
  /** In front of an access, because the host wanted it so. */
  access: 3,
  /** A bound of the model was hit: the machine's `event` is its index in `limits`. */
  limit: 4,
} as const;
export type Stop = (typeof STOP)[keyof typeof STOP];

export interface SteppedHost {
  /** An access to shared memory comes next, at this place in the state. True: stop in front of it. */
  access(at: number, write: boolean): boolean;
  /** A cell that rows show is about to be written, one that no other CPU touches at the same time: under a lock. */
  overwrite(at: number): void;
  /** The value of a cell of which nothing may be known yet. */
  read(at: number): number;
}

/** Cells that the host must hear of though only one CPU at a time touches them. */
export interface Followed {
  /** Names of cells whose writes are told. */
  readonly writes: ReadonlySet<string>;
  /** Names of cells whose reads are asked for. */
  readonly reads: ReadonlySet<string>;
}

export interface SteppedMachine {
  /** All cells. Copying it copies the state, but for the frames. */
  readonly state: Float64Array;
  /** Of the event that a frame stopped at. */
  readonly args: Float64Array;
  /** By witness of the program: 1 once some frame has come by. */
  readonly reached: Uint8Array;
  event(): number;
  /** Tells the host of accesses, or does not. */
  watch(on: boolean): void;
  run(frame: Frame): Stop;
}

/** A cell's place in the state. */
export interface SteppedCell {
  readonly name: string;
  readonly base: number;
  readonly dims: readonly number[];
}

export interface SteppedCode {
  readonly name: string;
  readonly kind: "thread" | "interrupt" | "walker" | "entry";
  readonly level: number;
  readonly params: number;
  readonly locals: number;
}
