// SPDX-License-Identifier: MIT
// One dialect file: its text, its syntax tree, its imports and its top-level names.
import { parse } from "@babel/parser";
import type * as t from "@babel/types";
import type { Spot } from "./errors.ts";
import { CompileError, diagnostic } from "./errors.ts";
import type { MessageCode } from "./messages.ts";
import { wordFor } from "./words.ts";

export type Node = t.Node;

/** A top-level name of a file. */
export type Declared =
  | {
      readonly kind: "function";
      readonly file: SourceFile;
      readonly name: string;
      readonly node: t.FunctionDeclaration;
    }
  | { readonly kind: "const"; readonly file: SourceFile; readonly name: string; readonly node: t.VariableDeclarator }
  | {
      readonly kind: "type";
      readonly file: SourceFile;
      readonly name: string;
      readonly node: t.TSInterfaceDeclaration | t.TSTypeAliasDeclaration;
    }
  | { readonly kind: "external"; readonly file: SourceFile; readonly name: string; readonly node: Node }
  | {
      readonly kind: "import";
      readonly file: SourceFile;
      readonly name: string;
      readonly from: string;
      readonly imported: string;
      readonly node: Node;
    }
  | {
      readonly kind: "namespace";
      readonly file: SourceFile;
      readonly name: string;
      readonly from: string;
      readonly node: Node;
    };

/** Types have a name space of their own: an interface and a variable may share a name, as in C. */
export function typeKey(name: string): string {
  return `type ${name}`;
}

export interface SourceFile {
  /** As errors and source maps name it: relative to the project for the model. */
  readonly path: string;
  readonly lines: readonly string[];
  readonly text: string;
  readonly declared: ReadonlyMap<string, Declared>;
  readonly exported: ReadonlyMap<string, string>;
  /** Specifiers of all imports, in order. */
  readonly imports: readonly { readonly specifier: string; readonly node: Node }[];
  readonly body: readonly t.Statement[];
}

export function spotOf(file: SourceFile, node: Node): Spot {
  const start = node.loc?.start ?? { line: 1, column: 0 };
  const end = node.loc?.end ?? start;
  const length = end.line === start.line ? end.column - start.column : 1;
  return { file: file.path, lines: file.lines, line: start.line, column: start.column + 1, length };
}

/** Stops the compilation of this file. */
export function fail(code: MessageCode, file: SourceFile, node: Node, what: string): never {
  throw new CompileError(diagnostic(code, spotOf(file, node), what));
}

/** The text of a node on one line, for messages and source maps. */
export function textOf(file: SourceFile, node: Node): string {
  return file.text
    .slice(node.start ?? 0, node.end ?? 0)
    .replace(/\s+/g, " ")
    .trim();
}

export function parseFile(path: string, text: string): SourceFile {
  const lines = text.split("\n");
  let program: t.Program;
  try {
    program = parse(text, { sourceType: "module", plugins: ["typescript"] }).program;
  } catch (error) {
    throw syntaxError(path, lines, error);
  }
  const file = {
    path,
    lines,
    text,
    body: program.body,
    imports: [] as { specifier: string; node: Node }[],
    declared: new Map<string, Declared>(),
    exported: new Map<string, string>(),
  };
  const [directive] = [...program.directives, ...(program.interpreter ? [program.interpreter] : [])];
  if (directive) fail("LZ103", file, directive, "a directive");
  for (const statement of program.body) declare(file, statement);
  return file;
}

function syntaxError(path: string, lines: readonly string[], error: unknown): CompileError {
  const e = error as { message?: string; loc?: { line: number; column: number } };
  const line = e.loc?.line ?? 1;
  const what = (e.message ?? "cannot be parsed").replace(/\s*\(\d+:\d+\)\s*$/, "");
  return new CompileError(
    diagnostic("LZ100", { file: path, lines, line, column: (e.loc?.column ?? 0) + 1, length: 1 }, what),
  );
}

