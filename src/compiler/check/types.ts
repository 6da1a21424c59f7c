// SPDX-License-Identifier: MIT
// Which types may be written down.
import type * as t from "@babel/types";
import { dialectTypes } from "../names.ts";
import { textOf, typeKey } from "../source.ts";
import type { Check } from "./context.ts";

/** Types without parts. */
const PLAIN: ReadonlySet<string> = new Set([
  "TSBooleanKeyword",
  "TSNumberKeyword",
  "TSVoidKeyword",
  "TSNeverKeyword",
  "TSUnknownKeyword",
  "TSNullKeyword",
]);

export function checkType(cx: Check, node: t.TSType): void {
  cx.nested(node, () => typeOf(cx, node));
}

function typeOf(cx: Check, node: t.TSType): void {
  switch (node.type) {
    case "TSParenthesizedType":
      return checkType(cx, node.typeAnnotation);
    case "TSUnionType":
      for (const member of node.types) checkType(cx, member);
      return;
    case "TSTypeLiteral":
      return checkMembers(cx, node.members);
    case "TSLiteralType":
      return;
    case "TSFunctionType":
      return functionType(cx, node);
    case "TSTypeReference":
      return reference(cx, node);
    case "TSAnyKeyword":
      return cx.reject(node);
    default:
      if (!PLAIN.has(node.type)) cx.fail("LZ103", node, `the type ${textOf(cx.file, node)}`);
  }
}

/** The fields of a struct. */
export function checkMembers(cx: Check, members: readonly t.TSTypeElement[]): void {
  const names = new Set<string>();
  for (const member of members) {
    const plain = member.type === "TSPropertySignature" && !member.computed && member.key.type === "Identifier";
    if (!plain || !member.typeAnnotation) cx.fail("LZ103", member, "this member");
    if (member.optional) cx.fail("LZ103", member, "an optional field");
    const { name } = member.key as t.Identifier;
    if (names.has(name)) cx.fail("LZ103", member, `a second ${name}`);
    names.add(name);
    checkType(cx, member.typeAnnotation.typeAnnotation);
  }
}

function functionType(cx: Check, node: t.TSFunctionType): void {
  for (const param of node.parameters) {
    if (param.type !== "Identifier" || param.typeAnnotation?.type !== "TSTypeAnnotation") return cx.reject(param);
    checkType(cx, param.typeAnnotation.typeAnnotation);
  }
  if (node.typeAnnotation) checkType(cx, node.typeAnnotation.typeAnnotation);
}

function reference(cx: Check, node: t.TSTypeReference): void {
  if (node.typeName.type !== "Identifier") return cx.fail("LZ103", node, `the type ${textOf(cx.file, node)}`);
  const { name } = node.typeName;
  const { declared } = cx.file;
  const known = cx.isLocal(typeKey(name)) || declared.has(typeKey(name)) || declared.get(name)?.kind === "import";
  const wanted = dialectTypes.get(name);
  if (wanted === undefined && !known) cx.fail("LZ101", node, `the type ${name}`);
  const args = node.typeParameters?.params ?? [];
  if (args.length !== (wanted ?? 0)) cx.fail("LZ110", node, `the type ${name} takes ${wanted ?? 0}`);
  for (const arg of args) checkType(cx, arg);
}
