// SPDX-License-Identifier: MIT
// Which cycles of the state space a machine can go round for ever: what liveness takes for granted, as constraints on a
// set of states and the transitions between them. Each is of the form "if this is met again and again, then so is
// that" (Streett); docs/races-and-liveness.md argues for each.
//
//   a context that runs   if it can take a step whenever it runs, it takes one;
//   an insistent step     if it can be taken again and again, it is: once from there to each step that may follow;
//   a store buffer        if there is something in it, it drains.
//
// A context runs while it is under way and no handler of its CPU interrupts it: what it could do while it is
// interrupted does not count. It cannot take a step if it has none, and not only because its own stores have to drain
// first. Page walks, and preemptions that do not come, are nobody's duty.
import { assert } from "../base/assert.ts";
import type { Compiled } from "../program/compiled.ts";
import type { LiveContext } from "../program/progress.ts";

/** Who takes a transition: a context by its index, then one per CPU for its store buffer. */
type Agent = number;
const NOBODY: Agent = -1;

/** Emitted with labels, and who its labels are. */
export class Scene {
  readonly compiled: Compiled;
  readonly contexts: readonly LiveContext[];
  /** Of the state that was looked at last, by context. */
  readonly pcs: Int32Array;
  readonly running: Uint8Array;
  /** Its successors. */
  readonly out: Int32Array;
  /** By agent: whether it can do something there; see `ask`. */
  private readonly able: Uint8Array;
  /** By the low half of a label: code | cpu << 8. */
  private readonly agents = new Int16Array(1 << 16).fill(NOBODY);
  /** By CPU, highest level first. */
  private readonly byCpu: readonly (readonly number[])[];

  constructor(compiled: Compiled, contexts: readonly LiveContext[]) {
    this.compiled = compiled;
    this.contexts = contexts;
    this.pcs = new Int32Array(contexts.length);
    this.running = new Uint8Array(contexts.length);
    this.out = new Int32Array(compiled.maxSuccessors * compiled.words);
    for (const [i, { code, cpu }] of contexts.entries()) this.agents[code | (cpu << 8)] = i;
    const cpus = Math.max(0, ...contexts.map(({ cpu }) => cpu + 1));
    this.able = new Uint8Array(contexts.length + cpus);
    this.byCpu = Array.from({ length: cpus }, (_, cpu) =>
      [...contexts.keys()]
        .filter((i) => contexts[i]?.cpu === cpu)
        .sort((a, b) => contexts[b]!.level - contexts[a]!.level),
    );
  }

  pcOf(context: number, states: Int32Array, at: number): number {
    const { pc } = this.contexts[context]!;
    return pc === undefined ? 0 : (states[at + pc.word]! >>> pc.shift) & ((1 << pc.width) - 1);
  }

  /** Writes the successors to `out`, and returns how many they are. */
  expand(states: Int32Array, at: number): number {
    return this.compiled.successors(states, at, this.out, 0) / this.compiled.words;
  }

  /** The same, and notes where everybody stands. */
  look(states: Int32Array, at: number): number {
    const { pcs, running } = this;
    for (const contexts of this.byCpu) {
      let free = 1;
      for (const i of contexts) {
        const pc = this.pcOf(i, states, at);
        pcs[i] = pc;
        running[i] = pc === 0 ? 0 : free;
        if (pc !== 0) free = 0;
      }
    }
    return this.expand(states, at);
  }

  /** Who takes the j-th transition of the state. */
  agentOf(j: number): Agent {
    const label = this.compiled.choices[j]!;
    // Without a step it is the drain of a store buffer.
    return label >>> 16 === 0 ? this.contexts.length + ((label >>> 8) & 0xff) : this.agents[label & 0xffff]!;
  }

  /** Finds out who can do something in the state that is looked at, which has `edges` successors. */
  ask(edges: number): void {
    this.able.fill(0);
    for (let j = 0; j < edges; j++) {
      const agent = this.agentOf(j);
      if (agent >= 0) this.able[agent] = 1;
    }
  }

