// SPDX-License-Identifier: MIT
// What the rule tests read from a source file: its imports, its functions, its comments. Only syntax, no types.
import { parse } from "@babel/parser";

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly [key: string]: unknown;
}

export interface Syntax {
  readonly body: readonly Node[];
  readonly comments: readonly Node[];
}

export interface Import {
  /** The text between the quotes. */
  readonly from: string;
  readonly line: number;
  readonly kind: "static" | "re-export" | "dynamic" | "type";
}

/** Parses a TypeScript or JavaScript file; throws, with file and place, on a syntax error. */
export function parseFile(file: string, text: string): Syntax {
  const dts = file.endsWith(".d.ts");
  try {
    const tree = parse(text, { sourceType: "module", plugins: [["typescript", { dts }]] }) as unknown as {
      readonly program: { readonly body: readonly Node[] };
      readonly comments: readonly Node[];
    };
    return { body: tree.program.body, comments: tree.comments };
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** Calls `visit` for every node below `nodes`, parents first. `key` is the field of the parent that holds the node. */
export function walk(nodes: readonly Node[], visit: (node: Node, parent: Node | undefined, key: string) => void): void {
  const go = (node: Node, parent: Node | undefined, key: string): void => {
    visit(node, parent, key);
    for (const [field, value] of Object.entries(node)) {
      if (field === "leadingComments" || field === "trailingComments" || field === "innerComments") continue;
      if (Array.isArray(value)) for (const child of value) isNode(child) && go(child, node, field);
      else if (isNode(value)) go(value, node, field);
    }
  };
  for (const node of nodes) go(node, undefined, "body");
}

function literal(value: unknown): string | undefined {
  return isNode(value) && value.type === "StringLiteral" ? (value.value as string) : undefined;
}

/** Every import of a file: static, re-export, dynamic, and the types `import("x").T`. */
export function importsOf(syntax: Syntax): Import[] {
  const found: Import[] = [];
  const add = (node: Node, kind: Import["kind"], source: unknown): void => {
    // A computed import could be anything, so it is reported as something that no table allows.
    found.push({ from: literal(source) ?? "<computed>", line: node.loc.start.line, kind });
  };
  walk(syntax.body, (node) => {
    if (node.type === "ImportDeclaration") add(node, node.importKind === "type" ? "type" : "static", node.source);
    else if (node.type === "ExportAllDeclaration") add(node, "re-export", node.source);
    else if (node.type === "ExportNamedDeclaration" && isNode(node.source)) add(node, "re-export", node.source);
    else if (node.type === "ImportExpression") add(node, "dynamic", node.source);
    else if (node.type === "TSImportType") add(node, "type", node.argument);
    else if (node.type === "TSExternalModuleReference") add(node, "static", node.expression);
    else if (node.type === "CallExpression" && isNode(node.callee) && node.callee.type === "Import")
      add(node, "dynamic", (node.arguments as readonly unknown[])[0]);
  });
  return found;
}

/** True if the file has nothing of its own: only imports and exports of what is declared elsewhere. */
export function isBarrel(syntax: Syntax): boolean {
  const bare = (node: Node): boolean => node.type === "ExportNamedDeclaration" && !isNode(node.declaration);
  const relays = syntax.body.filter((node) => node.type === "ExportAllDeclaration" || bare(node));
  const own = syntax.body.filter((node) => node.type !== "ImportDeclaration" && !relays.includes(node));
  return relays.length > 0 && own.length === 0;
}

/** Identifiers from `names` that a file uses as values: not as property names, and not declared by itself. */
export function usesOf(syntax: Syntax, names: readonly string[]): { name: string; line: number }[] {
  const found: { name: string; line: number }[] = [];
  const ownNames = new Set<string>();
  walk(syntax.body, (node, parent, key) => {
    if (node.type !== "Identifier" || !names.includes(node.name as string)) return;
    const name = node.name as string;
    const isName = key === "property" || key === "key" || key === "label" || parent?.type.startsWith("TS");
    if (isName && parent?.computed !== true) return;
    if (key === "id" || key === "params" || key === "local") ownNames.add(name);
    found.push({ name, line: node.loc.start.line });
  });
  return found.filter((use) => !ownNames.has(use.name));
}

/** The text with every comment blanked out, line breaks kept. */
export function withoutComments(text: string, syntax: Syntax): string {
  let out = text;
  for (const { start, end } of syntax.comments)
    out = out.slice(0, start) + out.slice(start, end).replace(/[^\n]/g, " ") + out.slice(end);
  return out;
}

const FUNCTIONS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ObjectMethod",
  "ClassMethod",
  "ClassPrivateMethod",
]);

export interface FunctionLength {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

function functionName(node: Node, parent: Node | undefined): string {
  for (const holder of [node.id, node.key, parent?.id, parent?.key])
    if (isNode(holder) && typeof holder.name === "string") return holder.name;
  return "(anonymous)";
}

/** The first name in `describe.skipIf(…).each(…)`. */
function rootName(callee: unknown): unknown {
  let node = callee;
  while (isNode(node) && node.type !== "Identifier")
    node = node.type === "MemberExpression" ? node.object : node.type === "CallExpression" ? node.callee : undefined;
  return isNode(node) ? node.name : undefined;
}

/** Every function and its length in lines. The callbacks of `describe` are chapters rather than functions. */
export function functionsOf(syntax: Syntax): FunctionLength[] {
  const found: FunctionLength[] = [];
  walk(syntax.body, (node, parent) => {
    if (!FUNCTIONS.has(node.type)) return;
    if (parent?.type === "CallExpression" && rootName(parent.callee) === "describe") return;
    const line = node.loc.start.line;
    found.push({ name: functionName(node, parent), line, lines: node.loc.end.line - line + 1 });
  });
  return found;
}
