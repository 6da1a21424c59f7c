// SPDX-License-Identifier: MIT
// Exhaustive search, breadth-first, so that a counterexample is as short as any. The model is functions over packed
// states (Compiled); nothing here knows what the words mean. The result does not depend on timing, except where a time
// limit, or `stop`, ends the search.
//
// A verdict is `safe` only if every reachable state was looked at and no limit was met, in the model or here.

import { assert, defined } from "../base/assert.ts";
import { type Compiled, REPORT } from "../program/compiled.ts";
import type { Property, Witness } from "../program/program.ts";
import type { Path } from "./path.ts";
import { pathTo } from "./recover.ts";
import { type Full, StateStore, type StoreSizes } from "./store.ts";

/** Names for the numbers that a Compiled reports, in the order of its Program; a Program is one. */
export interface Names {
  readonly properties: readonly Pick<Property, "name" | "kind">[];
  readonly witnesses: readonly Pick<Witness, "name">[];
}

export interface SearchOptions {
  readonly maxStates?: number;
  /** For states, index and parents. Default: 4 GiB. */
  readonly maxMemoryBytes?: number;
  readonly timeoutSeconds?: number;
  /** End with the first, shortest counterexample (default), or go on and find the shortest for every property. */
  readonly stopAtViolation?: boolean;
  /** Keep each state's parent: 4 bytes per state, for paths that need no second look at the levels. Default: false. */
  readonly storeParents?: boolean;
  /** Called about twice a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called with each state in which every thread has ended and nothing is pending. */
  readonly onRest?: (states: Int32Array, at: number) => void;
  /** Called with all that was stored, if it is everything and violates nothing: for what only cycles can violate. */
  readonly onSafe?: (explored: Explored) => void;
  /** Asked about twice a second; true ends the search with what is known, as a limit. */
  readonly stop?: () => boolean;
  /** Only tests need other sizes. */
  readonly sizes?: Partial<StoreSizes>;
}

/** Every reachable state. */
export interface Explored {
  readonly store: StateStore;
  /** levels[d] is the number of the first state at depth d. */
  readonly levels: readonly number[];
}

