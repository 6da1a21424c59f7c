// SPDX-License-Identifier: MIT
// Mutants change a copy of one function's syntax before it is lowered: the very text that an overlay file would hold.
import type * as t from "@babel/types";
import { defined } from "../base/assert.ts";
import type { MutantInfo } from "./describe.ts";
import type { FunctionDecl } from "./lower/lowering.ts";
import type { Modules } from "./modules.ts";
import { lookup, lookupExport, namespaceFile } from "./modules.ts";
import type { Declared, Node, SourceFile } from "./source.ts";
import { fail, textOf } from "./source.ts";
import { keyOf } from "./types.ts";

export interface Mutation {
  readonly replaced: Map<string, FunctionDecl>;
  readonly rewritten: Map<string, FunctionDecl["node"]>;
}

export function noMutation(): Mutation {
  return { replaced: new Map(), rewritten: new Map() };
}

/** `parts`: where hooks named through a part are, for mutants that apply to whatever variant a design has. */
export function mutate(
  modules: Modules,
  file: SourceFile,
  mutant: MutantInfo,
  parts: ReadonlyMap<string, SourceFile>,
): Mutation {
  const { node } = mutant;
  const mutation = noMutation();
  const kind = node.type === "CallExpression" && node.callee.type === "Identifier" ? node.callee.name : "";
  if (node.type !== "CallExpression")
    return fail("LZ113", file, node, "a mutant is drop(…), omit(…), weaken(…), move_before(…) or replace(…)");
  const arg = (i: number): Node => node.arguments[i] ?? fail("LZ110", file, node, textOf(file, node));
  const func = functionOf(modules, file, arg(0), parts);
  if (kind === "replace") {
    const other = functionOf(modules, file, arg(1), parts);
    if (keyOf(other) === keyOf(func)) return fail("LZ113", file, node, `${func.name} is what it is`);
    mutation.replaced.set(keyOf(func), other);
    return mutation;
  }
  const copy = structuredClone(func.node);
  mutation.rewritten.set(keyOf(func), copy);
  if (kind === "omit") {
    omit(func, copy, file, node, stringOf(file, arg(1)));
    return mutation;
  }
  const edit = {
    func,
    copy,
    file,
    node,
    callee: stringOf(file, arg(1)),
    nth: node.arguments.length > 2 ? numberOf(file, arg(2)) : 1,
  };
  switch (kind) {
    case "drop":
      dropCall(edit);
      break;
    case "weaken":
      if (edit.callee === stringOf(file, arg(3))) return fail("LZ113", file, node, `${edit.callee}() is what it is`);
      renameCallee(calls(edit, edit.callee, edit.nth), stringOf(file, arg(3)));
      break;
    case "move_before":
      moveBefore(edit, stringOf(file, arg(3)), numberOf(file, arg(4)));
      break;
    default:
      return fail("LZ113", file, node, kind);
  }
  return mutation;
}

function stringOf(file: SourceFile, node: Node): string {
  return node.type === "StringLiteral" ? node.value : fail("LZ113", file, node, "a name in quotes is needed");
}

function numberOf(file: SourceFile, node: Node): number {
  return node.type === "NumericLiteral" ? node.value : fail("LZ113", file, node, "a number is needed");
}

/** A function by name, by module.name, or parts.part.hook. */
function functionOf(
  modules: Modules,
  file: SourceFile,
  node: Node,
  parts: ReadonlyMap<string, SourceFile>,
): FunctionDecl {
  let decl: Declared | undefined;
  if (node.type === "Identifier") decl = lookup(modules, file, node.name);
  else if (node.type === "MemberExpression" && node.property.type === "Identifier") {
    const { object } = node;
    const namespace = object.type === "Identifier" ? lookup(modules, file, object.name) : undefined;
    const part =
      object.type === "MemberExpression" && object.property.type === "Identifier"
        ? parts.get(object.property.name)
        : undefined;
    const target = namespace?.kind === "namespace" ? namespaceFile(modules, namespace) : part;
    decl = target && lookupExport(modules, target, node.property.name);
  }
  return decl?.kind === "function" ? decl : fail("LZ113", file, node, `${textOf(file, node)} is not a function`);
}

interface Edit {
  readonly func: FunctionDecl;
  readonly copy: t.FunctionDeclaration;
  readonly file: SourceFile;
  readonly node: Node;
  readonly callee: string;
  readonly nth: number;
}

