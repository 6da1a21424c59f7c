// SPDX-License-Identifier: MIT
// What a search has found so far, beside states: violations, witnesses, and limits of the model. Whoever searches says
// at which depth it stands; what is kept is always the shallowest.
import { type Compiled, REPORT } from "../program/compiled.ts";
import type { Names } from "./search.ts";
import type { StateStore } from "./store.ts";

/** The property that every model has: unless all threads have ended, somebody can take a step. */
export const NO_DEADLOCK = "no deadlock";
/** Stands where the number of a property does. */
export const DEADLOCK = -2;

/** The shallowest violation of one property, before its path is known. */
export interface Found {
  /** Of the violation: the length of its path. */
  readonly depth: number;
  /** Where paths to it end, or, for a `never` property, end but for the step that violates it. */
  readonly states: number[];
  /** By state: the index of the successor whose step is the violation, or -1: the state itself is. */
  readonly lasts: number[];
}

export interface FindingsOptions {
  /** Keep every state that violates a property at its least depth, not only the first. */
  readonly all?: boolean;
  /** Called with each state in which every thread has ended and nothing is pending. */
  readonly onRest?: ((states: Int32Array, at: number) => void) | undefined;
}

export class Findings {
  /** By property, as numbered by the model, or DEADLOCK. */
  readonly found = new Map<number, Found>();
  /** Of the shortest violation; infinite while there is none. */
  bestDepth = Number.POSITIVE_INFINITY;
  /** By witness, and by limit of the model: the depth at which it was met first. */
  readonly witnessDepth: (number | undefined)[];
  readonly limitDepth: (number | undefined)[];

  readonly #compiled: Compiled;
  readonly #options: FindingsOptions;
  #witnessesLeft: number;

  constructor(compiled: Compiled, names: Names, options: FindingsOptions) {
    this.#compiled = compiled;
    this.#options = options;
    this.witnessDepth = names.witnesses.map(() => undefined);
    this.limitDepth = compiled.limits.map(() => undefined);
    this.#witnessesLeft = names.witnesses.length;
    compiled.report.fill(0);
  }

  /** What successors() had to say about state n at `depth`, whose successors start at `from` in its output. */
  expanded(n: number, from: number, states: Int32Array, at: number, depth: number): void {
    const { report, words, checkEnd } = this.#compiled;
    const raised = report[REPORT.raised]!;
    if (raised !== 0) this.#record(raised - 1, depth + 1, n, (report[REPORT.raisedAt]! - from) / words);
    const limit = report[REPORT.limit]!;
    if (limit !== 0) this.limitDepth[limit - 1] ??= depth;
    // Emitters may leave these alone while there is nothing to say.
    report[REPORT.raised] = 0;
    report[REPORT.limit] = 0;
    // Where a limit cut a transition off, its absence is not a deadlock.
    if (report[REPORT.progress] !== 0 || limit !== 0) return;
    if (report[REPORT.atRest] === 1) this.#options.onRest?.(states, at);
    const violated = report[REPORT.atRest] === 0 ? DEADLOCK : checkEnd(states, at) - 1;
    if (violated !== -1) this.#record(violated, depth, n, -1);
  }

  /** Judges the states from number n on, all of them just stored, at `depth`. */
  stored(store: StateStore, n: number, depth: number): void {
    const { check, words } = this.#compiled;
    while (n < store.count) {
      const chunk = store.chunkOf(n);
      const end = Math.min(store.count, store.chunkEnd(n));
      for (let at = store.offsetOf(n); n < end; n++, at += words) {
        const violated = check(chunk, at);
        if (violated !== 0) this.#record(violated - 1, depth, n, -1);
      }
    }
  }

  noteWitnesses(depth: number): void {
    if (this.#witnessesLeft === 0) return;
    for (let w = 0; w < this.witnessDepth.length; w++) {
      if (this.witnessDepth[w] !== undefined || this.#compiled.report[REPORT.witnesses + w] === 0) continue;
      this.witnessDepth[w] = depth;
      this.#witnessesLeft--;
    }
  }

  /** Takes over what an earlier part of the same search has found. */
  restore(earlier: FindingsRecord): void {
    for (const [property, found] of earlier.found) {
      this.found.set(property, found);
      this.bestDepth = Math.min(this.bestDepth, found.depth);
    }
    for (const [w, depth] of earlier.witnessDepth.entries()) {
      if (depth === null) continue;
      this.witnessDepth[w] = depth;
      this.#witnessesLeft--;
    }
    for (const [l, depth] of earlier.limitDepth.entries()) if (depth !== null) this.limitDepth[l] = depth;
  }

  #record(property: number, depth: number, state: number, last: number): void {
    const known = this.found.get(property);
    if (known !== undefined && (known.depth < depth || this.#options.all !== true)) return;
    if (known !== undefined && known.depth === depth) {
      known.states.push(state);
      known.lasts.push(last);
      return;
    }
    this.found.set(property, { depth, states: [state], lasts: [last] });
    this.bestDepth = Math.min(this.bestDepth, depth);
  }
}

/** Findings as plain data, for a file or another thread. */
export interface FindingsRecord {
  readonly found: readonly (readonly [property: number, found: Found])[];
  readonly witnessDepth: readonly (number | null)[];
  readonly limitDepth: readonly (number | null)[];
}

export function recordOf({ found, witnessDepth, limitDepth }: Findings): FindingsRecord {
  const plain = (depths: readonly (number | undefined)[]): (number | null)[] => depths.map((depth) => depth ?? null);
  return { found: [...found], witnessDepth: plain(witnessDepth), limitDepth: plain(limitDepth) };
}