type Open = SourceFile & {
  declared: Map<string, Declared>;
  exported: Map<string, string>;
  imports: { specifier: string; node: Node }[];
};

function declare(file: Open, statement: t.Statement): void {
  switch (statement.type) {
    case "ImportDeclaration":
      return declareImport(file, statement);
    case "ExportNamedDeclaration":
      return declareExport(file, statement);
    default:
      if (!declarePlain(file, statement))
        fail("LZ103", file, statement, wordFor(statement, "a statement at top level"));
  }
}

function declareImport(file: Open, node: t.ImportDeclaration): void {
  const from = node.source.value;
  file.imports.push({ specifier: from, node: node.source });
  for (const specifier of node.specifiers) {
    const name = specifier.local.name;
    if (specifier.type === "ImportNamespaceSpecifier")
      file.declared.set(name, { kind: "namespace", file, name, from, node: specifier });
    else if (specifier.type === "ImportSpecifier") {
      const imported = specifier.imported.type === "Identifier" ? specifier.imported.name : specifier.imported.value;
      file.declared.set(name, { kind: "import", file, name, from, imported, node: specifier });
    } else fail("LZ103", file, specifier, "a default import");
  }
}

function declareExport(file: Open, node: t.ExportNamedDeclaration): void {
  if (node.declaration) {
    const names = declarePlain(file, node.declaration);
    if (!names) fail("LZ103", file, node.declaration, wordFor(node.declaration));
    for (const name of names) file.exported.set(name, name);
    return;
  }
  for (const specifier of node.specifiers) {
    if (specifier.type !== "ExportSpecifier") fail("LZ103", file, specifier, "this export");
    const exported = specifier.exported.type === "Identifier" ? specifier.exported.name : specifier.exported.value;
    const local = specifier.local.name;
    if (!node.source) {
      file.exported.set(exported, local);
      continue;
    }
    // export { a as b } from "./x.ts": an import under a name that cannot clash, exported again.
    const hidden = `${exported} from ${node.source.value}`;
    file.imports.push({ specifier: node.source.value, node: node.source });
    file.declared.set(hidden, {
      kind: "import",
      file,
      name: hidden,
      from: node.source.value,
      imported: local,
      node: specifier,
    });
    file.exported.set(exported, hidden);
  }
}

/** TypeScript merges interfaces of one name; here the second one would count alone. */
function add(file: Open, key: string, declared: Declared): void {
  if (file.declared.has(key)) fail("LZ103", file, declared.node, `a second ${declared.name}`);
  file.declared.set(key, declared);
}

/** The names that a plain declaration introduces, or undefined if it is none. */
function declarePlain(file: Open, node: t.Statement | t.Declaration): string[] | undefined {
  switch (node.type) {
    case "FunctionDeclaration": {
      const name = node.id?.name ?? "default";
      add(file, name, { kind: "function", file, name, node });
      return [name];
    }
    case "TSDeclareFunction": {
      const name = node.id?.name ?? "default";
      if (!node.declare) fail("LZ103", file, node, "a function without a body");
      add(file, name, { kind: "external", file, name, node });
      return [name];
    }
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      add(file, typeKey(node.id.name), { kind: "type", file, name: node.id.name, node });
      return [typeKey(node.id.name)];
    case "VariableDeclaration":
      return declareVariables(file, node);
    default:
      return undefined;
  }
}

function declareVariables(file: Open, node: t.VariableDeclaration): string[] {
  const names: string[] = [];
  for (const declarator of node.declarations) {
    if (declarator.id.type !== "Identifier") fail("LZ103", file, declarator, "a pattern at top level");
    if (node.kind !== "const") fail("LZ103", file, node, `a top-level ${node.kind}`);
    const name = declarator.id.name;
    names.push(name);
    add(file, name, { kind: node.declare ? "external" : "const", file, name, node: declarator });
  }
  return names;
}
