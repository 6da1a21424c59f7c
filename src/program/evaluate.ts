// SPDX-License-Identifier: MIT
// A plain interpreter for expressions and direct statements: computes initial states, and checks the printers in tests.
import { assert, defined, unreachable } from "../base/assert.ts";
import type { BinaryOp, Cell, Expr, Program, Stmt } from "./program.ts";
import { elements } from "./program.ts";

/** Values of all cells (by cell, flat) and of the locals of the code at hand. */
export interface Environment {
  readonly cells: readonly number[][];
  readonly locals: number[];
  readonly cpu: number;
  readonly cpus: number;
}

/** undefined: out of bounds. */
export function flatIndex(cell: Cell, index: readonly number[]): number | undefined {
  let flat = 0;
  for (const [i, extent] of cell.dims.entries()) {
    const at = defined(index[i], `index ${i} of ${cell.name}`);
    if (at < 0 || at >= extent) return undefined;
    flat = flat * extent + at;
  }
  return flat;
}

const OPERATIONS: { readonly [op in BinaryOp]: (a: number, b: number, cpus: number) => number } = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => Math.trunc(a / b),
  "%": (a, b) => a % b,
  "<<": (a, b) => Math.floor(a * 2 ** b),
  ">>": (a, b) => Math.floor(a / 2 ** b),
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
  "&&": (a, b) => Number(a !== 0 && b !== 0),
  "||": (a, b) => Number(a !== 0 || b !== 0),
  mask_test: (mask, cpu) => (mask >>> cpu) & 1,
  mask_add: (mask, cpu) => mask | (1 << cpu),
  mask_del: (mask, cpu) => mask & ~(1 << cpu),
  mask_and: (a, b) => a & b,
  mask_or: (a, b) => a | b,
  mask_andnot: (a, b) => a & ~b,
  mask_next: (mask, after, cpus) => {
    for (let cpu = after + 1; cpu < cpus; cpu++) if ((mask >>> cpu) & 1) return cpu;
    return cpus;
  },
};

export function evaluateExpr(program: Program, env: Environment, e: Expr): number {
  switch (e.kind) {
    case "const":
      return e.value;
    case "local":
      return env.locals[e.local] ?? 0;
    case "cpu":
      return env.cpu;
    case "cell": {
      const cell = defined(program.cells[e.cell], "cells exist");
      const at = flatIndex(
        cell,
        e.index.map((i) => evaluateExpr(program, env, i)),
      );
      // A predicate may look where nothing is (an object of a NULL pointer): there is the smallest value.
      return at === undefined ? cell.min : defined(env.cells[e.cell]?.[at], "cells have values");
    }
    case "unary": {
      const a = evaluateExpr(program, env, e.a);
      switch (e.op) {
        case "!":
          return Number(a === 0);
        case "-":
          return -a;
        case "mask_empty":
          return Number(a === 0);
        case "mask_weight":
          return a.toString(2).replaceAll("0", "").length;
        default:
          return 2 ** a - 1; // mask_of
      }
    }
    case "binary":
      return OPERATIONS[e.op](evaluateExpr(program, env, e.a), evaluateExpr(program, env, e.b), env.cpus);
    case "cond":
      return evaluateExpr(program, env, evaluateExpr(program, env, e.test) ? e.then : e.else);
    default:
      return unreachable(e);
  }
}

/** Runs direct statements. Returns the label that is being left, or undefined. */
function run(program: Program, env: Environment, list: readonly Stmt[]): number | undefined {
  for (const s of list) {
    switch (s.kind) {
      case "set":
        env.locals[s.local] = evaluateExpr(program, env, s.value);
        break;
      case "put": {
        const cell = defined(program.cells[s.cell], "cells exist");
        const at = flatIndex(
          cell,
          s.index.map((i) => evaluateExpr(program, env, i)),
        );
        const value = evaluateExpr(program, env, s.value);
        assert(at !== undefined, `initial ${cell.name}: an index is out of bounds`);
        assert(
          value >= cell.min && value <= cell.max,
          `initial ${cell.name} = ${value} is outside ${cell.min} … ${cell.max}`,
        );
        defined(env.cells[s.cell], "cells exist")[at] = value;
        break;
      }
      case "if": {
        const left = run(program, env, evaluateExpr(program, env, s.test) ? s.then : s.else);
        if (left !== undefined) return left;
        break;
      }
      case "block": {
        const left = run(program, env, s.body);
        if (left !== undefined && left !== s.label) return left;
        break;
      }
      case "break":
        return s.label;
      case "reach":
      case "trace":
        break;
      case "limit":
        throw new Error(`initial state: ${s.what}`);
      default:
        assert(false, `a ${s.kind} in the initial state`);
    }
  }
  return undefined;
}

/** All cells after `init`, by cell, flat. */
export function initialCells(program: Program): number[][] {
  const cells = program.cells.map((cell) => new Array<number>(elements(cell)).fill(Math.max(cell.min, 0)));
  run(program, { cells, locals: [], cpu: 0, cpus: program.cpus }, program.init);
  return cells;
}
