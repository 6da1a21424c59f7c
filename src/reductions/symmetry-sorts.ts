// SPDX-License-Identifier: MIT
// Which variables of a Program hold CPUs, or sets of CPUs: type inference by unification. What flows from one variable
// to another, or is compared with it, is of one sort. A use that tells CPUs apart by their numbers is noted. The same
// for objects: what an index of some cell is.
import { defined } from "../base/assert.ts";
import type { Access, BinaryOp, Expr, Place, Program, SourceRef, Stmt } from "../program/program.ts";
import type { Objects, Sort, Sorts } from "../program/symmetry.ts";

/**
 * A variable of the unification, and how much is added to it. A constant has none, and is of whatever sort it meets;
 * the results of other arithmetic are of no sort that matters.
 */
type Term = { readonly of: number; readonly plus: number } | "constant" | "other";

/** How a value is used that may turn out to be a CPU, or a set of them. */
interface Use {
  readonly term: Term;
  readonly where: string;
  readonly what: string;
  /** Fine for sets, or for CPUs. */
  readonly except?: "mask" | "cpu";
  /** Values up to this one are told from those above: no harm if all CPUs are on one side. */
  readonly split?: number;
  /** Only these values occur: no harm if all CPUs are among them. */
  readonly range?: readonly [number, number];
}

const COMPUTES = "computes with the numbers of CPUs";
const COMPARES = "compares the numbers of CPUs";
const IN_ORDER = "goes through CPUs in the order of their numbers";
const SOME = "chooses among some CPUs only";

