// SPDX-License-Identifier: MIT
// Predicates: properties, guards, quantifier bodies. They read every cell directly and must not do anything.
import { defined } from "../../base/assert.ts";
import type { Expr } from "../../program/program.ts";
import type { Node } from "../source.ts";
import { condition } from "./expressions.ts";
import type { Binding, Lowering } from "./lowering.ts";

/** The body of an arrow function `(i) => expression`, for the given arguments. */
export function quantified(cx: Lowering, node: Node, args: readonly Expr[] = []): Expr {
  if (node.type !== "ArrowFunctionExpression") return cx.fail("LZ109", node, "an arrow function is needed here");
  if (node.params.length > args.length) cx.fail("LZ110", node, `the arrow function takes at most ${args.length}`);
  return predicate(cx, node, args);
}

/** The value of an expression that must be pure. */
export function predicate(cx: Lowering, node: Node, args: readonly Expr[] = []): Expr {
  const saved = cx.mode;
  const { current } = cx.code;
  const emitted = current.instrs.length;
  cx.mode = saved === "normal" ? "instruction" : saved;
  const outer = cx.pure;
  cx.pure = true;
  const names = new Map<string, Binding>();
  let body = node;
  if (node.type === "ArrowFunctionExpression") {
    body = node.body;
    for (const [i, param] of node.params.entries()) {
      if (param.type !== "Identifier") cx.fail("LZ103", param);
      const e = defined(args[i], "a quantifier passes its index");
      names.set(param.name, { b: "val", val: { v: "expr", e, type: { k: "int", min: 0, max: cx.cpus } } });
    }
  }
  cx.frame.names.push(names);
  const e = condition(cx, body);
  cx.frame.names.pop();
  cx.mode = saved;
  cx.pure = outer;
  if (cx.code.current !== current || current.instrs.length !== emitted)
    cx.fail("LZ103", node, "a predicate that does something");
  return e;
}
