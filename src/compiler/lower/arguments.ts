// SPDX-License-Identifier: MIT
// The arguments of primitives: places, numbers, masks, CPUs.
import type * as t from "@babel/types";
import type { Expr } from "../../program/program.ts";
import { textOf } from "../source.ts";
import { CPU } from "../types.ts";
import { evaluate, rvalueOf } from "./expressions.ts";
import type { Lowering } from "./lowering.ts";
import type { PlaceVal } from "./values.ts";
import { constOf } from "./values.ts";

export function arg(cx: Lowering, node: t.CallExpression, i: number): t.Expression {
  const a = node.arguments[i];
  if (!a || a.type === "SpreadElement" || a.type === "ArgumentPlaceholder") return cx.fail("LZ110", node);
  return a;
}

/** Places that only primitives of their own touch. */
export type PlaceKind = "scalar" | "atomic" | "cpumask" | "spinlock";

export function placeArg(cx: Lowering, node: t.CallExpression, kind: PlaceKind = "scalar", i = 0): PlaceVal {
  const at = arg(cx, node, i);
  const val = evaluate(cx, at);
  if (val.v !== "place") return cx.fail("LZ108", at);
  if (val.anyCpu) return cx.fail("LZ104", at);
  const { k } = val.type;
  const is = k === "atomic" || k === "cpumask" || k === "spinlock" ? k : "scalar";
  return is === kind ? val : cx.fail("LZ109", at, `${textOf(cx.file, at)} is not ${PLACE_KINDS[kind]}`);
}

const PLACE_KINDS: { readonly [kind in PlaceKind]: string } = {
  scalar: "a plain variable: it has primitives of its own",
  atomic: "an atomic",
  cpumask: "a cpumask_t",
  spinlock: "a spinlock_t",
};

export function number(cx: Lowering, node: t.CallExpression, i: number): Expr {
  const { e, type } = rvalueOf(cx, arg(cx, node, i));
  return type.k === "mask" ? cx.fail("LZ109", arg(cx, node, i), "a cpumask is not a number") : e;
}

export function maskArg(cx: Lowering, node: t.CallExpression, i: number): Expr {
  const { e, type } = rvalueOf(cx, arg(cx, node, i));
  return type.k === "mask" ? e : cx.fail("LZ109", arg(cx, node, i), "not a copy of a cpumask");
}

/** A CPU: of any other number it is checked that it is one. */
export function cpuArg(cx: Lowering, node: t.CallExpression, i: number): Expr {
  const at = arg(cx, node, i);
  const { e, type } = rvalueOf(cx, at);
  const known = constOf(e);
  if (type.k === "cpu") return e;
  if (known !== undefined)
    return known >= 0 && known < cx.cpus ? e : cx.fail("LZ109", at, `CPU ${known} of ${cx.cpus}`);
  if (type.k !== "int") return cx.fail("LZ109", at, "not a CPU");
  if (cx.pure) return e;
  const local = cx.local("cpu", CPU);
  cx.stmt({ kind: "set", local, value: e });
  return { kind: "local", local };
}
