// SPDX-License-Identifier: MIT
// What a step of a context reads and writes outside of its own locals, as boxes of array elements, down to the bits of
// cpumasks: which steps of two contexts can be told apart by their order. Too large a box only costs reduction.
import { defined } from "../base/assert.ts";
import { alternatives, stepOnCpu } from "../program/fold.ts";
import type { Access, Expr, Place, Program, Step, Stmt } from "../program/program.ts";

/** Elements of a cell: from[i] … to[i] in each dimension; of a cpumask, the last dimension is its bits. */
export interface Box {
  readonly cell: number;
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Of bits: what they are set to, or what they must be or the step cannot be taken. */
  readonly bit?: 0 | 1;
  /** Written into the store buffer of the CPU: nobody else sees it. */
  readonly held?: true;
}

export interface Effect {
  readonly reads: readonly Box[];
  readonly writes: readonly Box[];
}

/** What a step does on its way to one of the steps that can follow it (or to an end of the code: 0). */
export interface Outcome extends Effect {
  readonly target: number;
}

/** One code on one CPU. */
export interface Context {
  readonly code: number;
  readonly cpu: number;
}

export function contextsOf(program: Program): Context[] {
  return program.codes.flatMap(({ cpus }, code) => cpus.map((cpu) => ({ code, cpu })));
}

function meet(a: Box, b: Box): boolean {
  return a.cell === b.cell && a.from.every((from, i) => from <= (b.to[i] ?? 0) && (b.from[i] ?? 0) <= (a.to[i] ?? 0));
}

/** Whether some of the boxes meet, except where both name the same value of a bit and that makes no difference. */
function anyMeet(a: readonly Box[], b: readonly Box[], sameBitsPass: boolean): boolean {
  return a.some((x) => b.some((y) => meet(x, y) && !(sameBitsPass && x.bit !== undefined && x.bit === y.bit)));
}

/**
 * Whether `first; second` always ends as `second; first` does, which can be taken wherever the former can. Then a
 * bit that `first` needs may be given that value by `second`, but not the other way round.
 */
export function canSwap(first: Effect, second: Effect): boolean {
  return !(
    anyMeet(first.writes, second.writes, true) ||
    anyMeet(first.writes, second.reads, false) ||
    anyMeet(first.reads, second.writes, true)
  );
}

/** What other CPUs, and properties, see of it. */
export function seenFromAfar(effect: Effect): Effect {
  return effect.writes.some(({ held }) => held)
    ? { reads: effect.reads, writes: effect.writes.filter(({ held }) => !held) }
    : effect;
}

/** What the store buffer of a CPU does by itself, sooner or later. */
export function published(effects: readonly Effect[]): Effect {
  const held = effects.flatMap(({ writes }) => writes.filter((box) => box.held));
  return { reads: [], writes: held.map(({ cell, from, to }) => ({ cell, from, to })) };
}

const isMask = (program: Program, cell: number): boolean => program.cells[cell]?.meaning.kind === "mask";

/** Collects the effects of steps on one CPU, whose number has been filled in (stepOnCpu). */
class Collector {
  readonly outcomes: Outcome[] = [];
  private readonly program: Program;
  private readonly cpu: number;
  private readonly delayed: ReadonlySet<number>;

  constructor(program: Program, cpu: number, delayed: ReadonlySet<number> = new Set()) {
    this.program = program;
    this.cpu = cpu;
    this.delayed = delayed;
  }

  /** `bits`: which of a cpumask, undefined: all. */
  private box({ cell, index }: Place, bits?: Expr, bit?: 0 | 1): Box {
    const { dims, own } = defined(this.program.cells[cell], "cells exist");
    const range = (e: Expr | undefined, extent: number): [number, number] =>
      e?.kind === "const" ? [e.value, e.value] : [0, extent - 1];
    const ranges = index.map((e, i) =>
      own && i === 0 ? ([this.cpu, this.cpu] as const) : range(e, defined(dims[i], "one index per dimension")),
    );
    if (isMask(this.program, cell)) ranges.push(range(bits, this.program.cpus));
    const box = { cell, from: ranges.map(([from]) => from), to: ranges.map(([, to]) => to) };
    return bit === undefined ? box : { ...box, bit };
  }

  /** `needed`: the step cannot be taken unless the expression is that. */
  private expr(e: Expr, into: Box[], needed?: boolean): void {
    switch (e.kind) {
      case "cell":
        into.push(this.box(e));
        return this.all(e.index, into);
      case "unary":
        return this.expr(e.a, into, e.op === "!" && needed !== undefined ? !needed : undefined);
      case "binary": {
        if (e.op === "mask_test" && e.a.kind === "cell") {
          into.push(this.box(e.a, e.b, needed === undefined ? undefined : needed ? 1 : 0));
          return this.all([...e.a.index, e.b], into);
        }
        // All of a conjunction must hold, and none of a disjunction that must not.
        const passesOn = (e.op === "&&" && needed === true) || (e.op === "||" && needed === false);
        this.expr(e.a, into, passesOn ? needed : undefined);
        return this.expr(e.b, into, passesOn ? needed : undefined);
      }
      case "cond":
        return this.all([e.test, e.then, e.else], into);
      default:
        return;
    }
  }

