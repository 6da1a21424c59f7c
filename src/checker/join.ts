// SPDX-License-Identifier: MIT
// One result from the parts of several workers. Within a level the order of a part's states depends on timing, so that
// nothing may: a path is told as with one thread, the first of all shortest ones in the order of successors(), which
// is found from its end; and whoever wants all states in one store gets them in an order that the states alone define.

import { assert, defined } from "../base/assert.ts";
import type { Compiled } from "../program/compiled.ts";
import { type Conclusion, conclude } from "./conclusion.ts";
import type { Findings, Found } from "./findings.ts";
import { hashText, loadText } from "./insert-code.ts";
import type { Explored, Limit, Names, SearchOptions, SearchResult } from "./search.ts";
import type { End } from "./shared.ts";
import { StateStore } from "./store.ts";
import type { Part } from "./worker.ts";

/** The states of one level of a part: calls `visit` with each. */
function forEachOfLevel(part: Part, level: number, visit: (states: Int32Array, at: number) => void): void {
  const first = part.levels[level] ?? part.states;
  const end = part.levels[level + 1] ?? part.states;
  for (let n = first; n < end; n++) visit(chunkOf(part, n), offsetOf(part, n));
}

function chunkOf({ chunks, chunkShift }: Part, n: number): Int32Array {
  return defined(chunks[n >>> chunkShift], "a part has its states");
}

function offsetOf({ chunkShift, words }: Part, n: number): number {
  return (n & (2 ** chunkShift - 1)) * words;
}

/** A part's state among those of all: violations of all parts are kept in one list. */
const numbering = {
  join: (part: number, n: number, parts: number): number => n * parts + part,
  partOf: (number: number, parts: number): number => number % parts,
  stateOf: (number: number, parts: number): number => Math.floor(number / parts),
};

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** What all have found: by property every violation of the least depth. */
function joinFindings(parts: readonly Part[]): Pick<Findings, "found" | "witnessDepth" | "limitDepth"> {
  const found = new Map<number, Found>();
  for (const [p, part] of parts.entries()) {
    for (const [property, { depth, states, lasts }] of part.found) {
      const known = found.get(property);
      if (known !== undefined && known.depth < depth) continue;
      const more = states.map((n) => numbering.join(p, n, parts.length));
      const deeper = known === undefined || known.depth > depth;
      if (deeper) found.set(property, { depth, states: more, lasts: [...lasts] });
      else found.set(property, { depth, states: known.states.concat(more), lasts: known.lasts.concat(lasts) });
    }
  }
  const depths = (of: (part: Part) => readonly (number | null)[]): (number | undefined)[] =>
    parts
      .map(of)
      .reduce((a, b) => a.map((depth, i) => least(depth, b[i] ?? null)))
      .map((depth) => depth ?? undefined);
  return { found, witnessDepth: depths((part) => part.witnessDepth), limitDepth: depths((part) => part.limitDepth) };
}

/** States of one level from which a violation is as near as it can be. */
interface Toward {
  readonly members: StateStore;
  /** By member: the index of the first successor that is one, too, and its number among those of the next level. */
  readonly choices: number[];
  readonly nexts: number[];
}

function emptyToward(words: number): Toward {
  const limits = { maxStates: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };
  return { members: new StateStore({ words, parents: false, ...limits }), choices: [], nexts: [] };
}

const NO_ENDS = new Int32Array(0);

/** The states of a level that have a successor among `later`. */
function before(compiled: Compiled, parts: readonly Part[], level: number, later: Toward): Toward {
  const { words, successors, maxSuccessors } = compiled;
  const out = new Int32Array(maxSuccessors * words);
  const found = emptyToward(words);
  for (const part of parts) {
    forEachOfLevel(part, level, (states, at) => {
      const k = successors(states, at, out, 0);
      for (let i = 0; i < k; i += words) {
        const next = later.members.find(out, i);
        if (next < 0) continue;
        found.members.insert(states, at, at + words, NO_ENDS, 0);
        found.choices.push(i / words);
        found.nexts.push(next);
        return;
      }
    });
  }
  return found;
}

/** Of all shortest paths to one of these violations the first, in the order of successors(). */
function leastPath(compiled: Compiled, parts: readonly Part[], { depth, states, lasts }: Found): number[] {
  const end = emptyToward(compiled.words);
  for (const number of states) {
    const part = defined(parts[numbering.partOf(number, parts.length)], "a violation is in a part");
    const n = numbering.stateOf(number, parts.length);
    const at = offsetOf(part, n);
    end.members.insert(chunkOf(part, n), at, at + part.words, NO_ENDS, 0);
  }
  assert(end.members.count === states.length, "a state violates a property once");
  const steps: Pick<Toward, "choices" | "nexts">[] = [];
  let later = end;
  for (let level = (lasts[0]! < 0 ? depth : depth - 1) - 1; level >= 0; level--) {
    later = before(compiled, parts, level, later);
    // Its states themselves are needed only until the level before is known.
    steps.unshift({ choices: later.choices, nexts: later.nexts });
  }
  const path: number[] = [];
  let member = 0;
  for (const { choices, nexts } of steps) {
    path.push(choices[member]!);
    member = nexts[member]!;
  }
  return lasts[member]! < 0 ? path : [...path, lasts[member]!];
}

