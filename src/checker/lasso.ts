// SPDX-License-Identifier: MIT
// From a component that can go on for ever to one run that does: a shortest way to it, and a cycle in it that meets
// every constraint, as short as it comes.
import { assert, defined, impossible } from "../base/assert.ts";
import { type Scene, Tally, type Unmet } from "./fairness.ts";
import type { Path } from "./path.ts";
import { pathTo } from "./recover.ts";
import type { Explored } from "./search.ts";

/** Transition `index` of state `from`. */
interface Edge {
  readonly from: number;
  readonly index: number;
  readonly to: number;
}

/** What a cycle must pass through: a state that the scene looks at, or one of its transitions. */
interface Goal {
  readonly state: (edges: number) => boolean;
  readonly edge: (j: number, to: number) => boolean;
}

class Tour {
  private readonly scene: Scene;
  private readonly explored: Explored;
  private readonly members: Set<number>;

  constructor(scene: Scene, explored: Explored, members: Int32Array) {
    this.scene = scene;
    this.explored = explored;
    this.members = new Set(members);
  }

  private look(n: number): number {
    const { store } = this.explored;
    return this.scene.look(store.chunkOf(n), store.offsetOf(n));
  }

  /** The shortest way, inside the component, to a goal; empty if it is reached where one stands. */
  private wayTo(start: number, goal: Goal): Edge[] {
    const { store } = this.explored;
    const came = new Map<number, Edge | undefined>([[start, undefined]]);
    const back = (last: Edge | undefined): Edge[] => {
      const way: Edge[] = [];
      for (let edge = last; edge !== undefined; edge = came.get(edge.from)) way.push(edge);
      return way.reverse();
    };
    for (const from of came.keys()) {
      const edges = this.look(from);
      if (goal.state(edges)) return back(came.get(from));
      for (let index = 0; index < edges; index++) {
        const to = store.find(this.scene.out, index * store.words);
        if (!this.members.has(to)) continue;
        if (goal.edge(index, to)) return [...back(came.get(from)), { from, index, to }];
        if (!came.has(to)) came.set(to, { from, index, to });
      }
    }
    return impossible("everything in a component can be reached from everywhere in it");
  }

  /** From `entry` through all goals and back. */
  through(entry: number, goals: readonly Goal[]): Edge[] {
    const tour: Edge[] = [];
    for (const goal of goals) tour.push(...this.wayTo(tour.at(-1)?.to ?? entry, goal));
    const end = tour.at(-1)?.to ?? entry;
    const home: Goal = { state: () => false, edge: (_, to) => to === entry };
    return tour.length > 0 && end === entry ? tour : [...tour, ...this.wayTo(end, home)];
  }

  unmetOn(tour: readonly Edge[]): Unmet | undefined {
    const tally = new Tally(this.scene);
    const taken = new Map<number, Set<number>>();
    for (const { from, index } of tour) taken.set(from, (taken.get(from) ?? new Set()).add(index));
    for (const [n, indices] of taken) tally.add(this.look(n), (j) => indices.has(j));
    return tally.unmet();
  }

  goalOf({ contexts, demands }: Unmet): Goal {
    const { scene } = this;
    const [context] = contexts;
    if (context !== undefined) {
      const isStuck = (edges: number): boolean => {
        scene.ask(edges);
        return scene.isStuck(context);
      };
      return { state: isStuck, edge: (j) => scene.agentOf(j) === context };
    }
    const [demand] = demands;
    return { state: () => false, edge: (j) => scene.demandOf(j) === demand };
  }
}

/** `path` leads to `entry` and, from index `loop` on, once around. */
export function lasso(
  scene: Scene,
  explored: Explored,
  members: Int32Array,
  entry: number,
): { readonly path: Path; readonly loop: number } {
  const tour = new Tour(scene, explored, members);
  const goals: Goal[] = [];
  let cycle = tour.through(entry, goals);
  for (let unmet = tour.unmetOn(cycle); unmet !== undefined; unmet = tour.unmetOn(cycle)) {
    goals.push(tour.goalOf(unmet));
    cycle = tour.through(entry, goals);
  }
  const prefix = pathTo(scene.compiled, explored.store, explored.levels, entry);
  assert(defined(cycle.at(-1), "a cycle has transitions").to === entry, "a cycle comes back");
  return { path: [...prefix, ...cycle.map(({ index }) => index)], loop: prefix.length };
}
