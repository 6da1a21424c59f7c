// SPDX-License-Identifier: MIT
// The primitives of the dialect: what each name of model/dialect/lib.d.ts means. One table; nothing else is built in.
import type * as t from "@babel/types";
import type { Expr, FenceOrder, LoadOrder, RmwOrder, Stmt, StoreOrder } from "../../program/program.ts";
import { CPU, rangeOf } from "../types.ts";
import { arg, cpuArg, maskArg, number, type PlaceKind, placeArg } from "./arguments.ts";
import { callIndirect } from "./calls.ts";
import { condition, constantValue, evaluate, rvalueOf } from "./expressions.ts";
import { ROUNDS_MAX } from "./loops.ts";
import type { Lowering } from "./lowering.ts";
import { BUILTIN, declaringCall, hasPredicate } from "./lowering.ts";
import type { Typed } from "./places.ts";
import { awaitPlace, loadPlace, lockPlace, onCpu, rmwPlace, rvalue, storePlace, storeValue } from "./places.ts";
import { predicate, quantified } from "./predicates.ts";
import { branch, expressionStatement } from "./statements.ts";
import type { Val } from "./values.ts";
import { binary, CPU_EXPR, constant, unary, VOID_VAL, ZERO } from "./values.ts";

export type Primitive = (cx: Lowering, node: t.CallExpression, name: string) => Val;

const THIS_CPU: Typed = { e: CPU_EXPR, type: CPU };
const value = (typed: Typed): Val => ({ v: "expr", ...typed });
const boolean = (e: Expr): Val => ({ v: "expr", e, type: { k: "bool" } });
const int = (e: Expr, like: Typed): Val => ({ v: "expr", e, type: like.type });

const load =
  (order: LoadOrder, kind: PlaceKind = "scalar"): Primitive =>
  (cx, node, name) =>
    value(loadPlace(cx, placeArg(cx, node, kind), order, name, node));

const store =
  (order: StoreOrder, kind: PlaceKind = "scalar"): Primitive =>
  (cx, node, name) => {
    const place = placeArg(cx, node, kind);
    storeValue(cx, place, rvalueOf(cx, arg(cx, node, 1)), order, name, node);
    return VOID_VAL;
  };

const fence =
  (order: FenceOrder): Primitive =>
  (cx, node, name) => {
    if (cx.mode === "instruction" || cx.mode === "walker") return cx.fail("LZ115", node);
    if (cx.mode === "normal") {
      cx.code.access({ access: { kind: "fence", primitive: name, order }, guard: null, before: [], at: cx.at(node) });
    }
    return VOID_VAL;
  };

/** An atomic operation: `next` of the old value, and what it returns. */
const rmw =
  (order: RmwOrder, at: number, next: (old: Expr, n: Expr) => Expr, returns: (old: Typed, n: Expr) => Val): Primitive =>
  (cx, node, name) => {
    const place = placeArg(cx, node, "atomic", at);
    const n = node.arguments.length > 1 ? number(cx, node, 1 - at) : constant(1);
    const old = rmwPlace(cx, place, order, name, node, (o) => next(o, n));
    return returns(old, n);
  };

const plus = (old: Expr, n: Expr): Expr => binary("+", old, n);
const minus = (old: Expr, n: Expr): Expr => binary("-", old, n);
const nothing = (): Val => VOID_VAL;

const exchange =
  (order: RmwOrder): Primitive =>
  (cx, node, name) => {
    const place = placeArg(cx, node);
    const replacement = number(cx, node, 1);
    return value(rmwPlace(cx, place, order, name, node, () => replacement));
  };

const cmpxchg =
  (order: RmwOrder, returns: (old: Typed, expected: Expr) => Val): Primitive =>
  (cx, node, name) => {
    const place = placeArg(cx, node);
    const expected = cx.freeze(number(cx, node, 1), place.type, "expected");
    const replacement = cx.freeze(number(cx, node, 2), place.type, "replacement");
    const old = rmwPlace(
      cx,
      place,
      order,
      name,
      node,
      () => replacement,
      (o) => binary("==", o, expected),
    );
    return returns(old, expected);
  };
