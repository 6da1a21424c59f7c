// SPDX-License-Identifier: MIT
// Timing: CPU seconds of this process, medians of several rounds. Every case runs in a process of its own, so that its
// peak memory is its own.

/** One line of the report, before it is compared with a peer. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
}

export interface Case {
  readonly name: string;
  readonly run: () => Promise<readonly Measured[]>;
}

export const ROUNDS = 5;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** CPU seconds (user and system) that `work` takes. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Units of work per CPU second: one round to warm up, then the median. */
export function rate(units: number, work: () => void): number {
  work();
  return units / median(Array.from({ length: ROUNDS }, () => cpuSeconds(work)));
}

export function peakMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
