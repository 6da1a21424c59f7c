// SPDX-License-Identifier: MIT
// Who waits for ever: textbook cases with known answers, and small random machines against the definition itself.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findEndlessWait, type Liveness, NO_ENDLESS_WAIT } from "../../src/checker/liveness.ts";
import { replay } from "../../src/checker/path.ts";
import { type Explored, search } from "../../src/checker/search.ts";
import type { LiveContext } from "../../src/program/progress.ts";
import { compileExplicit, type ExplicitModel, namesOf, type StepTo } from "./models/explicit.ts";

/** One context of a machine: from each program counter, what it can do to the shared variables. */
interface Agent {
  readonly cpu: number;
  readonly level?: number;
  /** by program counter; an empty list: it has to wait. */
  readonly steps: Readonly<Record<number, (shared: readonly number[]) => readonly Move[]>>;
  readonly rests?: readonly number[];
  readonly loops?: readonly number[];
  readonly insistent?: readonly number[];
  /** Where it starts; default: 1, an interrupt (level > 0): 0. */
  readonly start?: number;
  /** A store buffer, which is no context. */
  readonly drains?: boolean;
}
interface Move {
  readonly pc: number;
  readonly shared?: readonly number[];
}

/** A state is the program counters, in the order of the agents, and the shared variables. */
function machine(agents: readonly Agent[], shared: readonly number[]): ExplicitModel {
  const steps = (state: readonly number[]): StepTo[] => {
    const variables = state.slice(agents.length);
    return agents.flatMap(({ cpu, level = 0, steps: of, drains = false }, i) => {
      const above =
        !drains && agents.some((other, j) => other.cpu === cpu && (other.level ?? 0) > level && state[j] !== 0);
      const moves = above ? [] : (of[state[i]!]?.(variables) ?? []);
      return moves.map(({ pc, shared: next = variables }) => ({
        to: [...state.slice(0, agents.length).with(i, pc), ...next],
        ...(drains ? { code: 0, step: -1 } : { code: i, step: state[i]! }),
        cpu,
      }));
    });
  };
  const start = agents.map((agent) => agent.start ?? (agent.level ? 0 : 1));
  const atRest = (state: readonly number[]): boolean => agents.every((_, i) => state[i] === 0);
  return { initial: [...start, ...shared], steps, atRest, maxSuccessors: 16 };
}

function contextsOf(agents: readonly Agent[]): LiveContext[] {
  const contexts = agents.map(({ cpu, level = 0, rests = [0], loops = [], insistent = [] }, i) => ({
    code: i,
    cpu,
    level,
    pc: { word: i, shift: 0, width: 8 },
    rests: new Set(rests),
    loops: new Set(loops),
    insistent: new Set(insistent),
  }));
  return contexts.filter((_, i) => !agents[i]?.drains);
}

function run(agents: readonly Agent[], shared: readonly number[] = [0], maxBytes = 2 ** 30) {
  const model = machine(agents, shared);
  const compiled = compileExplicit(model);
  let explored: Explored | undefined;
  const { verdict } = search(compiled, namesOf(model), { onSafe: (all) => (explored = all) });
  if (explored === undefined) return { verdict, found: undefined, compiled };
  const work = findEndlessWait(compiled, contextsOf(agents), explored, maxBytes);
  let step = work.next();
  while (!step.done) step = work.next();
  return { verdict, found: step.value, compiled };
}

function answer(agents: readonly Agent[], shared?: readonly number[]): Liveness["kind"] | undefined {
  return run(agents, shared).found?.kind;
}

const go = (pc: number, ...shared: number[]): Move[] => [shared.length > 0 ? { pc, shared } : { pc }];

/** Runs for ever, and has nothing to do with anybody. */
const bystander: Agent = { cpu: 2, steps: { 1: () => go(2), 2: () => go(1) }, rests: [0, 1] };
/** Waits until variable `i` is `value`, then ends. */
const waiter = (cpu: number, i: number, value: number, more: Partial<Agent> = {}): Agent => ({
  cpu,
  steps: { 1: (s) => (s[i] === value ? go(0) : []) },
  ...more,
});
/** Sets the variable and ends. */
const setter = (cpu: number, value: number): Agent => ({ cpu, steps: { 1: () => go(0, value) } });
/** For ever: 1, 0, 1, 0. */
const toggler: Agent = { cpu: 1, steps: { 1: () => go(2, 1), 2: () => go(1, 0) }, rests: [0, 1] };
/** spin_lock(), spin_unlock(), `rounds` for ever or once. The variable is the lock. */
const locker = (cpu: number, more: Partial<Agent> = {}): Agent => ({
  cpu,
  steps: { 1: () => go(2), 2: ([lock]) => (lock === 0 ? go(3, 1) : []), 3: () => go(1, 0) },
  rests: [0, 1],
  insistent: [2],
  ...more,
});

