// SPDX-License-Identifier: MIT
// Which expressions there are, in code and in the descriptions of designs and scenarios.
import type * as t from "@babel/types";
import { dialectFunctions, dialectValues } from "../names.ts";
import type { Node } from "../source.ts";
import type { Check } from "./context.ts";
import { checkFunction } from "./file.ts";
import { checkType } from "./types.ts";

const OPERATORS: ReadonlySet<string> = new Set(
  "=== !== == != < <= > >= + - * / % << >> & | ^ && || ! = += -= |= &=".split(" "),
);
/** Functions of the dialect that take an arrow function. */
const QUANTIFIERS: ReadonlySet<string> = new Set([
  "any_such",
  "every",
  "some",
  "count",
  "always",
  "at_end",
  "sometimes",
]);

/** A call, or an assignment: all that can stand for itself. */
export function checkEffect(cx: Check, node: t.Expression): void {
  if (node.type === "AssignmentExpression") {
    checkOperator(cx, node, node.operator);
    if (node.left.type !== "Identifier" && node.left.type !== "MemberExpression") return cx.reject(node.left);
    checkExpression(cx, node.left);
    return checkExpression(cx, node.right);
  }
  if (node.type === "UpdateExpression") return checkExpression(cx, node.argument);
  checkExpression(cx, node);
  if (node.type !== "CallExpression") cx.fail("LZ103", node, "an expression without effect");
}

export function checkExpression(cx: Check, node: Node): void {
  cx.nested(node, () => {
    if (cx.code || !description(cx, node)) expression(cx, node);
  });
}

/** What only designs and scenarios consist of. */
function description(cx: Check, node: Node): boolean {
  switch (node.type) {
    case "StringLiteral":
      return true;
    case "TemplateLiteral":
      return node.expressions.length === 0;
    case "ArrayExpression":
      for (const element of node.elements) {
        if (!element || element.type === "SpreadElement") return cx.fail("LZ103", node, "a list with gaps or spreads");
        checkExpression(cx, element);
      }
      return true;
    default:
      return false;
  }
}

function expression(cx: Check, node: Node): void {
  switch (node.type) {
    case "NumericLiteral":
      if (!Number.isSafeInteger(node.value)) cx.fail("LZ103", node, `the number ${node.value}`);
      return;
    case "BooleanLiteral":
    case "NullLiteral":
      return;
    case "Identifier":
      return identifier(cx, node);
    case "ParenthesizedExpression":
    case "TSNonNullExpression":
      return checkExpression(cx, node.expression);
    case "TSAsExpression":
      checkType(cx, node.typeAnnotation);
      return checkExpression(cx, node.expression);
    case "MemberExpression":
      checkExpression(cx, node.object);
      if (node.computed) return checkExpression(cx, node.property);
      return node.property.type === "Identifier" ? undefined : cx.reject(node.property);
    case "UnaryExpression":
      checkOperator(cx, node, node.operator);
      return checkExpression(cx, node.argument);
    case "BinaryExpression":
    case "LogicalExpression":
      checkOperator(cx, node, node.operator);
      checkExpression(cx, node.left);
      return checkExpression(cx, node.right);
    case "ConditionalExpression":
      checkExpression(cx, node.test);
      checkExpression(cx, node.consequent);
      return checkExpression(cx, node.alternate);
    case "CallExpression":
      return call(cx, node);
    case "ObjectExpression":
      return object(cx, node);
    default:
      return cx.reject(node);
  }
}

function checkOperator(cx: Check, node: Node, operator: string): void {
  if (!OPERATORS.has(operator)) cx.fail("LZ103", node, `the operator ${operator}`);
}

function identifier(cx: Check, node: t.Identifier): void {
  const { name } = node;
  if (cx.isLocal(name) || cx.file.declared.has(name) || name === "undefined") return;
  if (!dialectFunctions.has(name) && !dialectValues.has(name)) cx.fail("LZ101", node, `"${name}"`);
}

function call(cx: Check, node: t.CallExpression): void {
  checkExpression(cx, node.callee);
  const name = node.callee.type === "Identifier" ? node.callee.name : "";
  const arity = dialectFunctions.get(name);
  const n = node.arguments.length;
  if (arity && (n < arity.min || n > arity.max)) {
    cx.fail("LZ110", node, `${name}() takes ${arity.min === arity.max ? arity.min : `${arity.min} or ${arity.max}`}`);
  }
  if (node.typeParameters?.type === "TSTypeParameterInstantiation")
    for (const type of node.typeParameters.params) checkType(cx, type);
  for (const argument of node.arguments) {
    if (argument.type === "ArrowFunctionExpression" && QUANTIFIERS.has(name)) arrow(cx, argument);
    else if (argument.type === "AssignmentExpression" && name === "data_race") checkEffect(cx, argument);
    // A text has no meaning in code; the lowering says so where it knows what the call is.
    else if (argument.type !== "StringLiteral") checkExpression(cx, argument);
  }
}

/** A predicate: (i) => expression. */
function arrow(cx: Check, node: t.ArrowFunctionExpression): void {
  if (node.async) cx.fail("LZ103", node, "an async function");
  const { body } = node;
  if (body.type === "BlockStatement") return cx.fail("LZ103", node, "an arrow function with statements");
  cx.inCode(() => {
    for (const param of node.params) {
      if (param.type !== "Identifier" || param.optional) return cx.reject(param);
      cx.declare(param.name, param);
    }
    checkExpression(cx, body);
  });
}

function object(cx: Check, node: t.ObjectExpression): void {
  const names = new Set<string>();
  for (const property of node.properties) {
    if (property.type === "SpreadElement") {
      if (cx.code) cx.reject(property);
      checkExpression(cx, property.argument);
      continue;
    }
    const { key } = property;
    const name =
      key.type === "Identifier" ? key.name : key.type === "StringLiteral" && !cx.code ? key.value : undefined;
    if (property.computed || name === undefined) return cx.fail("LZ103", property, "a computed name");
    if (names.has(name)) cx.fail("LZ103", property, `a second ${name}`);
    names.add(name);
    if (property.type === "ObjectProperty") field(cx, property.value);
    else if (cx.code || property.kind !== "method") cx.fail("LZ103", property, "a method");
    else checkFunction(cx, property);
  }
}

/** Scenarios may write their code as arrow functions. */
function field(cx: Check, node: Node): void {
  const isCode = !cx.code && node.type === "ArrowFunctionExpression" && node.body.type === "BlockStatement";
  if (isCode) checkFunction(cx, node);
  else checkExpression(cx, node);
}
