// SPDX-License-Identifier: MIT
// Statements and control flow.
import type * as t from "@babel/types";
import { defined } from "../../base/assert.ts";
import type { Expr } from "../../program/program.ts";
import { putMark, withMark, withMarkBehind } from "../marks.ts";
import type { Node } from "../source.ts";
import { textOf } from "../source.ts";
import { NUMBER, resolveType } from "../types.ts";
import { watchStatement } from "../watch.ts";
import { wordFor } from "../words.ts";
import { condition, evaluate, rvalueOf } from "./expressions.ts";
import { forLoop, forOf, whileLoop } from "./loops.ts";
import type { Lowering } from "./lowering.ts";
import { narrows } from "./lowering.ts";
import { rvalue, sameKind, storeValue } from "./places.ts";
import type { Val } from "./values.ts";
import { binary, constant, constOf } from "./values.ts";

/** Lowers a list of statements in a scope of its own. A `return` at the end of a function body (tail) is its value. */
export function block(cx: Lowering, list: readonly t.Statement[], tail = false): Val | undefined {
  const body = (): Val | undefined => {
    cx.frame.names.push(new Map());
    try {
      return statements(cx, list, tail);
    } finally {
      cx.frame.names.pop();
    }
  };
  // What a tail return refers to must stay in scope for the caller.
  return tail ? body() : cx.code.scoped(body);
}

function statements(cx: Lowering, list: readonly t.Statement[], tail: boolean): Val | undefined {
  for (const [i, node] of list.entries()) {
    if (cx.code.unreachable) return undefined;
    if (
      tail &&
      i === list.length - 1 &&
      node.type === "ReturnStatement" &&
      node.argument &&
      cx.frame.result === undefined
    ) {
      const { argument } = node;
      const value = (): Val => tailValue(cx, evaluate(cx, argument), argument);
      return watchStatement(cx, node, () => withMarkBehind(cx, node, value));
    }
    watchStatement(cx, node, () => withMark(cx, node, () => statement(cx, node)));
  }
  return undefined;
}

/** What a variable holds is read by the function, not by its caller; structs and what has its own primitives stay. */
function tailValue(cx: Lowering, val: Val, node: Node): Val {
  const place = val.v === "place" && !["struct", "array", "cpumask", "atomic", "spinlock"].includes(val.type.k);
  if (val.v !== "expr" && !place) return val;
  const { e, type } = rvalue(cx, val, node, "result");
  const annotation = cx.frame.decl.node.returnType;
  const declared =
    annotation?.type === "TSTypeAnnotation" ? resolveType(cx.types, cx.file, annotation.typeAnnotation) : type;
  if (narrows(cx, declared, type)) return { v: "expr", e: cx.limited(e, type, declared, "result"), type: declared };
  return { v: "expr", e: cx.freeze(e, type, "result"), type };
}

export function statement(cx: Lowering, node: t.Statement): void {
  switch (node.type) {
    case "BlockStatement":
      block(cx, node.body);
      return;
    case "EmptyStatement":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return;
    case "ExpressionStatement":
      return expressionStatement(cx, node.expression);
    case "VariableDeclaration":
      return declaration(cx, node);
    case "IfStatement":
      return ifStatement(cx, node);
    case "ReturnStatement":
      return returnStatement(cx, node);
    case "WhileStatement":
      return whileLoop(cx, node);
    case "ForStatement":
      return forLoop(cx, node);
    case "ForOfStatement":
      return forOf(cx, node);
    case "BreakStatement":
    case "ContinueStatement": {
      const loop = cx.frame.loops.at(-1);
      if (!loop || node.label) return cx.fail("LZ103", node, "a labelled jump");
      const to = node.type === "BreakStatement" ? loop.onBreak : loop.onContinue;
      putMark(cx, node, "done");
      return cx.code.finish({ t: "jump", to }, cx.code.current);
    }
    default:
      return cx.fail("LZ103", node, wordFor(node));
  }
}

export function expressionStatement(cx: Lowering, node: t.Expression): void {
  if (node.type === "AssignmentExpression") return assignment(cx, node);
  if (node.type === "UpdateExpression") {
    return assign(cx, node.argument, (old) => binary(node.operator === "++" ? "+" : "-", old, constant(1)), node);
  }
  if (node.type !== "CallExpression") return cx.fail("LZ103", node, "an expression without effect");
  evaluate(cx, node);
}