/** The nth call of a name, in source order. */
function calls(edit: Edit, callee: string, nth: number): t.CallExpression {
  const found: t.CallExpression[] = [];
  visit(edit.copy.body, (n) => {
    if (n.type === "CallExpression" && calleeName(n) === callee) found.push(n);
  });
  found.sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
  return (
    found[nth - 1] ??
    fail("LZ113", edit.file, edit.node, `${edit.func.name}() calls ${callee}() ${found.length} times, not ${nth}`)
  );
}

/** Errors point at the call that has been changed. */
function renameCallee(call: t.CallExpression, name: string): void {
  const { start, end, loc } = call.callee;
  call.callee = { type: "Identifier", name, start, end, loc } as t.Identifier;
}

function calleeName(node: t.CallExpression): string {
  if (node.callee.type === "Identifier") return node.callee.name;
  return node.callee.type === "MemberExpression" && node.callee.property.type === "Identifier"
    ? node.callee.property.name
    : "";
}

function visit(node: unknown, f: (n: Node) => void): void {
  if (Array.isArray(node)) for (const n of node) visit(n, f);
  else if (typeof node === "object" && node !== null) {
    if ("type" in node) f(node as Node);
    for (const [key, child] of Object.entries(node)) if (key !== "loc") visit(child, f);
  }
}

/** The list that holds the statement with a call, and where in it. An unbraced if-branch becomes a block. */
function statementOf(edit: Edit, call: t.CallExpression): { list: t.Statement[]; index: number } {
  visit(edit.copy.body, (n) => {
    if (n.type !== "IfStatement") return;
    if (n.consequent.type !== "BlockStatement") n.consequent = blockOf(n.consequent);
    if (n.alternate && n.alternate.type !== "BlockStatement" && n.alternate.type !== "IfStatement")
      n.alternate = blockOf(n.alternate);
  });
  let found: { list: t.Statement[]; index: number } | undefined;
  visit(edit.copy.body, (n) => {
    if (n.type !== "BlockStatement") return;
    const index = n.body.findIndex((s) => contains(s, call));
    if (index >= 0) found = { list: n.body, index }; // The innermost block is visited last.
  });
  return defined(found, "a call is in some statement");
}

function blockOf(...body: t.Statement[]): t.BlockStatement {
  return { type: "BlockStatement", body, directives: [] } as unknown as t.BlockStatement;
}

function contains(node: Node, wanted: Node): boolean {
  let found = false;
  visit(node, (n) => {
    found ||= n === wanted;
  });
  return found;
}

function dropCall(edit: Edit): void {
  const call = calls(edit, edit.callee, edit.nth);
  const { list, index } = statementOf(edit, call);
  const statement = list[index];
  if (statement?.type !== "ExpressionStatement" || statement.expression !== call) {
    fail("LZ113", edit.file, edit.node, `the value of ${edit.callee}() is used: replace() the function instead`);
  }
  list.splice(index, 1);
}

/** Leaves out the one statement, operand of && or ||, or test of an if (which then holds) that reads like `text`. */
function omit(func: FunctionDecl, copy: t.FunctionDeclaration, file: SourceFile, at: Node, text: string): void {
  const reads = (n: Node): boolean => textOf(func.file, n).replace(/;$/, "") === text;
  const edits: (() => void)[] = [];
  visit(copy.body, (n) => {
    if (n.type === "BlockStatement") {
      const index = n.body.findIndex(reads);
      if (index >= 0) edits.push(() => n.body.splice(index, 1));
    } else if (n.type === "IfStatement") {
      if (reads(n.test)) edits.push(() => Object.assign(n, { test: { type: "BooleanLiteral", value: true } }));
      if (reads(n.consequent)) edits.push(() => Object.assign(n, { consequent: blockOf() }));
    } else if (n.type === "LogicalExpression") {
      if (reads(n.left)) edits.push(() => Object.assign(n, n.right));
      if (reads(n.right)) edits.push(() => Object.assign(n, n.left));
    }
  });
  if (edits.length !== 1) fail("LZ113", file, at, `"${text}" occurs ${edits.length} times in ${func.name}()`);
  edits[0]?.();
}

function moveBefore(edit: Edit, other: string, otherNth: number): void {
  const from = statementOf(edit, calls(edit, edit.callee, edit.nth));
  const [moved] = from.list.splice(from.index, 1);
  const to = statementOf(edit, calls(edit, other, otherNth));
  if (to.list === from.list && to.index === from.index) fail("LZ113", edit.file, edit.node, "it is there already");
  to.list.splice(to.index, 0, defined(moved, "the index was found"));
}
