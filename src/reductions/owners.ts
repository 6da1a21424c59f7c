// SPDX-License-Identifier: MIT
// Ranks (src/emit/ranks.ts) keep the order of the values of one object's counter, and nothing between those of two.
// So every comparison of two values is watched: where they are of different objects, or of one that is gone, a limit
// is reported, and the verdict is `unknown` instead of wrong.
import { defined } from "../base/assert.ts";
import type { Counters, Owner } from "../program/counters.ts";
import type { Access, Expr, Program, Step, Stmt } from "../program/program.ts";

const COMPARISONS: readonly string[] = ["==", "!=", "<", "<=", ">", ">="];
export const OTHER_OWNERS = "counters of two objects are compared: their ranks say nothing (search without ranks)";

const constant = (value: number): Expr => ({ kind: "const", value });
const binary = (op: "&&" | "||" | "==" | "!=" | "<" | "-", a: Expr, b: Expr): Expr => ({ kind: "binary", op, a, b });
const NEVER = constant(0);
const isNever = (e: Expr): boolean => e.kind === "const" && e.value === 0;
const or = (a: Expr, b: Expr): Expr => (isNever(a) ? b : isNever(b) ? a : binary("||", a, b));
const and = (a: Expr, b: Expr): Expr => (isNever(b) ? NEVER : binary("&&", a, b));

class Watch {
  private readonly program: Program;
  private readonly counters: Counters;
  private readonly locals: ReadonlyMap<number, Owner>;

  constructor(program: Program, counters: Counters, code: number) {
    this.program = program;
    this.counters = counters;
    this.locals = new Map(counters.locals.filter((l) => l.code === code).map((l) => [l.local, l.owner]));
  }

  /** Whose counter an expression is a value of; undefined: of none. */
  private owner(e: Expr): Owner | undefined {
    switch (e.kind) {
      case "local":
        return this.locals.get(e.local);
      case "cell": {
        if (e.cell === this.counters.newest) return { by: "index", e: defined(e.index[0], "one per object") };
        const held = this.counters.cells.find((one) => one.cell === e.cell);
        return held && { by: held.by, e: { kind: "cell", cell: held.owner, index: e.index } };
      }
      case "binary":
        return e.op === "+" || e.op === "-" ? (this.owner(e.a) ?? this.owner(e.b)) : undefined;
      case "cond":
        return this.owner(e.then) ?? this.owner(e.else);
      default:
        return undefined;
    }
  }

  /** The object's index, or -1: there is none any more. */
  private index({ by, e }: Owner): Expr {
    if (by === "index") return e;
    if (by === "pointer") return binary("-", e, constant(1));
    const { newest, allocated, id } = this.counters;
    const count = defined(this.program.cells[newest]?.dims[0], "one element per object");
    let found: Expr = constant(-1);
    for (let m = 0; m < count; m++) {
      const cell = (of: number | null): Expr => ({ kind: "cell", cell: of ?? 0, index: [constant(m)] });
      const test = binary("&&", cell(allocated), binary("==", cell(id), e));
      found = { kind: "cond", test, then: constant(m), else: found };
    }
    return found;
  }

  /** True if the evaluation of `e` compares what must not be compared. */
  wrong(e: Expr): Expr {
    switch (e.kind) {
      case "unary":
        return this.wrong(e.a);
      case "cond": {
        const test = this.wrong(e.test);
        const [then, other] = [this.wrong(e.then), this.wrong(e.else)];
        if (isNever(then) && isNever(other)) return test;
        return or(test, { kind: "cond", test: e.test, then, else: other });
      }
      case "binary": {
        if (e.op === "&&") return or(this.wrong(e.a), and(e.a, this.wrong(e.b)));
        if (e.op === "||") return or(this.wrong(e.a), and({ kind: "unary", op: "!", a: e.a }, this.wrong(e.b)));
        const inside = or(this.wrong(e.a), this.wrong(e.b));
        const [a, b] = [this.owner(e.a), this.owner(e.b)];
        if (!COMPARISONS.includes(e.op) || a === undefined || b === undefined) return inside;
        if (JSON.stringify(a) === JSON.stringify(b)) return inside;
        const [x, y] = [this.index(a), this.index(b)];
        return or(inside, or(binary("!=", x, y), binary("<", x, constant(0))));
      }
      default:
        return NEVER;
    }
  }

  private guard(e: Expr): Stmt[] {
    const test = this.wrong(e);
    return isNever(test) ? [] : [{ kind: "if", test, then: [{ kind: "limit", what: OTHER_OWNERS }], else: [] }];
  }

  stmts(list: readonly Stmt[]): Stmt[] {
    return list.flatMap((s): Stmt[] => {
      switch (s.kind) {
        case "set":
        case "put":
          return [...this.guard(s.value), s];
        case "if":
          return [...this.guard(s.test), { ...s, then: this.stmts(s.then), else: this.stmts(s.else) }];
        case "block":
          return [{ ...s, body: this.stmts(s.body) }];
        default:
          return [s];
      }
    });
  }

  private access(access: Access): Access {
    return access.kind === "instruction" ? { ...access, body: this.stmts(access.body) } : access;
  }

  step(step: Step): Step {
    return { ...step, access: this.access(step.access), body: this.stmts(step.body) };
  }
}

/** The program with a limit in front of every comparison that ranks would get wrong. */
export function watchOwners(program: Program, counters: Counters): Program {
  const codes = program.codes.map((code, id) => {
    const watch = new Watch(program, counters, id);
    return { ...code, steps: code.steps.map((step) => watch.step(step)) };
  });
  return { ...program, codes };
}
