// SPDX-License-Identifier: MIT
// Which loops of a code could go round for ever. One that counts cannot: some local only grows in it, and a value
// outside of a local's range is a limit. for_each_cpu() and every for (;;i++) are of this kind.
import { defined } from "../base/assert.ts";
import type { Code, Expr, Step, Stmt } from "./program.ts";

/** What a step may lead to. */
export interface Exits {
  readonly to: ReadonlySet<number>;
  /** Those of `to` that are taken together with the step (fusion). */
  readonly atOnce: ReadonlySet<number>;
  readonly ends: boolean;
}

export function exitsOf({ body }: Step): Exits {
  const to = new Set<number>();
  const atOnce = new Set<number>();
  let ends = false;
  const visit = (list: readonly Stmt[]): void => {
    for (const s of list) {
      if (s.kind === "goto") (s.atOnce ? atOnce : to).add(s.step);
      else if (s.kind === "end") ends = true;
      else if (s.kind === "if") [s.then, s.else].forEach(visit);
      else if (s.kind === "block") visit(s.body);
    }
  };
  visit(body);
  return { to: new Set([...to, ...atOnce]), atOnce, ends };
}

/** The steps that are only ever taken together with the one before: nobody stands in front of them. */
export function passedSteps({ steps }: Code): ReadonlySet<number> {
  const exits = steps.map(exitsOf);
  const stood = new Set([0, 1, ...exits.flatMap(({ to, atOnce }) => [...to].filter((step) => !atOnce.has(step)))]);
  return new Set(exits.flatMap(({ atOnce }) => [...atOnce].filter((step) => !stood.has(step))));
}

/** Steps, and where each may lead. */
export type Edges = ReadonlyMap<number, ReadonlySet<number>>;

function reversed(edges: Edges): Edges {
  const back = new Map([...edges.keys()].map((step) => [step, new Set<number>()]));
  for (const [from, to] of edges) for (const step of to) back.get(step)?.add(from);
  return back;
}

/** What can be reached, the start included and what has been `seen` left out, in the order in which it is done with. */
function finished(edges: Edges, start: number, seen: Set<number>): number[] {
  const order: number[] = [];
  const path: { readonly step: number; readonly rest: Iterator<number> }[] = [];
  const enter = (step: number): void => {
    if (seen.has(step) || !edges.has(step)) return;
    seen.add(step);
    path.push({ step, rest: defined(edges.get(step), "it has edges").values() });
  };
  enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = top.rest.next();
    if (!next.done) enter(next.value);
    else {
      order.push(top.step);
      path.pop();
    }
  }
  return order;
}

/** The parts of a graph in which everything can be reached from everything, in one step or more (Kosaraju). */
export function cyclesOf(edges: Edges): ReadonlySet<number>[] {
  const seen = new Set<number>();
  const order = [...edges.keys()].flatMap((step) => finished(edges, step, seen)).reverse();
  const back = reversed(edges);
  const taken = new Set<number>();
  const parts = order.map((step) => new Set(finished(back, step, taken)));
  return parts.filter((part) => part.size > 1 || [...part].some((step) => edges.get(step)?.has(step)));
}

/** From where one of the steps can be reached, itself included. */
export function leadingTo(edges: Edges, steps: readonly number[]): ReadonlySet<number> {
  const seen = new Set<number>();
  const back = reversed(edges);
  for (const step of steps) finished(back, step, seen);
  return seen;
}

/** The steps of a code, or some of them, and the jumps between them. */
export function edgesOf(code: Code, counts: (step: number) => boolean = () => true): Edges {
  const steps = [...code.steps.keys()].filter(counts);
  const exits = (step: number): ReadonlySet<number> => exitsOf(defined(code.steps[step], "steps exist")).to;
  return new Map(steps.map((step) => [step, new Set([...exits(step)].filter(counts))]));
}