describe("waiting", () => {
  test("for what nobody will do, while somebody else runs on", () => {
    expect(answer([waiter(0, 0, 1), bystander])).toBe("violates");
  });

  test("for somebody whom an unfair scheduler never runs: he will run", () => {
    expect(answer([waiter(0, 0, 1), setter(1, 1), bystander])).toBe("none");
  });

  test("for a value that comes and goes: it may be missed every time", () => {
    expect(answer([waiter(0, 0, 1), toggler])).toBe("violates");
    expect(answer([waiter(0, 0, 1, { insistent: [1] }), toggler])).toBe("none");
  });

  test("for a lock that others take and release: it is queued for", () => {
    expect(answer([locker(0), locker(1), bystander])).toBe("none");
    expect(answer([locker(0, { insistent: [] }), locker(1), bystander])).toBe("violates");
  });

  test("for a lock whose owner has ended", () => {
    const forgetful = locker(1, { steps: { ...locker(1).steps, 3: () => go(0) } });
    expect(answer([locker(0), forgetful, bystander])).toBe("violates");
  });

  test("for a lock that its owner may keep, though he need not", () => {
    // 2 is inside: he may look around there (4), or release.
    const inside: Agent["steps"] = { ...locker(1).steps, 3: () => [...go(4), ...go(1, 0)], 4: () => go(3) };
    expect(answer([locker(0), locker(1, { steps: inside }), bystander])).toBe("violates");
    expect(answer([locker(0), locker(1, { steps: { ...inside, 4: () => go(1, 0) } }), bystander])).toBe("none");
  });

  test("for its own stores to drain: they do, however often it is preempted", () => {
    // The variable: a store waits in the buffer. Who preempts leaves one there.
    const drained: Agent = { cpu: 0, steps: { 1: ([stores]) => (stores === 0 ? go(0) : []) } };
    const preempting: Agent = { cpu: 0, level: 1, steps: { 0: () => go(1), 1: () => go(2), 2: () => go(0, 1) } };
    const buffer: Agent = {
      cpu: 0,
      drains: true,
      steps: { 0: ([stores]) => (stores === 1 ? go(0, 0) : []) },
      start: 0,
    };
    expect(answer([drained, preempting, buffer])).toBe("none");
    expect(answer([{ ...drained, steps: { 1: () => [] } }, preempting, buffer])).toBe("violates");
  });

  test("for each other, while a third one runs on", () => {
    const first = waiter(0, 0, 1);
    const second: Agent = { cpu: 1, steps: { 1: () => go(2), 2: () => [] } };
    const { verdict, found } = run([first, second, bystander]);
    expect(verdict.kind).toBe("safe");
    expect(found).toMatchObject({ kind: "violates", violation: { property: NO_ENDLESS_WAIT, kind: "endless wait" } });
    // Without the third one it is a deadlock, and the search says so.
    expect(run([first, second]).verdict.kind).toBe("violates");
  });
});

describe("looping", () => {
  const spinner = (more: Partial<Agent> = {}): Agent => ({
    cpu: 0,
    steps: { 1: ([x]) => go(x === 1 ? 0 : 2), 2: () => go(1) },
    loops: [1, 2],
    ...more,
  });
  /** old = x; until x is still old, then x = old ^ 1. */
  const retrying = (insistent: readonly number[]): Agent => ({
    cpu: 0,
    steps: {
      1: ([x]) => go(2 + x!),
      2: ([x]) => (x === 0 ? go(0, 1) : go(1)),
      3: ([x]) => (x === 1 ? go(0, 0) : go(1)),
    },
    loops: [1, 2, 3],
    insistent,
  });

  test("until something that never comes", () => {
    expect(answer([spinner(), bystander])).toBe("violates");
    expect(answer([spinner()])).toBe("violates");
  });

  test("until something that somebody will do", () => {
    expect(answer([spinner(), setter(1, 1), bystander])).toBe("none");
  });

  test("a client's loop has no end, and needs none", () => {
    expect(answer([spinner({ rests: [0, 1], loops: [] }), bystander])).toBe("none");
  });

  test("a retry, each time disturbed: one succeeds at last, if such steps are insistent", () => {
    expect(answer([retrying([]), toggler])).toBe("violates");
    expect(answer([retrying([2, 3]), toggler])).toBe("none");
  });
});

