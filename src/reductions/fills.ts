// SPDX-License-Identifier: MIT
// Filling caches at once. Hardware may cache a translation at any moment, or not. Where nothing is cached, a state in
// which something is can do all that the other one can, and more: so what can be filled is filled at once, and only
// what replaces something remains a choice. That more cached entries only allow more is found out here, from the
// program: an entry is looked at to violate a property, to walk further, or it is thrown away (docs/reductions.md).
import { foldExpr, foldStmts } from "../program/fold.ts";
import type { Fill } from "../program/hardware-moves.ts";
import {
  type Access,
  type Code,
  type Expr,
  NO_STEP,
  type Place,
  type Program,
  type Step,
  type Stmt,
} from "../program/program.ts";
import { conjuncts, expressionsIn, expressionsOf, mapExpr, statementsOf } from "../program/visit.ts";

type Put = Extract<Stmt, { kind: "put" }>;

const ZERO: Expr = { kind: "const", value: 0 };
const NOTHING = { locals: new Map<number, number>() };
const keyOf = ({ cell, index }: Place): string => JSON.stringify([cell, index]);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The one write of a walk, at the top of its body. What only throws entries away, or some other cell, has none. */
function putOfWalk(program: Program, step: Step): Put | undefined {
  let puts = 0;
  statementsOf(step, (s) => {
    if (s.kind === "put") puts++;
  });
  const put = step.body.find((s): s is Put => s.kind === "put");
  const isCached = put && !same(put.value, ZERO) && program.cells[put.cell]?.storage === "hardware";
  return puts === 1 && isCached ? put : undefined;
}

class Caches {
  private readonly program: Program;
  private readonly cells: ReadonlySet<number>;

  constructor(program: Program, cells: ReadonlySet<number>) {
    this.program = program;
    this.cells = cells;
  }

  /** The entries that an expression looks at, by place; `held`: locals that hold one. */
  private entries(e: Expr, held: ReadonlyMap<number, string> = new Map()): Set<string> {
    const found = new Set<string>();
    expressionsIn(e, (x) => {
      if (x.kind === "cell" && this.cells.has(x.cell)) found.add(keyOf(x));
      const key = x.kind === "local" ? held.get(x.local) : undefined;
      if (key !== undefined) found.add(key);
    });
    return found;
  }

  private looks(e: Expr | null, held?: ReadonlyMap<number, string>): boolean {
    return e !== null && this.entries(e, held).size > 0;
  }

  /** With nothing cached. */
  private without(e: Expr, held: ReadonlyMap<number, string>): Expr {
    const nothing = mapExpr(e, (x) =>
      (x.kind === "cell" && this.cells.has(x.cell)) || (x.kind === "local" && held.has(x.local)) ? ZERO : undefined,
    );
    return foldExpr(this.program, nothing, NOTHING);
  }

  /** Whether the test is that, where the one entry that it looks at is not there. */
  private isWithout(e: Expr, held: ReadonlyMap<number, string>, holds: boolean): boolean {
    const folded = this.without(e, held);
    return this.entries(e, held).size <= 1 && folded.kind === "const" && (folded.value !== 0) === holds;
  }

  /** Statements that entries only make raise more. Brings `held` up to date. */
  private onlyRaises(list: readonly Stmt[], held: Map<number, string>): boolean {
    return list.every((s) => {
      switch (s.kind) {
        case "set": {
          held.delete(s.local);
          if (!this.looks(s.value, held)) return true;
          if (s.value.kind !== "cell" || s.value.index.some((e) => this.looks(e, held))) return false;
          held.set(s.local, keyOf(s.value));
          return true;
        }
        case "put":
          // Flushed, whatever was there.
          if (this.cells.has(s.cell)) return same(s.value, ZERO) && !s.index.some((e) => this.looks(e, held));
          return ![...s.index, s.value].some((e) => this.looks(e, held));
        case "if": {
          if (this.looks(s.test, held)) {
            const [first, ...rest] = s.then;
            const behind = first?.kind === "raise" ? rest : s.then;
            if (!same(behind, s.else) || !this.isWithout(s.test, held, false)) return false;
          }
          const others = new Map(held);
          const fine = this.onlyRaises(s.then, held) && this.onlyRaises(s.else, others);
          for (const [local, key] of others) held.set(local, key);
          return fine;
        }
        case "block":
          return this.onlyRaises(s.body, held);
        default:
          return true;
      }
    });
  }

  private isFineAccess(access: Access, held: Map<number, string>): boolean {
    if (access.kind === "instruction") return this.onlyRaises(access.body, held);
    let looks = "place" in access && this.cells.has(access.place.cell);
    expressionsOf({ ...NO_STEP, access }, (e) => {
      looks ||= this.looks(e, held);
    });
    return !looks;
  }

