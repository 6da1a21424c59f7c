// SPDX-License-Identifier: MIT
// The statements of a file, and what became of each when it was compiled with marks.
import type * as t from "@babel/types";
import type { Marks } from "./marks.ts";
import type { SourceFile } from "./source.ts";

export interface SourceStatement {
  /** From 1. */
  readonly line: number;
  readonly func: string;
  /**
   * compiled: if it left code, it has a mark. a check: it is there to report what must never happen. not called: no
   * code that was compiled calls its function. left out: its function is called, but a constant decides against it.
   */
  readonly is: "compiled" | "a check" | "not called" | "left out";
}

function calleeOf(node: t.Statement): string {
  if (node.type !== "ExpressionStatement" || node.expression.type !== "CallExpression") return "";
  return node.expression.callee.type === "Identifier" ? node.expression.callee.name : "";
}

/** They say what a function is. */
const DECLARING: readonly string[] = ["instruction", "serialising_instruction"];

function isCheck(node: t.Statement): boolean {
  if (node.type === "BlockStatement") return node.body.length > 0 && node.body.every(isCheck);
  return calleeOf(node) === "raise" || (node.type === "IfStatement" && !node.alternate && isCheck(node.consequent));
}

/** Statements, the nested ones included; a block is none of its own. */
function flatten(node: t.Statement | null | undefined): t.Statement[] {
  if (!node || node.type === "EmptyStatement" || DECLARING.includes(calleeOf(node))) return [];
  switch (node.type) {
    case "BlockStatement":
      return node.body.flatMap(flatten);
    case "IfStatement":
      return [node, ...flatten(node.consequent), ...flatten(node.alternate)];
    case "WhileStatement":
    case "ForStatement":
    case "ForOfStatement":
      return [node, ...flatten(node.body)];
    default:
      return [node];
  }
}

/** A function of one expression is evaluated where it is called, and has no code of its own. */
function isExpression({ body }: t.FunctionDeclaration): boolean {
  return body.body.length === 1 && body.body[0]?.type === "ReturnStatement";
}

export function statementsOf({ declared }: SourceFile, marks: Marks): SourceStatement[] {
  return [...declared.values()].flatMap((decl): SourceStatement[] => {
    if (decl.kind !== "function") return [];
    const { node: func, name } = decl;
    const isCalled = marks.compiled.has(func);
    const isOf = (node: t.Statement): SourceStatement["is"] => {
      if (isCheck(node)) return "a check";
      if (!isCalled) return "not called";
      return marks.compiled.has(node) || isExpression(func) ? "compiled" : "left out";
    };
    return flatten(func.body).map((node) => ({ line: node.loc?.start.line ?? 0, func: name, is: isOf(node) }));
  });
}
