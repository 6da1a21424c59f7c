// SPDX-License-Identifier: MIT
// What the kernel's primitives mean in a C litmus test: the same accesses, in the same orders, as in the compiler's
// table (src/compiler/lower/primitives.ts), which works on another syntax.
import type { Expr, FenceOrder, LoadOrder, RmwOrder, StoreOrder } from "../program/program.ts";
import { binary, constant, local, not, ONE, ZERO } from "./expressions.ts";
import type { ThreadBuilder } from "./test.ts";

/**
 * An argument: `place` is written as what is accessed (READ_ONCE(*x)), `pointer` as its address (atomic_inc(x)). Both
 * come as addresses.
 */
export type Parameter = "place" | "pointer" | "value";

export interface Primitive {
  readonly parameters: readonly Parameter[];
  /** Adds what it does; returns its value, or undefined if it has none. */
  readonly lower: (thread: ThreadBuilder, args: readonly Expr[]) => Expr | undefined;
}

type Arguments = readonly Expr[];
const argument = (args: Arguments, i: number): Expr => args[i] ?? ZERO;

function load(thread: ThreadBuilder, order: LoadOrder, address: Expr): Expr {
  const into = thread.temporary();
  thread.memory({ kind: "load", order, address, into });
  return local(into);
}

const loads = (order: LoadOrder, parameter: Parameter): Primitive => ({
  parameters: [parameter],
  lower: (thread, args) => load(thread, order, argument(args, 0)),
});

const stores = (order: StoreOrder, parameter: Parameter, fence?: FenceOrder): Primitive => ({
  parameters: [parameter, "value"],
  lower: (thread, args) => {
    thread.memory({ kind: "store", order, address: argument(args, 0), value: argument(args, 1) });
    if (fence) thread.memory({ kind: "fence", order: fence });
    return undefined;
  },
});

const fence = (order: FenceOrder): Primitive => ({
  parameters: [],
  lower: (thread) => {
    thread.memory({ kind: "fence", order });
    return undefined;
  },
});

const nothing: Primitive = { parameters: [], lower: () => undefined };

/** An atomic operation; `when` and `next` are of the old value, which is returned. */
function rmw(
  thread: ThreadBuilder,
  order: RmwOrder,
  address: Expr,
  next: (old: Expr) => Expr,
  more: { readonly when?: (old: Expr) => Expr; readonly unread?: boolean; readonly blocks?: boolean } = {},
): Expr {
  const register = thread.temporary();
  const old = local(register);
  const { when, unread, blocks } = more;
  thread.memory({
    kind: "rmw",
    order,
    address,
    old: register,
    when: when ? when(old) : null,
    value: next(old),
    ...(unread && { unread }),
    ...(blocks && { blocks }),
  });
  return old;
}

const exchange = (order: RmwOrder): Primitive => ({
  parameters: ["pointer", "value"],
  lower: (thread, args) => rmw(thread, order, argument(args, 0), () => argument(args, 1)),
});

const compareExchange = (order: RmwOrder): Primitive => ({
  parameters: ["pointer", "value", "value"],
  lower: (thread, args) =>
    rmw(thread, order, argument(args, 0), () => argument(args, 2), {
      when: (old) => binary("==", old, argument(args, 1)),
    }),
});