function assignment(cx: Lowering, node: t.AssignmentExpression): void {
  const op = { "=": undefined, "+=": "+", "-=": "-", "|=": "|", "&=": "&" } as const;
  if (!(node.operator in op)) return cx.fail("LZ103", node, `the operator ${node.operator}`);
  const arithmetic = op[node.operator as keyof typeof op];
  if (arithmetic) return assign(cx, node.left, (old) => binary(arithmetic, old, rvalueOf(cx, node.right).e), node);
  return assign(cx, node.left, undefined, node, node.right);
}

/** To a local, or a plain store to a place. `update` computes the new value from the old one. */
function assign(
  cx: Lowering,
  left: t.LVal | t.Expression,
  update: ((old: Expr) => Expr) | undefined,
  node: Node,
  right?: Node,
): void {
  if (left.type === "Identifier") {
    const binding = [...cx.frame.names]
      .reverse()
      .find((scope) => scope.has(left.name))
      ?.get(left.name);
    if (binding?.b !== "let") return cx.fail("LZ109", node, `${left.name} is constant`);
    const old: Expr = { kind: "local", local: binding.local };
    if (update) return cx.stmt({ kind: "set", local: binding.local, value: update(old) });
    const { e, type } = rvalueOf(cx, defined(right, "an assignment has a right side"));
    sameKind(cx, binding.type, type, node);
    return cx.stmt({ kind: "set", local: binding.local, value: e });
  }
  if (left.type !== "MemberExpression") return cx.fail("LZ103", node, "this assignment");
  const place = evaluate(cx, left);
  if (place.v !== "place") return cx.fail("LZ108", left);
  if (place.anyCpu) return cx.fail("LZ104", left);
  if (update) return cx.fail("LZ103", node, "an update of a shared value (read it, then write it)");
  const value = rvalueOf(cx, defined(right, "an assignment has a right side"));
  if (place.type.k === "atomic" || place.type.k === "spinlock" || place.type.k === "cpumask")
    return cx.fail("LZ109", left, `${textOf(cx.file, left)}: use its own primitives`);
  storeValue(cx, place, value, "plain", "plain", node);
}

function declaration(cx: Lowering, node: t.VariableDeclaration): void {
  if (node.kind !== "const" && node.kind !== "let") return cx.fail("LZ103", node, `a ${node.kind} declaration`);
  for (const { id, init } of node.declarations) {
    if (id.type !== "Identifier" || !init) return cx.fail("LZ103", node, "a declaration without a value");
    bind(cx, id, init, node.kind);
  }
}

function bind(cx: Lowering, id: t.Identifier, init: t.Expression, kind: string): void {
  const val = evaluate(cx, init);
  const annotation = id.typeAnnotation?.type === "TSTypeAnnotation" ? id.typeAnnotation.typeAnnotation : undefined;
  const names = defined(cx.frame.names.at(-1), "a scope is open");
  const reassigned = kind === "let" && assignedNames(cx.rewrittenOf(cx.frame.decl)).has(id.name);
  if (val.v === "void") return cx.fail("LZ109", init, "a function without a result");
  if (!reassigned && val.v !== "place" && val.v !== "expr") return void names.set(id.name, { b: "val", val });
  const { e, type: inferred } = rvalue(cx, val, init, id.name);
  const type = annotation ? resolveType(cx.types, cx.file, annotation) : inferred;
  sameKind(cx, type, inferred, init);
  if (!reassigned)
    return void names.set(id.name, { b: "val", val: { v: "expr", e: cx.limited(e, inferred, type, id.name), type } });
  // Its range is that of all it may be assigned: the declared type, or any number.
  const wide = annotation || inferred.k !== "int" ? type : NUMBER;
  const local = cx.local(id.name, wide);
  cx.mutable.add(local);
  cx.stmt({ kind: "set", local, value: e });
  names.set(id.name, { b: "let", local, type: wide });
}