const succeeded = (old: Typed, expected: Expr): Val => boolean(binary("==", old.e, expected));

const onMask =
  (op: "mask_add" | "mask_del"): Primitive =>
  (cx, node, name) => {
    const b = cpuArg(cx, node, 0);
    rmwPlace(cx, placeArg(cx, node, "cpumask", 1), "relaxed", name, node, (a) => ({ kind: "binary", op, a, b }));
    return VOID_VAL;
  };

const ofCopy =
  (op: "mask_test" | "mask_add" | "mask_del"): Primitive =>
  (cx, node) => {
    const b = cpuArg(cx, node, 0);
    const a = maskArg(cx, node, 1);
    return {
      v: "expr",
      e: { kind: "binary", op, a, b },
      type: op === "mask_test" ? { k: "bool" } : { k: "mask" },
    };
  };

const complain =
  (property: string): Primitive =>
  (cx, node) => {
    const test = condition(cx, arg(cx, node, 0));
    branch(
      cx,
      test,
      () => cx.stmt({ kind: "raise", property: cx.builtin(property) }),
      () => undefined,
    );
    return VOID_VAL;
  };

/** Waits: in an instruction or a walker the step is disabled, in kernel code it is a step of its own. */
function when(cx: Lowering, node: t.CallExpression): Val {
  const test = predicate(cx, arg(cx, node, 0));
  if (cx.mode === "normal") {
    cx.code.access({ access: { kind: "none" }, guard: test, before: [], at: cx.at(node) });
  } else cx.stmt({ kind: "if", test: unary("!", test), then: [{ kind: "disabled" }], else: [] });
  return VOID_VAL;
}

/** The first argument: how many values there are to try. */
function smallNumber(cx: Lowering, node: t.CallExpression): number {
  const n = constantValue(cx, arg(cx, node, 0));
  cx.writeOut(node, n);
  return n <= ROUNDS_MAX ? n : cx.fail("LZ117", arg(cx, node, 0), `${n}`);
}

/** any(n), and any_such(n, (i) => condition). */
function choose(cx: Lowering, node: t.CallExpression, name: string): Val {
  if (cx.mode !== "normal") return cx.fail("LZ115", node);
  const count = smallNumber(cx, node);
  const type = { k: "int", min: 0, max: Math.max(count - 1, 0) } as const;
  const into = cx.local(name, type);
  const such = node.arguments.length > 1 ? quantified(cx, arg(cx, node, 1), [{ kind: "local", local: into }]) : null;
  cx.code.access({
    access: { kind: "choose", primitive: name, into, count, such },
    guard: null,
    before: [],
    at: cx.at(node),
  });
  return { v: "expr", e: { kind: "local", local: into }, type };
}

function poolAlloc(cx: Lowering, node: t.CallExpression, name: string): Val {
  const val = evaluate(cx, arg(cx, node, 0));
  if (val.v !== "pool") return cx.fail("LZ108", node);
  const { pool } = val;
  const type = { k: "ref", pool } as const;
  const local = cx.local(pool.struct, type);
  const cell = cx.allocatedCell(pool);
  let body: Stmt[] = [{ kind: "limit", what: `no free ${pool.struct} left: the machine has ${pool.size}` }];
  for (let i = pool.size - 1; i >= 0; i--) {
    const index = [constant(i)];
    const take: Stmt[] = [
      { kind: "put", cell, index, value: constant(1) },
      { kind: "set", local, value: constant(i + 1) },
    ];
    body = [{ kind: "if", test: { kind: "cell", cell, index }, then: body, else: take }];
  }
  if (cx.mode === "normal") {
    const access = { kind: "instruction", primitive: name, serialising: false, body } as const;
    cx.code.access({ access, guard: null, before: [], at: cx.at(node) });
  } else for (const stmt of body) cx.stmt(stmt);
  return { v: "expr", e: { kind: "local", local }, type };
}

