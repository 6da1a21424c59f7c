// SPDX-License-Identifier: MIT
// Leaves in a program what its scenario asks about: properties and witnesses that are listed, checks that can fail.
import type { Code, Expr, Program, Step, Stmt } from "../program/program.ts";

interface Keep {
  readonly properties: ReadonlySet<number>;
  readonly witnesses: ReadonlySet<number>;
  /** `allocated` cells that are never cleared. */
  readonly neverFreed: ReadonlySet<number>;
}

export function strip(program: Program, keep: Keep): Program {
  const properties = renumber(keep.properties);
  const witnesses = renumber(keep.witnesses);
  const stmts = (list: readonly Stmt[]): Stmt[] => list.flatMap(stmt);

  function stmt(s: Stmt): Stmt[] {
    switch (s.kind) {
      case "raise": {
        const property = properties.get(s.property);
        return property === undefined ? [] : [{ ...s, property }];
      }
      case "reach": {
        const witness = witnesses.get(s.witness);
        return witness === undefined ? [] : [{ ...s, witness }];
      }
      case "if": {
        const then = stmts(s.then);
        const other = stmts(s.else);
        return then.length + other.length === 0 ? [] : [{ ...s, then, else: other }];
      }
      case "block":
        return [{ ...s, body: stmts(s.body) }];
      default:
        return [s];
    }
  }

  const step = (s: Step): Step => ({
    ...s,
    before: stmts(s.before.filter((check) => check.kind !== "if" || !testsOnly(check.test, keep.neverFreed))),
    access: s.access.kind === "instruction" ? { ...s.access, body: stmts(s.access.body) } : s.access,
    body: stmts(s.body),
  });
  const code = (c: Code): Code => ({ ...c, steps: c.steps.map(step) });
  return {
    ...program,
    codes: program.codes.map(code),
    init: stmts(program.init),
    properties: program.properties.filter((_, i) => properties.has(i)),
    witnesses: program.witnesses.filter((_, i) => witnesses.has(i)),
  };
}

function renumber(kept: ReadonlySet<number>): ReadonlyMap<number, number> {
  return new Map([...kept].sort((a, b) => a - b).map((old, now) => [old, now]));
}

/** `!allocated[…]`, where nobody ever frees. */
function testsOnly(test: Expr, cells: ReadonlySet<number>): boolean {
  return test.kind === "unary" && test.op === "!" && test.a.kind === "cell" && cells.has(test.a.cell);
}
