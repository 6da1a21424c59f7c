// SPDX-License-Identifier: MIT
// cpumasks in printed code: one 32-bit integer, or a BigInt on machines with more CPUs (wide layout only).

export interface MaskPrinter {
  readonly zero: string;
  test(mask: string, cpu: string): string;
  add(mask: string, cpu: string): string;
  del(mask: string, cpu: string): string;
  and(a: string, b: string): string;
  or(a: string, b: string): string;
  andnot(a: string, b: string): string;
  /** The first member after `cpu`, or the number of CPUs. */
  next(mask: string, cpu: string, cpus: number): string;
  empty(mask: string): string;
  weight(mask: string): string;
  /** CPUs 0 … n-1. */
  all(n: string): string;
}

export const intMasks: MaskPrinter = {
  zero: "0",
  test: (m, c) => `(${m}>>>${c}&1)!==0`,
  add: (m, c) => `(${m}|1<<${c})`,
  del: (m, c) => `(${m}&~(1<<${c}))`,
  and: (a, b) => `(${a}&${b})`,
  or: (a, b) => `(${a}|${b})`,
  andnot: (a, b) => `(${a}&~${b})`,
  next: (m, c, cpus) => `next(${m},${c},${cpus})`,
  empty: (m) => `${m}===0`,
  weight: (m) => `popcount(${m})`,
  all: (n) => (/^\d+$/.test(n) ? `${2 ** Number(n) - 1}` : `((1<<${n})-1)`),
};

/** BigInt() around operands, as an empty mask may be the constant 0. */
export const bigMasks: MaskPrinter = {
  zero: "0n",
  test: (m, c) => `(BigInt(${m})>>BigInt(${c})&1n)!==0n`,
  add: (m, c) => `(BigInt(${m})|1n<<BigInt(${c}))`,
  del: (m, c) => `(BigInt(${m})&~(1n<<BigInt(${c})))`,
  and: (a, b) => `(BigInt(${a})&BigInt(${b}))`,
  or: (a, b) => `(BigInt(${a})|BigInt(${b}))`,
  andnot: (a, b) => `(BigInt(${a})&~BigInt(${b}))`,
  next: (m, c, cpus) => `nextBig(BigInt(${m}),${c},${cpus})`,
  empty: (m) => `BigInt(${m})===0n`,
  weight: (m) => `weightBig(BigInt(${m}))`,
  all: (n) => `((1n<<BigInt(${n}))-1n)`,
};

/** More CPUs than this need BigInts: the sign bit of a 32-bit integer stays free. */
export const INT_MASK_CPUS = 31;