export interface Progress {
  readonly states: number;
  /** States that were found but not yet expanded. */
  readonly queued: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** The property that every model has: unless all threads have ended, somebody can take a step. */
export const NO_DEADLOCK = "no deadlock";

export interface Violation {
  readonly property: string;
  readonly kind: Property["kind"] | "deadlock" | "endless wait";
  /** Length of the path. A `never` property is violated by its last step, the others by the state at its end. */
  readonly depth: number;
  readonly path: Path;
  /** Of an endless wait (liveness.ts): from this index on the path goes round for ever. */
  readonly loop?: number;
}

/** Why a search that found no violation proves nothing. */
export type Limit =
  | { readonly kind: Full | "time" | "stopped" }
  /** The model left its bounds: a value out of range, a full store buffer. `text` is the model's own. */
  | { readonly kind: "model"; readonly text: string };

export type Verdict =
  | { readonly kind: "safe" }
  | { readonly kind: "violates"; readonly violation: Violation }
  | { readonly kind: "unknown"; readonly limit: Limit };

export interface SearchResult {
  readonly verdict: Verdict;
  /** One per violated property, shortest first; only the first one unless the search went on. */
  readonly violations: readonly Violation[];
  /** Every limit that was met, also beside a violation. */
  readonly limits: readonly Limit[];
  /** `depth`: of the shortest run that reaches it; undefined: none was found, so none exists if `complete`. */
  readonly witnesses: readonly { readonly name: string; readonly depth: number | undefined }[];
  /** No limit was met and every state was expanded. */
  readonly complete: boolean;
  readonly states: number;
  readonly transitions: number;
  /** Length of the shortest run to the deepest state found. */
  readonly depth: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly bytesPerState: number;
}

const MEMORY_BYTES = 4 * 2 ** 30;
/** States that are expanded before their successors are looked up: enough to keep each loop's code and data warm. */
const BATCH = 256;
/** Words that a batch's successors may take, so that they stay in the second-level cache. */
const BATCH_WORDS = 1 << 16;
const PROGRESS_SECONDS = 0.5;
/** Stands where 1 + the number of a violated property would. */
const DEADLOCK = -1;
const DEADLOCK_PROPERTY = { name: NO_DEADLOCK, kind: "deadlock" } as const;

/** A violation before its path is known. */
interface Found {
  readonly property: string;
  readonly kind: Violation["kind"];
  readonly depth: number;
  readonly state: number;
  /** Index of the successor of `state` whose step is the violation, or -1: `state` itself is. */
  readonly last: number;
}

/** A search under way. Everything is allocated before the first state is expanded, but for what the store grows by. */
interface Search {
  readonly compiled: Compiled;
  readonly names: Names;
  readonly options: SearchOptions;
  readonly store: StateStore;
  readonly out: Int32Array;
  /** ends[j]: offset in `out` behind the successors of the batch's j-th state. */
  readonly ends: Int32Array;
  /** Numbers of the first states of each level so far. */
  readonly levels: number[];
  /** Number of the first state behind the level that is being expanded. */
  levelEnd: number;
  /** The shortest violation of each property, by its number. */
  readonly found: Map<number, Found>;
  /** Of the shortest violation; infinite while there is none. */
  bestDepth: number;
  /** There is a violation, and it is to end the search. */
  stopping: boolean;
  readonly limits: Limit[];
  readonly limitSeen: boolean[];
  readonly witnessDepth: (number | undefined)[];
  witnessesLeft: number;
  /** Number of the next state to expand. */
  head: number;
  transitions: number;
  readonly start: number;
  reported: number;
}

/** Searches all that `compiled` can do from its initial state. */
export function search(compiled: Compiled, names: Names, options: SearchOptions = {}): SearchResult {
  const s = begin(compiled, names, options);
  for (let more = enterInitial(s); more; more = advance(s));
  return finish(s);
}

/** The same, waiting for `pause` about twice a second: an interrupt can only arrive while nothing runs. */
export async function searchWithPauses(
  compiled: Compiled,
  names: Names,
  options: SearchOptions,
  pause: () => Promise<void>,
): Promise<SearchResult> {
  const s = begin(compiled, names, options);
  let { reported } = s;
  for (let more = enterInitial(s); more; more = advance(s)) {
    if (s.reported === reported) continue;
    reported = s.reported;
    await pause();
  }
  return finish(s);
}

/** Expands a batch and, behind the last one of a level, opens the next level. False if the search ends here. */
function advance(s: Search): boolean {
  const more = expandBatch(s, s.levelEnd);
  if (more && s.head < s.levelEnd) return true;
  if (s.store.count > s.levelEnd) s.levels.push(s.levelEnd);
  if (!more || s.stopping) return false;
  s.levelEnd = s.store.count;
  return s.head < s.levelEnd;
}

function begin(compiled: Compiled, names: Names, options: SearchOptions): Search {
  const { words, maxSuccessors } = compiled;
  compiled.report.fill(0);
  const start = performance.now();
  return {
    compiled,
    names,
    options,
    store: new StateStore({
      words,
      parents: options.storeParents ?? false,
      maxStates: options.maxStates ?? Number.POSITIVE_INFINITY,
      maxBytes: options.maxMemoryBytes ?? MEMORY_BYTES,
      ...(options.sizes && { sizes: options.sizes }),
    }),
    out: new Int32Array(Math.max(BATCH_WORDS, maxSuccessors * words)),
    ends: new Int32Array(BATCH),
    levels: [0],
    levelEnd: 1,
    found: new Map(),
    bestDepth: Number.POSITIVE_INFINITY,
    stopping: false,
    limits: [],
    limitSeen: compiled.limits.map(() => false),
    witnessDepth: names.witnesses.map(() => undefined),
    witnessesLeft: names.witnesses.length,
    head: 0,
    transitions: 0,
    start,
    reported: start,
  };
}

/** False if the search ends here. */
function enterInitial(s: Search): boolean {
  const { store, out, compiled } = s;
  compiled.initial(out);
  const stored = store.insert(out, 0, store.words, s.ends, 0) > 0;
  if (!stored) s.limits.push({ kind: defined(store.full, "the store says why it is full") });
  checkFrom(s, 0, 0);
  noteWitnesses(s, 0);
  return stored && !s.stopping;
}

/** Expands some of the states before `end`, the end of the level. False if the search ends here. */
function expandBatch(s: Search, end: number): boolean {
  const first = s.head;
  const before = s.store.count;
  const depth = s.levels.length;
  // With a violation at hand that is one step below this level, only a deadlock in this level would be shorter.
  const closing = s.stopping;
  const k = expand(s, end);
  let room = true;
  if (!closing) {
    s.transitions += k / s.store.words;
    room = s.store.insert(s.out, 0, k, s.ends, first) === k;
    checkFrom(s, before, depth);
    noteWitnesses(s, depth);
    if (!room) s.limits.push({ kind: defined(s.store.full, "the store says why it is full") });
  }
  if (s.stopping && s.bestDepth < depth) return false;
  return room && !timeIsUp(s);
}

/** Writes the successors of the next states to `out`; returns the offset behind them. */
function expand(s: Search, end: number): number {
  const { store, out, ends } = s;
  const { successors, report, words, maxSuccessors } = s.compiled;
  const first = s.head;
  const last = Math.min(end, first + BATCH, store.chunkEnd(first));
  const chunk = store.chunkOf(first);
  const roomFor = out.length - maxSuccessors * words;
  let at = store.offsetOf(first);
  let n = first;
  let k = 0;
  for (; n < last && k <= roomFor; n++, at += words) {
    const from = k;
    k = successors(chunk, at, out, k);
    ends[n - first] = k;
    if ((report[REPORT.raised]! | report[REPORT.limit]!) !== 0 || report[REPORT.progress] === 0) {
      judge(s, n, from, chunk, at);
    }
  }
  s.head = n;
  // Past the end of a typed array, writes vanish without a word.
  assert(k <= out.length, "a state has at most maxSuccessors successors");
  return k;
}

/** What `successors` has to say about state n beside its successors, which start at `from` in `out`. */
function judge(s: Search, n: number, from: number, chunk: Int32Array, at: number): void {
  const { report, words, limits, checkEnd } = s.compiled;
  const depth = s.levels.length - 1;
  const raised = report[REPORT.raised]!;
  if (raised !== 0) record(s, raised - 1, depth + 1, n, (report[REPORT.raisedAt]! - from) / words);
  const limit = report[REPORT.limit]!;
  if (limit !== 0 && !s.limitSeen[limit - 1]) {
    s.limitSeen[limit - 1] = true;
    s.limits.push({ kind: "model", text: defined(limits[limit - 1], "a limit has a text") });
  }
  // Emitters may leave these alone while there is nothing to say.
  report[REPORT.raised] = 0;
  report[REPORT.limit] = 0;
  // Where a limit cut a transition off, its absence is not a deadlock.
  if (report[REPORT.progress] !== 0 || limit !== 0) return;
  if (report[REPORT.atRest] === 1) s.options.onRest?.(chunk, at);
  const violated = report[REPORT.atRest] === 0 ? DEADLOCK : checkEnd(chunk, at);
  if (violated !== 0) record(s, violated - 1, depth, n, -1);
}

/** Judges the states from number n on, all of them just found, at `depth`. */
function checkFrom(s: Search, n: number, depth: number): void {
  const { store, compiled } = s;
  const { check, words } = compiled;
  while (n < store.count) {
    const chunk = store.chunkOf(n);
    const end = Math.min(store.count, store.chunkEnd(n));
    for (let at = store.offsetOf(n); n < end; n++, at += words) {
      const violated = check(chunk, at);
      if (violated !== 0) record(s, violated - 1, depth, n, -1);
    }
  }
}

function record(s: Search, property: number, depth: number, state: number, last: number): void {
  if (s.found.has(property)) return;
  const named = property === DEADLOCK - 1 ? DEADLOCK_PROPERTY : s.names.properties[property];
  const { name, kind } = defined(named, "a reported property has a name");
  const found = { property: name, kind, depth, state, last };
  s.found.set(property, found);
  s.bestDepth = Math.min(s.bestDepth, depth);
  s.stopping = s.options.stopAtViolation ?? true;
}

function noteWitnesses(s: Search, depth: number): void {
  if (s.witnessesLeft === 0) return;
  for (let w = 0; w < s.witnessDepth.length; w++) {
    if (s.witnessDepth[w] !== undefined || s.compiled.report[REPORT.witnesses + w] === 0) continue;
    s.witnessDepth[w] = depth;
    s.witnessesLeft--;
  }
}

/** Looks at the clock, between two batches. */
function timeIsUp(s: Search): boolean {
  const { options, store } = s;
  if (s.head === store.count) return false;
  const now = performance.now();
  const seconds = (now - s.start) / 1000;
  if (seconds >= (options.timeoutSeconds ?? Number.POSITIVE_INFINITY)) {
    s.limits.push({ kind: "time" });
    return true;
  }
  if ((now - s.reported) / 1000 < PROGRESS_SECONDS) return false;
  s.reported = now;
  const states = store.count;
  const { transitions, head } = s;
  const depth = s.levels.length - 1;
  options.onProgress?.({ states, queued: states - head, transitions, depth, seconds, bytes: store.bytes });
  if (!options.stop?.()) return false;
  s.limits.push({ kind: "stopped" });
  return true;
}

function finish(s: Search): SearchResult {
  const { store, limits, names } = s;
  const seconds = (performance.now() - s.start) / 1000;
  // Stable: among equally long ones the first found comes first.
  const found = [...s.found.values()].sort((a, b) => a.depth - b.depth);
  const violations = (s.stopping ? found.slice(0, 1) : found).map((one) => withPath(s, one));
  const complete = limits.length === 0 && s.head === store.count && !s.stopping;
  if (complete && violations.length === 0) s.options.onSafe?.({ store, levels: s.levels });
  return {
    verdict: verdictOf(violations[0], limits[0], complete),
    violations,
    limits,
    witnesses: names.witnesses.map(({ name }, w) => ({ name, depth: s.witnessDepth[w] })),
    complete,
    states: store.count,
    transitions: s.transitions,
    depth: s.levels.length - 1,
    seconds,
    bytes: store.bytes,
    bytesPerState: store.bytes / Math.max(1, store.count),
  };
}

function verdictOf(violation: Violation | undefined, limit: Limit | undefined, complete: boolean): Verdict {
  if (violation !== undefined) return { kind: "violates", violation };
  if (limit !== undefined) return { kind: "unknown", limit };
  assert(complete, "a search without violation and without limit looked at every state");
  return { kind: "safe" };
}

function withPath(s: Search, { property, kind, depth, state, last }: Found): Violation {
  const path = pathTo(s.compiled, s.store, s.levels, state);
  if (last >= 0) path.push(last);
  assert(path.length === depth, "a violation's depth is the length of its path");
  return { property, kind, depth, path };
}