describe("interrupts", () => {
  /** Sends an interrupt and waits until it has been handled. The variable: 1 pending, 0 handled. */
  const sender: Agent = { cpu: 0, steps: { 1: () => go(2, 1), 2: ([x]) => (x === 0 ? go(0, 0) : []) } };
  const handler = (more: Partial<Agent> = {}): Agent => ({
    cpu: 1,
    level: 2,
    steps: { 0: ([x]) => (x === 1 ? go(1) : []), 1: () => go(0, 0) },
    insistent: [0],
    ...more,
  });

  test("a pending one is delivered", () => {
    expect(answer([sender, handler(), bystander])).toBe("none");
  });

  test("not while interrupts are off, for ever", () => {
    const off: Agent = { cpu: 1, steps: { 1: () => [] } };
    const masked = handler({ steps: { 0: () => [], 1: () => go(0, 0) } });
    expect(answer([sender, masked, off, bystander])).toBe("violates");
  });

  test("at last, where interrupts are off again and again", () => {
    // The second variable: interrupts are off.
    const again: Agent = {
      cpu: 1,
      steps: { 1: ([x]) => go(2, x!, 1), 2: ([x]) => go(1, x!, 0) },
      rests: [0, 1],
    };
    const two: Agent = { cpu: 0, steps: { 1: ([, off]) => go(2, 1, off!), 2: ([x]) => (x === 0 ? go(0) : []) } };
    const steps: Agent["steps"] = {
      0: ([x, off]) => (x === 1 && off === 0 ? go(1) : []),
      1: ([, off]) => go(0, 0, off!),
    };
    expect(answer([two, handler({ steps }), again], [0, 0])).toBe("none");
    expect(answer([two, handler({ steps, insistent: [] }), again], [0, 0])).toBe("violates");
  });

  test("a storm of them does not stop the thread below", () => {
    const storm: Agent = { cpu: 0, steps: { 1: () => go(2, 1), 2: ([x]) => (x === 0 ? go(1) : []) }, rests: [0, 1] };
    const below: Agent = { cpu: 1, steps: { 1: () => go(2), 2: () => go(3), 3: () => go(0) }, loops: [1, 2, 3] };
    expect(answer([storm, handler(), below])).toBe("none");
  });

  test("a handler that wants the lock of whom it has interrupted", () => {
    // The variables: pending, lock (1: the thread's, 2: the handler's).
    const owner: Agent = {
      cpu: 1,
      steps: { 1: ([p, lock]) => (lock === 0 ? go(2, p!, 1) : []), 2: ([p]) => go(1, p!, 0) },
      rests: [0, 1],
      insistent: [1],
    };
    const greedy = handler({
      steps: {
        0: ([p]) => (p === 1 ? go(1) : []),
        1: ([p, lock]) => (lock === 0 ? go(2, p!, 2) : []),
        2: () => go(0, 0, 0),
      },
      insistent: [0, 1],
    });
    const asking: Agent = { cpu: 0, steps: { 1: ([, l]) => go(2, 1, l!), 2: ([p]) => (p === 0 ? go(0) : []) } };
    expect(answer([asking, greedy, owner, bystander], [0, 0])).toBe("violates");
    // A lock that is only taken with interrupts off.
    const careful = {
      ...greedy,
      steps: { ...greedy.steps, 0: ([p, lock]: readonly number[]) => (p === 1 && lock === 0 ? go(1) : []) },
    };
    expect(answer([asking, careful, owner, bystander], [0, 0])).toBe("none");
  });
});

test("the run that is shown goes to the cycle and around it, and is fair", () => {
  const { found, compiled } = run([waiter(0, 0, 2), toggler, bystander]);
  if (found?.kind !== "violates") throw new Error("it waits for ever");
  const { path, loop } = found.violation;
  const told = replay(compiled, path);
  if (!told.ok || loop === undefined) throw new Error("the path fits");
  const { states, choices } = told.value;
  expect(states.at(-1)).toEqual(states[loop]);
  expect(new Set(choices.slice(loop).map(({ cpu }) => cpu))).toEqual(new Set([1, 2]));
});

test("a limit of memory is no answer", () => {
  expect(run([waiter(0, 0, 1), bystander], [0], 100).found).toEqual({ kind: "unknown", limit: { kind: "memory" } });
});

// ---- against the definition ---------------------------------------------------------------------------------------

const RUNS = Number(process.env.RUNS ?? 500);
/** Program counters of a random agent, 0 included, and values of the one shared variable. */
const PCS = 3;
const VALUES = 2;
const move = fc.option(fc.record({ pc: fc.nat(PCS - 1), value: fc.nat(VALUES - 1) }), { nil: undefined, freq: 2 });
const table = fc.array(move, { minLength: PCS * VALUES, maxLength: PCS * VALUES });
const flags = fc.array(fc.boolean(), { minLength: PCS, maxLength: PCS });

