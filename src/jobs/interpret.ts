// SPDX-License-Identifier: MIT
// One step of a run, executed again by a plain interpreter that writes down what it looks at: the emitted code is fast
// because it keeps no record. The two must agree on every successor; a test walks through programs and compares.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { assert, defined } from "../base/assert.ts";
import type { PackedLayout } from "../emit/layout.ts";
import type { Choice } from "../program/compiled.ts";
import { type Environment, evaluateExpr, flatIndex } from "../program/evaluate.ts";
import type { Access, Expr, Place, Program, Step, Stmt } from "../program/program.ts";
import { type ContextState, type Element, keyOf, type State } from "./decode.ts";

/** What a value was computed from. */
export interface Sources {
  readonly locals: readonly number[];
  readonly elements: readonly (Element & { readonly value: number })[];
}

/** What a step does beside its access, in order. */
export type Op =
  | { readonly op: "set"; readonly local: number; readonly from: Sources }
  /** `inside`: by the instruction itself, and not by the local computation behind it. */
  | { readonly op: "put"; readonly element: Element; readonly inside: boolean; readonly from: Sources }
  | { readonly op: "test"; readonly from: Sources }
  /** A `sometimes` event. */
  | { readonly op: "reach"; readonly witness: number; readonly from: Sources };

/** The step's one access to memory. */
export type Accessed =
  | { readonly kind: "load"; readonly element: Element; readonly value: number; readonly forwarded: boolean }
  | { readonly kind: "store"; readonly element: Element; readonly value: number; readonly buffered: boolean }
  /** `value`: undefined if nothing was stored. */
  | { readonly kind: "rmw"; readonly element: Element; readonly old: number; readonly value: number | undefined };

export interface Interpreted {
  readonly accessed: Accessed | undefined;
  readonly ops: readonly Op[];
  /** What the checks of pointers, before the access, looked at. */
  readonly checked: Sources["elements"];
  /** Index of the `never` property that is violated. */
  readonly raised: number | undefined;
  /** The step that follows; undefined: the code has ended. */
  readonly next: number | undefined;
}

type End = { readonly end: "goto" | "raise"; readonly to: number } | { readonly end: "end" | "disabled" };
type Left = End | { readonly end: "break"; readonly to: number };

/** What an expression looks at. */
export function sourcesOf(program: Program, env: Environment, e: Expr): Sources {
  const locals: number[] = [];
  const elements: (Element & { value: number })[] = [];
  const truth = (x: Expr): boolean => evaluateExpr(program, env, x) !== 0;
  const visit = (x: Expr): void => {
    switch (x.kind) {
      case "local":
        locals.push(x.local);
        return;
      case "cell": {
        x.index.forEach(visit);
        const index = x.index.map((i) => evaluateExpr(program, env, i));
        const at = flatIndex(defined(program.cells[x.cell], "cells exist"), index);
        const value = at === undefined ? undefined : env.cells[x.cell]?.[at];
        if (at !== undefined && value !== undefined) elements.push({ cell: x.cell, at, value });
        return;
      }
      case "unary":
        visit(x.a);
        return;
      case "binary":
        visit(x.a);
        // As in C, the right side is only looked at if the left one has not decided.
        if ((x.op === "&&" && !truth(x.a)) || (x.op === "||" && truth(x.a))) return;
        visit(x.b);
        return;
      case "cond":
        visit(x.test);
        visit(truth(x.test) ? x.then : x.else);
        return;
      default:
        return;
    }
  };
  visit(e);
  return { locals, elements };
}

/** A state as expressions see it that belong to no code: properties. */
export function outside(program: Program, state: State): Environment {
  return { cells: state.cells.map((values) => [...values]), locals: [], cpu: 0, cpus: program.cpus };
}

/** One attempt at a step: with one value of its choice, or one way to resolve what a page walker sees. */
class Attempt {
  readonly ops: Op[] = [];
  checked: Sources["elements"] = [];
  accessed: Accessed | undefined;
  private readonly program: Program;
  private readonly model: MemoryModel;
  private readonly layout: PackedLayout;
  private readonly before: State;
  readonly cells: number[][];
  readonly locals: number[];
  private readonly cpu: number;
  private inside = false;

