// SPDX-License-Identifier: MIT
// Where an interrupt of the running CPU cannot come in: what is known at each step of the flags that handlers look at
// (interrupts off, preempt_count), as far as nobody but the running code writes them.
import { defined } from "../base/assert.ts";
import { evaluateExpr, flatIndex, initialCells } from "../program/evaluate.ts";
import type { Access, Expr, Place, Program, Step, Stmt } from "../program/program.ts";
import type { Context, Effect } from "./effects.ts";

/** What is known of an element ("c3.0": cell 3, element 0) or of a local ("l2"): its possible values. Absent: any. */
type Facts = Map<string, readonly number[]>;

const VALUES_MAX = 8;

function joined(a: Facts | undefined, b: Facts): Facts {
  if (a === undefined) return new Map(b);
  const both: Facts = new Map();
  for (const [key, values] of a) {
    const others = b.get(key);
    const union = others && [...new Set([...values, ...others])].sort((x, y) => x - y);
    if (union && union.length <= VALUES_MAX) both.set(key, union);
  }
  return both;
}

const same = (a: Facts, b: Facts): boolean =>
  a.size === b.size && [...a].every(([key, values]) => values.join() === b.get(key)?.join());

class Flow {
  /** By step: what holds whenever the code stands there. */
  readonly at: (Facts | undefined)[];
  private readonly program: Program;
  private readonly cpu: number;
  private readonly watched: ReadonlySet<string>;
  private readonly exits = new Map<number, Facts>();

  constructor(program: Program, { code, cpu }: Context, watched: ReadonlySet<string>) {
    this.program = program;
    this.cpu = cpu;
    this.watched = watched;
    const { steps } = defined(program.codes[code], "codes exist");
    this.at = steps.map(() => undefined);
    const cells = initialCells(program);
    const start: Facts = new Map();
    for (const key of watched) {
      const [cell, element] = key.slice(1).split(".").map(Number);
      start.set(key, [defined(cells[cell ?? 0]?.[element ?? 0], "elements have initial values")]);
    }
    this.at[1] = start;
    const todo = [1];
    for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
      for (const [target, facts] of this.follow(defined(steps[id], "steps exist"), defined(this.at[id], "reached"))) {
        const before = this.at[target];
        const now = joined(before, facts);
        if (before && same(before, now)) continue;
        this.at[target] = now;
        todo.push(target);
      }
    }
  }

  /** The facts at each step that can follow. */
  private follow(step: Step, facts: Facts): Map<number, Facts> {
    const targets = new Map<number, Facts>();
    const left = this.walk(step.before, new Map(facts), targets);
    if (left === undefined) return targets;
    const after = this.access(step.access, left, targets);
    if (after) this.walk(step.body, after, targets);
    return targets;
  }

  private key({ cell, index }: Place): string | undefined {
    const declared = defined(this.program.cells[cell], "cells exist");
    const numbers = index.map((e) => (e.kind === "const" ? e.value : e.kind === "cpu" ? this.cpu : Number.NaN));
    if (numbers.some(Number.isNaN)) return undefined;
    const flat = flatIndex(declared, numbers);
    return flat === undefined ? undefined : `c${cell}.${flat}`;
  }

  private put(place: Place, values: readonly number[] | undefined, facts: Facts): void {
    const key = this.key(place);
    if (key !== undefined) this.learn(key, this.watched.has(key) ? values : undefined, facts);
    else for (const other of [...facts.keys()]) if (other.startsWith(`c${place.cell}.`)) facts.delete(other);
  }

  private learn(key: string, values: readonly number[] | undefined, facts: Facts): void {
    if (values && values.length <= VALUES_MAX) facts.set(key, values);
    else facts.delete(key);
  }

  /** Possible values, or undefined. */
  values(e: Expr, facts: Facts): readonly number[] | undefined {
    switch (e.kind) {
      case "const":
        return [e.value];
      case "cpu":
        return [this.cpu];
      case "local":
        return facts.get(`l${e.local}`);
      case "cell": {
        const key = this.key(e);
        return key === undefined ? undefined : facts.get(key);
      }
      case "cond":
        return undefined;
      case "unary": {
        const a = this.values(e.a, facts);
        return a && this.each(a.map((value) => ({ ...e, a: { kind: "const", value } })));
      }
      case "binary": {
        const a = this.values(e.a, facts);
        const b = this.values(e.b, facts);
        const stops = e.op === "&&" ? 0 : e.op === "||" ? 1 : undefined;
        for (const side of [a, b])
          if (stops !== undefined && side?.every((v) => Number(v !== 0) === stops)) return [stops];
        if (!a || !b) return undefined;
        const pairs = a.flatMap((x) => b.map((y) => [x, y] as const));
        return this.each(
          pairs.map(([x, y]) => ({ ...e, a: { kind: "const", value: x }, b: { kind: "const", value: y } })),
        );
      }
    }
  }

  private each(constants: readonly Expr[]): readonly number[] {
    const environment = { cells: [], locals: [], cpu: this.cpu, cpus: this.program.cpus };
    return [...new Set(constants.map((e) => evaluateExpr(this.program, environment, e)))].sort((x, y) => x - y);
  }

  private access(access: Access, facts: Facts, targets: Map<number, Facts>): Facts | undefined {
    switch (access.kind) {
      case "load":
      case "await":
        this.learn(`l${access.into}`, this.values({ ...access.place, kind: "cell" }, facts), facts);
        return facts;
      case "store":
        this.put(access.place, this.values(access.value, facts), facts);
        return facts;
      case "store_exclusive":
        this.put(access.place, undefined, facts);
        facts.delete(`l${access.failed}`);
        return facts;
      case "rmw":
        facts.delete(`l${access.old}`);
        this.put(access.place, undefined, facts);
        return facts;
      case "choose":
        facts.delete(`l${access.into}`);
        return facts;
      case "instruction":
        return this.walk(access.body, facts, targets);
      default:
        return facts;
    }
  }

  /** What holds behind the statements; undefined: nothing gets there. */
  private walk(list: readonly Stmt[], facts: Facts, targets: Map<number, Facts>): Facts | undefined {
    let now: Facts | undefined = facts;
    for (const s of list) {
      if (now === undefined) return undefined;
      now = this.statement(s, now, targets);
    }
    return now;
  }

  private statement(s: Stmt, facts: Facts, targets: Map<number, Facts>): Facts | undefined {
    switch (s.kind) {
      case "set":
        this.learn(`l${s.local}`, this.values(s.value, facts), facts);
        return facts;
      case "put":
        this.put(s, this.values(s.value, facts), facts);
        return facts;
      case "if": {
        const then = this.walk(s.then, new Map(facts), targets);
        const other = this.walk(s.else, facts, targets);
        return then && other ? joined(then, other) : (then ?? other);
      }
      case "block": {
        const through = this.walk(s.body, facts, targets);
        const broken = this.exits.get(s.label);
        this.exits.delete(s.label);
        return through && broken ? joined(broken, through) : (through ?? broken);
      }
      case "break":
        this.exits.set(s.label, joined(this.exits.get(s.label), facts));
        return undefined;
      case "goto":
        targets.set(s.step, joined(targets.get(s.step), facts));
        return undefined;
      case "reach":
      case "trace":
        return facts;
      default: // raise, limit, disabled, end
        return undefined;
    }
  }
}

