// SPDX-License-Identifier: MIT
// The text of a Program after an exchange of CPUs: every constant that names a CPU, or a set of them, names the others.
// The same after an exchange of objects, of which there are no sets.
import { defined } from "../base/assert.ts";
import type { Access, Expr, Place, Stmt } from "../program/program.ts";
import { type Permutation, permuted, type Sort, type Sorts } from "../program/symmetry.ts";

const MASK_PAIR: readonly string[] = ["mask_and", "mask_or", "mask_andnot"];
const MASK_AND_CPU: readonly string[] = ["mask_test", "mask_add", "mask_del", "mask_next"];

/** Renames within one code. */
export class Renaming {
  private readonly sorts: Sorts;
  private readonly code: number;
  private readonly permutation: Permutation;
  /** Of a set of CPUs, and of its members. */
  private readonly mask: Sort;
  private readonly member: Sort;

  /** `code` -1: outside of all codes, where there are no locals. */
  constructor(sorts: Sorts, code: number, permutation: Permutation, what: "cpus" | "objects" = "cpus") {
    this.sorts = sorts;
    this.code = code;
    this.permutation = permutation;
    [this.mask, this.member] = what === "cpus" ? ["mask", 0] : [undefined, undefined];
  }

  private local(id: number): Sort {
    return this.sorts.locals[this.code]?.[id];
  }

  private sortOf(e: Expr): Sort {
    switch (e.kind) {
      case "local":
        return this.local(e.local);
      case "cell":
        return this.sorts.cells[e.cell]?.value;
      case "cond":
        return this.sortOf(e.then) ?? this.sortOf(e.else);
      case "unary":
        return e.op === "mask_of" ? this.mask : undefined;
      case "binary":
        if (MASK_PAIR.includes(e.op) || e.op === "mask_add" || e.op === "mask_del") return this.mask;
        return this.shifted(e);
      default:
        return undefined;
    }
  }

  /** A CPU's number plus a constant. */
  private shifted({ op, a, b }: Extract<Expr, { kind: "binary" }>): Sort {
    if (op !== "+" && op !== "-") return undefined;
    const sort = this.sortOf(b.kind === "const" ? a : b);
    const by =
      b.kind === "const" ? (op === "+" ? b.value : -b.value) : a.kind === "const" && op === "+" ? a.value : Number.NaN;
    return typeof sort === "number" && !Number.isNaN(by) ? sort + by : undefined;
  }

  /** `sort`: of the place where the value goes; what a constant is depends on nothing else. */
  expr(e: Expr, sort: Sort): Expr {
    switch (e.kind) {
      case "const":
        return { ...e, value: permuted(sort, e.value, this.permutation) };
      case "cell":
        return { ...e, ...this.place(e) };
      case "cond":
        return { ...e, test: this.test(e.test), then: this.expr(e.then, sort), else: this.expr(e.else, sort) };
      case "unary":
        return this.unary(e);
      case "binary":
        return this.binary(e);
      default:
        return e;
    }
  }

  test(e: Expr): Expr {
    return this.expr(e, this.sortOf(e));
  }

  private unary(e: Extract<Expr, { kind: "unary" }>): Expr {
    if (e.op === "mask_of" && e.a.kind === "const")
      return { kind: "const", value: permuted(this.mask, 2 ** e.a.value - 1, this.permutation) };
    const isMask = e.op === "mask_empty" || e.op === "mask_weight";
    return { ...e, a: isMask ? this.expr(e.a, this.mask) : this.test(e.a) };
  }

  private binary(e: Extract<Expr, { kind: "binary" }>): Expr {
    if (MASK_PAIR.includes(e.op)) return { ...e, a: this.expr(e.a, this.mask), b: this.expr(e.b, this.mask) };
    if (MASK_AND_CPU.includes(e.op)) return { ...e, a: this.expr(e.a, this.mask), b: this.expr(e.b, this.member) };
    if (e.op === "&&" || e.op === "||") return { ...e, a: this.test(e.a), b: this.test(e.b) };
    // Only what is compared for equality is of one sort: other constants are numbers.
    const sort = e.op === "==" || e.op === "!=" ? (this.sortOf(e.a) ?? this.sortOf(e.b)) : undefined;
    return { ...e, a: this.expr(e.a, sort ?? this.sortOf(e.a)), b: this.expr(e.b, sort ?? this.sortOf(e.b)) };
  }

  private place({ cell, index }: Place): Place {
    const sorts = defined(this.sorts.cells[cell], "by cell").index;
    return { cell, index: index.map((e, i) => this.expr(e, sorts[i])) };
  }

  /** Without trace events, which no state and no property depends on. */
  statements(list: readonly Stmt[]): Stmt[] {
    const seen = list.filter((s) => s.kind !== "trace");
    return seen.map((s): Stmt => {
      switch (s.kind) {
        case "set":
          return { ...s, value: this.expr(s.value, this.local(s.local)) };
        case "put":
          return { ...s, ...this.place(s), value: this.expr(s.value, this.sorts.cells[s.cell]?.value) };
        case "if":
          return { ...s, test: this.test(s.test), then: this.statements(s.then), else: this.statements(s.else) };
        case "block":
          return { ...s, body: this.statements(s.body) };
        default:
          return s;
      }
    });
  }

  access(access: Access): Access {
    switch (access.kind) {
      case "load":
        return { ...access, place: this.place(access.place) };
      case "await":
        return { ...access, place: this.place(access.place), until: this.test(access.until) };
      case "store":
      case "store_exclusive":
      case "rmw": {
        const { place } = access;
        const value = this.expr(access.value, this.sorts.cells[place.cell]?.value);
        const moved = { ...access, place: this.place(place), value };
        return moved.kind === "rmw" ? { ...moved, when: moved.when && this.test(moved.when) } : moved;
      }
      case "instruction":
        return { ...access, body: this.statements(access.body) };
      case "choose":
        return { ...access, such: access.such && this.test(access.such) };
      default:
        return access;
    }
  }
}
