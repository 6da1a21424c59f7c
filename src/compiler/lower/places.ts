// SPDX-License-Identifier: MIT
// Naming, reading and writing variables: from the syntax of a place to one access (a step), or to a direct read.
import type { Expr, LoadOrder, RmwOrder, Stmt, StoreOrder } from "../../program/program.ts";
import type { Node } from "../source.ts";
import { textOf } from "../source.ts";
import type { DType } from "../types.ts";
import { CPU, interfaceType, rangeOf } from "../types.ts";
import type { Lowering } from "./lowering.ts";
import { BUILTIN } from "./lowering.ts";
import type { PlaceVal, Root, Val } from "./values.ts";
import { binary, CPU_EXPR, constant, constOf, unary } from "./values.ts";

export interface Typed {
  readonly e: Expr;
  readonly type: DType;
}

export function rootPlace(root: Root, cpus: number): PlaceVal {
  const anyCpu = root.storage === "percpu" || root.storage === "percpu-frame";
  return { v: "place", root, path: [], index: [], dims: anyCpu ? [cpus] : [], type: root.type, anyCpu, checks: [] };
}

/** `base.name`, where base is a place of a struct, a pointer, or a struct value. */
export function member(cx: Lowering, base: Val, name: string, node: Node): Val {
  if (base.v === "struct") return base.fields.get(name) ?? cx.fail("LZ101", node, `.${name}`);
  if (base.v === "place" && base.type.k === "struct") {
    const field = base.type.fields.get(name);
    if (!field) cx.fail("LZ101", node, `.${name}`);
    return { ...base, path: [...base.path, name], type: field() };
  }
  const pointer = rvalue(cx, base, node);
  return dereference(cx, pointer, name, node);
}

function dereference(cx: Lowering, pointer: Typed, name: string, node: Node): PlaceVal {
  const { type } = pointer;
  if (type.k === "frameref") {
    const struct = type.type;
    const root: Root = { decl: type.decl, storage: "percpu-frame", type: struct };
    const field = struct.k === "struct" ? struct.fields.get(name) : undefined;
    if (!field) cx.fail("LZ101", node, `.${name}`);
    return {
      v: "place",
      root,
      path: [name],
      index: [pointer.e],
      dims: [cx.cpus],
      type: field(),
      anyCpu: false,
      checks: [],
    };
  }
  if (type.k !== "ref") cx.fail("LZ109", node, `${textOf(cx.file, node)}: not a pointer`);
  const { pool } = type;
  const struct = interfaceType(cx.types, pool.element);
  const field = struct.k === "struct" ? struct.fields.get(name) : undefined;
  if (!field) cx.fail("LZ101", node, `.${name} of ${pool.struct}`);
  const e = cx.settle(pointer.e, type, name);
  const index = binary("-", e, constant(1));
  return {
    v: "place",
    root: { decl: pool.element, storage: "pool", type: struct },
    path: [name],
    index: [index],
    dims: [pool.size],
    type: field(),
    anyCpu: false,
    checks: pointerChecks(cx, e, type),
  };
}

/** What must hold when an object is touched: the pointer is one, and the object has not been freed. */
function pointerChecks(cx: Lowering, e: Expr, type: Extract<DType, { k: "ref" }>): Stmt[] {
  const { pool } = type;
  const checks: Stmt[] = [];
  const value = constOf(e);
  const bug: Stmt = { kind: "raise", property: cx.builtin(BUILTIN.bug) };
  const bad = binary("||", binary("==", e, constant(0)), binary(">", e, constant(pool.size)));
  if (value === undefined) checks.push({ kind: "if", test: bad, then: [bug], else: [] });
  const allocated: Expr = { kind: "cell", cell: cx.allocatedCell(pool), index: [binary("-", e, constant(1))] };
  const freed: Stmt = { kind: "raise", property: cx.builtin(BUILTIN.useAfterFree) };
  checks.push({ kind: "if", test: unary("!", allocated), then: [freed], else: [] });
  return checks;
}

