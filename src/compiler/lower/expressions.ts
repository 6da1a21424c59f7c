// SPDX-License-Identifier: MIT
// Expressions, left to right. Reads of shared memory become steps on the way; what remains is a pure value.
import type * as t from "@babel/types";
import { type Range, rangeOfOperation, union } from "../../program/intervals.ts";
import type { BinaryOp, Expr } from "../../program/program.ts";
import { lookup } from "../modules.ts";
import type { Node } from "../source.ts";
import type { DType } from "../types.ts";
import { BOOL, NUMBER_MAX, NUMBER_MIN, rangeOf } from "../types.ts";
import { quietly, watchComparison, watchPlace } from "../watch.ts";
import { wordFor } from "../words.ts";
import { call } from "./calls.ts";
import { number, topLevel } from "./constants.ts";
import type { Lowering } from "./lowering.ts";
import type { Typed } from "./places.ts";
import { element, member, rvalue } from "./places.ts";
import type { Val } from "./values.ts";
import { binary, constant, constOf, unary, ZERO } from "./values.ts";

const NULL: Val = { v: "expr", e: ZERO, type: { k: "voidstar" } };

const OPERATORS: { readonly [op: string]: BinaryOp } = {
  "===": "==",
  "!==": "!=",
  "==": "==",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
  "<<": "<<",
  ">>": ">>",
  "&": "&",
  "|": "|",
  "^": "^",
};
const COMPARISONS = new Set<BinaryOp>(["==", "!=", "<", "<=", ">", ">="]);

export function evaluate(cx: Lowering, node: Node): Val {
  switch (node.type) {
    case "NumericLiteral":
      return Number.isSafeInteger(node.value) ? number(node.value) : cx.fail("LZ103", node, `the number ${node.value}`);
    case "BooleanLiteral":
      return { v: "expr", e: constant(Number(node.value)), type: BOOL };
    case "NullLiteral":
      return NULL;
    case "Identifier":
      return identifier(cx, node);
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
      return evaluate(cx, node.expression);
    case "MemberExpression":
      return memberExpression(cx, node);
    case "CallExpression":
      return call(cx, node);
    case "UnaryExpression":
      return unaryExpression(cx, node);
    case "BinaryExpression":
      return binaryExpression(cx, node);
    case "LogicalExpression":
      return { v: "expr", e: logical(cx, node), type: BOOL };
    case "ConditionalExpression":
      return conditional(cx, node);
    case "ObjectExpression":
      return structValue(cx, node);
    default:
      return cx.fail("LZ103", node, wordFor(node));
  }
}

/** The value of an expression. `hint` names the local that a read of memory goes to. */
export function rvalueOf(cx: Lowering, node: Node, hint?: string): Typed {
  return rvalue(cx, evaluate(cx, node), node, hint);
}

export function condition(cx: Lowering, node: Node): Expr {
  const { e, type } = rvalueOf(cx, node);
  return type.k === "mask" ? cx.fail("LZ109", node, "a cpumask as a condition: use cpumask_empty()") : e;
}

/** A number that must be known now. */
export function constantValue(cx: Lowering, node: Node): number {
  return constOf(rvalueOf(cx, node).e) ?? cx.fail("LZ112", node);
}

function identifier(cx: Lowering, node: t.Identifier): Val {
  const { name } = node;
  for (const scope of [...cx.frame.names].reverse()) {
    const binding = scope.get(name);
    if (binding?.b === "val") return binding.val;
    if (binding) return { v: "expr", e: { kind: "local", local: binding.local }, type: binding.type };
  }
  if (name === "undefined") return NULL;
  const declared = lookup(cx.types.modules, cx.file, name);
  if (declared) return topLevel(cx, declared, node);
  switch (name) {
    case "machine":
      return { v: "machine" };
    case "nr_cpu_ids":
      return { v: "expr", e: constant(cx.cpus), type: { k: "int", min: 0, max: cx.cpus } };
    case "cpumask_none":
      return { v: "expr", e: ZERO, type: { k: "mask" } };
    case "cpumask_all":
      return { v: "expr", e: { kind: "unary", op: "mask_of", a: constant(cx.cpus) }, type: { k: "mask" } };
    case "no_use_after_free":
    case "no_bug":
    case "no_warning":
    case "no_deadlock":
    case "no_data_race":
    case "no_endless_wait":
      return { v: "builtin-property", name };
    default:
      return cx.fail("LZ101", node, `"${name}"`);
  }
}

function memberExpression(cx: Lowering, node: t.MemberExpression): Val {
  const base = node.object.type === "Super" ? cx.fail("LZ103", node) : evaluate(cx, node.object);
  if (node.computed) return element(cx, base, rvalueOf(cx, node.property), node);
  if (node.property.type !== "Identifier") return cx.fail("LZ103", node);
  const { name } = node.property;
  switch (base.v) {
    case "machine":
      return number(cx.types.machine.get(name) ?? cx.fail("LZ111", node));
    case "config":
      return number(cx.types.config.get(name) ?? cx.types.machine.get(name) ?? cx.fail("LZ111", node));
    default:
      return member(cx, base, name, node);
  }
}