/** What has become of a local since the step began. */
type Since = "grown" | "not less" | "unknown";

function either(a: Since | undefined, b: Since | undefined): Since | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  return a === "unknown" || b === "unknown" ? "unknown" : "not less";
}

/** Whether the value is more than that of the local. */
function isMore(e: Expr, local: number): boolean {
  if (e.kind !== "binary") return false;
  const isLocal = (x: Expr): boolean => x.kind === "local" && x.local === local;
  if (e.op === "mask_next") return isLocal(e.b);
  if (e.op !== "+" || !isLocal(e.a)) return false;
  const { b } = e;
  const isPositive = (x: Expr): boolean => x.kind === "const" && x.value > 0;
  return isPositive(b) || (b.kind === "binary" && b.op === "<<" && isPositive(b.a));
}

/** Follows one local through a step. */
class Growth {
  /** By step that may follow. */
  readonly at = new Map<number, Since>();
  private readonly local: number;
  private readonly left = new Map<number, Since>();

  constructor(local: number, { access, body }: Step) {
    this.local = local;
    const loaded = ["into", "old", "failed"].some((key) => key in access && Reflect.get(access, key) === local);
    const start: Since = loaded ? "unknown" : "not less";
    const inside = access.kind === "instruction" ? this.list(access.body, start) : start;
    if (inside !== undefined) this.list(body, inside);
  }

  /** How it leaves the end of the list; undefined: never. */
  private list(list: readonly Stmt[], start: Since): Since | undefined {
    let since: Since | undefined = start;
    for (const s of list) {
      if (since === undefined) return undefined;
      since = this.statement(s, since);
    }
    return since;
  }

  private statement(s: Stmt, since: Since): Since | undefined {
    switch (s.kind) {
      case "set":
        if (s.local !== this.local) return since;
        return isMore(s.value, this.local) && since !== "unknown" ? "grown" : "unknown";
      case "if":
        return either(this.list(s.then, since), this.list(s.else, since));
      case "block": {
        const end = this.list(s.body, since);
        return either(end, this.left.get(s.label));
      }
      case "break":
        this.left.set(s.label, defined(either(since, this.left.get(s.label)), "it is left here"));
        return undefined;
      case "goto":
        this.at.set(s.step, defined(either(since, this.at.get(s.step)), "it goes on there"));
        return undefined;
      case "raise":
      case "end":
      case "limit":
      case "disabled":
        return undefined;
      default:
        return since;
    }
  }
}

/** The jumps of a cycle without those at which the local grows; undefined if it may also get less. */
function withoutGrowth(code: Code, cycle: ReadonlySet<number>, local: number): Edges | undefined {
  const left = new Map<number, Set<number>>();
  let grows = false;
  for (const step of cycle) {
    const { at } = new Growth(local, defined(code.steps[step], "steps exist"));
    const inside = [...at].filter(([to]) => cycle.has(to));
    if (inside.some(([, since]) => since === "unknown")) return undefined;
    left.set(step, new Set(inside.flatMap(([to, since]) => (since === "grown" ? [] : [to]))));
    grows ||= inside.some(([, since]) => since === "grown");
  }
  return grows ? left : undefined;
}

/** Steps that may come by again and again. Nested loops may each have a counter of their own. */
function openIn(code: Code, edges: Edges): number[] {
  return cyclesOf(edges).flatMap((cycle) => {
    for (const local of code.locals.keys()) {
      // Kept throughout, or what it was is forgotten on the way.
      if (![...cycle].every((step) => code.steps[step]?.live.includes(local))) continue;
      const left = withoutGrowth(code, cycle, local);
      if (left) return openIn(code, left);
    }
    return [...cycle];
  });
}

/** Steps of loops that might not end, among those that `counts`. */
export function openLoops(code: Code, counts: (step: number) => boolean = () => true): ReadonlySet<number> {
  return new Set(openIn(code, edgesOf(code, counts)));
}