/** `base[index]`. */
export function element(cx: Lowering, base: Val, index: Typed, node: Node): Val {
  if (base.v === "pool") {
    const { pool } = base;
    checkConstantIndex(cx, index.e, pool.size, node);
    return { v: "expr", e: binary("+", index.e, constant(1)), type: { k: "ref", pool } };
  }
  if (base.v !== "place" || base.type.k !== "array") cx.fail("LZ109", node, `${textOf(cx.file, node)}: not an array`);
  const { element: type, extent } = base.type;
  checkConstantIndex(cx, index.e, extent, node);
  const e = cx.settle(index.e, index.type, "index");
  const checks = [...base.checks, ...indexCheck(cx, { e, type: index.type }, extent)];
  return { ...base, index: [...base.index, e], dims: [...base.dims, extent], type, checks };
}

function checkConstantIndex(cx: Lowering, index: Expr, extent: number, node: Node): void {
  const at = constOf(index);
  if (at === undefined || (at >= 0 && at < extent)) return;
  cx.fail("LZ109", node, `${textOf(cx.file, node)}: index ${at} of ${extent}`);
}

/** What C leaves undefined is a bug of the kernel, unless the index can only be one of the array. */
function indexCheck(cx: Lowering, index: Typed, extent: number): Stmt[] {
  const range = rangeOf(index.type, cx.cpus, 0);
  const tests: Expr[] = [];
  if (constOf(index.e) !== undefined) return [];
  if (range.min < 0) tests.push(binary("<", index.e, constant(0)));
  if (range.max >= extent) tests.push(binary(">=", index.e, constant(extent)));
  const [first, second] = tests;
  if (!first) return [];
  const test = second ? binary("||", first, second) : first;
  return [{ kind: "if", test, then: [{ kind: "raise", property: cx.builtin(BUILTIN.bug) }], else: [] }];
}

/** Says whose copy of a per-CPU variable is meant. */
export function onCpu(cx: Lowering, place: Val, cpu: Typed, node: Node): PlaceVal {
  if (place.v !== "place") cx.fail("LZ108", node);
  if (!place.anyCpu) cx.fail("LZ109", node, `${textOf(cx.file, node)}: not a per-CPU variable`);
  checkConstantIndex(cx, cpu.e, cx.cpus, node);
  const e = cx.settle(cpu.e, CPU, "cpu");
  const checks = [...place.checks, ...indexCheck(cx, { e, type: cpu.type }, cx.cpus)];
  return { ...place, index: [e, ...place.index], anyCpu: false, checks };
}

/** The cell of a place, and where in it. */
function resolve(cx: Lowering, place: PlaceVal, node: Node): { cell: number; index: readonly Expr[] } {
  if (place.anyCpu) cx.fail("LZ104", node);
  if (place.type.k === "struct" || place.type.k === "array")
    cx.fail("LZ109", node, `${textOf(cx.file, node)}: a whole ${place.type.k}`);
  const cell = cx.cellOf(place);
  const record = cx.cells[cell];
  // Properties and the initial state observe from outside: they do not make a variable shared.
  const own = place.root.storage === "percpu" && place.index[0] === CPU_EXPR;
  if (record && !own && cx.mode !== "atomic") record.foreign = true;
  return { cell, index: place.index };
}

/** Whether the place is touched directly, without a step of its own. Rejects what is not allowed here. */
function isDirect(cx: Lowering, place: PlaceVal, node: Node): boolean {
  switch (place.root.storage) {
    case "frame":
    case "percpu-frame":
      return true;
    case "hardware":
      if (cx.mode === "normal") cx.fail("LZ107", node);
      return true;
    default:
      if (cx.mode === "instruction" || cx.mode === "walker") cx.fail("LZ115", node);
      return cx.mode === "atomic";
  }
}

/** Type of the value that a place holds. */
function valueType(type: DType): DType {
  if (type.k === "atomic") return { k: "int", min: 0, max: type.max };
  return type.k === "cpumask" ? { k: "mask" } : type;
}

export function loadPlace(
  cx: Lowering,
  place: PlaceVal,
  order: LoadOrder,
  primitive: string,
  node: Node,
  hint?: string,
): Typed {
  const type = valueType(place.type);
  const direct = order !== "walk" && isDirect(cx, place, node);
  const at = resolve(cx, place, node);
  if (direct) return { e: { kind: "cell", ...at }, type };
  const into = cx.local(hint ?? place.path.at(-1) ?? "value", type);
  const before = cx.mode === "walker" ? [] : place.checks;
  cx.code.access({ access: { kind: "load", primitive, order, place: at, into }, guard: null, before, at: cx.at(node) });
  return { e: { kind: "local", local: into }, type };
}

