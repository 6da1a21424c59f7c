// SPDX-License-Identifier: MIT
// Small changes of a function's text, one at a time: a statement is dropped, a condition is negated, a number is off by
// one. What they are good for is to find out whether anybody notices. The changes of an expression are in
// mutate-expression.ts.
import type * as t from "@babel/types";
import type { DesignInfo } from "./describe.ts";
import type { FunctionDecl } from "./lower/lowering.ts";
import type { Modules } from "./modules.ts";
import { mutateExpression } from "./mutate-expression.ts";
import type { Edit } from "./patched.ts";
import type { Node, SourceFile } from "./source.ts";
import { textOf } from "./source.ts";
import type { Watch } from "./watch.ts";

export interface SourceMutant extends Edit {
  readonly func: string;
  readonly kind: "drop" | "negate" | "off by one";
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The line of the text in which it begins, with « where it does. */
  readonly within: string;
  /** What stood there, on one line; `text` is what stands there instead. */
  readonly old: string;
}

/** A mutant, and where in the tree it is. */
export interface Placed {
  readonly mutant: SourceMutant;
  /** From the inside: the operand, the statement, the function of which a run may be seen to come by. */
  readonly inside: readonly Node[];
  /** A comparison that only differs where its two sides are equal. */
  readonly boundary: Node | undefined;
  readonly statement: t.Statement;
}

/** Where in a function the walk is, and what it needs to know of the design. */
export interface Site {
  readonly modules: Modules;
  readonly design: DesignInfo;
  readonly func: FunctionDecl;
  readonly statement: t.Statement;
  readonly inside: readonly Node[];
  readonly add: (kind: SourceMutant["kind"], node: Node, text: string, at: Site, boundary?: Node) => void;
}

/** They say what a function is, or what must never happen, or that something was seen: none of them does anything. */
const NO_STEPS: readonly string[] = [
  ...["instruction", "serialising_instruction", "barrier", "lockdep_assert_irqs_disabled"],
  ...["raise", "reached", "BUG_ON", "WARN_ON_ONCE", "VM_WARN_ON"],
];

/** May stand wherever a statement may. */
const DROPPED = "{}";

function doesNothing(node: t.Expression): boolean {
  return node.type === "CallExpression" && node.callee.type === "Identifier" && NO_STEPS.includes(node.callee.name);
}

/** All small changes of a function, in the order of its text; only of what the watched program consists of. */
export function mutantsOf(modules: Modules, design: DesignInfo, func: FunctionDecl, watch: Watch): Placed[] {
  const found = new Map<string, Placed>();
  const add: Site["add"] = (kind, node, text, { inside, statement }, boundary) => {
    const [start, end] = [node.start ?? 0, node.end ?? 0];
    const spot = node.loc?.start ?? { line: 0, column: 0 };
    const { file, name } = func;
    const old = textOf(file, node);
    const line = file.lines[spot.line - 1] ?? "";
    const within = `${line.slice(0, spot.column)}«${line.slice(spot.column)}`;
    const place = { file: file.path, func: name, line: spot.line, column: spot.column + 1, within };
    const mutant = { ...place, kind, start, end, old, text };
    const key = `${start} ${end} ${text}`;
    if (!found.has(key)) found.set(key, { mutant, inside, boundary, statement });
  };
  const { body } = func.node.body;
  const [first] = body;
  if (first === undefined) return [];
  const site: Site = { modules, design, func, statement: first, inside: [], add };
  const isExpression = body.length === 1 && first.type === "ReturnStatement" && first.argument;
  if (isExpression) mutateStatement({ ...site, inside: [first, func.node] }, first);
  else for (const node of body) within(site, node, watch);
  return [...found.values()].sort((a, b) => a.mutant.start - b.mutant.start || a.mutant.end - b.mutant.end);
}

function within(site: Site, node: t.Statement, watch: Watch): void {
  if (node.type === "BlockStatement") {
    for (const one of node.body) within(site, one, watch);
    return;
  }
  if (!watch.compiled.has(node)) return;
  const here = { ...site, statement: node, inside: [node] };
  mutateStatement(here, node);
  if (node.type === "IfStatement") {
    within(site, node.consequent, watch);
    if (node.alternate) within(site, node.alternate, watch);
  } else if ("body" in node && typeof node.body === "object" && !Array.isArray(node.body)) {
    within(site, node.body as t.Statement, watch);
  }
}

/** What the statement itself consists of, without the statements inside. */
function mutateStatement(site: Site, node: t.Statement): void {
  switch (node.type) {
    case "ExpressionStatement":
      if (doesNothing(node.expression)) return;
      site.add("drop", node, DROPPED, site);
      return mutateExpression(site, node.expression);
    case "VariableDeclaration":
      for (const { init } of node.declarations) if (init) mutateExpression(site, init);
      return;
    case "IfStatement":
    case "WhileStatement":
      return mutateCondition(site, node.test);
    case "ForStatement":
      if (node.init?.type === "VariableDeclaration") mutateStatement(site, node.init);
      if (node.test) mutateExpression(site, node.test);
      return;
    case "ForOfStatement":
      return mutateExpression(site, node.right);
    case "ReturnStatement":
      if (node.argument) mutateReturned(site, node.argument);
      return;
    default:
      return;
  }
}

function mutateReturned(site: Site, node: t.Expression): void {
  const { returnType } = site.func.node;
  const type = returnType?.type === "TSTypeAnnotation" ? returnType.typeAnnotation : undefined;
  if (isBoolean(type)) mutateCondition(site, node);
  else mutateExpression(site, node);
}

/** `boolean`, or the dialect's `bool`. */
export function isBoolean(type: t.TSType | undefined): boolean {
  if (type?.type === "TSBooleanKeyword") return true;
  return type?.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === "bool";
}

/** A condition the other way round, and what is in it. */
export function mutateCondition(site: Site, node: t.Expression): void {
  site.add("negate", node, negated(site.func.file, node), site);
  mutateExpression(site, node);
}

/** Comparisons, and the ones that hold where they do not. */
export const OPPOSITE: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
};

/** The text of a condition the other way round. */
export function negated(file: SourceFile, node: t.Expression): string {
  const text = (n: Node): string => textOf(file, n);
  if (node.type === "BooleanLiteral") return String(!node.value);
  if (node.type === "UnaryExpression" && node.operator === "!") return text(node.argument);
  const opposite = node.type === "BinaryExpression" ? OPPOSITE[node.operator] : undefined;
  if (node.type === "BinaryExpression" && opposite !== undefined)
    return `${text(node.left)} ${opposite} ${text(node.right)}`;
  const isSimple = ["Identifier", "CallExpression", "MemberExpression"].includes(node.type);
  return isSimple ? `!${text(node)}` : `!(${text(node)})`;
}
