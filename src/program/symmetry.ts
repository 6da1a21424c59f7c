// SPDX-License-Identifier: MIT
// Which CPUs of a Program can be exchanged for one another, which objects (tasks, for instance), and which numbers of
// its states change with them. Found by src/reductions/symmetry.ts, used by src/emit/canonical.ts.
import { defined } from "../base/assert.ts";
import { flatIndex } from "./evaluate.ts";
import type { Cell } from "./program.ts";

/**
 * What the numbers in a variable are: sets of CPUs, anything else (undefined), or CPUs: then how much is added to the
 * CPU's number (a lock's owner, a pointer to what is of a CPU: 1, so that 0 is nobody).
 */
export type Sort = "mask" | number | undefined;

export interface Sorts {
  /** By cell: of its values, and of each index. */
  readonly cells: readonly { readonly value: Sort; readonly index: readonly Sort[] }[];
  /** By code, by local. */
  readonly locals: readonly (readonly Sort[])[];
}

/** Objects that can be exchanged for one another, in any way. */
export interface Objects {
  /** What is said there of CPUs holds of these; there are no sets of them. */
  readonly sorts: Sorts;
  readonly size: number;
  /** The cell, and its dimension, whose elements are of one object each. */
  readonly of: { readonly cell: number; readonly dimension: number };
}

export interface Symmetry {
  readonly sorts: Sorts;
  /** CPUs that are exchanged for one another, in any way, ascending; only classes of two or more. */
  readonly classes: readonly (readonly number[])[];
  /** By code, by CPU: the code that does the same on the first CPU of the CPU's class; undefined: it runs elsewhere. */
  readonly twins: readonly (readonly (number | undefined)[])[];
  readonly objects?: Objects | undefined;
  /** Why some CPUs cannot be exchanged: a source line, and what it does; undefined: all can. */
  readonly off: string | undefined;
}

/** By CPU, or by object: which one takes its place. */
export type Permutation = readonly number[];

/** Numbers that are no CPU's (nobody, an end of a list) stay. */
export function permuted(sort: Sort, value: number, permutation: Permutation): number {
  if (sort === undefined) return value;
  if (sort !== "mask") {
    const to = permutation[value - sort];
    return to === undefined ? value : to + sort;
  }
  return permutation.reduce((mask, to, cpu) => ((value >>> cpu) & 1 ? mask | (1 << to) : mask), 0);
}

/** All indices of a cell, in the order of its elements. */
export function indicesOf({ dims }: Pick<Cell, "dims">): number[][] {
  return dims.reduce<number[][]>(
    (all, extent) => all.flatMap((index) => Array.from({ length: extent }, (_, i) => [...index, i])),
    [[]],
  );
}

/** By element of a cell: which one takes its place. `sorts`: of the cell's indices. */
export function imagesOf(cell: Cell, sorts: readonly Sort[], permutation: Permutation): number[] {
  return indicesOf(cell).map((index) => {
    const image = index.map((at, i) => permuted(sorts[i], at, permutation));
    return defined(flatIndex(cell, image), "extents fit every CPU");
  });
}

export const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** How many permutations exchange only CPUs of the same class. */
export function groupSize({ classes }: Pick<Symmetry, "classes">): number {
  return classes.reduce((size, { length }) => size * factorial(length), 1);
}

function orders(list: readonly number[]): number[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((first) => orders(list.filter((x) => x !== first)).map((rest) => [first, ...rest]));
}

/** All of them, the identity first. */
export function permutationsOf({ classes }: Pick<Symmetry, "classes">, cpus: number): Permutation[] {
  let all: number[][] = [Array.from({ length: cpus }, (_, cpu) => cpu)];
  for (const members of classes) {
    const images = orders(members);
    all = all.flatMap((one) =>
      images.map((image) => {
        const next = [...one];
        for (const [i, cpu] of members.entries()) next[cpu] = defined(image[i], "as many");
        return next;
      }),
    );
  }
  return all;
}