/** All states in one store, level by level; within a level by their hash, and then by their words. */
function gather(parts: readonly Part[], words: number, maxBytes: number): Explored | undefined {
  const store = new StateStore({ words, parents: false, maxStates: Number.POSITIVE_INFINITY, maxBytes });
  const hash = hashFunction(words);
  const levels: number[] = [];
  const depth = Math.max(...parts.map((part) => part.levels.length));
  for (let level = 0; level < depth; level++) {
    levels.push(store.count);
    for (const [states, at] of sortedLevel(parts, level, words, hash)) {
      if (store.insert(states, at, at + words, NO_ENDS, 0) === at) return undefined;
    }
  }
  return { store, levels };
}

type Place = readonly [states: Int32Array, at: number];

/** The half of a 64-bit number that counts more, among its two 32-bit words in memory. */
const HIGH = new Uint32Array(BigUint64Array.of(1n).buffer)[0] === 1 ? 1 : 0;

type Hash = (states: Int32Array, at: number) => number;

function hashFunction(words: number): Hash {
  return new Function("states", "at", `${loadText(words, "states", "at")} ${hashText(words, -1)} return h;`) as Hash;
}

function* sortedLevel(parts: readonly Part[], level: number, words: number, hash: Hash): Generator<Place> {
  const places: Place[] = [];
  for (const part of parts) forEachOfLevel(part, level, (states, at) => places.push([states, at]));
  // Sorted as numbers, 64 bits each, which is far quicker than with a function that compares.
  const keys = new BigUint64Array(places.length);
  const halves = new Uint32Array(keys.buffer);
  for (const [i, [states, at]] of places.entries()) {
    halves[2 * i + HIGH] = hash(states, at);
    halves[2 * i + 1 - HIGH] = i;
  }
  keys.sort();
  for (let i = 0; i < places.length; ) {
    const run: Place[] = [];
    const same = halves[2 * i + HIGH];
    for (; i < places.length && halves[2 * i + HIGH] === same; i++) run.push(places[halves[2 * i + 1 - HIGH]!]!);
    if (run.length > 1) run.sort((a, b) => compareStates(a, b, words));
    yield* run;
  }
}

function compareStates([a, i]: Place, [b, j]: Place, words: number): number {
  for (let w = 0; w < words; w++) if (a[i + w] !== b[j + w]) return a[i + w]! - b[j + w]!;
  return 0;
}

export interface Ended {
  readonly compiled: Compiled;
  readonly names: Names;
  readonly options: Pick<SearchOptions, "stopAtViolation" | "maxMemoryBytes" | "onSafe">;
  readonly parts: readonly Part[];
  readonly end: Exclude<End, "failed"> | undefined;
  readonly seconds: number;
  /** Of what the workers share. */
  readonly sharedBytes: number;
}

/** The result of a search by several workers. */
export function joinParts({ compiled, names, options, parts, end, seconds, sharedBytes }: Ended): SearchResult {
  const findings = joinFindings(parts);
  // It may be too late to stop, but never to say that something was left out.
  const wasStopped = end !== undefined && (end === "states" || end === "memory" || parts.some(({ done }) => !done));
  const limits: Limit[] = wasStopped ? [{ kind: end }] : [];
  const sum = (of: (part: Part) => number): number => parts.reduce((n, part) => n + of(part), 0);
  const bytes = sum((part) => part.bytes) + sharedBytes;
  const conclusion: Conclusion = {
    compiled,
    names,
    findings,
    limits,
    stopping: findings.found.size > 0 && (options.stopAtViolation ?? true),
    expanded: parts.every(({ head, states }) => head === states),
    pathOf: (found) => leastPath(compiled, parts, found),
    states: sum(({ states }) => states),
    transitions: sum(({ transitions }) => transitions),
    depth: Math.max(...parts.map(({ levels }) => levels.length)) - 1,
    seconds,
    bytes,
  };
  const result = conclude(conclusion);
  if (result.verdict.kind !== "safe" || !options.onSafe) return result;
  const explored = gather(parts, compiled.words, (options.maxMemoryBytes ?? Number.POSITIVE_INFINITY) - bytes);
  if (explored) options.onSafe(explored);
  return explored ? result : { ...result, ...noRoom() };
}

/** What only all states together would show was not looked at. */
function noRoom(): Pick<SearchResult, "verdict" | "limits" | "complete"> {
  const limit = { kind: "memory" } as const;
  return { verdict: { kind: "unknown", limit }, limits: [limit], complete: false };
}
