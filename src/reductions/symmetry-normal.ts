// SPDX-License-Identifier: MIT
// A normal form of steps and predicates: texts that differ only in the order of what can be taken in any order (the
// operands of &&, the rounds of a loop over all CPUs that do not meet) become equal.
import { defined } from "../base/assert.ts";
import {
  type Access,
  type BinaryOp,
  type Expr,
  NO_STEP,
  type Program,
  type Step,
  type Stmt,
} from "../program/program.ts";
import { canSwap, type Effect, effectOf } from "./effects.ts";

/** Operations that can be taken in any order and grouping. */
const FLAT: readonly BinaryOp[] = ["&&", "||", "+", "*", "&", "|", "^", "mask_and", "mask_or"];
/** Their right operands can be taken in any order. */
const CHAINS: readonly BinaryOp[] = ["mask_add", "mask_del"];

const textOf = (x: unknown): string => JSON.stringify(x);
const byText = <T>(list: readonly T[]): T[] =>
  list
    .map((item) => ({ item, text: textOf(item) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ item }) => item);

/** The operands of nested uses of an operation. */
function operands(e: Expr, op: BinaryOp): Expr[] {
  return e.kind === "binary" && e.op === op ? [...operands(e.a, op), ...operands(e.b, op)] : [normalExpr(e)];
}

/** A mask, and the CPUs that are added to it one after the other (or removed). */
function chain(e: Expr, op: BinaryOp): { readonly base: Expr; readonly links: Expr[] } {
  if (e.kind !== "binary" || e.op !== op) return { base: normalExpr(e), links: [] };
  const { base, links } = chain(e.a, op);
  return { base, links: [...links, normalExpr(e.b)] };
}

export function normalExpr(e: Expr): Expr {
  switch (e.kind) {
    case "cell":
      return { ...e, index: e.index.map(normalExpr) };
    case "unary":
      return { ...e, a: normalExpr(e.a) };
    case "cond":
      return { ...e, test: normalExpr(e.test), then: normalExpr(e.then), else: normalExpr(e.else) };
    case "binary": {
      const { op } = e;
      if (CHAINS.includes(op)) {
        const { base, links } = chain(e, op);
        return byText(links).reduce<Expr>((a, b) => ({ kind: "binary", op, a, b }), base);
      }
      const isFlat = FLAT.includes(op);
      if (!isFlat && op !== "==" && op !== "!=") return { ...e, a: normalExpr(e.a), b: normalExpr(e.b) };
      const [first, ...rest] = byText(isFlat ? operands(e, op) : [normalExpr(e.a), normalExpr(e.b)]);
      return rest.reduce<Expr>((a, b) => ({ kind: "binary", op, a, b }), defined(first, "two operands"));
    }
    default:
      return e;
  }
}

/** What a statement does with the locals: a set that adds to a mask need not be in order with others that do. */
interface LocalUse {
  readonly reads: Set<number>;
  /** By local: how it is written; the same way twice is in no order. */
  readonly writes: Map<number, string>;
}

function readsOf(e: Expr, into: Set<number>): void {
  if (e.kind === "local") into.add(e.local);
  else if (e.kind === "cell") for (const i of e.index) readsOf(i, into);
  else if (e.kind === "cond") for (const x of [e.test, e.then, e.else]) readsOf(x, into);
  else if (e.kind === "unary") readsOf(e.a, into);
  else if (e.kind === "binary") for (const x of [e.a, e.b]) readsOf(x, into);
}

function localUse(list: readonly Stmt[], use: LocalUse): LocalUse {
  for (const s of list) {
    if (s.kind === "set") write(s, use);
    else if (s.kind === "put") for (const e of [...s.index, s.value]) readsOf(e, use.reads);
    else if (s.kind === "block") localUse(s.body, use);
    else if (s.kind === "if") {
      readsOf(s.test, use.reads);
      localUse(s.then, use);
      localUse(s.else, use);
    }
  }
  return use;
}

function write({ local, value }: Extract<Stmt, { kind: "set" }>, { reads, writes }: LocalUse): void {
  const changesBit = value.kind === "binary" && (value.op === "mask_add" || value.op === "mask_del");
  const isChange = changesBit && value.a.kind === "local" && value.a.local === local;
  readsOf(isChange ? value.b : value, reads);
  const how = isChange ? value.op : value.kind === "const" ? `${value.value}` : "any";
  const before = writes.get(local);
  writes.set(local, before === undefined || before === how ? how : "any");
}

