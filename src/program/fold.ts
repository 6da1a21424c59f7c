// SPDX-License-Identifier: MIT
// Expressions and statements with some locals known: what becomes constant is computed, what becomes unreachable is
// left out.
import { evaluateExpr } from "./evaluate.ts";
import type { Access, Expr, Place, Program, Step, Stmt } from "./program.ts";

/** Values of locals, by number, and perhaps the CPU that runs the code. */
export interface Known {
  readonly locals: ReadonlyMap<number, number>;
  readonly cpu?: number | undefined;
}

const constant = (value: number): Expr => ({ kind: "const", value });
const truthy = (e: Expr): boolean | undefined => (e.kind === "const" ? e.value !== 0 : undefined);

function compute(program: Pick<Program, "cpus">, e: Expr): Expr {
  const environment = { cells: [], locals: [], cpu: 0, cpus: program.cpus };
  return constant(evaluateExpr(program as Program, environment, e));
}

export function foldExpr(program: Pick<Program, "cpus">, e: Expr, known: Known): Expr {
  const fold = (x: Expr): Expr => foldExpr(program, x, known);
  switch (e.kind) {
    case "local": {
      const value = known.locals.get(e.local);
      return value === undefined ? e : constant(value);
    }
    case "cpu":
      return known.cpu === undefined ? e : constant(known.cpu);
    case "cell":
      return { ...e, index: e.index.map(fold) };
    case "unary": {
      const folded: Expr = { ...e, a: fold(e.a) };
      return folded.a.kind === "const" ? compute(program, folded) : folded;
    }
    case "cond": {
      const test = fold(e.test);
      const decided = truthy(test);
      if (decided !== undefined) return fold(decided ? e.then : e.else);
      return { ...e, test, then: fold(e.then), else: fold(e.else) };
    }
    case "binary":
      return foldBinary(program, e, fold);
    default:
      return e;
  }
}

function foldBinary(
  program: Pick<Program, "cpus">,
  e: Extract<Expr, { kind: "binary" }>,
  fold: (x: Expr) => Expr,
): Expr {
  const a = fold(e.a);
  if (e.op === "&&" || e.op === "||") {
    const left = truthy(a);
    if (left !== undefined) return left === (e.op === "||") ? constant(Number(left)) : truthValue(fold(e.b));
    const b = fold(e.b);
    const right = truthy(b);
    // What stands on the left has no side effects: the right side alone may decide.
    if (right !== undefined) return right === (e.op === "||") ? constant(Number(right)) : truthValue(a);
    return { ...e, a, b };
  }
  const b = fold(e.b);
  const folded: Expr = { ...e, a, b };
  return a.kind === "const" && b.kind === "const" ? compute(program, folded) : folded;
}

const TRUTH_OPS: readonly string[] = ["==", "!=", "<", "<=", ">", ">=", "&&", "||", "mask_test", "!", "mask_empty"];

/** 0 or 1, where && and || would have made it that. */
function truthValue(e: Expr): Expr {
  if (e.kind === "const") return constant(Number(e.value !== 0));
  if ((e.kind === "binary" || e.kind === "unary") && TRUTH_OPS.includes(e.op)) return e;
  return { kind: "binary", op: "!=", a: e, b: constant(0) };
}

function assignedIn(list: readonly Stmt[]): number[] {
  return list.flatMap((s) => {
    if (s.kind === "set") return [s.local];
    if (s.kind === "if") return [...assignedIn(s.then), ...assignedIn(s.else)];
    return s.kind === "block" ? assignedIn(s.body) : [];
  });
}

function breaksTo(list: readonly Stmt[], label: number): boolean {
  return list.some((s) => {
    if (s.kind === "break") return s.label === label;
    if (s.kind === "if") return breaksTo(s.then, label) || breaksTo(s.else, label);
    return s.kind === "block" && breaksTo(s.body, label);
  });
}

/** What a block comes to that is only left at its end. */
function straight({ label, body }: Extract<Stmt, { kind: "block" }>): readonly Stmt[] | undefined {
  const last = body.at(-1);
  const ends = last?.kind === "break" && last.label === label;
  const inner = ends ? body.slice(0, -1) : body;
  return breaksTo(inner, label) ? undefined : inner;
}

/** In order: a local that is set to a constant is known from there on, until it is set again. */
export function foldStmts(program: Pick<Program, "cpus">, list: readonly Stmt[], known: Known): Stmt[] {
  return foldList(program, list, new Map(known.locals), known.cpu);
}