function unaryExpression(cx: Lowering, node: t.UnaryExpression): Val {
  if (node.operator === "!") return { v: "expr", e: unary("!", condition(cx, node.argument)), type: BOOL };
  if (node.operator !== "-") return cx.fail("LZ103", node, `the operator ${node.operator}`);
  const a = rvalueOf(cx, node.argument);
  const { min, max } = numeric(cx, a.type, node);
  return { v: "expr", e: unary("-", a.e), type: { k: "int", min: -max, max: -min } };
}

function binaryExpression(cx: Lowering, node: t.BinaryExpression): Val {
  const op = OPERATORS[node.operator];
  if (!op || node.left.type === "PrivateName") return cx.fail("LZ103", node, `the operator ${node.operator}`);
  const left = evaluate(cx, node.left);
  // `cond !== null`, where cond is a function parameter: known now, and no reason to give the function an id.
  if (left.v === "function") return { v: "expr", e: constant(Number(op === "!=")), type: BOOL };
  const a = rvalue(cx, left, node.left);
  const mark = cx.code.mark();
  const b = rvalueOf(cx, node.right);
  const e = binary(op, cx.before(mark, a).e, b.e);
  if (op === "==" || op === "!=") {
    if (a.type.k === "mask" || b.type.k === "mask") cx.fail("LZ109", node, "cpumasks are not compared with ==");
    return { v: "expr", e, type: BOOL };
  }
  const ranges = [numeric(cx, a.type, node), numeric(cx, b.type, node)] as const;
  if (COMPARISONS.has(op)) {
    if (e.kind === "binary") watchComparison(cx, node, e.a, e.b);
    return { v: "expr", e, type: BOOL };
  }
  if ((op === "/" || op === "%") && !constOf(b.e))
    return cx.fail("LZ103", node.right, `${op} by anything but a constant other than 0`);
  const { min, max } = rangeOfOperation(op, ...ranges, cx.cpus);
  return { v: "expr", e, type: { k: "int", min: Math.max(min, NUMBER_MIN), max: Math.min(max, NUMBER_MAX) } };
}

/** The range of a number; pointers, functions and masks are none. */
function numeric(cx: Lowering, type: DType, node: Node): Range {
  if (type.k === "int" || type.k === "bool" || type.k === "cpu") return rangeOf(type, cx.cpus, 0);
  return cx.fail("LZ109", node, `arithmetic with what is not a number`);
}

/** The type of a value that is one of two. */
function either(cx: Lowering, a: DType, b: DType, node: Node): DType {
  if (a.k === "voidstar") return b;
  if (b.k === "voidstar" || (a.k === b.k && a.k !== "int")) return a;
  return { k: "int", ...union(numeric(cx, a, node), numeric(cx, b, node)) };
}

/**
 * && and ||. If the right side takes no step it is a pure operation; otherwise it is only evaluated where C would.
 */
function logical(cx: Lowering, node: t.LogicalExpression): Expr {
  if (node.operator === "??") return cx.fail("LZ103", node, "the operator ??");
  const isAnd = node.operator === "&&";
  const left = condition(cx, node.left);
  const known = constOf(left);
  const rightSide = (): Expr => {
    watchPlace(cx, node.right);
    return condition(cx, node.right);
  };
  if (known !== undefined) return isAnd === (known !== 0) ? rightSide() : constant(Number(known !== 0));

  const before = cx.code.current;
  const right = cx.code.block();
  cx.code.current = right;
  const value = rightSide();
  if (cx.code.current === right && right.instrs.length === 0) {
    cx.code.current = before;
    return binary(isAnd ? "&&" : "||", left, value);
  }
  const rightEnd = cx.code.current;
  const skipped = cx.code.block();
  const join = cx.code.block();
  const result = cx.local("condition", BOOL);
  cx.mutable.add(result);
  before.term = isAnd
    ? { t: "branch", test: left, then: right, else: skipped, join }
    : { t: "branch", test: left, then: skipped, else: right, join };
  cx.code.current = rightEnd;
  cx.stmt({ kind: "set", local: result, value });
  cx.code.finish({ t: "jump", to: join }, skipped);
  cx.stmt({ kind: "set", local: result, value: constant(isAnd ? 0 : 1) });
  cx.code.finish({ t: "jump", to: join }, join);
  return { kind: "local", local: result };
}

function conditional(cx: Lowering, node: t.ConditionalExpression): Val {
  const test = condition(cx, node.test);
  const known = constOf(test);
  if (known !== undefined) return evaluate(cx, known ? node.consequent : node.alternate);
  const { current } = cx.code;
  const emitted = current.instrs.length;
  const [a, b] = quietly(cx, () => [rvalueOf(cx, node.consequent), rvalueOf(cx, node.alternate)] as const);
  if (cx.code.current !== current || current.instrs.length !== emitted) cx.fail("LZ103", node, "?: with a step inside");
  return {
    v: "expr",
    e: { kind: "cond", test, then: a.e, else: b.e },
    type: either(cx, a.type, b.type, node),
  };
}

function structValue(cx: Lowering, node: t.ObjectExpression): Val {
  const fields = new Map<string, Val>();
  for (const property of node.properties) {
    if (property.type !== "ObjectProperty" || property.key.type !== "Identifier") return cx.fail("LZ103", property);
    const { e, type } = rvalueOf(cx, property.value, property.key.name);
    fields.set(property.key.name, { v: "expr", e: cx.freeze(e, type, property.key.name), type });
  }
  return { v: "struct", fields };
}