function poolFree(cx: Lowering, node: t.CallExpression): Val {
  const { e, type } = rvalueOf(cx, arg(cx, node, 0));
  if (type.k !== "ref") return cx.fail("LZ109", node, "not an object of a pool");
  if (cx.mode === "normal") return cx.fail("LZ103", node, "pool_free() outside of an instruction");
  cx.freedPools.add(type.pool);
  const index = [binary("-", e, constant(1))];
  const cell = cx.allocatedCell(type.pool);
  const twice: Stmt = { kind: "raise", property: cx.builtin(BUILTIN.useAfterFree) };
  cx.stmt({ kind: "if", test: unary("!", { kind: "cell", cell, index }), then: [twice], else: [] });
  cx.stmt({ kind: "put", cell, index, value: ZERO });
  return VOID_VAL;
}

function isAllocated(cx: Lowering, node: t.CallExpression): Val {
  const { e, type } = rvalueOf(cx, arg(cx, node, 0));
  if (type.k !== "ref") return cx.fail("LZ109", node, "not an object of a pool");
  return boolean({ kind: "cell", cell: cx.allocatedCell(type.pool), index: [binary("-", e, constant(1))] });
}

function raise(cx: Lowering, node: t.CallExpression): Val {
  const val = evaluate(cx, arg(cx, node, 0));
  if (val.v !== "property" || declaringCall(val.decl) !== "never") return cx.fail("LZ109", node, "not a never(…)");
  cx.stmt({ kind: "raise", property: cx.propertyOf(val.decl) });
  return VOID_VAL;
}

function reached(cx: Lowering, node: t.CallExpression): Val {
  const val = evaluate(cx, arg(cx, node, 0));
  if (val.v !== "witness") return cx.fail("LZ109", node, "not a witness");
  if (hasPredicate(val.decl)) return cx.fail("LZ109", node, `${val.decl.name} is a predicate: it is not reached()`);
  cx.stmt({ kind: "reach", witness: cx.witnessOf(val.decl) });
  return VOID_VAL;
}

function quantifier(cx: Lowering, node: t.CallExpression, name: string): Val {
  const n = smallNumber(cx, node);
  const parts = Array.from({ length: n }, (_, i) => quantified(cx, arg(cx, node, 1), [constant(i)]));
  if (name === "count") return { v: "expr", e: parts.reduce(plus, ZERO), type: { k: "int", min: 0, max: n } };
  const op = name === "every" ? "&&" : "||";
  return boolean(parts.reduce((a, b) => binary(op, a, b), constant(name === "every" ? 1 : 0)));
}

function condLoadAcquire(cx: Lowering, node: t.CallExpression, name: string): Val {
  const place = placeArg(cx, node);
  return value(
    awaitPlace(cx, place, name, node, (val) => {
      cx.frame.names.push(new Map([["VAL", { b: "val", val: value(val) }]]));
      const until = predicate(cx, arg(cx, node, 1));
      cx.frame.names.pop();
      return until;
    }),
  );
}

function callFunc(cx: Lowering, node: t.CallExpression): Val {
  const func = rvalueOf(cx, arg(cx, node, 0));
  const info = rvalueOf(cx, arg(cx, node, 1));
  callIndirect(cx, func.e, info.e, node);
  return VOID_VAL;
}

function asVoid(cx: Lowering, node: t.CallExpression): Val {
  const { e, type } = rvalueOf(cx, arg(cx, node, 0));
  if (type.k === "mask") return cx.fail("LZ109", node, "a cpumask is not a pointer");
  const callbacks = type.k === "callback" ? cx.seeCallbacks() : 0;
  // A frame is known by its CPU: as a pointer, by one more, so that CPU 0's is not NULL.
  const shift = type.k === "frameref" ? 1 : 0;
  if (type.k !== "voidstar") cx.voidMax = Math.max(cx.voidMax, rangeOf(type, cx.cpus, callbacks).max + shift);
  return { v: "expr", e: shift === 0 ? e : binary("+", e, constant(shift)), type: { k: "voidstar" } };
}