/** `locals` is brought up to date. */
function foldList(
  program: Pick<Program, "cpus">,
  list: readonly Stmt[],
  locals: Map<number, number>,
  cpu: number | undefined,
): Stmt[] {
  const now: Known = { locals, cpu };
  const fold = (e: Expr): Expr => foldExpr(program, e, now);
  const forget = (inside: readonly Stmt[]): void => {
    for (const local of assignedIn(inside)) locals.delete(local);
  };
  return list.flatMap((s): Stmt[] => {
    switch (s.kind) {
      case "set": {
        const value = fold(s.value);
        if (value.kind === "const") locals.set(s.local, value.value);
        else locals.delete(s.local);
        return [{ ...s, value }];
      }
      case "put":
        return [{ ...s, index: s.index.map(fold), value: fold(s.value) }];
      case "trace":
        return [{ ...s, args: s.args.map(fold) }];
      case "block": {
        const inner = straight(s);
        if (inner) return foldList(program, inner, locals, cpu);
        const block = { ...s, body: foldStmts(program, s.body, now) };
        const folded = straight(block);
        // What was decided inside may have left one way through: what that learns, holds behind it.
        if (folded) return foldList(program, folded, locals, cpu);
        forget(s.body);
        return [block];
      }
      case "if": {
        const test = fold(s.test);
        const decided = truthy(test);
        if (decided !== undefined) return foldList(program, decided ? s.then : s.else, locals, cpu);
        const [then, other] = [foldStmts(program, s.then, now), foldStmts(program, s.else, now)];
        forget([...s.then, ...s.else]);
        return [{ ...s, test, then, else: other }];
      }
      default:
        return [s];
    }
  });
}

function foldPlace(program: Pick<Program, "cpus">, place: Place, known: Known): Place {
  return { ...place, index: place.index.map((e) => foldExpr(program, e, known)) };
}

function foldAccess(program: Pick<Program, "cpus">, access: Access, known: Known): Access {
  const fold = (e: Expr): Expr => foldExpr(program, e, known);
  switch (access.kind) {
    case "none":
    case "fence":
      return access;
    case "instruction":
      return { ...access, body: foldStmts(program, access.body, known) };
    case "choose":
      return { ...access, such: access.such && fold(access.such) };
    case "load":
      return { ...access, place: foldPlace(program, access.place, known) };
    case "await":
      return { ...access, place: foldPlace(program, access.place, known), until: fold(access.until) };
    case "store":
    case "store_exclusive":
      return { ...access, place: foldPlace(program, access.place, known), value: fold(access.value) };
    case "rmw": {
      const { place, value, when } = access;
      return { ...access, place: foldPlace(program, place, known), value: fold(value), when: when && fold(when) };
    }
  }
}

/** What is known behind the statements of an instruction, for the body of its step. */
function knownAfter(access: Access): Map<number, number> {
  const known = new Map<number, number>();
  if (access.kind !== "instruction") return known;
  for (const s of access.body) {
    if (s.kind === "set" && s.value.kind === "const") known.set(s.local, s.value.value);
    else for (const local of assignedIn([s])) known.delete(local);
  }
  return known;
}

/** The step as one CPU runs it. */
export function stepOnCpu(program: Pick<Program, "cpus">, step: Step, cpu: number): Step {
  const known: Known = { locals: new Map(), cpu };
  const access = foldAccess(program, step.access, known);
  return {
    ...step,
    guard: step.guard && foldExpr(program, step.guard, known),
    before: foldStmts(program, step.before, known),
    access,
    body: foldStmts(program, step.body, { ...known, locals: knownAfter(access) }),
  };
}

/** Above this many values a choice stays a loop. */
const ALTERNATIVES_MAX = 32;

/** One value of a choice: the step takes it where `such` holds. */
export interface Alternative {
  readonly such: Expr;
  readonly body: readonly Stmt[];
}

/** What a choice may come to, value by value; those that can never be are left out. undefined: too many values. */
export function alternatives(program: Pick<Program, "cpus">, step: Step): Alternative[] | undefined {
  const { access, body } = step;
  if (access.kind !== "choose" || access.count > ALTERNATIVES_MAX || assignedIn(body).includes(access.into))
    return undefined;
  const { into, such, count } = access;
  const all = Array.from({ length: count }, (_, value): Alternative => {
    const known = { locals: new Map([[into, value]]) };
    const set: Stmt = { kind: "set", local: into, value: constant(value) };
    return {
      such: such ? foldExpr(program, such, known) : constant(1),
      body: [set, ...foldStmts(program, body, known)],
    };
  });
  return all.filter((one) => truthy(one.such) !== false);
}
