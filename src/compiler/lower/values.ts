// SPDX-License-Identifier: MIT
// What an expression of the dialect denotes while it is being lowered, and how constants fold.
import type { BinaryOp, Expr, Stmt, UnaryOp } from "../../program/program.ts";
import type { Declared, SourceFile } from "../source.ts";
import type { DType, Pool } from "../types.ts";

/** Where a root variable lives, and what its first index is. */
export type RootStorage = "percpu" | "shared" | "hardware" | "frame" | "percpu-frame" | "pool";

export interface Root {
  readonly decl: Declared;
  readonly storage: RootStorage;
  readonly type: DType;
}

/** A variable that has been named, not yet read or written. */
export interface PlaceVal {
  readonly v: "place";
  readonly root: Root;
  readonly path: readonly string[];
  readonly index: readonly Expr[];
  /** Extents of `index`. */
  readonly dims: readonly number[];
  readonly type: DType;
  /** Per-CPU and nobody has said yet which CPU's copy. */
  readonly anyCpu: boolean;
  /** Reached through a pointer: what must hold of it. */
  readonly checks: readonly Stmt[];
}

export type Val =
  | { readonly v: "expr"; readonly e: Expr; readonly type: DType }
  | PlaceVal
  | { readonly v: "struct"; readonly fields: ReadonlyMap<string, Val> }
  | { readonly v: "function"; readonly decl: Extract<Declared, { kind: "function" }> }
  | { readonly v: "pool"; readonly pool: Pool }
  | { readonly v: "namespace"; readonly file: SourceFile }
  | { readonly v: "property" | "witness"; readonly decl: Declared }
  | { readonly v: "builtin-property"; readonly name: string }
  /** machine, config, parts, parts.lifetime: known only to the compiler. */
  | { readonly v: "machine" | "config" | "parts" }
  | { readonly v: "void" };

export const ZERO: Expr = { kind: "const", value: 0 };
export const CPU_EXPR: Expr = { kind: "cpu" };
export const VOID_VAL: Val = { v: "void" };

export function constant(value: number): Expr {
  return { kind: "const", value };
}

export function constOf(e: Expr): number | undefined {
  return e.kind === "const" ? e.value : undefined;
}

const FOLD: { readonly [op in BinaryOp]?: (a: number, b: number) => number } = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => Math.trunc(a / b),
  "%": (a, b) => a % b,
  "<<": (a, b) => a * 2 ** b,
  ">>": (a, b) => Math.floor(a / 2 ** b),
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
};

export function binary(op: BinaryOp, a: Expr, b: Expr): Expr {
  const x = constOf(a);
  const y = constOf(b);
  const fold = FOLD[op];
  if (x !== undefined && y !== undefined && fold) return constant(fold(x, y));
  if (op === "&&") {
    if (x !== undefined) return x ? truth(b) : ZERO;
    if (y !== undefined && y !== 0) return truth(a);
  }
  if (op === "||") {
    if (x !== undefined) return x ? constant(1) : truth(b);
    if (y === 0) return truth(a);
  }
  return { kind: "binary", op, a, b };
}

/** Operands of && and || are truth values already; only folding needs to say so. */
function truth(e: Expr): Expr {
  const value = constOf(e);
  return value === undefined ? e : constant(Number(value !== 0));
}

export function unary(op: UnaryOp, a: Expr): Expr {
  const x = constOf(a);
  if (x !== undefined && op === "!") return constant(Number(x === 0));
  if (x !== undefined && op === "-") return constant(-x);
  if (op === "!" && a.kind === "unary" && a.op === "!") return a.a;
  return { kind: "unary", op, a };
}

/** Whether it looks at anything but constants and locals. */
export function readsCell(e: Expr): boolean {
  switch (e.kind) {
    case "cell":
      return true;
    case "unary":
      return readsCell(e.a);
    case "binary":
      return readsCell(e.a) || readsCell(e.b);
    case "cond":
      return readsCell(e.test) || readsCell(e.then) || readsCell(e.else);
    default:
      return false;
  }
}

/** Whether evaluating it later gives the same value: it reads nothing that a step could change. */
export function isStable(e: Expr, mutable: ReadonlySet<number>): boolean {
  switch (e.kind) {
    case "const":
    case "cpu":
      return true;
    case "local":
      return !mutable.has(e.local);
    case "cell":
      return false;
    case "unary":
      return isStable(e.a, mutable);
    case "binary":
      return isStable(e.a, mutable) && isStable(e.b, mutable);
    case "cond":
      return isStable(e.test, mutable) && isStable(e.then, mutable) && isStable(e.else, mutable);
  }
}
