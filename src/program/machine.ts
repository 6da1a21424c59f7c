// SPDX-License-Identifier: MIT
// What an emitted program offers to the simulator: entries that run to completion, and what they call back.

/** What emitted code calls. */
export interface WideHost {
  /** A tracepoint of the model. True: a resumable entry stops here, and goes on when it is asked to. */
  event(event: number, cpu: number, a: number, b: number): boolean;
  /** An access to a line that is accounted for. kind: 0 read, 1 write, 2 atomic. */
  touch(line: number, object: number, cpu: number, kind: number): void;
  /** Called when `cpu` cannot go on: lets others run. False if nobody can. */
  wait(cpu: number): boolean;
  /** A bound of the model was hit: its index in `limits`. */
  limit(limit: number): void;
}

export interface WideMachine {
  /** (cpu, …arguments), in the order of `entryNames`. */
  readonly entries: readonly ((cpu: number, ...args: number[]) => void)[];
  /** The entries that were asked for as resumable, in that order: each call is a run that may stop at events. */
  readonly resumable: readonly ((cpu: number, ...args: number[]) => Iterator<void, boolean>)[];
  /** Interrupt handlers, highest level first: true if there was something to do. */
  readonly interrupts: readonly ((cpu: number) => boolean)[];
  /** Executions of each instruction, in the order of `instructionNames`, of the CPUs that count at that moment. */
  readonly instructions: Float64Array;
  /** Per CPU, 1: it counts. All do until the host says otherwise. */
  readonly counting: Uint8Array;
}