  constructor(
    program: Program,
    model: MemoryModel,
    layout: PackedLayout,
    before: State,
    cpu: number,
    locals: number[],
  ) {
    this.program = program;
    this.model = model;
    this.layout = layout;
    this.before = before;
    this.cells = before.cells.map((values) => [...values]);
    this.locals = locals;
    this.cpu = cpu;
  }

  private value(e: Expr): number {
    const { cells, locals, cpu, program } = this;
    return evaluateExpr(program, { cells, locals, cpu, cpus: program.cpus }, e);
  }

  private elementOf({ cell, index }: Place): Element {
    const of = defined(this.program.cells[cell], "cells exist");
    const values = index.map((i) => this.value(i));
    return { cell, at: defined(flatIndex(of, values), `an index of ${of.name} is in range`) };
  }

  private sources(e: Expr): Sources {
    const { cells, locals, cpu, program } = this;
    return sourcesOf(program, { cells, locals, cpu, cpus: program.cpus }, e);
  }

  private test(e: Expr): boolean {
    this.ops.push({ op: "test", from: this.sources(e) });
    return this.value(e) !== 0;
  }

  private set(local: number, e: Expr): void {
    this.ops.push({ op: "set", local, from: this.sources(e) });
    this.locals[local] = this.value(e);
  }

  private put(place: Place, e: Expr): void {
    const element = this.elementOf(place);
    this.ops.push({ op: "put", element, inside: this.inside, from: this.sources(e) });
    const of = defined(this.cells[place.cell], "cells exist");
    of[element.at] = this.value(e);
  }

  /** How the list is left; undefined: at its end. */
  private run(list: readonly Stmt[]): Left | undefined {
    for (const s of list) {
      const left = this.statement(s);
      if (left !== undefined) return left;
    }
    return undefined;
  }

  private statement(s: Stmt): Left | undefined {
    switch (s.kind) {
      case "set":
        this.set(s.local, s.value);
        return undefined;
      case "put":
        this.put(s, s.value);
        return undefined;
      case "if":
        return this.run(this.test(s.test) ? s.then : s.else);
      case "block": {
        const left = this.run(s.body);
        return left?.end === "break" && left.to === s.label ? undefined : left;
      }
      case "break":
        return { end: "break", to: s.label };
      case "raise":
        return { end: "raise", to: s.property };
      case "goto":
        return { end: "goto", to: s.step };
      case "end":
        return { end: "end" };
      case "disabled":
      case "limit":
        return { end: "disabled" };
      case "reach":
        this.ops.push({ op: "reach", witness: s.witness, from: { locals: [], elements: [] } });
        return undefined;
      default: // trace
        return undefined;
    }
  }

  /** The newest own store to the element that still waits. */
  private waiting(element: Element): number | undefined {
    const own = this.before.buffers[this.cpu] ?? [];
    return own.findLast((entry) => keyOf(entry) === keyOf(element))?.value;
  }

  private load(access: Extract<Access, { kind: "load" | "await" }>, choice: number): void {
    const element = this.elementOf(access.place);
    const memory = defined(this.cells[element.cell]?.[element.at], "a place is in range");
    const effect = this.model.load[access.order];
    const own = effect === "memory" || (effect === "either" && choice === 0) ? undefined : this.waiting(element);
    const value = own ?? memory;
    this.accessed = { kind: "load", element, value, forwarded: own !== undefined && own !== memory };
    this.ops.push({ op: "set", local: access.into, from: { locals: [], elements: [{ ...element, value }] } });
    this.locals[access.into] = value;
  }

  private store(access: Extract<Access, { kind: "store" }>): void {
    const element = this.elementOf(access.place);
    const value = this.value(access.value);
    const buffered = this.model.store[access.order] === "buffer" && this.layout.addresses.has(element.cell);
    this.accessed = { kind: "store", element, value, buffered };
    const of = defined(this.cells[element.cell], "cells exist");
    if (!buffered) of[element.at] = value;
  }

