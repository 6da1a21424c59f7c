// SPDX-License-Identifier: MIT
// Which values an expression and a local can take: decides how many bits a local needs, and which stores need a check.
import { defined } from "../base/assert.ts";
import { remembered } from "../base/memo.ts";
import { BIT, maskRange, type Range, rangeOfOperation, union } from "../program/intervals.ts";
import type { Code, Expr, Program, Stmt } from "../program/program.ts";

export interface RangeContext {
  readonly program: Program;
  readonly locals: readonly Range[];
}

export function rangeOfExpr(cx: RangeContext, e: Expr): Range {
  const { cpus } = cx.program;
  switch (e.kind) {
    case "const":
      return { min: e.value, max: e.value };
    case "local":
      return defined(cx.locals[e.local], "locals have ranges");
    case "cpu":
      return { min: 0, max: cpus - 1 };
    case "cell":
      return defined(cx.program.cells[e.cell], "cells exist");
    case "cond":
      return union(rangeOfExpr(cx, e.then), rangeOfExpr(cx, e.else));
    case "unary": {
      const a = rangeOfExpr(cx, e.a);
      switch (e.op) {
        case "-":
          return { min: -a.max, max: -a.min };
        case "mask_weight":
          return { min: 0, max: cpus };
        case "mask_of":
          return maskRange(cpus);
        default:
          return BIT;
      }
    }
    case "binary":
      return rangeOfOperation(e.op, rangeOfExpr(cx, e.a), rangeOfExpr(cx, e.b), cpus);
  }
}

/** How often a range may grow before it is taken for one that never stops. */
const GROWTH_ROUNDS = 8;

/** The largest bound of a cell, or constant, in the program. */
export const largestNumber = remembered((program: Program): number => {
  let largest = program.cpus;
  for (const cell of program.cells) largest = Math.max(largest, Math.abs(cell.min), Math.abs(cell.max));
  const visit = (x: unknown): void => {
    if (typeof x !== "object" || x === null) return;
    if ("kind" in x && x.kind === "const" && "value" in x) largest = Math.max(largest, Math.abs(Number(x.value)));
    for (const child of Object.values(x)) visit(child);
  };
  for (const { before, access, body } of program.codes.flatMap((c) => c.steps)) visit([before, access, body]);
  return largest;
});

/** By code: rangesOfLocals() of each. */
export const rangesOfCodes = remembered((program: Program): readonly (readonly Range[])[] => {
  const largest = largestNumber(program);
  return program.codes.map((code) => rangesOfLocals(program, code, largest));
});

/**
 * Ranges of a code's locals: what they are ever assigned, within what they are declared to hold. `largest` is
 * largestNumber() of the program.
 */
export function rangesOfLocals(program: Program, code: Code, largest: number): Range[] {
  const cap = 2 * largest + 1;
  const empty: Range = { min: 0, max: 0 };
  let ranges: Range[] = code.locals.map((l, i) => (i < code.params ? { min: l.min, max: l.max } : empty));
  for (let round = 0; ; round++) {
    const next = ranges.map((r) => ({ ...r }));
    const cx: RangeContext = { program, locals: ranges };
    const assign = (local: number, range: Range): void => {
      const declared = defined(code.locals[local], "locals are declared");
      const now = union(defined(next[local], "locals are declared"), range);
      // A value that keeps growing (a loop counter) gets room for twice the largest number around; beyond is a limit.
      const before = defined(ranges[local], "locals are declared");
      const grows = round > GROWTH_ROUNDS && (now.min < before.min || now.max > before.max);
      const grown = grows
        ? { min: now.min < before.min ? -cap : now.min, max: now.max > before.max ? cap : now.max }
        : now;
      next[local] = { min: Math.max(grown.min, declared.min), max: Math.min(grown.max, declared.max) };
    };
    for (const step of code.steps) assignments(cx, step, assign);
    if (next.every((r, i) => r.min === ranges[i]?.min && r.max === ranges[i]?.max)) return next;
    ranges = next;
  }
}

function assignments(
  cx: RangeContext,
  step: Code["steps"][number],
  assign: (local: number, range: Range) => void,
): void {
  const { access } = step;
  const cell = (id: number): Range => defined(cx.program.cells[id], "cells exist");
  const walk = (list: readonly Stmt[]): void => {
    for (const s of list) {
      if (s.kind === "set") assign(s.local, rangeOfExpr(cx, s.value));
      else if (s.kind === "if") [s.then, s.else].forEach(walk);
      else if (s.kind === "block") walk(s.body);
    }
  };
  switch (access.kind) {
    case "load":
    case "await":
      assign(access.into, cell(access.place.cell));
      break;
    case "rmw":
      assign(access.old, cell(access.place.cell));
      break;
    case "store_exclusive":
      assign(access.failed, BIT);
      break;
    case "choose":
      assign(access.into, { min: 0, max: access.count - 1 });
      break;
    case "instruction":
      walk(access.body);
      break;
    default:
      break;
  }
  walk(step.before);
  walk(step.body);
}

/** Bits for a range, none for a single value. */
export function bitsFor({ min, max }: Range): number {
  return max > min ? Math.ceil(Math.log2(max - min + 1)) : 0;
}