const NAMED: { readonly [name: string]: Primitive } = {
  READ_ONCE: loads("once", "place"),
  WRITE_ONCE: stores("once", "place"),
  smp_load_acquire: loads("acquire", "pointer"),
  smp_store_release: stores("release", "pointer"),
  smp_store_mb: stores("once", "place", "mb"),
  rcu_dereference: loads("once", "place"),
  rcu_assign_pointer: stores("release", "place"),
  smp_mb: fence("mb"),
  smp_rmb: fence("rmb"),
  smp_wmb: fence("wmb"),
  smp_mb__before_atomic: fence("mb"),
  smp_mb__after_atomic: fence("mb"),
  smp_mb__after_spinlock: fence("after_spinlock"),
  barrier: nothing,
  // Nobody waits for a grace period: what does is not supported.
  rcu_read_lock: nothing,
  rcu_read_unlock: nothing,
  spin_lock: {
    parameters: ["pointer"],
    lower: (thread, args) => {
      rmw(thread, "acquire", argument(args, 0), () => ONE, { blocks: true });
      return undefined;
    },
  },
  spin_unlock: {
    parameters: ["pointer"],
    lower: (thread, args) => {
      thread.memory({ kind: "store", order: "release", address: argument(args, 0), value: ZERO });
      return undefined;
    },
  },
  spin_trylock: {
    parameters: ["pointer"],
    lower: (thread, args) => not(rmw(thread, "acquire", argument(args, 0), () => ONE, { when: not })),
  },
  spin_is_locked: {
    parameters: ["pointer"],
    lower: (thread, args) => binary("!=", load(thread, "once", argument(args, 0)), ZERO),
  },
  atomic_read: loads("once", "pointer"),
  atomic_set: stores("once", "pointer"),
  atomic_read_acquire: loads("acquire", "pointer"),
  atomic_set_release: stores("release", "pointer"),
  atomic_sub_and_test: tested("-", "value"),
  atomic_dec_and_test: tested("-", "one"),
  atomic_inc_and_test: tested("+", "one"),
  atomic_inc_not_zero: {
    parameters: ["pointer"],
    lower: (thread, args) => {
      const when = (old: Expr): Expr => binary("!=", old, ZERO);
      return when(rmw(thread, "full", argument(args, 0), (old) => binary("+", old, ONE), { when }));
    },
  },
  atomic_add_unless: {
    parameters: ["pointer", "value", "value"],
    lower: (thread, args) => {
      const when = (old: Expr): Expr => binary("!=", old, argument(args, 2));
      const next = (old: Expr): Expr => binary("+", old, argument(args, 1));
      return when(rmw(thread, "full", argument(args, 0), next, { when }));
    },
  },
};

type Operation = (old: Expr, n: Expr) => Expr;
const OPERATIONS: { readonly [name: string]: Operation } = {
  add: (old, n) => binary("+", old, n),
  sub: (old, n) => binary("-", old, n),
  and: (old, n) => binary("&", old, n),
  or: (old, n) => binary("|", old, n),
  xor: (old, n) => binary("^", old, n),
  andnot: (old, n) => binary("-", old, binary("&", old, n)),
  inc: (old) => binary("+", old, ONE),
  dec: (old) => binary("-", old, ONE),
};

function tested(op: "+" | "-", by: "value" | "one"): Primitive {
  return {
    parameters: by === "one" ? ["pointer"] : ["value", "pointer"],
    lower: (thread, args) => {
      const n = by === "one" ? constant(1) : argument(args, 0);
      const next = (old: Expr): Expr => binary(op, old, n);
      const old = rmw(thread, "full", argument(args, args.length - 1), next);
      return binary("==", next(old), ZERO);
    },
  };
}

const ORDERS: { readonly [suffix: string]: RmwOrder } = {
  "": "full",
  _relaxed: "relaxed",
  _acquire: "acquire",
  _release: "release",
};

const ATOMIC = /^atomic_(fetch_)?(add|sub|and|or|xor|andnot|inc|dec)(_return)?(|_relaxed|_acquire|_release)$/;
const EXCHANGE = /^(?:atomic_)?(cmp)?xchg(|_relaxed|_acquire|_release)$/;

export function findPrimitive(written: string): Primitive | undefined {
  const name = written.replace(/^atomic(64|_long)_/, "atomic_");
  const named = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  if (named) return named;
  const swap = EXCHANGE.exec(name);
  const order = ORDERS[swap?.[2] ?? ""] ?? "full";
  if (swap) return swap[1] === undefined ? exchange(order) : compareExchange(order);
  const [, fetch, stem = "", returns, suffix = ""] = ATOMIC.exec(name) ?? [];
  const operation = OPERATIONS[stem];
  if (operation === undefined || (fetch !== undefined && returns !== undefined)) return undefined;
  const valued = fetch !== undefined || returns !== undefined;
  if (!valued && suffix !== "") return undefined;
  return atomic(operation, valued ? (ORDERS[suffix] ?? "full") : undefined, {
    parameters: stem === "inc" || stem === "dec" ? ["pointer"] : ["value", "pointer"],
    old: fetch !== undefined,
  });
}

/** `order`: undefined if it returns nothing; then it orders nothing either. */
function atomic(
  operation: Operation,
  order: RmwOrder | undefined,
  { parameters, old: returnsOld }: { readonly parameters: readonly Parameter[]; readonly old: boolean },
): Primitive {
  return {
    parameters,
    lower: (thread, args) => {
      const next = (old: Expr): Expr => operation(old, argument(args, 0));
      const address = argument(args, args.length - 1);
      const old = rmw(thread, order ?? "relaxed", address, next, order === undefined ? { unread: true } : {});
      if (order === undefined) return undefined;
      return returnsOld ? old : next(old);
    },
  };
}