export function storePlace(
  cx: Lowering,
  place: PlaceVal,
  value: Expr,
  order: StoreOrder,
  primitive: string,
  node: Node,
): void {
  const direct = isDirect(cx, place, node);
  const at = resolve(cx, place, node);
  if (direct) return cx.stmt({ kind: "put", ...at, value });
  const access = { kind: "store", primitive, order, place: at, value } as const;
  cx.code.access({ access, guard: null, before: place.checks, at: cx.at(node) });
}

/** A store of a value. Masks and numbers are kept apart: with many CPUs they are stored in different ways. */
export function storeValue(cx: Lowering, place: PlaceVal, v: Typed, order: StoreOrder, name: string, node: Node): void {
  sameKind(cx, place.type, v.type, node);
  storePlace(cx, place, v.e, order, name, node);
}

export function sameKind(cx: Lowering, to: DType, from: DType, node: Node): void {
  const isMask = (type: DType): boolean => type.k === "mask" || type.k === "cpumask";
  if (isMask(to) !== isMask(from)) cx.fail("LZ109", node, "a cpumask and a number cannot stand for each other");
}

/** The value before. `next` computes the new value from it, `when` says whether it is stored. */
export function rmwPlace(
  cx: Lowering,
  place: PlaceVal,
  order: RmwOrder,
  primitive: string,
  node: Node,
  next: (old: Expr) => Expr,
  when?: (old: Expr) => Expr,
): Typed {
  const type = valueType(place.type);
  const direct = isDirect(cx, place, node);
  const at = resolve(cx, place, node);
  const old = cx.local("old", type);
  const e: Expr = { kind: "local", local: old };
  if (direct) {
    cx.stmt({ kind: "set", local: old, value: { kind: "cell", ...at } });
    const put: Stmt = { kind: "put", ...at, value: next(e) };
    cx.stmt(when ? { kind: "if", test: when(e), then: [put], else: [] } : put);
    return { e, type };
  }
  const access = {
    kind: "rmw",
    primitive,
    order,
    place: at,
    old,
    when: when ? when(e) : null,
    value: next(e),
  } as const;
  cx.code.access({ access, guard: null, before: place.checks, at: cx.at(node) });
  return { e, type };
}

/** Blocks until `until` holds of the loaded value. */
export function awaitPlace(
  cx: Lowering,
  place: PlaceVal,
  primitive: string,
  node: Node,
  until: (value: Typed) => Expr,
): Typed {
  const type = valueType(place.type);
  if (isDirect(cx, place, node)) cx.fail("LZ115", node);
  const at = resolve(cx, place, node);
  const into = cx.local("VAL", type);
  const value: Typed = { e: { kind: "local", local: into }, type };
  const access = { kind: "await", primitive, order: "acquire", place: at, into, until: until(value) } as const;
  cx.code.access({ access, guard: null, before: place.checks, at: cx.at(node) });
  return value;
}

/**
 * spin_lock(): waits until the lock is free in memory, and takes it. In init() it is free: nobody else is there yet.
 */
export function lockPlace(cx: Lowering, place: PlaceVal, primitive: string, node: Node): void {
  const direct = isDirect(cx, place, node);
  const at = resolve(cx, place, node);
  const value = binary("+", CPU_EXPR, constant(1));
  if (direct) return cx.stmt({ kind: "put", ...at, value });
  const old = cx.local("old", place.type);
  const guard = binary("==", { kind: "cell", ...at }, constant(0));
  const access = { kind: "rmw", primitive, order: "acquire", place: at, old, when: null, value } as const;
  cx.code.access({ access, guard, before: place.checks, at: cx.at(node) });
}

/** The value of an expression: what a place holds is read with a plain access. */
export function rvalue(cx: Lowering, val: Val, node: Node, hint?: string): Typed {
  switch (val.v) {
    case "expr":
      return { e: val.e, type: val.type };
    case "place":
      if (val.anyCpu) cx.fail("LZ104", node);
      if (val.type.k === "atomic" || val.type.k === "spinlock")
        cx.fail("LZ109", node, `${textOf(cx.file, node)}: use its own primitives`);
      return loadPlace(cx, val, "plain", "plain", node, hint);
    case "function":
      return { e: constant(cx.callbackId(val.decl)), type: { k: "callback" } };
    default:
      return cx.fail("LZ109", node, `${textOf(cx.file, node)}: not a value`);
  }
}
