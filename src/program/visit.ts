// SPDX-License-Identifier: MIT
// Walks over a Program's text, for analyses that ask what occurs in it.
import type { Expr, Step, Stmt } from "./program.ts";

/** Every expression below, itself included. */
export function expressionsIn(e: Expr, visit: (e: Expr) => void): void {
  visit(e);
  const inside = e.kind === "cell" ? e.index : "a" in e ? ("b" in e ? [e.a, e.b] : [e.a]) : [];
  for (const child of e.kind === "cond" ? [e.test, e.then, e.else] : inside) expressionsIn(child, visit);
}

/** The same with some expressions below replaced: those that `map` has an answer for. */
export function mapExpr(e: Expr, map: (e: Expr) => Expr | undefined): Expr {
  const mapped = map(e);
  if (mapped) return mapped;
  const inner = (x: Expr): Expr => mapExpr(x, map);
  switch (e.kind) {
    case "cell":
      return { ...e, index: e.index.map(inner) };
    case "unary":
      return { ...e, a: inner(e.a) };
    case "binary":
      return { ...e, a: inner(e.a), b: inner(e.b) };
    case "cond":
      return { ...e, test: inner(e.test), then: inner(e.then), else: inner(e.else) };
    default:
      return e;
  }
}

/** The parts that must each hold. */
export function conjuncts(e: Expr): Expr[] {
  return e.kind === "binary" && e.op === "&&" ? [...conjuncts(e.a), ...conjuncts(e.b)] : [e];
}

/** Every statement of a list, nested ones included. */
export function statementsIn(list: readonly Stmt[], visit: (s: Stmt) => void): void {
  for (const s of list) {
    visit(s);
    if (s.kind === "if") {
      statementsIn(s.then, visit);
      statementsIn(s.else, visit);
    } else if (s.kind === "block") statementsIn(s.body, visit);
  }
}

/** Every statement of a step: its checks, an instruction's body, the local computation. */
export function statementsOf({ before, access, body }: Step, visit: (s: Stmt) => void): void {
  statementsIn(before, visit);
  if (access.kind === "instruction") statementsIn(access.body, visit);
  statementsIn(body, visit);
}

function expressionsOfStatement(s: Stmt): readonly Expr[] {
  switch (s.kind) {
    case "set":
      return [s.value];
    case "put":
      return [...s.index, s.value];
    case "if":
      return [s.test];
    case "trace":
      return s.args;
    default:
      return [];
  }
}

/** Every expression of a step, those of its access included. */
export function expressionsOf(step: Step, visit: (e: Expr) => void): void {
  const { access, guard } = step;
  const roots: Expr[] = guard ? [guard] : [];
  statementsOf(step, (s) => roots.push(...expressionsOfStatement(s)));
  if ("place" in access) roots.push(...access.place.index);
  if ("value" in access) roots.push(access.value);
  if (access.kind === "rmw" && access.when) roots.push(access.when);
  if (access.kind === "await") roots.push(access.until);
  if (access.kind === "choose" && access.such) roots.push(access.such);
  for (const e of roots) expressionsIn(e, visit);
}

/** The steps that may follow. */
export function stepsAfter(step: Step): number[] {
  const found = new Set<number>();
  statementsOf(step, (s) => {
    if (s.kind === "goto") found.add(s.step);
  });
  return [...found];
}
