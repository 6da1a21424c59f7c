// SPDX-License-Identifier: MIT
// The small changes of an expression: operands and boolean values the other way round, numbers and counts one more or
// one less, comparisons that take in their bound or leave it out.
import type * as t from "@babel/types";
import { lookup, lookupExport } from "./modules.ts";
import { isBoolean, mutateCondition, negated, OPPOSITE, type Site } from "./mutate-source.ts";
import { textOf } from "./source.ts";

const WITH_BOUND: Readonly<Record<string, string>> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };
/** What counts by one, and the same by any number. */
const BY_NUMBER: Readonly<Record<string, string>> = {
  atomic_inc: "atomic_add",
  atomic_dec: "atomic_sub",
  atomic_dec_and_test: "atomic_sub_and_test",
};

export function mutateExpression(site: Site, node: t.Node): void {
  switch (node.type) {
    case "BooleanLiteral":
      return site.add("negate", node, String(!node.value), site);
    case "NumericLiteral":
      site.add("off by one", node, `${node.value + 1}`, site);
      if (node.value > 0) site.add("off by one", node, `${node.value - 1}`, site);
      return;
    case "Identifier":
      return namedNumber(site, node);
    case "MemberExpression":
      return memberExpression(site, node);
    case "BinaryExpression":
      return binaryExpression(site, node);
    case "LogicalExpression":
      mutateCondition(site, node.left);
      return mutateCondition({ ...site, inside: [node.right, ...site.inside] }, node.right);
    case "ConditionalExpression":
      mutateCondition(site, node.test);
      mutateExpression(site, node.consequent);
      return mutateExpression(site, node.alternate);
    case "UnaryExpression":
      if (node.operator === "!") mutateExpression(site, node.argument);
      return;
    case "AssignmentExpression":
      return mutateExpression(site, node.right);
    case "ObjectExpression":
      for (const property of node.properties)
        if (property.type === "ObjectProperty") mutateExpression(site, property.value);
      return;
    case "ArrowFunctionExpression":
      if (node.body.type !== "BlockStatement") mutateCondition(site, node.body);
      return;
    case "CallExpression":
      return callExpression(site, node);
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "ParenthesizedExpression":
      return mutateExpression(site, node.expression);
    default:
      return;
  }
}

/** TLB_FLUSH_ALL, for instance: a constant of some file. */
function namedNumber(site: Site, node: t.Identifier): void {
  const declared = lookup(site.modules, site.func.file, node.name);
  const init = declared?.kind === "const" ? declared.node.init : undefined;
  const number = init?.type === "UnaryExpression" ? init.argument : init;
  if (number?.type === "NumericLiteral") site.add("off by one", node, `${node.name} + 1`, site);
}

/** A number that the design chooses, or a size of the machine that is no number of objects. */
function memberExpression(site: Site, node: t.MemberExpression): void {
  if (node.computed) mutateExpression(site, node.property);
  const { object, property } = node;
  if (object.type !== "Identifier" || property.type !== "Identifier") return mutateExpression(site, object);
  const chosen = object.name === "config" && (site.design.config.get(property.name) ?? 0) > 1;
  const size = object.name === "machine" && property.name === property.name.toUpperCase();
  if (!chosen && !size) return;
  const text = textOf(site.func.file, node);
  site.add("off by one", node, `${text} + 1`, site);
  site.add("off by one", node, `${text} - 1`, site);
}

function binaryExpression(site: Site, node: t.BinaryExpression): void {
  const { file } = site.func;
  if (OPPOSITE[node.operator] !== undefined) site.add("negate", node, negated(file, node), site);
  const other = WITH_BOUND[node.operator];
  if (other !== undefined) {
    const text = `${textOf(file, node.left)} ${other} ${textOf(file, node.right)}`;
    site.add("off by one", node, text, site, node);
  }
  mutateExpression(site, node.left);
  mutateExpression(site, node.right);
}

function callExpression(site: Site, node: t.CallExpression): void {
  const { callee } = node;
  const { file } = site.func;
  const name = callee.type === "Identifier" ? callee.name : "";
  const args = node.arguments.map((arg) => textOf(file, arg));
  const byNumber = BY_NUMBER[name];
  if (byNumber !== undefined) site.add("off by one", node, `${byNumber}(2, ${args.join(", ")})`, site);
  if (name === "atomic_inc_return") site.add("off by one", node, `atomic_inc_return(${args.join(", ")}) + 1`, site);
  const params = parametersOf(site, callee);
  for (const [i, arg] of node.arguments.entries()) {
    const type = params[i];
    const annotation = type?.type === "Identifier" ? type.typeAnnotation : undefined;
    const typed = annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : undefined;
    if (isBoolean(typed) && arg.type !== "SpreadElement" && arg.type !== "ArgumentPlaceholder")
      mutateCondition(site, arg);
    else mutateExpression(site, arg);
  }
}

/** Of a function of the model, called by name or as a hook of a part. */
function parametersOf(site: Site, callee: t.CallExpression["callee"]): t.FunctionDeclaration["params"] {
  const { modules, design, func } = site;
  if (callee.type === "Identifier") {
    const declared = lookup(modules, func.file, callee.name);
    return declared?.kind === "function" ? declared.node.params : [];
  }
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return [];
  const { object, property } = callee;
  const part = object.type === "MemberExpression" && object.property.type === "Identifier" ? object.property.name : "";
  const file = design.parts.get(part);
  const declared = file && lookupExport(modules, file, property.name);
  return declared?.kind === "function" ? declared.node.params : [];
}