function localsMeet(a: LocalUse, b: LocalUse): boolean {
  const differ = [...a.writes].some(([l, how]) => b.writes.has(l) && (how === "any" || b.writes.get(l) !== how));
  return differ || [...a.writes.keys()].some((l) => b.reads.has(l)) || [...b.writes.keys()].some((l) => a.reads.has(l));
}

/** Where control can go from here, other than to the next statement. */
function exitsOf(list: readonly Stmt[]): string[] {
  return list.flatMap((s) => {
    if (s.kind === "if") return [...exitsOf(s.then), ...exitsOf(s.else)];
    if (s.kind === "block") return exitsOf(s.body).filter((exit) => exit !== textOf({ kind: "break", label: s.label }));
    return ["set", "put", "reach", "trace"].includes(s.kind) ? [] : [textOf(s)];
  });
}

interface Item {
  readonly s: Stmt;
  readonly text: string;
  readonly effect: Effect;
  readonly use: LocalUse;
  readonly exits: readonly string[];
}

type Labels = ReadonlyMap<number, number>;

/** Texts as one CPU runs them. */
export class Normal {
  private readonly program: Program;
  private readonly cpu: number;

  constructor(program: Program, cpu: number) {
    this.program = program;
    this.cpu = cpu;
  }

  private item(s: Stmt): Item {
    const body = [s];
    const effect = effectOf(this.program, this.cpu, { ...NO_STEP, body });
    const use = localUse(body, { reads: new Set(), writes: new Map() });
    return { s, text: textOf(s), effect, use, exits: exitsOf(body) };
  }

  private inAnyOrder(a: Item, b: Item): boolean {
    if (a.exits.length > 0 || b.exits.length > 0) {
      // Two checks that leave in the same way, and do nothing else.
      const silent = [a, b].every(({ effect, use }) => effect.writes.length === 0 && use.writes.size === 0);
      return silent && new Set([...a.exits, ...b.exits]).size === 1 && a.exits.length > 0 && b.exits.length > 0;
    }
    return canSwap(a.effect, b.effect) && canSwap(b.effect, a.effect) && !localsMeet(a.use, b.use);
  }

  /** `labels`: those of the enclosing blocks, as they are numbered from outside. */
  private statement(s: Stmt, labels: Labels): Stmt {
    switch (s.kind) {
      case "set":
        return { ...s, value: normalExpr(s.value) };
      case "put":
        return { ...s, index: s.index.map(normalExpr), value: normalExpr(s.value) };
      case "if": {
        const [then, other] = [this.statements(s.then, labels), this.statements(s.else, labels)];
        return { ...s, test: normalExpr(s.test), then, else: other };
      }
      case "block":
        return { ...s, label: labels.size, body: this.statements(s.body, new Map(labels).set(s.label, labels.size)) };
      case "break":
        return { ...s, label: defined(labels.get(s.label), "a break is inside of its block") };
      default:
        return s;
    }
  }

  /** Of all orders that come to the same, the one whose first statement has the smallest text, and so on. */
  private statements(list: readonly Stmt[], labels: Labels = new Map()): Stmt[] {
    const normal = list.map((s) => this.statement(s, labels));
    if (normal.length < 2) return normal;
    let left = normal.map((s) => this.item(s));
    const sorted: Stmt[] = [];
    while (left.length > 0) {
      const free = left.filter((item, i) => left.slice(0, i).every((before) => this.inAnyOrder(before, item)));
      const first = free.reduce((a, b) => (b.text < a.text ? b : a));
      sorted.push(first.s);
      left = left.filter((item) => item !== first);
    }
    return sorted;
  }

  private access(access: Access): Access {
    switch (access.kind) {
      case "none":
      case "fence":
        return access;
      case "instruction":
        return { ...access, body: this.statements(access.body) };
      case "choose":
        return { ...access, such: access.such && normalExpr(access.such) };
      default: {
        const place = { ...access.place, index: access.place.index.map(normalExpr) };
        if (access.kind === "load") return { ...access, place };
        if (access.kind === "await") return { ...access, place, until: normalExpr(access.until) };
        const written = { ...access, place, value: normalExpr(access.value) };
        return written.kind === "rmw" ? { ...written, when: written.when && normalExpr(written.when) } : written;
      }
    }
  }

  /** Equal for steps that do the same. */
  step({ guard, before, access, body, live, racy }: Step): string {
    return textOf([
      guard && normalExpr(guard),
      this.statements(before),
      this.access(access),
      this.statements(body),
      [...live].sort((a, b) => a - b),
      racy === true,
    ]);
  }
}
