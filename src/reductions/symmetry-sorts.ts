// SPDX-License-Identifier: MIT
// Which variables of a Program hold CPUs, or sets of CPUs: type inference by unification. What flows from one variable
// to another, or is compared with it, is of one sort. A use that tells CPUs apart by their numbers is noted.
import { defined } from "../base/assert.ts";
import type { Access, BinaryOp, Expr, Place, Program, SourceRef, Stmt } from "../program/program.ts";
import type { Sort, Sorts } from "../program/symmetry.ts";

/** A value's variable of the unification; a constant has none, and is of whatever sort it meets. */
type Term = number | undefined;

interface Use {
  readonly term: number;
  readonly where: string;
  readonly what: string;
}

const COMPUTES = "computes with the numbers of CPUs";
const COMPARES = "compares the numbers of CPUs";
const IN_ORDER = "goes through CPUs in the order of their numbers";
const TESTS = "asks whether a CPU is number 0";

const MASK_PAIR: readonly BinaryOp[] = ["mask_and", "mask_or", "mask_andnot"];
const MASK_AND_CPU: readonly BinaryOp[] = ["mask_test", "mask_add", "mask_del", "mask_next"];
const ORDER: readonly BinaryOp[] = ["<", "<=", ">", ">="];

export interface Inferred {
  readonly sorts: Sorts;
  /** What tells CPUs apart: a place, and what is done there. */
  readonly ordered: string | undefined;
}

/** The place as it is printed: a file and a line. */
export function placeOf(program: Pick<Program, "sources">, at: SourceRef): string {
  return at.line === 0 ? "code without a line" : `${program.sources[at.source]}:${at.line}`;
}

class Inference {
  private readonly program: Program;
  private readonly parents: number[] = [];
  private readonly cpu = this.fresh();
  private readonly mask = this.fresh();
  /** What is certainly neither: results of arithmetic. */
  private readonly other = this.fresh();
  private readonly cells: readonly { readonly value: number; readonly index: readonly number[] }[];
  private readonly locals: readonly (readonly number[])[];
  private readonly uses: Use[] = [];
  private code = 0;
  private where = "";

  constructor(program: Program) {
    this.program = program;
    this.cells = program.cells.map(({ dims }) => ({ value: this.fresh(), index: dims.map(() => this.fresh()) }));
    this.locals = program.codes.map(({ locals }) => locals.map(() => this.fresh()));
  }

  private fresh(): number {
    return this.parents.push(this.parents.length) - 1;
  }

  private root(term: number): number {
    let at = term;
    for (let up = this.parents[at]; up !== undefined && up !== at; up = this.parents[at]) at = up;
    return at;
  }

  private unify(a: Term, b: Term): void {
    if (a === undefined || b === undefined) return;
    // Numbers that come from arithmetic are no CPUs: if they flow into one, that is a use, not an equation.
    if (a === this.other || b === this.other) return this.use(a === this.other ? b : a, COMPUTES);
    const [x, y] = [this.root(a), this.root(b)];
    this.parents[Math.max(x, y)] = Math.min(x, y);
  }

  private use(term: Term, what: string): void {
    if (term !== undefined && term !== this.other) this.uses.push({ term, where: this.where, what });
  }

  private local(id: number): number {
    return defined(this.locals[this.code]?.[id], "locals exist");
  }

  private place({ cell, index }: Place): number {
    const terms = defined(this.cells[cell], "cells exist");
    for (const [i, e] of index.entries()) this.unify(this.term(e), defined(terms.index[i], "one per dimension"));
    if (this.program.cells[cell]?.own) this.unify(this.cpu, defined(terms.index[0], "own cells have an index"));
    return terms.value;
  }

  /** A truth value that is not the result of a comparison. */
  private test(e: Expr): void {
    const term = this.term(e);
    // Whether a mask is empty is the same for all CPUs.
    if (term !== undefined) this.use(term, TESTS);
  }

  private term(e: Expr): Term {
    switch (e.kind) {
      case "const":
        return undefined;
      case "local":
        return this.local(e.local);
      case "cpu":
        return this.cpu;
      case "cell":
        return this.place(e);
      case "cond": {
        this.test(e.test);
        const [a, b] = [this.term(e.then), this.term(e.else)];
        this.unify(a, b);
        return a ?? b;
      }
      case "unary":
        return this.unary(e);
      case "binary":
        return this.binary(e);
    }
  }

  private unary({ op, a }: Extract<Expr, { kind: "unary" }>): Term {
    if (op === "!") this.test(a);
    else if (op === "mask_empty" || op === "mask_weight") this.unify(this.term(a), this.mask);
    else this.use(this.term(a), COMPUTES);
    // CPUs 0 … n-1, for a number n that is not known here.
    if (op === "mask_of" && a.kind !== "const") this.use(this.mask, IN_ORDER);
    if (op === "mask_of") return this.mask;
    return op === "-" && a.kind === "const" ? undefined : this.other;
  }

