// SPDX-License-Identifier: MIT
// Small Armv8 programs as data: built into Programs for the checker, and read as they are by the axioms
// (armv8-axioms.ts).
import { defined } from "../../src/base/assert.ts";
import type {
  Cell,
  Code,
  Expr,
  FenceOrder,
  LoadOrder,
  Program,
  RmwOrder,
  Step,
  Stmt,
} from "../../src/program/program.ts";

/** How an access depends on registers: `sel…` through a conditional select, which only picks. */
export interface Depends {
  readonly addr?: number;
  readonly data?: number;
  readonly selAddr?: number;
  readonly selData?: number;
}

/** Registers are numbered within a thread; every one is written once. Locations: 0, 1, … */
export type Op =
  | ({
      readonly op: "R";
      readonly loc: number;
      readonly reg: number;
      readonly order?: LoadOrder;
      readonly ll?: true;
    } & Depends)
  | ({ readonly op: "W"; readonly loc: number; readonly value: number; readonly release?: true } & Depends)
  /** Store-exclusive; the register tells whether it failed. */
  | ({
      readonly op: "SC";
      readonly loc: number;
      readonly value: number;
      readonly reg: number;
      readonly release?: true;
    } & Depends)
  /** swap: value; add: old + value; cas: value if old is `expect`. */
  | ({
      readonly op: "swap" | "add" | "cas";
      readonly loc: number;
      readonly value: number;
      readonly expect?: number;
      readonly reg: number;
      readonly order?: RmwOrder;
      readonly unread?: true;
    } & Depends)
  | { readonly op: "F"; readonly fence: FenceOrder }
  | { readonly op: "B"; readonly reg: number; readonly sel?: true };

export type Threads = readonly (readonly Op[])[];

export const R = (loc: number, reg: number, more: Depends & { order?: LoadOrder; ll?: true } = {}): Op => ({
  op: "R",
  loc,
  reg,
  ...more,
});
export const W = (loc: number, value: number, more: Depends & { release?: true } = {}): Op => ({
  op: "W",
  loc,
  value,
  ...more,
});
export const swap = (loc: number, value: number, reg: number, order: RmwOrder, unread?: true): Op => ({
  op: "swap",
  loc,
  value,
  reg,
  order,
  ...(unread && { unread }),
});
export const F = (fence: FenceOrder): Op => ({ op: "F", fence });
export const B = (reg: number, sel?: true): Op => ({ op: "B", reg, ...(sel && { sel }) });

const VALUE_MAX = 15;
const at = { source: 0, line: 1, column: 1, func: "f", text: "" };
const constant = (value: number): Expr => ({ kind: "const", value });
const local = (id: number): Expr => ({ kind: "local", local: id });
const binary = (op: "+" | "-" | "==", a: Expr, b: Expr): Expr => ({ kind: "binary", op, a, b });
/** 0, but depends on the register. */
const nothingOf = (reg: number): Expr => binary("-", local(reg), local(reg));
const pickedBy = (reg: number): Expr => ({
  kind: "cond",
  test: binary("==", local(reg), constant(VALUE_MAX)),
  then: constant(0),
  else: constant(0),
});

function plus(e: Expr, strong: number | undefined, picked: number | undefined): Expr {
  const one = strong === undefined ? e : binary("+", e, nothingOf(strong));
  return picked === undefined ? one : binary("+", one, pickedBy(picked));
}

function accessOf(op: Exclude<Op, { op: "B" }>, apart: boolean): Step["access"] {
  if (op.op === "F") return { kind: "fence", primitive: "f", order: op.fence };
  const index = [plus(constant(apart ? 0 : op.loc), op.addr, op.selAddr)];
  const place = { cell: apart ? op.loc : 0, index };
  const base = { primitive: op.op, place };
  if (op.op === "R")
    return { kind: "load", ...base, order: op.order ?? "once", into: op.reg, ...(op.ll && { exclusive: true }) };
  const value = plus(constant(op.value), op.data, op.selData);
  if (op.op === "W") return { kind: "store", ...base, order: op.release ? "release" : "once", value };
  if (op.op === "SC")
    return { kind: "store_exclusive", ...base, order: op.release ? "release" : "once", value, failed: op.reg };
  const when = op.op === "cas" ? binary("==", local(op.reg), constant(defined(op.expect, "a cas compares"))) : null;
  return {
    kind: "rmw",
    ...base,
    order: op.order ?? "relaxed",
    old: op.reg,
    when,
    value: op.op === "add" ? binary("+", local(op.reg), value) : value,
    ...(op.unread && { unread: true }),
  };
}