  /** Whether context i runs and has to wait there: behind `ask`. */
  isStuck(i: number): boolean {
    const drain = this.contexts.length + this.contexts[i]!.cpu;
    return this.running[i] === 1 && this.able[i] === 0 && this.able[drain] === 0;
  }

  /** A number for what is insistent about the j-th transition; -1: nothing. */
  demandOf(j: number): number {
    const agent = this.agentOf(j);
    if (agent >= this.contexts.length) return agent * 2 ** 32;
    const context = this.contexts[agent];
    const from = this.pcs[agent] ?? 0;
    if (context === undefined || !context.insistent.has(from)) return -1;
    // An interrupt is delivered, whichever call it finds first.
    const to = from === 0 ? 0 : this.pcOf(agent, this.out, j * this.compiled.words);
    return agent * 2 ** 32 + from * 2 ** 16 + to;
  }
}

/** Constraints that a set of states does not meet. */
export interface Unmet {
  readonly contexts: ReadonlySet<number>;
  readonly demands: ReadonlySet<number>;
}

/** What happens in a set of states, and on the transitions between them. */
export class Tally {
  private readonly scene: Scene;
  private readonly runs: Uint8Array;
  private readonly served: Uint8Array;
  private readonly offered = new Set<number>();
  private readonly taken = new Set<number>();

  constructor(scene: Scene) {
    this.scene = scene;
    const size = scene.contexts.length;
    this.runs = new Uint8Array(size);
    this.served = new Uint8Array(size);
  }

  /**
   * Adds the state that the scene looks at, which has `edges` successors; `stays(j)`: the j-th is inside. It is only
   * asked where the answer matters.
   */
  add(edges: number, stays: (j: number) => boolean): void {
    const { scene, runs, served } = this;
    scene.ask(edges);
    for (let j = 0; j < edges; j++) {
      const agent = scene.agentOf(j);
      const demand = scene.demandOf(j);
      const isNew = demand >= 0 && !this.taken.has(demand);
      if (isNew) this.offered.add(demand);
      const counts = agent >= 0 && agent < served.length && served[agent] === 0;
      if (!(isNew || counts) || !stays(j)) continue;
      if (isNew) this.taken.add(demand);
      if (counts) served[agent] = 1;
    }
    for (let i = 0; i < runs.length; i++) {
      if (scene.running[i] === 0) continue;
      runs[i] = 1;
      if (scene.isStuck(i)) served[i] = 1;
    }
  }

  /** undefined: what was added can go on for ever. */
  unmet(): Unmet | undefined {
    const contexts = new Set<number>();
    for (const [i, runs] of this.runs.entries()) if (runs === 1 && this.served[i] === 0) contexts.add(i);
    const demands = new Set([...this.offered].filter((demand) => !this.taken.has(demand)));
    return contexts.size + demands.size === 0 ? undefined : { contexts, demands };
  }
}

/** Whether the state that the scene looks at brings up an unmet constraint: without it, there is none to be met. */
export function offends(scene: Scene, edges: number, { contexts, demands }: Unmet): boolean {
  for (const i of contexts) if (scene.running[i] === 1) return true;
  if (demands.size === 0) return false;
  for (let j = 0; j < edges; j++) if (demands.has(scene.demandOf(j))) return true;
  return false;
}

/** A run that comes back to where it was: the contexts that never come to rest on it; none, if it is not fair. */
export function waitingOn(scene: Scene, states: readonly Int32Array[], indices: readonly number[]): number[] {
  assert(states.length === indices.length && states.length > 0, "a choice for each state");
  const tally = new Tally(scene);
  const waiting = new Set(scene.contexts.keys());
  for (const [n, state] of states.entries()) {
    tally.add(scene.look(state, 0), (j) => j === indices[n]);
    for (const i of waiting) if (scene.contexts[i]?.rests.has(scene.pcs[i] ?? 0)) waiting.delete(i);
  }
  return tally.unmet() === undefined ? [...waiting] : [];
}
