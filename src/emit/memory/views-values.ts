// SPDX-License-Identifier: MIT
// The views of values, as JavaScript over the variables u3 (what orders local 3 strongly) and w3 (what has picked it).
// "0" stands for values that depend on no load.
import type { Expr } from "../../program/program.ts";
import { flat } from "../packed-cells.ts";
import { truth, value } from "../printer.ts";
import type { StepScope } from "./types.ts";
import type { ViewsLayout } from "./views-layout.ts";

export const strongOf = (local: number): string => `u${local}`;
export const pickOf = (local: number): string => `w${local}`;

/** The largest of some views. */
export function newest(...views: readonly string[]): string {
  const some = [...new Set(views)].filter((v) => v !== "0");
  return some.length === 0 ? "0" : some.reduce((a, b) => `mx(${a},${b})`);
}

export class Values {
  private readonly views: ViewsLayout;
  private readonly scope: StepScope;
  /** Locals of the running code that carry views. */
  private readonly carrying: ReadonlySet<number>;
  private ignored = -1;

  constructor(views: ViewsLayout, scope: StepScope) {
    this.views = views;
    this.scope = scope;
    this.carrying = (scope.context && views.flow.locals[scope.context.code]) ?? new Set();
  }

  carries(local: number): boolean {
    return local !== this.ignored && this.carrying.has(local);
  }

  /** Prints as if the local carried no views. */
  without(local: number, print: () => string): string {
    this.ignored = local;
    const text = print();
    this.ignored = -1;
    return text;
  }

  get picks(): boolean {
    return this.views.flow.picks;
  }

  /** T's index of an element that carries views; undefined: the cell's do not. */
  element(cell: number, index: readonly Expr[], which: "strong" | "pick"): string | undefined {
    const first = this.views.elements.get(cell)?.[which];
    return first === undefined || first === 0 ? undefined : this.at(first, cell, index);
  }

  at(first: number, cell: number, index: readonly Expr[]): string {
    const { dims } = this.scope.cell(cell);
    const offset = flat(
      dims,
      index.map((e) => value(this.scope, e)),
    );
    return offset === "0" ? `${first}` : `${first}+${offset}`;
  }

  private ofElement(cell: number, index: readonly Expr[], which: "strong" | "pick"): string {
    const at = this.element(cell, index, which);
    if (at === undefined) return "0";
    const inside = this.scope.inside(cell, index);
    return inside === "" ? `T[${at}]` : `(${inside}?T[${at}]:0)`;
  }

  strong(e: Expr): string {
    switch (e.kind) {
      case "local":
        return this.carries(e.local) ? strongOf(e.local) : "0";
      case "cell":
        return newest(this.ofElement(e.cell, e.index, "strong"), ...e.index.map((i) => this.strong(i)));
      case "unary":
        return this.strong(e.a);
      case "binary":
        return this.both(e, (x) => this.strong(x));
      case "cond":
        return this.chosen(e.test, this.strong(e.then), this.strong(e.else));
      default:
        return "0";
    }
  }

  pick(e: Expr): string {
    if (!this.picks) return "0";
    switch (e.kind) {
      case "local":
        return this.carries(e.local) ? pickOf(e.local) : "0";
      case "cell":
        return newest(this.ofElement(e.cell, e.index, "pick"), ...e.index.map((i) => this.pick(i)));
      case "unary":
        return this.pick(e.a);
      case "binary":
        return this.both(e, (x) => this.pick(x));
      case "cond":
        return newest(this.any(e.test), this.chosen(e.test, this.pick(e.then), this.pick(e.else)));
      default:
        return "0";
    }
  }

  /** Both kinds: what orders later stores. */
  any(e: Expr): string {
    return newest(this.strong(e), this.pick(e));
  }

  /** As in C, the right side is only looked at if the left one has not decided. */
  private both({ op, a, b }: Extract<Expr, { kind: "binary" }>, view: (e: Expr) => string): string {
    const [left, right] = [view(a), view(b)];
    if ((op !== "&&" && op !== "||") || right === "0") return newest(left, right);
    return this.chosen(a, op === "&&" ? newest(left, right) : left, op === "&&" ? left : newest(left, right));
  }

  private chosen(test: Expr, then: string, other: string): string {
    return then === other ? then : `(${truth(this.scope, test)}?${then}:${other})`;
  }
}
