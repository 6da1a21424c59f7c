// SPDX-License-Identifier: MIT
// Our own bugs stop the program at once; what a user did wrong is a value (see result.ts), never an exception.

/** Stops when an invariant of ours does not hold. `why` says which one, for the bug report. */
export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Error(`lazymm bug: ${why}`);
}

/** The value, which must be there. */
export function defined<T>(value: T | undefined, why: string): T {
  assert(value !== undefined, why);
  return value;
}

/** Closes a switch over a union: the type checker refuses it while a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`lazymm bug: unexpected ${JSON.stringify(value)}`);
}

/** Stands for a value that cannot be had: `why` says what should have kept us from asking for it. */
export function impossible(why: string): never {
  throw new Error(`lazymm bug: ${why}`);
}
