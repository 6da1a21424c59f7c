// SPDX-License-Identifier: MIT
// What a dialect file may consist of: every statement, expression and type is one that is named here, in every
// function, whether a scenario ever calls it or not. Says nothing about meaning; the lowering does.
import type * as t from "@babel/types";
import { exportsIt, isThere, type Modules, missing } from "../modules.ts";
import { dialectFunctions, dialectTypes, dialectValues } from "../names.ts";
import type { Node, SourceFile } from "../source.ts";
import { typeKey } from "../source.ts";
import { Check } from "./context.ts";
import { checkEffect, checkExpression } from "./expressions.ts";
import { checkMembers, checkType } from "./types.ts";

export function checkFile(modules: Modules, file: SourceFile): void {
  const cx = new Check(modules, file);
  for (const { name, node } of file.declared.values()) {
    if (dialectFunctions.has(name) || dialectValues.has(name) || dialectTypes.has(name)) cx.taken(name, node);
  }
  for (const statement of file.body) topLevel(cx, statement);
}

function topLevel(cx: Check, node: t.Statement): void {
  switch (node.type) {
    case "ImportDeclaration":
      return importDeclaration(cx, node);
    case "ExportNamedDeclaration":
      return exportDeclaration(cx, node);
    case "FunctionDeclaration":
      return checkFunction(cx, node);
    case "VariableDeclaration":
      for (const { id, init } of node.declarations) {
        if (id.type === "Identifier") annotation(cx, id);
        if (init) checkExpression(cx, init);
      }
      return;
    case "TSInterfaceDeclaration":
      if (node.extends?.length) cx.fail("LZ103", node, "extends");
      if (node.typeParameters) cx.fail("LZ103", node, "a type with parameters");
      return checkMembers(cx, node.body.body);
    case "TSTypeAliasDeclaration":
      if (node.typeParameters) cx.fail("LZ103", node, "a type with parameters");
      return checkType(cx, node.typeAnnotation);
    default:
      return; // `declare function`: its name is all that counts. What else there is, source.ts rejects.
  }
}

function importDeclaration(cx: Check, node: t.ImportDeclaration): void {
  if (node.attributes?.length || node.phase) cx.fail("LZ103", node, "an import with attributes");
  for (const { type, local } of node.specifiers) {
    const declared = type === "ImportSpecifier" ? cx.file.declared.get(local.name) : undefined;
    if (declared?.kind === "import" && !isThere(cx.modules, declared)) missing(declared);
  }
}

function exportDeclaration(cx: Check, node: t.ExportNamedDeclaration): void {
  if (node.declaration) return topLevel(cx, node.declaration);
  for (const specifier of node.specifiers) {
    const { exported } = specifier;
    const name = exported.type === "Identifier" ? exported.name : exported.value;
    if (!exportsIt(cx.modules, cx.file, name)) cx.fail("LZ101", specifier, `"${name}"`);
  }
}

function annotation(cx: Check, id: t.Identifier): void {
  if (id.typeAnnotation?.type === "TSTypeAnnotation") checkType(cx, id.typeAnnotation.typeAnnotation);
}

export function checkFunction(
  cx: Check,
  node: t.FunctionDeclaration | t.ObjectMethod | t.ArrowFunctionExpression,
): void {
  if (node.async || node.generator) cx.fail("LZ103", node, node.async ? "an async function" : "a generator function");
  const { body, typeParameters } = node;
  if (body.type !== "BlockStatement") return cx.reject(node);
  cx.inCode(() => {
    if (typeParameters?.type === "TSTypeParameterDeclaration")
      for (const { name } of typeParameters.params) cx.declare(typeKey(String(name)));
    for (const param of node.params) parameter(cx, param);
    if (node.returnType?.type === "TSTypeAnnotation") checkType(cx, node.returnType.typeAnnotation);
    block(cx, body);
  });
}

function parameter(cx: Check, param: Node): void {
  if (param.type !== "Identifier") return cx.reject(param);
  if (param.optional) cx.fail("LZ103", param, "an optional parameter");
  if (param.name === "this") cx.fail("LZ103", param, "this");
  if (param.typeAnnotation?.type !== "TSTypeAnnotation") cx.fail("LZ109", param, `${param.name} has no type`);
  annotation(cx, param);
  cx.declare(param.name, param);
}

function block(cx: Check, node: t.BlockStatement): void {
  const [directive] = node.directives;
  if (directive) cx.fail("LZ103", directive, "a directive");
  cx.scoped(() => {
    for (const inner of node.body) checkStatement(cx, inner);
  });
}

function checkStatement(cx: Check, node: t.Statement): void {
  cx.nested(node, () => statement(cx, node));
}

function statement(cx: Check, node: t.Statement): void {
  switch (node.type) {
    case "BlockStatement":
      return block(cx, node);
    case "EmptyStatement":
      return;
    case "ExpressionStatement":
      return checkEffect(cx, node.expression);
    case "VariableDeclaration":
      return declaration(cx, node);
    case "ReturnStatement":
      return node.argument ? checkExpression(cx, node.argument) : undefined;
    case "IfStatement":
      checkExpression(cx, node.test);
      checkStatement(cx, node.consequent);
      return node.alternate ? checkStatement(cx, node.alternate) : undefined;
    case "WhileStatement":
      checkExpression(cx, node.test);
      return checkStatement(cx, node.body);
    case "ForStatement":
      return cx.scoped(() => {
        if (node.init?.type === "VariableDeclaration") declaration(cx, node.init);
        else if (node.init) checkEffect(cx, node.init);
        if (node.test) checkExpression(cx, node.test);
        if (node.update) checkEffect(cx, node.update);
        checkStatement(cx, node.body);
      });
    case "ForOfStatement":
      return forOf(cx, node);
    case "BreakStatement":
    case "ContinueStatement":
      return node.label ? cx.fail("LZ103", node, "a label") : undefined;
    default:
      return cx.reject(node);
  }
}

function forOf(cx: Check, node: t.ForOfStatement): void {
  if (node.await) cx.fail("LZ103", node, "for await");
  const { left } = node;
  if (left.type !== "VariableDeclaration") return cx.fail("LZ105", node, "write for (const cpu of for_each_cpu(mask))");
  checkExpression(cx, node.right);
  cx.scoped(() => {
    for (const { id } of left.declarations) {
      if (id.type !== "Identifier") return cx.reject(id);
      cx.declare(id.name, id);
    }
    checkStatement(cx, node.body);
  });
}

function declaration(cx: Check, node: t.VariableDeclaration): void {
  if (node.kind !== "const" && node.kind !== "let") cx.fail("LZ103", node, `a ${node.kind} declaration`);
  for (const { id, init } of node.declarations) {
    if (id.type !== "Identifier") return cx.reject(id);
    if (!init) return cx.fail("LZ103", node, "a declaration without a value");
    annotation(cx, id);
    checkExpression(cx, init);
    cx.declare(id.name, id);
  }
}