const MASK_PAIR: readonly BinaryOp[] = ["mask_and", "mask_or", "mask_andnot"];
const MASK_AND_CPU: readonly BinaryOp[] = ["mask_test", "mask_add", "mask_del", "mask_next"];
/** What a comparison with a constant c tells apart: values up to c plus this from those above. */
const SPLITS: { readonly [op in BinaryOp]?: number } = { "<": -1, "<=": 0, ">": 0, ">=": -1 };
const MIRRORED: { readonly [op in BinaryOp]?: BinaryOp } = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** cpumask_first(mask) < nr_cpus: whether there is a member, which is no question of order. Returns the mask. */
function someMember(e: Expr, cpus: number): Expr | undefined {
  if (e.kind !== "binary" || e.op !== "<" || e.b.kind !== "const" || e.b.value !== cpus) return undefined;
  const first = e.a;
  const isFirst = first.kind === "binary" && first.op === "mask_next" && first.b.kind === "const" && first.b.value < 0;
  return isFirst ? first.a : undefined;
}

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
  /** A variable is its parent plus this. */
  private readonly plus: number[] = [];
  private readonly cpu = this.fresh();
  private readonly mask = this.fresh();
  private readonly cells: readonly { readonly value: Term; readonly index: readonly Term[] }[];
  private readonly locals: readonly (readonly Term[])[];
  private readonly uses: Use[] = [];
  private code = 0;
  private where = "";
  /** What the sorts are of: CPUs, or the objects that some index stands for. */
  private set: Term = this.cpu;
  private size: number;

  constructor(program: Program) {
    this.program = program;
    this.size = program.cpus;
    this.cells = program.cells.map(({ dims }) => ({ value: this.fresh(), index: dims.map(() => this.fresh()) }));
    this.locals = program.codes.map(({ locals }) => locals.map(() => this.fresh()));
  }

  private fresh(): Term {
    this.plus.push(0);
    return { of: this.parents.push(this.parents.length) - 1, plus: 0 };
  }

  /** The same, in terms of the root. */
  private root(term: Term): Term {
    if (typeof term === "string") return term;
    let { of, plus } = term;
    for (let up = this.parents[of]; up !== undefined && up !== of; up = this.parents[of]) {
      plus += this.plus[of] ?? 0;
      of = up;
    }
    return { of, plus };
  }

  private unify(a: Term, b: Term): void {
    if (a === "constant" || b === "constant") return;
    const [x, y] = [this.root(a), this.root(b)];
    // Numbers that come from arithmetic are no CPUs: if they flow into one, that is a use, not an equation.
    if (typeof x === "string" || typeof y === "string") {
      this.use(x, COMPUTES);
      this.use(y, COMPUTES);
    } else if (x.of === y.of) {
      if (x.plus !== y.plus) this.use(x, COMPUTES);
    } else {
      const [parent, child] = x.of < y.of ? [x, y] : [y, x];
      this.parents[child.of] = parent.of;
      this.plus[child.of] = parent.plus - child.plus;
    }
  }

  private use(term: Term, what: string, more: Pick<Use, "except" | "split" | "range"> = {}): void {
    if (typeof term !== "string") this.uses.push({ term, where: this.where, what, ...more });
  }

  private local(id: number): Term {
    return defined(this.locals[this.code]?.[id], "locals exist");
  }

  private place({ cell, index }: Place): Term {
    const terms = defined(this.cells[cell], "cells exist");
    for (const [i, e] of index.entries()) this.unify(this.term(e), defined(terms.index[i], "one per dimension"));
    if (this.program.cells[cell]?.own) this.unify(this.cpu, defined(terms.index[0], "own cells have an index"));
    return terms.value;
  }

  /** A truth value: 0 is told from the others. Whether a mask is empty is the same for all CPUs. */
  private test(e: Expr): void {
    const term = this.term(e);
    this.use(term, COMPARES, { except: "mask", split: 0 });
    this.use(term, COMPARES, { except: "mask", split: -1 });
  }

  private term(e: Expr): Term {
    switch (e.kind) {
      case "const":
        return "constant";
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
        return a === "constant" ? b : a;
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
    return op === "-" && a.kind === "const" ? "constant" : "other";
  }

  private binary(e: Extract<Expr, { kind: "binary" }>): Term {
    const { op, a, b } = e;
    if (op === "&&" || op === "||") {
      this.test(a);
      this.test(b);
      return "other";
    }
    const mask = someMember(e, this.program.cpus);
    if (mask) {
      this.unify(this.term(mask), this.mask);
      return "other";
    }
    const [left, right] = [this.term(a), this.term(b)];
    if (MASK_PAIR.includes(op)) {
      this.unify(left, this.mask);
      this.unify(right, this.mask);
      return this.mask;
    }
    if (MASK_AND_CPU.includes(op)) {
      this.unify(left, this.mask);
      this.unify(right, this.cpu);
      if (op === "mask_next") this.use(this.cpu, IN_ORDER);
      return op === "mask_test" ? "other" : op === "mask_next" ? this.cpu : this.mask;
    }
    if (op === "==" || op === "!=") {
      this.unify(left, right);
      return "other";
    }
    return this.arithmetic(op, a, b, left, right);
  }

  private arithmetic(op: BinaryOp, a: Expr, b: Expr, left: Term, right: Term): Term {
    if ((op === "+" || op === "-") && b.kind === "const") return this.shifted(left, op === "+" ? b.value : -b.value);
    if (op === "+" && a.kind === "const") return this.shifted(right, a.value);
    const [value, bound] = a.kind === "const" ? [right, a] : [left, b];
    const split = SPLITS[(a.kind === "const" ? MIRRORED[op] : op) ?? op];
    if (split !== undefined && bound.kind === "const") {
      this.use(value, COMPARES, { split: bound.value + split });
      return "other";
    }
    const what = split === undefined ? COMPUTES : COMPARES;
    this.use(left, what);
    this.use(right, what);
    return "other";
  }

  private shifted(term: Term, by: number): Term {
    this.use(term, COMPUTES, { except: "cpu" });
    return typeof term === "string" ? term : { of: term.of, plus: term.plus + by };
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
        this.use(this.local(access.into), SOME, { range: [0, access.count - 1] });
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

  private sort(term: Term): Sort {
    const [own, set, mask] = [this.root(term), this.root(this.set), this.root(this.mask)];
    if (typeof own === "string" || typeof set === "string" || typeof mask === "string") return undefined;
    if (own.of === set.of) return own.plus - set.plus;
    return own.of === mask.of && this.set === this.cpu ? "mask" : undefined;
  }

  /** Whether the values can hold some CPUs, but not all. */
  private isNarrow(term: Term, [min, max]: readonly [number, number]): boolean {
    const sort = this.sort(term);
    if (sort === undefined) return false;
    const { size } = this;
    return sort === "mask" ? min > 0 || max < 2 ** size - 1 : min > sort || max < sort + size - 1;
  }

  private tellsApart({ term, except, split, range }: Use): boolean {
    const sort = this.sort(term);
    if (sort === undefined || (except !== undefined && except === (sort === "mask" ? "mask" : "cpu"))) return false;
    if (range) return this.isNarrow(term, range);
    return split === undefined || sort === "mask" || (split >= sort && split < sort + this.size - 1);
  }

  /** A variable that holds some CPUs must have room for all of them. */
  private tooNarrow(): string | undefined {
    for (const [id, { name, min, max, dims }] of this.program.cells.entries()) {
      const { value, index } = defined(this.cells[id], "by cell");
      if (this.isNarrow(value, [min, max])) return `${name} has no room for every CPU`;
      if (index.some((term, i) => this.isNarrow(term, [0, (dims[i] ?? 0) - 1])))
        return `${name} has no element for every CPU`;
    }
    for (const [id, { name, locals }] of this.program.codes.entries())
      for (const [l, local] of locals.entries()) {
        const term = defined(this.locals[id]?.[l], "by local");
        if (this.isNarrow(term, [local.min, local.max])) return `${local.name} of ${name} has no room for every CPU`;
      }
    return undefined;
  }

  infer(guesses: readonly Guess[]): Inferred {
    const { cpu } = this;
    for (const { cell, plus } of guesses)
      if (typeof cpu !== "string") this.unify(this.cells[cell]?.value ?? "other", { of: cpu.of, plus });
    this.codes();
    return this.inferred();
  }

  /** The same, of the objects that the index of a cell stands for, behind infer(). undefined: CPUs, for instance. */
  objects({ cell, dimension }: Objects["of"]): Inferred | undefined {
    const set = defined(this.cells[cell]?.index[dimension], "cells have indices");
    const [own, ...others] = [set, this.cpu, this.mask].map((term) => this.root(term));
    if (others.some((other) => typeof own === "string" || typeof other === "string" || other.of === own?.of))
      return undefined;
    this.set = set;
    this.size = defined(this.program.cells[cell]?.dims[dimension], "cells have extents");
    return this.inferred();
  }

  private inferred(): Inferred {
    const use = this.uses.find((one) => this.tellsApart(one));
    // One number that is used as a CPU here and as a set there.
    const isMixed = this.set === this.cpu && this.sort(this.mask) !== "mask";
    const mixed = isMixed ? "sets of CPUs are used as CPUs" : undefined;
    return {
      sorts: {
        cells: this.cells.map(({ value, index }) => ({
          value: this.sort(value),
          index: index.map((term) => this.sort(term)),
        })),
        locals: this.locals.map((terms) => terms.map((term) => this.sort(term))),
      },
      ordered: (use && `${use.where} ${use.what}`) ?? mixed ?? this.tooNarrow(),
    };
  }
}

/** The values of a cell are CPUs, and this is added to their numbers. */
export interface Guess {
  readonly cell: number;
  readonly plus: number;
}

/** The same for objects; undefined: these are none. */
export function inferObjects(program: Program, guesses: readonly Guess[], of: Objects["of"]): Inferred | undefined {
  const inference = new Inference(program);
  inference.infer(guesses);
  return inference.objects(of);
}

/** What the numbers in each variable are, if the guesses are right: whoever uses the answer must make sure. */
export function inferSorts(program: Program, guesses: readonly Guess[]): Inferred {
  return new Inference(program).infer(guesses);
}
