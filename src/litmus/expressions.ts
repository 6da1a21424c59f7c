// SPDX-License-Identifier: MIT
// Building values. Only constants are folded: what mentions a register depends on it, whatever the value (`x ^ x`).
import { evaluateExpr } from "../program/evaluate.ts";
import type { BinaryOp, Expr, Program } from "../program/program.ts";

/** Constants need no program to be evaluated in. */
const NO_PROGRAM: Program = {
  version: 1,
  name: "",
  cpus: 0,
  sources: [],
  cells: [],
  codes: [],
  init: [],
  initLocals: [],
  properties: [],
  witnesses: [],
  events: [],
};
const NO_ENVIRONMENT = { cells: [], locals: [], cpu: 0, cpus: 0 };

export function constant(value: number): Expr {
  return { kind: "const", value };
}

export const ZERO = constant(0);
export const ONE = constant(1);

export function local(register: number): Expr {
  return { kind: "local", local: register };
}

export function binary(op: BinaryOp, a: Expr, b: Expr): Expr {
  const e: Expr = { kind: "binary", op, a, b };
  return a.kind === "const" && b.kind === "const" ? constant(evaluateExpr(NO_PROGRAM, NO_ENVIRONMENT, e)) : e;
}

export function not(a: Expr): Expr {
  return a.kind === "const" ? constant(a.value === 0 ? 1 : 0) : { kind: "unary", op: "!", a };
}

export function choice(test: Expr, then: Expr, other: Expr): Expr {
  if (test.kind === "const") return test.value === 0 ? other : then;
  return { kind: "cond", test, then, else: other };
}

/** Replaces registers, and folds what has become constant. */
export function substitute(e: Expr, known: (register: number) => Expr | undefined): Expr {
  switch (e.kind) {
    case "local":
      return known(e.local) ?? e;
    case "unary": {
      const a = substitute(e.a, known);
      if (e.op === "!") return not(a);
      return a.kind === "const" && e.op === "-" ? constant(-a.value) : { ...e, a };
    }
    case "binary":
      return binary(e.op, substitute(e.a, known), substitute(e.b, known));
    case "cond":
      return choice(substitute(e.test, known), substitute(e.then, known), substitute(e.else, known));
    default:
      return e;
  }
}

export function mentions(e: Expr, seen: (register: number) => void): void {
  switch (e.kind) {
    case "local":
      seen(e.local);
      break;
    case "unary":
      mentions(e.a, seen);
      break;
    case "binary":
      mentions(e.a, seen);
      mentions(e.b, seen);
      break;
    case "cond":
      mentions(e.test, seen);
      mentions(e.then, seen);
      mentions(e.else, seen);
      break;
    default:
      break;
  }
}

/** e - base, with the constant merged into a sum that has one. */
export function minus(e: Expr, base: number): Expr {
  if (base === 0) return e;
  if (e.kind === "const") return constant(e.value - base);
  if (e.kind === "binary" && e.op === "+") {
    if (e.a.kind === "const") return plus(e.a.value - base, e.b);
    if (e.b.kind === "const") return plus(e.b.value - base, e.a);
  }
  return { kind: "binary", op: "-", a: e, b: constant(base) };
}

function plus(value: number, e: Expr): Expr {
  return value === 0 ? e : { kind: "binary", op: "+", a: constant(value), b: e };
}