  private isFineStep({ guard, before, access, body }: Step, held: Map<number, string>): boolean {
    return (
      !this.looks(guard) &&
      this.onlyRaises(before, held) &&
      this.isFineAccess(access, held) &&
      this.onlyRaises(body, held)
    );
  }

  /** Code, apart from walks: entries are not carried from step to step. */
  private isFineCode({ steps }: Code, walks: ReadonlySet<Step>): boolean {
    const carried = new Set(steps.flatMap(({ live }) => live));
    return steps.every((step) => {
      if (walks.has(step)) return true;
      const held = new Map<number, string>();
      return this.isFineStep(step, held) && ![...held.keys()].some((local) => carried.has(local));
    });
  }

  /** A walk looks at its own entry only to find out whether what replaces it is something else. */
  private onlyReplaces(step: Step, put: Put): boolean {
    const own = keyOf(put);
    const isOther = (e: Expr): boolean =>
      e.kind === "binary" && e.op === "!=" && e.a.kind === "cell" && keyOf(e.a) === own && same(e.b, put.value);
    let looks = 0;
    expressionsOf(step, (e) => {
      if (e.kind === "cell" && keyOf(e) === own) looks++;
    });
    let compares = 0;
    statementsOf(step, (s) => {
      if (s.kind !== "if" || s.test.kind !== "unary" || s.test.op !== "!" || s.else.length > 0) return;
      if (same(s.then, [{ kind: "disabled" }])) compares += conjuncts(s.test.a).filter(isOther).length;
    });
    return looks === compares;
  }

  /** It goes on from at most one other entry, and not without it. */
  private needsWhatItFollows(step: Step, put: Put): boolean {
    const own = keyOf(put);
    const others = new Set<string>();
    expressionsOf(step, (e) => {
      if (e.kind === "cell" && this.cells.has(e.cell) && keyOf(e) !== own) others.add(keyOf(e));
    });
    if (others.size === 0) return true;
    const nothing = step.before.map((s): Stmt => {
      if (s.kind === "set") return { ...s, value: this.without(s.value, new Map()) };
      return s.kind === "if" ? { ...s, test: this.without(s.test, new Map()) } : s;
    });
    const left = foldStmts(this.program, nothing, NOTHING);
    return others.size === 1 && left.some(({ kind }) => kind === "disabled");
  }

  private isFineTest(test: Expr): boolean {
    return conjuncts(test).every((e) => !this.looks(e) || this.isWithout(e, new Map(), true));
  }

  /** Whether entries that are there never forbid anything. */
  onlyAllow(walks: readonly { readonly step: Step; readonly put: Put }[]): boolean {
    const { codes, properties, witnesses } = this.program;
    const steps = new Set(walks.map(({ step }) => step));
    return (
      walks.every(({ step, put }) => this.onlyReplaces(step, put) && this.needsWhatItFollows(step, put)) &&
      codes.every((code) => this.isFineCode(code, steps)) &&
      properties.every(({ test }) => test === null || this.isFineTest(test)) &&
      witnesses.every(({ test }) => !this.looks(test))
    );
  }
}

/** The walk, unless `test` holds when it writes. */
function unless(step: Step, put: Put, test: Expr): Step {
  const skip: Stmt = { kind: "if", test, then: [{ kind: "disabled" }], else: [] };
  return { ...step, body: step.body.flatMap((s) => (s === put ? [skip, s] : [s])) };
}

function inTwo(code: number, number: number, step: Step, put: Put): Fill {
  const entry: Expr = { kind: "cell", cell: put.cell, index: put.index };
  const isThere: Expr = { kind: "binary", op: "!=", a: entry, b: ZERO };
  const isNothing: Expr = { kind: "binary", op: "==", a: put.value, b: ZERO };
  return {
    code,
    step: number,
    fill: unless(step, put, { kind: "binary", op: "||", a: isThere, b: isNothing }),
    replace: unless(step, put, { kind: "unary", op: "!", a: isThere }),
  };
}

/** All walks of a program in two; undefined: there are none, or what they cache may forbid something. */
export function fillsOf(program: Program): Fill[] | undefined {
  const walks = program.codes.flatMap(({ kind, steps }, code) =>
    kind !== "walker"
      ? []
      : steps.flatMap((step, number) => {
          const put = putOfWalk(program, step);
          return put ? [{ code, number, step, put }] : [];
        }),
  );
  if (walks.length === 0) return undefined;
  const caches = new Caches(program, new Set(walks.map(({ put }) => put.cell)));
  if (!caches.onlyAllow(walks)) return undefined;
  return walks.map(({ code, number, step, put }) => inTwo(code, number, step, put));
}
