// SPDX-License-Identifier: MIT
// Textbook models whose answers everybody knows.

import type { ExplicitModel, StepTo } from "./explicit.ts";

/** Counts to `end`, one path only. */
export function counter(end: number): ExplicitModel {
  return {
    initial: [0],
    steps: ([n]) => (n! < end ? [{ to: [n! + 1], step: n! }] : []),
    atRest: ([n]) => n === end,
  };
}

/** `extents.length` counters, one word each, that count on independently: every combination is reachable. */
export function grid(extents: readonly number[]): ExplicitModel {
  return {
    initial: extents.map(() => 0),
    steps: (state) =>
      state.flatMap((n, i): StepTo[] => (n + 1 < extents[i]! ? [{ to: state.with(i, n + 1), cpu: i, step: n }] : [])),
    atRest: (state) => state.every((n, i) => n + 1 === extents[i]),
    maxSuccessors: extents.length,
  };
}

/**
 * Dining philosophers, one word each: 0 thinking, 1 holds the first fork, 2 eating. If all take the left fork first
 * they can starve; a last one who takes the right fork first saves them.
 */
export function dining(seats: number, lastIsLefthanded: boolean): ExplicitModel {
  const forksOf = (i: number): readonly [number, number] => {
    const [left, right] = [i, (i + 1) % seats];
    return lastIsLefthanded && i === seats - 1 ? [right, left] : [left, right];
  };
  const taken = (state: readonly number[], fork: number) =>
    state.some((held, i) => forksOf(i).slice(0, held).includes(fork));
  return {
    initial: new Array<number>(seats).fill(0),
    steps: (state) =>
      state.flatMap((held, i): StepTo[] => {
        if (held === 2) return [{ to: state.with(i, 0), cpu: i, step: 2 }];
        const fork = forksOf(i)[held]!;
        return taken(state, fork) ? [] : [{ to: state.with(i, held + 1), cpu: i, step: held }];
      }),
    witnesses: [{ name: "somebody eats", holds: (state) => state.includes(2) }],
    maxSuccessors: seats,
  };
}

/**
 * Peterson's lock for two CPUs, entered once each: [pc 0, pc 1, flag 0, flag 1, turn]. pc 0 raises the flag, 1 yields
 * the turn, 2 waits, 3 is inside, 4 has left. Yielding before raising the flag is the classic mistake.
 */
export function peterson(yieldFirst: boolean): ExplicitModel {
  const stepOf = (state: readonly number[], cpu: number): StepTo[] => {
    const other = 1 - cpu;
    const pc = state[cpu]!;
    const moved = state.with(cpu, pc + 1);
    const label = { cpu, step: pc };
    const raise = { to: moved.with(2 + cpu, 1), ...label };
    const yieldTurn = { to: moved.with(4, other), ...label };
    if (pc === 0) return [yieldFirst ? yieldTurn : raise];
    if (pc === 1) return [yieldFirst ? raise : yieldTurn];
    if (pc === 2) return state[2 + other] === 1 && state[4] === other ? [] : [{ to: moved, ...label }];
    return pc === 3 ? [{ to: moved.with(2 + cpu, 0), ...label }] : [];
  };
  return {
    initial: [0, 0, 0, 0, 0],
    steps: (state) => [...stepOf(state, 0), ...stepOf(state, 1)],
    atRest: (state) => state[0] === 4 && state[1] === 4,
    properties: [
      { name: "mutual exclusion", kind: "always", holds: (state) => !(state[0] === 3 && state[1] === 3) },
      { name: "both flags are down", kind: "at_end", holds: (state) => state[2] === 0 && state[3] === 0 },
    ],
    witnesses: [
      { name: "CPU 1 is inside", holds: (state) => state[1] === 3 },
      { name: "CPU 0 is inside twice", holds: () => false },
    ],
  };
}