  private rmw(access: Extract<Access, { kind: "rmw" }>): void {
    const element = this.elementOf(access.place);
    const of = defined(this.cells[element.cell], "cells exist");
    const old = defined(of[element.at], "a place is in range");
    this.ops.push({ op: "set", local: access.old, from: { locals: [], elements: [{ ...element, value: old }] } });
    this.locals[access.old] = old;
    const stored = access.when === null || this.test(access.when);
    const value = stored ? this.value(access.value) : undefined;
    this.accessed = { kind: "rmw", element, old, value };
    if (value !== undefined) of[element.at] = value;
  }

  private access(access: Access, choice: number): Left | undefined {
    switch (access.kind) {
      case "load":
        this.load(access, choice);
        return undefined;
      case "await":
        this.load(access, choice);
        return this.test(access.until) ? undefined : { end: "disabled" };
      case "store":
        this.store(access);
        return undefined;
      case "rmw":
        this.rmw(access);
        return undefined;
      case "instruction":
        return this.run(access.body);
      case "choose":
        this.locals[access.into] = choice;
        return access.such === null || this.test(access.such) ? undefined : { end: "disabled" };
      default: // none, fence
        return undefined;
    }
  }

  /** Checks of pointers go before the access; a page walker has all of its own conditions there. */
  private prepare(step: Step, isWalker: boolean): Left | undefined {
    const left = this.run(step.before);
    if (isWalker) return left;
    this.checked = this.ops.flatMap((op) => op.from.elements);
    this.ops.length = 0;
    return left;
  }

  private reachAccess(access: Access, choice: number): Left | undefined {
    this.inside = true;
    const left = this.access(access, choice);
    this.inside = false;
    return left;
  }

  step(step: Step, choice: number, isWalker: boolean): End {
    const left =
      this.prepare(step, isWalker) ??
      this.reachAccess(step.access, choice) ??
      this.run(step.body) ??
      ({ end: "end" } as const);
    assert(left.end !== "break", "a break has its block");
    return left;
  }
}

function choicesOf(step: Step): number {
  if (step.access.kind === "choose") return step.access.count;
  return step.access.kind === "load" && step.access.order === "walk" ? 2 : 1;
}

function sameValues(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, i) => value === b[i]);
}

/** Whether the attempt led to `after`, where the context then stands at `context` (undefined: a page walker). */
function ledTo(
  attempt: Attempt,
  end: End,
  after: State,
  context: ContextState | undefined,
  live: readonly number[],
): boolean {
  if (!attempt.cells.every((values, cell) => sameValues(values, after.cells[cell] ?? []))) return false;
  if (end.end === "raise" || context === undefined) return true;
  if (context.pc !== (end.end === "goto" ? end.to : 0)) return false;
  return live.every((l) => (attempt.locals[l] ?? 0) === context.locals[l]);
}

/** What the step of `choice` did between two states. */
export function interpret(
  program: Program,
  model: MemoryModel,
  layout: PackedLayout,
  before: State,
  choice: Choice,
  after: State,
): Interpreted {
  const step = defined(program.codes[choice.code]?.steps[choice.step], "choices name steps");
  const isContext = (c: ContextState): boolean => c.code === choice.code && c.cpu === choice.cpu;
  const context = before.contexts.find(isContext);
  const then = after.contexts.find(isContext);
  const live = then ? (program.codes[then.code]?.steps[then.pc]?.live ?? []) : [];
  for (let value = 0; value < choicesOf(step); value++) {
    const attempt = new Attempt(program, model, layout, before, choice.cpu, [...(context?.locals ?? [])]);
    const end = attempt.step(step, value, context === undefined);
    if (end.end === "disabled" || !ledTo(attempt, end, after, then, live)) continue;
    const raised = end.end === "raise" ? end.to : undefined;
    const { accessed, ops, checked } = attempt;
    return { accessed, ops, checked, raised, next: end.end === "goto" ? end.to : undefined };
  }
  throw new Error(`lazymm bug: the interpreter cannot follow ${step.at.func}: ${step.at.text}`);
}
