// SPDX-License-Identifier: MIT
// Exhaustive search, breadth-first, so that a counterexample is as short as any. The model is functions over packed
// states (Compiled); nothing here knows what the words mean. The result does not depend on timing, except where a time
// limit, or `stop`, ends the search.
//
// A verdict is `safe` only if every reachable state was looked at and no limit was met, in the model or here.

import { assert, defined } from "../base/assert.ts";
import type { Compiled } from "../program/compiled.ts";
import type { Property, Witness } from "../program/program.ts";
import { type Conclusion, conclude } from "./conclusion.ts";
import { Expander } from "./expand.ts";
import { Findings, recordOf } from "./findings.ts";
import type { Path } from "./path.ts";
import { pathTo } from "./recover.ts";
import type { Checkpoint, Snapshot } from "./snapshot.ts";
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
  /** End with the level of the first violation (default), or go on and find the shortest for every property. */
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
  /** Where an earlier run of this search stands, and what keeps this one for the next. Not with storeParents. */
  readonly checkpoint?: Checkpoint;
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
  /** One per violated property, shortest first; only the first one unless the search went on (see conclusion.ts). */
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
  /** Properties that were not asked about, though the program could violate them. */
  readonly unasked?: readonly string[];
}

const MEMORY_BYTES = 4 * 2 ** 30;
const PROGRESS_SECONDS = 0.5;

/** A search under way. Everything is allocated before the first state is expanded, but for what the store grows by. */
interface Search {
  readonly compiled: Compiled;
  readonly names: Names;
  readonly options: SearchOptions;
  readonly store: StateStore;
  readonly findings: Findings;
  readonly expander: Expander;
  /** Numbers of the first states of each level so far. */
  readonly levels: number[];
  /** Number of the first state behind the level that is being expanded. */
  levelEnd: number;
  /** What ended the search, or keeps it from storing more. */
  readonly limits: Limit[];
  /** Where the search stood when the last batch began, and when it was saved. */
  before: Snapshot | undefined;
  saved: Pick<Snapshot, "states" | "head">;
  readonly start: number;
  reported: number;
}

/** Searches all that `compiled` can do from its initial state. */
export function search(compiled: Compiled, names: Names, options: SearchOptions = {}): SearchResult {
  const s = begin(compiled, names, options);
  for (let more = enter(s); more; more = advance(s));
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
  for (let more = enter(s); more; more = advance(s)) {
    if (s.reported === reported) continue;
    reported = s.reported;
    await pause();
  }
  return finish(s);
}

function begin(compiled: Compiled, names: Names, options: SearchOptions): Search {
  const start = performance.now();
  const findings = new Findings(compiled, names, { onRest: options.onRest });
  const store = new StateStore({
    words: compiled.words,
    parents: options.storeParents ?? false,
    maxStates: options.maxStates ?? Number.POSITIVE_INFINITY,
    maxBytes: options.maxMemoryBytes ?? MEMORY_BYTES,
    ...(options.sizes && { sizes: options.sizes }),
  });
  return {
    compiled,
    names,
    options,
    store,
    findings,
    expander: new Expander(compiled, findings, store),
    levels: [0],
    levelEnd: 1,
    limits: [],
    before: undefined,
    saved: { states: 0, head: 0 },
    start,
    reported: start,
  };
}

/** Stores the initial state, or all that an earlier run found. False if the search ends here. */
function enter(s: Search): boolean {
  const { store, findings, limits, options } = s;
  const { out, ends } = s.expander;
  assert(!options.checkpoint || !options.storeParents, "a checkpoint keeps no parents");
  if (options.checkpoint?.resume) return resume(s, options.checkpoint.resume);
  s.compiled.initial(out);
  if (store.insert(out, 0, store.words, ends, 0) === 0) limits.push(limitOf(store));
  findings.stored(store, 0, 0);
  findings.noteWitnesses(0);
  return limits.length === 0 && !isStopping(s);
}

function resume(s: Search, { snapshot, read }: NonNullable<Checkpoint["resume"]>): boolean {
  const { store, levels, expander } = s;
  levels.splice(0, levels.length, ...snapshot.levels);
  s.levelEnd = snapshot.levelEnd;
  expander.head = snapshot.head;
  expander.transitions = snapshot.transitions;
  s.saved = snapshot;
  read((states) => {
    if (store.full === undefined) store.insert(states, 0, states.length, expander.ends, 0);
  });
  if (store.full !== undefined) {
    s.limits.push(limitOf(store));
    return false;
  }
  assert(store.count === snapshot.states, "the states of a checkpoint are distinct, and all there");
  s.findings.restore(snapshot);
  return !snapshot.done;
}

