// SPDX-License-Identifier: MIT
// What registers and locations may hold, found without running anything: which registers are constants, which location
// an address is, how many bits memory needs. Between bounds that are never too narrow, but for what loops add up: there
// the program says `limit` when it gets there.
import { defined } from "../base/assert.ts";
import { type Range, rangeOfOperation, union } from "../program/intervals.ts";
import type { Expr } from "../program/program.ts";
import { constant, substitute } from "./expressions.ts";
import { unsupported } from "./problem.ts";
import { ADDRESS_BASE, type LitmusTest, type Locations, type MemoryOp, type Op, type Thread } from "./test.ts";

/** `constant`: it depends on nothing that was loaded (and is one number). */
export interface Value extends Range {
  readonly constant: boolean;
}

/** Of all registers, by number, in front of an op; undefined: nobody gets there. */
export type State = readonly Value[] | undefined;

export interface Analysis {
  /** By thread and op; behind the last op: at the end. */
  readonly states: readonly (readonly State[])[];
  readonly memory: readonly Range[];
}

const ZERO: Range = { min: 0, max: 0 };
const NOTHING: Range = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
/** Values of a loop that never stops growing. */
const WIDE: Value = { min: -ADDRESS_BASE, max: 2 * ADDRESS_BASE, constant: false };
/** Visits of one op after which what still grows is WIDE. */
const VISITS = 12;

export function analyse(test: LitmusTest): Analysis {
  let memory: readonly Range[] = test.locations.initial.map((value) => ({ min: value, max: value }));
  const stores = test.threads.flatMap(({ ops }) => ops.filter((op) => STORES.has(op.kind)));
  // A round takes every value through one more store; without loops none passes through more than there are.
  for (let round = 0; ; round++) {
    const run = new Run(test.locations, memory);
    const states = test.threads.map((thread) => run.thread(thread));
    if (!run.changed || (round === stores.length && !test.threads.some(hasLoop))) return { states, memory };
    if (round > stores.length) return { states, memory };
    memory = run.next;
    // Values that pass through a loop may go on growing, up to what memory as a whole can hold: there a run ends with
    // a limit. So each location must be taken to hold as much.
    if (round === stores.length) {
      const all = memory.reduce(union);
      memory = memory.map(() => all);
    }
  }
}

export function hasLoop({ ops }: Thread): boolean {
  return ops.some((op, i) => op.kind === "jump" && op.to <= i);
}

const STORES: ReadonlySet<Op["kind"]> = new Set(["store", "store_exclusive", "rmw"]);

class Run {
  changed = false;
  /** What memory holds after each store has been done once more. */
  readonly next: Range[];
  private readonly locations: Locations;
  private readonly memory: readonly Range[];

  constructor(locations: Locations, memory: readonly Range[]) {
    this.locations = locations;
    this.memory = memory;
    this.next = [...memory];
  }