/** When a handler may begin, as far as its first step says. */
function entryTests({ guard, access }: Step): Expr[] {
  const such = access.kind === "choose" ? access.such : null;
  return [guard, such].filter((e) => e !== null);
}

/** Elements with a fixed index that an expression reads. */
function elementsRead(program: Program, e: Expr, cpu: number, into: Set<string>): void {
  if (e.kind === "cell") {
    const numbers = e.index.map((i) => (i.kind === "const" ? i.value : i.kind === "cpu" ? cpu : -1));
    const flat = flatIndex(defined(program.cells[e.cell], "cells exist"), numbers);
    if (flat !== undefined) into.add(`c${e.cell}.${flat}`);
  } else if (e.kind === "unary") elementsRead(program, e.a, cpu, into);
  else if (e.kind === "binary") {
    elementsRead(program, e.a, cpu, into);
    elementsRead(program, e.b, cpu, into);
  }
}

/** Whether one of the effects writes the element. */
function isWritten(program: Program, effects: readonly Effect[], key: string): boolean {
  const [cell, element] = key.slice(1).split(".").map(Number);
  const { dims } = defined(program.cells[cell ?? 0], "cells exist");
  const at: number[] = [];
  let rest = element ?? 0;
  for (const extent of [...dims].reverse()) {
    at.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return effects.some(({ writes }) =>
    writes.some((box) => box.cell === cell && at.every((i, d) => (box.from[d] ?? 0) <= i && i <= (box.to[d] ?? 0))),
  );
}

/** For each step of a thread: the codes of handlers that cannot begin there. `others`: what all other contexts do. */
export function maskedAt(program: Program, context: Context, others: readonly Effect[]): ReadonlySet<number>[] {
  const code = defined(program.codes[context.code], "codes exist");
  const nothing = code.steps.map(() => new Set<number>());
  if (code.kind !== "thread") return nothing;
  const handlers = [...program.codes.entries()].filter(
    ([, other]) => other.kind === "interrupt" && other.cpus.includes(context.cpu),
  );
  const watched = new Set<string>();
  for (const [, handler] of handlers)
    for (const test of entryTests(defined(handler.steps[0], "handlers have an entry")))
      elementsRead(program, test, context.cpu, watched);
  for (const key of watched) if (isWritten(program, others, key)) watched.delete(key);
  const flow = new Flow(program, context, watched);
  return code.steps.map((_, id) => {
    const facts = flow.at[id];
    if (facts === undefined) return new Set<number>();
    const masked = handlers.filter(([, handler]) =>
      entryTests(defined(handler.steps[0], "handlers have an entry")).some((test) =>
        flow.values(test, facts)?.every((value) => value === 0),
      ),
    );
    return new Set(masked.map(([id]) => id));
  });
}
