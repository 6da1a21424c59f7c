// SPDX-License-Identifier: MIT
// Numbers that look random and are the same for the same seed.

/** Marsaglia's xorshift, in [0, 1). */
export function random(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/** Choices out of such numbers. */
export class Dice {
  readonly #next: () => number;

  /** Case `index` of a run: its choices do not depend on the cases before it. */
  constructor(seed: number, index: number) {
    this.#next = random(scrambled(scrambled(seed) + index));
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  oneOf<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }
}

/** The finalizer of MurmurHash3: seeds that differ by one give sequences that have nothing in common. */
function scrambled(seed: number): number {
  let x = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
