// SPDX-License-Identifier: MIT
// Top-level names: variables (DEFINE_*), pools, properties, and constants.
import { defined } from "../../base/assert.ts";
import { CodeBuilder } from "../cfg.ts";
import type { Declared, Node } from "../source.ts";
import { fail } from "../source.ts";
import type { DType } from "../types.ts";
import { keyOf, resolveType } from "../types.ts";
import { evaluate } from "./expressions.ts";
import type { Lowering } from "./lowering.ts";
import { rootPlace } from "./places.ts";
import type { RootStorage, Val } from "./values.ts";
import { constant } from "./values.ts";

const STORAGE: ReadonlyMap<string, RootStorage> = new Map([
  ["DEFINE_PER_CPU", "percpu"],
  ["DEFINE_SHARED", "shared"],
  ["DEFINE_HARDWARE", "hardware"],
  ["DEFINE_FRAME", "frame"],
  ["DEFINE_PER_CPU_FRAME", "percpu-frame"],
]);

type ConstDecl = Extract<Declared, { kind: "const" }>;

export function topLevel(cx: Lowering, decl: Declared, node: Node): Val {
  switch (decl.kind) {
    case "function":
      return { v: "function", decl: cx.target(decl) };
    case "namespace":
      return cx.fail("LZ103", node, "a whole module as a value");
    case "const":
      return constantOf(cx, decl);
    case "external":
      return external(cx, decl, node);
    default:
      return cx.fail("LZ109", node, `${decl.name} is a type`);
  }
}

function external(cx: Lowering, decl: Declared, node: Node): Val {
  if (decl.name === "config" || decl.name === "parts") return { v: decl.name };
  return cx.fail("LZ101", node, decl.name);
}

function constantOf(cx: Lowering, decl: ConstDecl): Val {
  const key = keyOf(decl);
  const known = cx.constants.get(key);
  if (known) return known;
  if (cx.defining.has(key)) return fail("LZ106", decl.file, decl.node, decl.name);
  cx.defining.add(key);
  const val = define(cx, decl);
  cx.defining.delete(key);
  cx.constants.set(key, val);
  return val;
}

function define(cx: Lowering, decl: ConstDecl): Val {
  const init = decl.node.init;
  if (!init) return fail("LZ112", decl.file, decl.node, decl.name);
  const callee = init.type === "CallExpression" && init.callee.type === "Identifier" ? init.callee.name : "";
  const storage = STORAGE.get(callee);
  if (init.type === "CallExpression") {
    const argument = init.typeParameters?.params[0];
    if (storage) {
      if (!argument) return fail("LZ109", decl.file, init, `${callee}<T>() needs its type`);
      const type = resolveRoot(cx, decl, argument);
      return rootPlace({ decl, storage, type }, cx.cpus);
    }
    if (callee === "DEFINE_POOL") {
      const pool = [...cx.types.pools.values()].find((p) => keyOf(p.decl) === keyOf(decl));
      return { v: "pool", pool: defined(pool, "pools are registered before lowering") };
    }
    if (callee === "always" || callee === "never" || callee === "at_end") return { v: "property", decl };
    if (callee === "sometimes") return { v: "witness", decl };
  }
  return valueConstant(cx, decl);
}

/** The type of a variable: an interface used directly stands for its fields, even if it is also a pool's. */
function resolveRoot(cx: Lowering, decl: ConstDecl, node: Parameters<typeof resolveType>[2]): DType {
  const type = resolveType(cx.types, decl.file, node);
  return type.k === "frameref" ? type.type : type;
}

function valueConstant(cx: Lowering, decl: ConstDecl): Val {
  const init = defined(decl.node.init ?? undefined, "checked by define()");
  const saved = cx.code;
  cx.code = new CodeBuilder();
  const fake = { kind: "function", file: decl.file, name: decl.name } as never;
  cx.stack.push({
    decl: fake,
    file: decl.file,
    exit: cx.code.block(),
    names: [new Map()],
    result: undefined,
    loops: [],
  });
  const val = evaluate(cx, init);
  const emitted = cx.code.current !== cx.code.entry || cx.code.entry.instrs.length > 0;
  cx.stack.pop();
  cx.code = saved;
  if (emitted || val.v !== "expr" || val.e.kind !== "const") fail("LZ112", decl.file, init, decl.name);
  return val;
}

export function number(value: number): Val {
  return { v: "expr", e: constant(value), type: { k: "int", min: Math.min(value, 0), max: Math.max(value, 0) } };
}