function ifStatement(cx: Lowering, node: t.IfStatement): void {
  const test = condition(cx, node.test);
  const known = constOf(test);
  if (known !== undefined) {
    const taken = known ? node.consequent : node.alternate;
    if (taken) block(cx, [taken]);
    return;
  }
  branch(
    cx,
    test,
    () => {
      putMark(cx, node.test, "true");
      block(cx, [node.consequent]);
    },
    () => {
      putMark(cx, node.test, "false");
      if (node.alternate) block(cx, [node.alternate]);
    },
  );
}

export function branch(cx: Lowering, test: Expr, onTrue: () => void, onFalse: () => void): void {
  const then = cx.code.block();
  const other = cx.code.block();
  const join = cx.code.block();
  cx.code.finish({ t: "branch", test, then, else: other, join }, then);
  onTrue();
  const left = cx.code.unreachable;
  cx.code.finish({ t: "jump", to: join }, other);
  onFalse();
  const leaves = left && cx.code.unreachable;
  cx.code.finish({ t: "jump", to: join }, join);
  // Nobody comes by here: as after a return.
  if (leaves) cx.code.finish({ t: "end" }, join);
}

/** A return from somewhere within: the value goes to a local that the caller reads. */
function returnStatement(cx: Lowering, node: t.ReturnStatement): void {
  const { frame } = cx;
  if (!node.argument && frame.result) return cx.fail("LZ109", node, "a return without a value, after one with a value");
  if (node.argument) {
    const val = evaluate(cx, node.argument);
    frame.result ??= resultPlace(cx, val, node);
    assignResult(cx, frame.result, val, node);
  }
  putMark(cx, node, "done");
  cx.code.finish({ t: "jump", to: frame.exit }, cx.code.current);
}

function resultPlace(cx: Lowering, val: Val, node: t.ReturnStatement): Val {
  const annotation = cx.frame.decl.node.returnType;
  if (val.v === "struct") {
    return {
      v: "struct",
      fields: new Map([...val.fields].map(([name, field]) => [name, resultPlace(cx, field, node)])),
    };
  }
  const type =
    annotation?.type === "TSTypeAnnotation"
      ? resolveScalarReturn(cx, val, annotation.typeAnnotation)
      : cx.fail("LZ109", node, "a function that returns a value needs a return type");
  const local = cx.local("result", type);
  cx.mutable.add(local);
  return { v: "expr", e: { kind: "local", local }, type };
}

function resolveScalarReturn(cx: Lowering, val: Val, annotation: t.TSType) {
  const declared = resolveType(cx.types, cx.frame.decl.file, annotation);
  if (declared.k !== "struct") return declared;
  // A field of a struct result: its range is unknown, as other returns may differ.
  if (val.v !== "expr") return declared;
  return val.type.k === "int" ? NUMBER : val.type;
}

function assignResult(cx: Lowering, result: Val, val: Val, node: t.ReturnStatement): void {
  if (result.v === "struct" && val.v === "struct") {
    if (result.fields.size !== val.fields.size) return cx.fail("LZ109", node, "the returns have different fields");
    for (const [name, field] of result.fields) {
      const given = val.fields.get(name) ?? cx.fail("LZ109", node, "the returns have different fields");
      assignResult(cx, field, given, node);
    }
    return;
  }
  if (result.v !== "expr" || result.e.kind !== "local") return cx.fail("LZ109", node, "this return");
  const { e, type } = rvalue(cx, val, node.argument ?? node);
  sameKind(cx, result.type, type, node);
  cx.stmt({ kind: "set", local: result.e.local, value: e });
}

const assignedCache = new WeakMap<object, ReadonlySet<string>>();

/** Names that are assigned somewhere in a piece of syntax. */
export function assignedNames(node: Node): ReadonlySet<string> {
  const known = assignedCache.get(node);
  if (known) return known;
  const names = new Set<string>();
  const visit = (n: unknown): void => {
    if (Array.isArray(n)) return n.forEach(visit);
    if (typeof n !== "object" || n === null) return;
    const x = n as Node;
    if (x.type === "AssignmentExpression" && x.left.type === "Identifier") names.add(x.left.name);
    if (x.type === "UpdateExpression" && x.argument.type === "Identifier") names.add(x.argument.name);
    for (const [key, child] of Object.entries(x)) if (key !== "loc") visit(child);
  };
  visit(node);
  assignedCache.set(node, names);
  return names;
}
