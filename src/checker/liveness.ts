// SPDX-License-Identifier: MIT
// Liveness: whether somebody waits for ever, or goes round in a loop for ever, while the others go on. A deadlock, in
// which nobody does, the search finds by itself; this looks for cycles, once a search has stored every state and found
// nothing. A context starves on a cycle that is fair (fairness.ts) and on which it never comes to rest.
//
// For each context: the states in which it stands where it may wait or loop, and nothing else, fall into strongly
// connected components (Pearce's form of Tarjan's algorithm, without recursion). A component that meets every
// constraint is a starvation. One that does not loses the states that bring the unmet ones up, and is taken apart
// again: no fair cycle goes through those (Streett emptiness; Emerson and Lei).
//
// Memory: no edge is kept, states are expanded again and found in the store; per stored state 4 bytes, and 6 more for
// those in which the context at hand may wait.
import { assert } from "../base/assert.ts";
import type { Compiled } from "../program/compiled.ts";
import type { LiveContext } from "../program/progress.ts";
import { offends, Scene, Tally } from "./fairness.ts";
import { lasso } from "./lasso.ts";
import type { Explored, Limit, Violation } from "./search.ts";

/** The property that every model has beside `no deadlock`. */
export const NO_ENDLESS_WAIT = "no endless wait";

export type Liveness =
  | { readonly kind: "none" }
  | { readonly kind: "violates"; readonly violation: Violation }
  | { readonly kind: "unknown"; readonly limit: Limit };

/** Expansions between two pauses. */
const PAUSE = 1 << 14;

/** Marks of states that have no place in the numbering, which is that of a depth-first search from 1. */
const UNSEEN = 0;
const OUTSIDE = 0x7fffffff;
/** Of a component that is to be taken apart once more. */
const AGAIN = OUTSIDE - 1;
/** Of the component at hand. */
const MEMBER = OUTSIDE - 2;

/** Beside the position among a state's successors: it reaches an earlier state; it is its own successor. */
const LOWERED = 1 << 15;
const OWN = 1 << 14;
const POSITION = OWN - 1;

/** A component on which a context starves. */
interface Starvation {
  readonly members: Int32Array;
  /** The member that was found first. */
  readonly entry: number;
}

/** Takes the part of the state space in which one context may wait apart. */
class Hunt {
  best: Starvation | undefined;
  private readonly scene: Scene;
  private readonly explored: Explored;
  private readonly marks: Int32Array;
  /** From the left the path of the search, from the right states that await the root of their component. */
  private readonly stack: Int32Array;
  private readonly positions: Uint16Array;
  private depth = 0;
  private waiting: number;
  private expanded = 0;

  constructor(scene: Scene, explored: Explored, marks: Int32Array, size: number) {
    this.scene = scene;
    this.explored = explored;
    this.marks = marks;
    this.stack = new Int32Array(size);
    this.positions = new Uint16Array(size);
    this.waiting = size;
  }

  private look(n: number): number {
    const { store } = this.explored;
    this.expanded++;
    return this.scene.look(store.chunkOf(n), store.offsetOf(n));
  }

  private targetOf(j: number): number {
    const { store } = this.explored;
    const n = store.find(this.scene.out, j * store.words);
    assert(n >= 0, "the successors of stored states are stored");
    return n;
  }

  private push(n: number, index: number): void {
    this.marks[n] = index;
    this.positions[this.depth] = 0;
    this.stack[this.depth++] = n;
  }

  /** One round over all states that are still in question. */
  *round(): Generator<void, void> {
    const { marks } = this;
    let index = 0;
    for (let root = 0; root < marks.length; root++) {
      if (marks[root] !== UNSEEN) continue;
      this.push(root, ++index);
      while (this.depth > 0) {
        const next = this.advance();
        if (next >= 0) this.push(next, ++index);
        if (this.expanded >= PAUSE) {
          this.expanded = 0;
          yield;
        }
      }
    }
  }

  /** Goes on at the end of the path: the state to go to from there, or -1 if it is done with. */
  private advance(): number {
    const { marks, positions, stack } = this;
    const top = this.depth - 1;
    const v = stack[top]!;
    const { store } = this.explored;
    const edges = this.scene.expand(store.chunkOf(v), store.offsetOf(v));
    this.expanded++;
    for (let j = positions[top]! & POSITION; j < edges; j++) {
      const w = this.targetOf(j);
      if (marks[w] === UNSEEN) {
        positions[top] = (positions[top]! & ~POSITION) | j;
        return w;
      }
      if (w === v) positions[top] = positions[top]! | OWN;
      if (marks[w]! < marks[v]!) {
        marks[v] = marks[w]!;
        positions[top] = positions[top]! | LOWERED;
      }
    }
    const flags = positions[top]!;
    this.depth = top;
    this.stack[--this.waiting] = v;
    if ((flags & LOWERED) === 0) this.close(v, (flags & OWN) !== 0);
    return -1;
  }