  private binary({ op, a, b }: Extract<Expr, { kind: "binary" }>): Term {
    if (op === "&&" || op === "||") {
      this.test(a);
      this.test(b);
      return this.other;
    }
    const [left, right] = [this.term(a), this.term(b)];
    if (op === "==" || op === "!=") this.unify(left, right);
    else if (MASK_PAIR.includes(op)) {
      this.unify(left, this.mask);
      this.unify(right, this.mask);
      return this.mask;
    } else if (MASK_AND_CPU.includes(op)) {
      this.unify(left, this.mask);
      this.unify(right, this.cpu);
      if (op === "mask_next") this.use(this.cpu, IN_ORDER);
      return op === "mask_test" ? this.other : op === "mask_next" ? this.cpu : this.mask;
    } else {
      const what = ORDER.includes(op) ? COMPARES : COMPUTES;
      this.use(left, what);
      this.use(right, what);
    }
    return this.other;
  }

  private statements(list: readonly Stmt[]): void {
    for (const s of list) {
      if (s.kind === "set") this.unify(this.local(s.local), this.term(s.value));
      else if (s.kind === "put") this.unify(this.place(s), this.term(s.value));
      else if (s.kind === "block") this.statements(s.body);
      else if (s.kind === "if") {
        this.test(s.test);
        this.statements(s.then);
        this.statements(s.else);
      }
    }
  }

  private access(access: Access): void {
    switch (access.kind) {
      case "load":
      case "await":
        this.unify(this.local(access.into), this.place(access.place));
        if (access.kind === "await") this.test(access.until);
        return;
      case "store":
      case "store_exclusive":
        return this.unify(this.place(access.place), this.term(access.value));
      case "rmw":
        this.unify(this.local(access.old), this.place(access.place));
        this.unify(this.place(access.place), this.term(access.value));
        if (access.when) this.test(access.when);
        return;
      case "instruction":
        return this.statements(access.body);
      case "choose":
        if (access.count < this.program.cpus) this.use(this.local(access.into), IN_ORDER);
        if (access.such) this.test(access.such);
        return;
      default:
        return;
    }
  }

  private codes(): void {
    for (const [id, { steps }] of this.program.codes.entries()) {
      this.code = id;
      for (const { at, guard, before, access, body } of steps) {
        this.where = placeOf(this.program, at);
        if (guard) this.test(guard);
        this.statements(before);
        this.access(access);
        this.statements(body);
      }
    }
    for (const { name, test } of [...this.program.properties, ...this.program.witnesses]) {
      this.where = `"${name}"`;
      if (test) this.test(test);
    }
  }

  private sort(term: number): Sort {
    const root = this.root(term);
    if (root === this.root(this.cpu)) return "cpu";
    return root === this.root(this.mask) ? "mask" : undefined;
  }

  /** A variable that holds some CPUs must have room for all of them. */
  private tooNarrow(): string | undefined {
    const { cells, codes, cpus } = this.program;
    const largest = { cpu: cpus - 1, mask: 2 ** cpus - 1 };
    const narrow = (term: number, min: number, max: number): boolean => {
      const sort = this.sort(term);
      return sort !== undefined && (min > 0 || max < largest[sort]);
    };
    for (const [id, { name, min, max, dims }] of cells.entries()) {
      const { value, index } = defined(this.cells[id], "by cell");
      if (narrow(value, min, max)) return `${name} has no room for every CPU`;
      if (index.some((term, i) => narrow(term, 0, (dims[i] ?? 0) - 1))) return `${name} has no element for every CPU`;
    }
    for (const [id, { name, locals }] of codes.entries())
      for (const [l, local] of locals.entries()) {
        if (narrow(defined(this.locals[id]?.[l], "by local"), local.min, local.max))
          return `${local.name} of ${name} has no room for every CPU`;
      }
    return undefined;
  }

  infer(): Inferred {
    this.codes();
    const mixed = this.root(this.cpu) === this.root(this.mask) ? "a CPU and a set of CPUs are one number" : undefined;
    const use = this.uses.find(({ term, what }) => {
      const sort = this.sort(term);
      return sort === "cpu" || (sort === "mask" && what !== TESTS);
    });
    return {
      sorts: {
        cells: this.cells.map(({ value, index }) => ({
          value: this.sort(value),
          index: index.map((term) => this.sort(term)),
        })),
        locals: this.locals.map((terms) => terms.map((term) => this.sort(term))),
      },
      ordered: mixed ?? (use && `${use.where} ${use.what}`) ?? this.tooNarrow(),
    };
  }
}

/** What the numbers in each variable are. */
export function inferSorts(program: Program): Inferred {
  return new Inference(program).infer();
}