export function registersOf(thread: readonly Op[]): number[] {
  return thread.flatMap((op) => ("reg" in op && op.op !== "B" ? [op.reg] : []));
}

function codeOf(thread: readonly Op[], cpu: number, firstCell: number, apart: boolean): Code {
  const registers = registersOf(thread);
  const steps: Step[] = [
    { at, guard: null, before: [], access: { kind: "none" }, body: [{ kind: "end" }], live: [], scope: [] },
  ];
  const ops = thread.filter((op) => op.op !== "B");
  const out: Stmt[] = [
    ...registers.map((reg, i): Stmt => ({ kind: "put", cell: firstCell + i, index: [], value: local(reg) })),
    { kind: "end" },
  ];
  const known: number[] = [];
  for (const [i, op] of thread.entries()) {
    if (op.op === "B") continue;
    const live = [...known];
    if (op.op !== "F" && "reg" in op) known.push(op.reg);
    const next: Stmt[] = ops.at(-1) === op ? out : [{ kind: "goto", step: steps.length + 1 }];
    const body: Stmt[] = [];
    for (let j = i + 1; thread[j]?.op === "B"; j++) {
      const branch = thread[j] as Extract<Op, { op: "B" }>;
      const test = branch.sel ? pickedBy(branch.reg) : binary("==", local(branch.reg), constant(VALUE_MAX));
      body.push({ kind: "if", test, then: [], else: [] });
    }
    steps.push({
      at,
      guard: null,
      before: [],
      access: accessOf(op, apart),
      body: [...body, ...next],
      live,
      scope: live,
    });
  }
  const locals = Array.from({ length: Math.max(-1, ...registers) + 1 }, (_, l) => ({
    name: `r${l}`,
    min: 0,
    max: VALUE_MAX,
    meaning: { kind: "int" } as const,
  }));
  return { name: `P${cpu}`, kind: "thread", level: 0, cpus: [cpu], params: 0, locals, steps };
}

export function locationsIn(threads: Threads): number {
  return 1 + Math.max(...threads.flat().map((op) => ("loc" in op ? op.loc : 0)));
}

/** The locations are elements of one cell `m`; `apart`: cells `m0`, `m1`, … of one element each. */
export function programOf(threads: Threads, apart = false): Program {
  const locations = locationsIn(threads);
  const cell = (name: string, storage: Cell["storage"], dims: number[]): Cell => ({
    name,
    storage,
    dims,
    own: false,
    min: 0,
    max: VALUE_MAX,
    meaning: { kind: "int" },
  });
  const memory = (i: number): Cell => cell(`m${i}`, "memory", [1]);
  const cells = apart ? Array.from({ length: locations }, (_, i) => memory(i)) : [cell("m", "memory", [locations])];
  const codes = threads.map((thread, cpu) => {
    const first = cells.length;
    for (const reg of registersOf(thread)) cells.push(cell(`${cpu}:r${reg}`, "frame", []));
    return codeOf(thread, cpu, first, apart);
  });
  return {
    version: 1,
    name: "shape",
    cpus: threads.length,
    sources: ["shape"],
    cells,
    codes,
    init: [],
    initLocals: [],
    properties: [],
    witnesses: [],
    events: [],
  };
}

/** Stores that there can be. */
export function storesIn(threads: Threads): number {
  return threads.flat().filter((op) => op.op !== "R" && op.op !== "F" && op.op !== "B").length;
}