  /** v is the first of its component, the rest of which waits. */
  private close(v: number, isOwn: boolean): void {
    const { marks, stack } = this;
    const first = marks[v]!;
    const from = this.waiting;
    let end = from + 1;
    while (end < stack.length && marks[stack[end]!]! >= first) end++;
    this.waiting = end;
    const members = stack.subarray(from, end);
    if (members.length > 1 || isOwn) this.judge(members);
    else marks[v] = OUTSIDE;
  }

  private judge(members: Int32Array): void {
    const { scene, marks } = this;
    for (const n of members) marks[n] = MEMBER;
    const tally = new Tally(scene);
    const stays = (j: number): boolean => marks[this.targetOf(j)] === MEMBER;
    for (const n of members) tally.add(this.look(n), stays);
    const unmet = tally.unmet();
    if (unmet === undefined) this.record(members);
    for (const n of members) {
      marks[n] = unmet === undefined || offends(scene, this.look(n), unmet) ? OUTSIDE : AGAIN;
    }
  }

  private record(members: Int32Array): void {
    const entry = members.reduce((a, b) => Math.min(a, b));
    if (this.best === undefined || entry < this.best.entry) this.best = { members: members.slice(), entry };
  }

  /** Prepares another round over what components have left; false if there is nothing. */
  again(): boolean {
    const { marks } = this;
    let left = false;
    for (let n = 0; n < marks.length; n++) {
      left ||= marks[n] === AGAIN;
      marks[n] = marks[n] === AGAIN ? UNSEEN : OUTSIDE;
    }
    return left;
  }
}

/** By context: the steps at which it is ever found waiting, and those of its loops. */
function* survey(scene: Scene, { store }: Explored): Generator<void, Set<number>[]> {
  const places = scene.contexts.map(({ loops }) => new Set(loops));
  for (let n = 0; n < store.count; n++) {
    scene.ask(scene.look(store.chunkOf(n), store.offsetOf(n)));
    for (let i = 0; i < places.length; i++) if (scene.isStuck(i)) places[i]!.add(scene.pcs[i]!);
    if (n % PAUSE === PAUSE - 1) yield;
  }
  for (const [i, { rests }] of scene.contexts.entries()) for (const rest of rests) places[i]!.delete(rest);
  return places;
}

/** Which states have context i at one of the places: their marks, and how many they are. */
function region(scene: Scene, { store }: Explored, i: number, places: ReadonlySet<number>, marks: Int32Array): number {
  let size = 0;
  for (let n = 0; n < store.count; n++) {
    const inside = places.has(scene.pcOf(i, store.chunkOf(n), store.offsetOf(n)));
    marks[n] = inside ? UNSEEN : OUTSIDE;
    if (inside) size++;
  }
  return size;
}

/** The component that was found first, over all contexts; undefined: there is none. "memory": there is no room. */
function* starvation(
  scene: Scene,
  explored: Explored,
  places: readonly ReadonlySet<number>[],
  maxBytes: number,
): Generator<void, Starvation | "memory" | undefined> {
  const { store } = explored;
  const bytes = store.bytes + 4 * store.count;
  if (bytes > maxBytes) return "memory";
  const marks = new Int32Array(store.count);
  let best: Starvation | undefined;
  for (const [i, at] of places.entries()) {
    const size = at.size === 0 ? 0 : region(scene, explored, i, at, marks);
    if (size === 0) continue;
    if (bytes + 6 * size > maxBytes) return "memory";
    const hunt = new Hunt(scene, explored, marks, size);
    do yield* hunt.round();
    while (hunt.again());
    if (hunt.best && (best === undefined || hunt.best.entry < best.entry)) best = hunt.best;
  }
  return best;
}

/**
 * Whether some context can starve. `explored` is what a complete search has stored; `compiled` is the same model,
 * emitted with labels. `maxBytes` is for the store and for this. Pauses now and then: whoever runs it decides what
 * happens in between, and whether it goes on.
 */
export function* findEndlessWait(
  compiled: Compiled,
  contexts: readonly LiveContext[],
  explored: Explored,
  maxBytes: number,
): Generator<void, Liveness> {
  assert(compiled.maxSuccessors < POSITION, "positions among successors fit");
  const scene = new Scene(compiled, contexts);
  const places = yield* survey(scene, explored);
  if (places.every(({ size }) => size === 0)) return { kind: "none" };
  const found = yield* starvation(scene, explored, places, maxBytes);
  if (found === undefined) return { kind: "none" };
  if (found === "memory") return { kind: "unknown", limit: { kind: "memory" } };
  const { path, loop } = lasso(scene, explored, found.members, found.entry);
  const violation = { property: NO_ENDLESS_WAIT, kind: "endless wait", depth: path.length, path, loop } as const;
  return { kind: "violates", violation };
}