  private all(list: readonly Expr[], into: Box[]): void {
    for (const e of list) this.expr(e, into);
  }

  private put(place: Place, value: Expr, reads: Box[], writes: Box[]): void {
    this.all(place.index, reads);
    const changesBit = value.kind === "binary" && (value.op === "mask_add" || value.op === "mask_del");
    if (changesBit && value.a.kind === "cell" && isSamePlace(value.a, place)) {
      writes.push(this.box(place, value.b, value.op === "mask_add" ? 1 : 0));
      return this.expr(value.b, reads);
    }
    this.expr(value, reads);
    writes.push(this.box(place));
  }

  private access(access: Access, reads: Box[], writes: Box[]): void {
    switch (access.kind) {
      case "load":
      case "await":
        this.expr({ ...access.place, kind: "cell" }, reads);
        if (access.kind === "await") this.expr(access.until, reads);
        return;
      case "store": {
        const from = writes.length;
        this.put(access.place, access.value, reads, writes);
        if (this.delayed.has(access.place.cell))
          writes.splice(from, 1, { ...defined(writes[from], "a store writes"), held: true });
        return;
      }
      case "store_exclusive":
        return this.put(access.place, access.value, reads, writes);
      case "rmw":
        this.expr({ ...access.place, kind: "cell" }, reads);
        if (access.when) this.expr(access.when, reads);
        this.expr(access.value, reads);
        writes.push(this.box(access.place));
        return;
      case "choose":
        if (access.such) this.expr(access.such, reads, true);
        return;
      case "instruction":
        return this.walk(access.body, reads, writes);
      default:
        return;
    }
  }

  /** In order: an outcome holds what happens before it is reached, and a little more at most. */
  private walk(list: readonly Stmt[], reads: Box[], writes: Box[]): void {
    for (const s of list) {
      switch (s.kind) {
        case "set":
          this.expr(s.value, reads);
          break;
        case "put":
          this.put(s, s.value, reads, writes);
          break;
        case "if":
          this.branch(s, reads, writes);
          break;
        case "block":
          this.walk(s.body, reads, writes);
          break;
        case "goto":
        case "end":
          this.outcomes.push({ target: s.kind === "goto" ? s.step : 0, reads: [...reads], writes: [...writes] });
          break;
        default:
          break;
      }
    }
  }

  /** Each side on its own, so that what only the other one does is not counted; behind them, both. */
  private branch(s: Extract<Stmt, { kind: "if" }>, reads: Box[], writes: Box[]): void {
    const isGuard = s.then[0]?.kind === "disabled" && s.else.length === 0;
    this.expr(s.test, reads, isGuard ? false : undefined);
    const [otherReads, otherWrites] = [[...reads], [...writes]];
    this.walk(s.then, reads, writes);
    this.walk(s.else, otherReads, otherWrites);
    reads.push(...otherReads.filter((box) => !reads.includes(box)));
    writes.push(...otherWrites.filter((box) => !writes.includes(box)));
  }

  /** By what can follow; returns all that the step can do, paths that turn out to be disabled included. */
  step(step: Step): Effect {
    const reads: Box[] = [];
    const writes: Box[] = [];
    if (step.guard) this.expr(step.guard, reads, true);
    this.walk(step.before, reads, writes);
    const choices = alternatives(this.program, step);
    if (choices === undefined) {
      this.access(step.access, reads, writes);
      this.walk(step.body, reads, writes);
      return { reads, writes };
    }
    const effects = choices.map(({ such, body }): Effect => {
      const own = { reads: [...reads], writes: [...writes] };
      this.expr(such, own.reads, true);
      this.walk(body, own.reads, own.writes);
      return own;
    });
    return { reads: effects.flatMap((e) => e.reads), writes: effects.flatMap((e) => e.writes) };
  }

  property(test: Expr): Box[] {
    const reads: Box[] = [];
    this.expr(test, reads);
    return reads;
  }
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.cell === b.cell && JSON.stringify(a.index) === JSON.stringify(b.index);
}

/** By what can follow. A walker's step has none. */
export function outcomesOf(
  program: Program,
  cpu: number,
  step: Step,
  delayed: ReadonlySet<number> = new Set(),
): Outcome[] {
  const collector = new Collector(program, cpu, delayed);
  collector.step(stepOnCpu(program, step, cpu));
  return collector.outcomes;
}

/** All that the step can do. */
export function effectOf(program: Program, cpu: number, step: Step, delayed: ReadonlySet<number> = new Set()): Effect {
  return new Collector(program, cpu, delayed).step(stepOnCpu(program, step, cpu));
}

/** What a property looks at. */
export function readsOfProperty(program: Program, test: Expr): Box[] {
  return new Collector(program, 0).property(test);
}