  thread({ ops, initial }: Thread): State[] {
    const states: State[] = new Array(ops.length + 1).fill(undefined);
    const visits = new Array<number>(ops.length + 1).fill(0);
    states[0] = initial.map((value) => ({ min: value, max: value, constant: true }));
    const queue = [0];
    const flow = (to: number, state: readonly Value[]): void => {
      const before = states[to];
      const after = before ? join(before, state, (visits[to] ?? 0) > VISITS) : state;
      if (after === before) return;
      states[to] = after;
      queue.push(to);
    };
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      const op = ops[at];
      if (op === undefined) continue;
      visits[at] = (visits[at] ?? 0) + 1;
      this.step(op, at, defined(states[at], "it was reached"), flow);
    }
    return states;
  }

  private step(op: Op, at: number, state: readonly Value[], flow: (to: number, state: readonly Value[]) => void): void {
    switch (op.kind) {
      case "set":
        return flow(at + 1, assigned(state, op.register, abstractValue(op.value, state)));
      case "jump": {
        const test = op.test && known(op.test, state);
        if (test === null || test.kind !== "const" || test.value !== 0) flow(op.to, state);
        if (test !== null && (test.kind !== "const" || test.value === 0)) flow(at + 1, state);
        return;
      }
      default:
        return flow(at + 1, this.access(op, op, state));
    }
  }

  private access(op: MemoryOp, { offset, text }: Op, state: readonly Value[]): readonly Value[] {
    if (op.kind === "fence") return state;
    const address = abstractValue(op.address, state);
    const places = locationsOf(this.locations, address);
    // What was loaded may become an address yet, in a later round.
    if (places.length === 0 && address.constant) unsupported(offset, `'${text}': an access to what is no location`);
    const held = (): Value => ({
      ...places.map((l) => defined(this.memory[l], "locations")).reduce(union, places.length === 0 ? ZERO : NOTHING),
      constant: false,
    });
    switch (op.kind) {
      case "load":
        return assigned(state, op.into, held());
      case "store":
        this.write(places, abstractValue(op.value, state));
        return state;
      case "store_exclusive":
        this.write(places, abstractValue(op.value, state));
        return assigned(state, op.failed, { min: 0, max: 1, constant: false });
      case "rmw": {
        const after = assigned(state, op.old, held());
        this.write(places, abstractValue(op.value, after));
        return after;
      }
    }
  }

  private write(places: readonly number[], value: Range): void {
    for (const l of places) {
      const before = defined(this.next[l], "locations");
      const both = union(before, value);
      const after = { min: Math.max(both.min, WIDE.min), max: Math.min(both.max, WIDE.max) };
      if (after.min === before.min && after.max === before.max) continue;
      this.next[l] = after;
      this.changed = true;
    }
  }
}

function assigned(state: readonly Value[], register: number, value: Value): Value[] {
  const after = [...state];
  after[register] = value;
  return after;
}

/** What holds on either way; `before` itself if `state` adds nothing. */
function join(before: readonly Value[], state: readonly Value[], widen: boolean): readonly Value[] {
  let after: Value[] | undefined;
  for (const [i, a] of before.entries()) {
    const b = defined(state[i], "the same registers");
    const both = union(a, b);
    const same = both.min === a.min && both.max === a.max;
    if (same && (!a.constant || b.constant)) continue;
    after ??= [...before];
    after[i] = widen && !same ? WIDE : { ...both, constant: false };
  }
  return after ?? before;
}

/** With the registers that are constants replaced by them. */
export function known(e: Expr, state: readonly Value[]): Expr {
  return substitute(e, (register) => {
    const value = state[register];
    return value?.constant ? constant(value.min) : undefined;
  });
}

export function abstractValue(e: Expr, state: readonly Value[]): Value {
  const folded = known(e, state);
  return folded.kind === "const"
    ? { min: folded.value, max: folded.value, constant: true }
    : { ...rangeOf(folded, state), constant: false };
}

const sameRegister = (a: Expr, b: Expr): boolean => a.kind === "local" && b.kind === "local" && a.local === b.local;

function rangeOf(e: Expr, state: readonly Value[]): Range {
  switch (e.kind) {
    case "const":
      return { min: e.value, max: e.value };
    case "local":
      return defined(state[e.local], "registers have values");
    case "unary": {
      const a = rangeOf(e.a, state);
      return e.op === "-" ? { min: -a.max, max: -a.min } : { min: 0, max: 1 };
    }
    case "binary":
      // The usual false dependency: always 0.
      if ((e.op === "^" || e.op === "-") && sameRegister(e.a, e.b)) return { min: 0, max: 0 };
      return rangeOfOperation(e.op, rangeOf(e.a, state), rangeOf(e.b, state), 0);
    case "cond":
      return union(rangeOf(e.then, state), rangeOf(e.else, state));
    default:
      return WIDE;
  }
}

/** The locations that an address may be. */
export function locationsOf(locations: Locations, address: Range): number[] {
  if (address.min === address.max) {
    const location = locations.at(address.min);
    return location === undefined ? [] : [location];
  }
  return locations.names.flatMap((name, l) => {
    const at = locations.address(l);
    return name !== "" && at >= address.min && at <= address.max ? [l] : [];
  });
}