function randomAgent(
  cpu: number,
  level: number,
  moves: readonly ({ pc: number; value: number } | undefined)[],
  marks: readonly boolean[],
): Agent {
  const at =
    (pc: number) =>
    ([x]: readonly number[]): Move[] => {
      const found = pc === 0 && level === 0 ? undefined : moves[pc * VALUES + x!];
      // An idle handler that is entered is under way.
      return found ? go(pc === 0 ? Math.max(1, found.pc) : found.pc, found.value) : [];
    };
  const insistent = [0, 1, 2].filter((pc) => marks[pc]);
  return { cpu, level, steps: { 0: at(0), 1: at(1), 2: at(2) }, rests: [0], loops: [1, 2], insistent };
}

interface Graph {
  readonly states: readonly (readonly number[])[];
  readonly edges: readonly (readonly { readonly to: number; readonly agent: number; readonly step: number }[])[];
}

function graphOf(model: ExplicitModel): Graph {
  const states: (readonly number[])[] = [model.initial];
  const numbers = new Map([[model.initial.join(), 0]]);
  const edges: Graph["edges"][number][] = [];
  for (const state of states) {
    edges.push(
      model.steps(state).map(({ to, code = 0, step = 0 }) => {
        const number = numbers.get(to.join()) ?? states.push(to) - 1;
        numbers.set(to.join(), number);
        return { to: number, agent: code, step };
      }),
    );
  }
  return { states, edges };
}

/** Whether a run can stay within exactly these states for ever, everywhere again and again. */
function isConnected({ edges }: Graph, set: readonly number[]): boolean {
  const inside = new Set(set);
  return set.every((from) => {
    const seen = new Set<number>();
    const todo = [from];
    for (let n = todo.pop(); n !== undefined; n = todo.pop()) {
      for (const { to } of edges[n]!) {
        if (!inside.has(to) || seen.has(to)) continue;
        seen.add(to);
        todo.push(to);
      }
    }
    return seen.size === inside.size;
  });
}

/** The constraints, said once more: of a run that visits exactly `set` again and again, by all edges in it. */
function isFair(graph: Graph, agents: readonly Agent[], set: readonly number[]): boolean {
  const inside = new Set(set);
  const kept = set
    .flatMap((n) => graph.edges[n]!.map((edge) => ({ from: n, ...edge })))
    .filter((e) => inside.has(e.to));
  return agents.every(({ cpu, level = 0, insistent = [] }, i) => {
    const above = agents.flatMap((other, j) => (other.cpu === cpu && (other.level ?? 0) > level ? [j] : []));
    const runs = set.filter((n) => graph.states[n]![i] !== 0 && above.every((j) => graph.states[n]![j] === 0));
    const stuck = runs.some((n) => graph.edges[n]!.every(({ agent }) => agent !== i));
    const moves = kept.some(({ agent }) => agent === i);
    if (runs.length > 0 && !stuck && !moves) return false;
    // Wherever an insistent step leads, it leads again and again; an entry (step 0) wherever it leads.
    const kind = (e: { step: number; to: number }): string =>
      e.step === 0 ? "0" : `${e.step} ${graph.states[e.to]![i]}`;
    const demanded = set.flatMap((n) =>
      graph.edges[n]!.filter((e) => e.agent === i && insistent.includes(e.step)).map(kind),
    );
    const granted = new Set(kept.filter((e) => e.agent === i).map(kind));
    return demanded.every((demand) => granted.has(demand));
  });
}

/** By enumeration of all sets of states. */
function starves(graph: Graph, agents: readonly Agent[]): boolean {
  return agents.some((_, i) => {
    const region = [...graph.states.keys()].filter((n) => graph.states[n]![i] !== 0);
    for (let bits = 1; bits < 2 ** region.length; bits++) {
      const set = region.filter((__, k) => (bits >>> k) & 1);
      if (isConnected(graph, set) && isFair(graph, agents, set)) return true;
    }
    return false;
  });
}

test("random machines: exactly those starve in which some set of states is a fair run", () => {
  const seen = { none: 0, violates: 0 };
  fc.assert(
    fc.property(table, table, table, flags, flags, flags, (a, b, c, x, y, z) => {
      const agents = [randomAgent(0, 0, a, x), randomAgent(1, 0, b, y), randomAgent(1, 2, c, z)];
      const model = machine(agents, [0]);
      const graph = graphOf(model);
      fc.pre(graph.states.length <= 13);
      const { found } = run(agents);
      fc.pre(found !== undefined && found.kind !== "unknown");
      expect(found.kind === "violates").toBe(starves(graph, agents));
      seen[found.kind]++;
    }),
    { numRuns: RUNS },
  );
  expect(Math.min(seen.none, seen.violates)).toBeGreaterThan(RUNS / 50);
});
