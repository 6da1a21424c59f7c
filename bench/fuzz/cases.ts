// SPDX-License-Identifier: MIT
// One case after the other, and what came of them. A case follows from the target, the seed and its index alone.

import { Dice } from "../random.ts";
import { damaged, inPieces } from "./damage.ts";
import type { Input, Target } from "./targets.ts";

/** One case in so many is read twice. */
const TWICE_ONCE_IN = 6;
const MADE_ONCE_IN = 3;
const FINDINGS_MAX = 20;

export interface Finding {
  readonly index: number;
  readonly what: string;
}

/** Of the cases from `from` up to `to`. */
export interface Tally {
  from: number;
  to: number;
  /** How often what came out. */
  readonly outcomes: Record<string, number>;
  /** By the clock: where the machine has other work, run it alone. */
  slowest: { index: number; seconds: number };
  findings: Finding[];
}

export function emptyTally(from: number): Tally {
  return { from, to: from, outcomes: {}, slowest: { index: from, seconds: 0 }, findings: [] };
}

/** Adds the cases that come next. */
export function addTally(to: Tally, next: Tally): void {
  to.to = next.to;
  for (const [outcome, count] of Object.entries(next.outcomes)) {
    to.outcomes[outcome] = (to.outcomes[outcome] ?? 0) + count;
  }
  if (next.slowest.seconds > to.slowest.seconds) to.slowest = next.slowest;
  to.findings = [...to.findings, ...next.findings].slice(0, FINDINGS_MAX);
}

export function inputOf(target: Target, seed: number, index: number): Input {
  const dice = new Dice(seed, index);
  const made = target.make !== undefined && dice.once(MADE_ONCE_IN) ? [target.make(dice)] : target.seeds;
  const bytes = damaged(made, dice);
  return { bytes, pieces: inPieces(bytes, dice), twice: dice.once(TWICE_ONCE_IN) };
}

export interface Range {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Cases that are findings already, and are not run again. */
  readonly skip?: readonly number[];
  /** Told before each case. */
  readonly begins?: (index: number) => void;
}

export async function runCases(target: Target, range: Range): Promise<Tally> {
  const tally = emptyTally(range.from);
  for (let index = range.from; index < range.to; index++) {
    tally.to = index + 1;
    if (range.skip?.includes(index)) continue;
    const input = inputOf(target, range.seed, index);
    range.begins?.(index);
    const before = performance.now();
    const outcome = await outcomeOf(target, input);
    const seconds = (performance.now() - before) / 1000;
    if (seconds > tally.slowest.seconds) tally.slowest = { index, seconds };
    const finding = outcome.finding;
    if (finding !== undefined && tally.findings.length < FINDINGS_MAX) tally.findings.push({ index, what: finding });
    const kind = finding === undefined ? outcome.kind : "FOUND";
    tally.outcomes[kind] = (tally.outcomes[kind] ?? 0) + 1;
  }
  return tally;
}

async function outcomeOf(target: Target, input: Input): Promise<{ readonly kind: string; readonly finding?: string }> {
  try {
    return { kind: await target.run(input) };
  } catch (error) {
    return { kind: "FOUND", finding: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