/** One past the last object: like (struct mm_struct *)1UL, neither NULL nor anybody. */
function invalidPointer(cx: Lowering, node: t.CallExpression): Val {
  const val = evaluate(cx, arg(cx, node, 0));
  if (val.v !== "pool") return cx.fail("LZ108", node);
  return { v: "expr", e: constant(val.pool.size + 1), type: { k: "ref", pool: val.pool } };
}

/** KCSAN is off while the argument is evaluated: an assignment, a call, or the plain read of a place. */
function dataRace(cx: Lowering, node: t.CallExpression): Val {
  const { code } = cx;
  const outer = code.racy;
  code.racy = true;
  const val = racyValue(cx, arg(cx, node, 0), node);
  code.racy = outer;
  return val;
}

function racyValue(cx: Lowering, accesses: t.Expression, node: t.CallExpression): Val {
  if (accesses.type === "AssignmentExpression") {
    expressionStatement(cx, accesses);
    return VOID_VAL;
  }
  const val = evaluate(cx, accesses);
  return val.v === "place" ? value(rvalue(cx, val, node)) : val;
}

const table: { readonly [name: string]: Primitive } = {
  READ_ONCE: load("once"),
  WRITE_ONCE: store("once"),
  smp_load_acquire: load("acquire"),
  smp_store_release: store("release"),
  smp_cond_load_acquire: condLoadAcquire,
  data_race: dataRace,
  walker_read: (cx, node, name) =>
    cx.mode === "walker" ? load("walk")(cx, node, name) : cx.fail("LZ103", node, "walker_read() outside of a walker"),
  this_cpu_read: (cx, node, name) =>
    value(loadPlace(cx, onCpu(cx, evaluate(cx, arg(cx, node, 0)), THIS_CPU, node), "once", name, node)),
  this_cpu_write: (cx, node, name) => {
    const place = onCpu(cx, evaluate(cx, arg(cx, node, 0)), THIS_CPU, node);
    storeValue(cx, place, rvalueOf(cx, arg(cx, node, 1)), "once", name, node);
    return VOID_VAL;
  },
  per_cpu: (cx, node) => onCpu(cx, evaluate(cx, arg(cx, node, 0)), rvalueOf(cx, arg(cx, node, 1)), node),
  this_cpu_ptr: (cx, node) => {
    const val = evaluate(cx, arg(cx, node, 0));
    if (val.v !== "place" || val.root.storage !== "percpu-frame") return cx.fail("LZ108", node);
    return { v: "expr", e: CPU_EXPR, type: { k: "frameref", decl: val.root.decl, type: val.root.type } };
  },
  xchg: exchange("full"),
  xchg_relaxed: exchange("relaxed"),
  cmpxchg: cmpxchg("full", (old) => value(old)),
  try_cmpxchg: cmpxchg("full", succeeded),
  try_cmpxchg_relaxed: cmpxchg("relaxed", succeeded),
  atomic_read: load("once", "atomic"),
  atomic_set: store("once", "atomic"),
  atomic_inc: rmw("relaxed", 0, plus, nothing),
  atomic_dec: rmw("relaxed", 0, minus, nothing),
  atomic_add: rmw("relaxed", 1, plus, nothing),
  atomic_sub: rmw("relaxed", 1, minus, nothing),
  atomic_or: rmw("relaxed", 1, (a, b) => binary("|", a, b), nothing),
  atomic_inc_return: rmw("full", 0, plus, (old, n) => int(plus(old.e, n), old)),
  atomic_dec_return_release: rmw("release", 0, minus, (old, n) => int(minus(old.e, n), old)),
  atomic_dec_and_test: rmw("full", 0, minus, (old, n) => boolean(binary("==", old.e, n))),
  atomic_sub_and_test: rmw("full", 1, minus, (old, n) => boolean(binary("==", old.e, n))),
  atomic_inc_not_zero: (cx, node, name) => {
    const place = placeArg(cx, node, "atomic");
    const nonzero = (o: Expr): Expr => binary("!=", o, ZERO);
    const old = rmwPlace(cx, place, "full", name, node, (o) => plus(o, constant(1)), nonzero);
    return boolean(nonzero(old.e));
  },
  cpumask_set_cpu: onMask("mask_add"),
  cpumask_clear_cpu: onMask("mask_del"),
  cpumask_clear: (cx, node, name) => {
    storePlace(cx, placeArg(cx, node, "cpumask"), ZERO, "once", name, node);
    return VOID_VAL;
  },
  cpumask_or: (cx, node, name) => {
    const more = loadPlace(cx, placeArg(cx, node, "cpumask", 1), "once", name, node);
    const mask = placeArg(cx, node, "cpumask");
    const old = loadPlace(cx, mask, "once", name, node);
    storePlace(cx, mask, { kind: "binary", op: "mask_or", a: old.e, b: more.e }, "once", name, node);
    return VOID_VAL;
  },
  cpumask_test_cpu: (cx, node, name) => {
    const cpu = cpuArg(cx, node, 0);
    const mask = loadPlace(cx, placeArg(cx, node, "cpumask", 1), "once", name, node);
    return boolean({ kind: "binary", op: "mask_test", a: mask.e, b: cpu });
  },
  cpumask_any_but: (cx, node, name) => {
    const mask = loadPlace(cx, placeArg(cx, node, "cpumask"), "once", name, node);
    const others: Expr = { kind: "binary", op: "mask_del", a: mask.e, b: cpuArg(cx, node, 1) };
    return {
      v: "expr",
      e: { kind: "binary", op: "mask_next", a: others, b: constant(-1) },
      type: { k: "int", min: 0, max: cx.cpus },
    };
  },
  cpumask_copy: load("once", "cpumask"),
  cpumask_empty: (cx, node) => boolean({ kind: "unary", op: "mask_empty", a: maskArg(cx, node, 0) }),
  cpumask_contains: ofCopy("mask_test"),
  cpumask_with: ofCopy("mask_add"),
  cpumask_without: ofCopy("mask_del"),
  spin_lock: (cx, node, name) => {
    lockPlace(cx, placeArg(cx, node, "spinlock"), name, node);
    return VOID_VAL;
  },
  spin_unlock: (cx, node, name) => {
    storePlace(cx, placeArg(cx, node, "spinlock"), ZERO, "release", name, node);
    return VOID_VAL;
  },
  smp_mb: fence("mb"),
  smp_rmb: fence("rmb"),
  smp_wmb: fence("wmb"),
  smp_mb__after_spinlock: fence("after_spinlock"),
  isb: fence("isb"),
  dsb_ishst: fence("dsb_ishst"),
  dsb_nshst: fence("dsb_nshst"),
  order_walks: fence("walks"),
  barrier: nothing,
  lockdep_assert_irqs_disabled: nothing,
  instruction: nothing,
  serialising_instruction: nothing,
  smp_processor_id: () => ({ v: "expr", e: CPU_EXPR, type: { k: "cpu" } }),
  INVALID_POINTER: invalidPointer,
  pool_alloc: poolAlloc,
  pool_free: poolFree,
  is_allocated: isAllocated,
  when,
  any: choose,
  any_such: choose,
  call_func: callFunc,
  as_void: asVoid,
  raise,
  reached,
  BUG_ON: complain(BUILTIN.bug),
  WARN_ON_ONCE: complain(BUILTIN.warning),
  // Compiled out without CONFIG_DEBUG_VM, accesses included.
  VM_WARN_ON: (cx, node, name) =>
    cx.types.config.get("DEBUG_VM") ? complain(BUILTIN.warning)(cx, node, name) : VOID_VAL,
  every: quantifier,
  some: quantifier,
  count: quantifier,
};

export const primitives: ReadonlyMap<string, Primitive> = new Map(Object.entries(table));