function limitOf(store: StateStore): Limit {
  return { kind: defined(store.full, "the store says why it is full") };
}

/** Whether there is a violation, and it is to end the search. */
function isStopping({ options, findings }: Search): boolean {
  return findings.found.size > 0 && (options.stopAtViolation ?? true);
}

/** Expands a batch and, behind the last one of a level, opens the next level. False if the search ends here. */
function advance(s: Search): boolean {
  const more = expandBatch(s);
  if (s.expander.head < s.levelEnd) return more;
  // The level is expanded, but what comes next is not all there.
  if (s.store.full !== undefined) return false;
  if (s.store.count > s.levelEnd) s.levels.push(s.levelEnd);
  s.levelEnd = s.store.count;
  return more && s.expander.head < s.levelEnd && !isStopping(s);
}

/** Expands some more states of the level. False if the search ends here. */
function expandBatch(s: Search): boolean {
  const { store, findings, limits, expander } = s;
  const first = expander.head;
  const before = store.count;
  const depth = s.levels.length;
  if (s.options.checkpoint && limits.length === 0) keep(s, s.options.checkpoint);
  const k = expander.expand(s.levelEnd, depth - 1);
  if (store.full === undefined) {
    if (store.insert(expander.out, 0, k, expander.ends, first) < k) limits.push(limitOf(store));
    findings.stored(store, before, depth);
  }
  findings.noteWitnesses(depth);
  if (timeIsUp(s)) return false;
  // With no room, but a violation one step below this level, a deadlock in this level would still be a shorter one.
  return store.full === undefined || (isStopping(s) && findings.bestDepth === depth);
}

/** Looks at the clock, between two batches. */
function timeIsUp(s: Search): boolean {
  const { options, store } = s;
  if (s.expander.head === store.count) return false;
  const now = performance.now();
  const seconds = (now - s.start) / 1000;
  if (seconds >= (options.timeoutSeconds ?? Number.POSITIVE_INFINITY)) {
    s.limits.push({ kind: "time" });
    return true;
  }
  if ((now - s.reported) / 1000 < PROGRESS_SECONDS) return false;
  s.reported = now;
  const states = store.count;
  const { transitions, head } = s.expander;
  const depth = s.levels.length - 1;
  options.onProgress?.({ states, queued: states - head, transitions, depth, seconds, bytes: store.bytes });
  if (!options.stop?.()) return false;
  s.limits.push({ kind: "stopped" });
  return true;
}

function snapshotOf(s: Search, done: boolean): Snapshot {
  const { levels, levelEnd } = s;
  const { head, transitions } = s.expander;
  return { ...recordOf(s.findings), states: s.store.count, head, transitions, levels, levelEnd, done };
}

/** Notes where the search stands, and saves that if it is time to. */
function keep(s: Search, { every, save }: Checkpoint): void {
  s.before = snapshotOf(s, false);
  const { states, head } = s.before;
  if (states - s.saved.states < every && head - s.saved.head < every) return;
  save(s.before, s.store);
  s.saved = s.before;
}

/** What a full store cut off is not in the last snapshot: the next run expands that batch again. */
function keepEnd(s: Search): void {
  const { checkpoint } = s.options;
  const last = s.store.full === undefined ? snapshotOf(s, s.limits.length === 0) : s.before;
  if (last !== undefined) checkpoint?.save(last, s.store);
}

function finish(s: Search): SearchResult {
  if (s.options.checkpoint) keepEnd(s);
  const { compiled, store, names, findings, limits, levels, options } = s;
  // Behind a limit, the next level may have begun.
  const begun = store.count > s.levelEnd ? [...levels, s.levelEnd] : levels;
  const conclusion: Conclusion = {
    compiled,
    names,
    findings,
    limits,
    stopping: isStopping(s),
    expanded: s.expander.head === store.count,
    pathOf: ({ states, lasts }) => {
      const path = pathTo(compiled, store, begun, defined(states[0], "a violation has a state"));
      return lasts[0]! < 0 ? path : [...path, lasts[0]!];
    },
    states: store.count,
    transitions: s.expander.transitions,
    depth: begun.length - 1,
    seconds: (performance.now() - s.start) / 1000,
    bytes: store.bytes,
  };
  const result = conclude(conclusion);
  if (result.verdict.kind === "safe") options.onSafe?.({ store, levels });
  return result;
}
