// SPDX-License-Identifier: MIT
// One attempt at a step: executes it from a decoded state, and writes down what it looks at.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { assert, defined } from "../base/assert.ts";
import type { PackedLayout } from "../emit/layout.ts";
import { type Environment, evaluateExpr, flatIndex } from "../program/evaluate.ts";
import type { Access, Expr, Place, Program, Step, Stmt } from "../program/program.ts";
import { type Element, keyOf, type State } from "./decode.ts";

/** What a value was computed from. */
export interface Sources {
  readonly locals: readonly number[];
  readonly elements: readonly (Element & { readonly value: number })[];
}

/** What a step does, in order. */
type Deed =
  | { readonly op: "set"; readonly local: number; readonly from: Sources }
  | { readonly op: "put"; readonly element: Element; readonly from: Sources }
  | { readonly op: "test"; readonly from: Sources }
  /** A `sometimes` event. */
  | { readonly op: "reach"; readonly witness: number; readonly from: Sources };
/** `inside`: by the access or the instruction itself, and not by the local computation behind it. */
export type Op = Deed & { readonly inside: boolean };

/** The step's one access to memory. */
export type Accessed =
  | { readonly kind: "load"; readonly element: Element; readonly value: number; readonly forwarded: boolean }
  | { readonly kind: "store"; readonly element: Element; readonly value: number; readonly buffered: boolean }
  /** `value`: undefined if nothing was stored. */
  | { readonly kind: "rmw"; readonly element: Element; readonly old: number; readonly value: number | undefined };

export type End = { readonly end: "goto" | "raise"; readonly to: number } | { readonly end: "end" | "disabled" };
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

/**
 * One attempt at a step: with one value of its choice, or one way to resolve what a page walker sees. The step's guard
 * is its caller's business.
 */
export class Attempt {
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

  private note(deed: Deed): void {
    this.ops.push({ ...deed, inside: this.inside });
  }

  private test(e: Expr): boolean {
    this.note({ op: "test", from: this.sources(e) });
    return this.value(e) !== 0;
  }

  private set(local: number, e: Expr): void {
    this.note({ op: "set", local, from: this.sources(e) });
    this.locals[local] = this.value(e);
  }

  private put(place: Place, e: Expr): void {
    const element = this.elementOf(place);
    this.note({ op: "put", element, from: this.sources(e) });
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
        this.note({ op: "reach", witness: s.witness, from: { locals: [], elements: [] } });
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

  /** Under a model of views: what a load may find, newest first. Else what is in memory. */
  private found(element: Element, choice: number): number | undefined {
    const newest = defined(this.cells[element.cell]?.[element.at], "a place is in range");
    if (this.model.kind !== "views" || choice === 0) return newest;
    return this.before.older.get(keyOf(element))?.at(-choice);
  }

  /** False: there is no such value. */
  private load(access: Extract<Access, { kind: "load" | "await" }>, choice: number): boolean {
    const element = this.elementOf(access.place);
    const memory = this.found(element, choice);
    if (memory === undefined) return false;
    const effect = this.model.load[access.order];
    const own = effect === "memory" || (effect === "either" && choice === 0) ? undefined : this.waiting(element);
    const value = own ?? memory;
    this.accessed = { kind: "load", element, value, forwarded: own !== undefined && own !== memory };
    this.note({ op: "set", local: access.into, from: { locals: [], elements: [{ ...element, value }] } });
    this.locals[access.into] = value;
    return true;
  }

  private store(access: Extract<Access, { kind: "store" | "store_exclusive" }>): void {
    const element = this.elementOf(access.place);
    const value = this.value(access.value);
    const buffered = this.model.store[access.order] === "buffer" && this.layout.addresses.has(element.cell);
    this.accessed = { kind: "store", element, value, buffered };
    const of = defined(this.cells[element.cell], "cells exist");
    if (!buffered) of[element.at] = value;
  }

  /** False: there is no such value. */
  private rmw(access: Extract<Access, { kind: "rmw" }>, choice: number): boolean {
    const element = this.elementOf(access.place);
    const of = defined(this.cells[element.cell], "cells exist");
    const old = this.found(element, choice);
    if (old === undefined) return false;
    this.note({ op: "set", local: access.old, from: { locals: [], elements: [{ ...element, value: old }] } });
    this.locals[access.old] = old;
    const stored = access.when === null || this.test(access.when);
    const value = stored ? this.value(access.value) : undefined;
    this.accessed = { kind: "rmw", element, old, value };
    if (value !== undefined) of[element.at] = value;
    return true;
  }

  private access(access: Access, choice: number): Left | undefined {
    switch (access.kind) {
      case "load":
        return this.load(access, choice) ? undefined : { end: "disabled" };
      case "await":
        return this.load(access, choice) && this.test(access.until) ? undefined : { end: "disabled" };
      case "store":
        this.store(access);
        return undefined;
      case "store_exclusive":
        this.locals[access.failed] = choice;
        if (choice === 0) this.store(access);
        return undefined;
      case "rmw":
        return this.rmw(access, choice) ? undefined : { end: "disabled" };
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

/** How many attempts there are at a step. */
export function choicesOf({ access }: Step, model: MemoryModel, before: State): number {
  if (access.kind === "choose") return access.count;
  if (access.kind === "store_exclusive") return 2;
  if (model.kind === "views") return 1 + Math.max(0, ...[...before.older.values()].map((values) => values.length));
  return access.kind === "load" && access.order === "walk" ? 2 : 1;
}
