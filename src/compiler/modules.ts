// SPDX-License-Identifier: MIT
// The files of a compilation and what their names mean across files. Reads text only; runs nothing.
import { checkFile } from "./check/file.ts";
import type { Declared, Node, SourceFile } from "./source.ts";
import { fail, parseFile, typeKey } from "./source.ts";

/** The text of a file, or undefined. Paths use "/"; the model's own start with "model/". */
export type ReadText = (path: string) => string | undefined;

export interface Modules {
  readonly read: ReadText;
  /** The path under which a file is known: a user's relative path may lead into the installed model. */
  readonly canonical: (path: string) => string;
  readonly files: Map<string, SourceFile>;
}

export function newModules(read: ReadText, canonical: (path: string) => string = (path) => path): Modules {
  return { read, canonical, files: new Map() };
}

/** A parsed file and, recursively, all that it imports. `node` is blamed if the file does not exist. */
export function load(modules: Modules, path: string, blame?: { file: SourceFile; node: Node }): SourceFile | undefined {
  const known = modules.files.get(path);
  if (known) return known;
  const text = modules.read(path);
  if (text === undefined) {
    if (blame) fail("LZ102", blame.file, blame.node, path);
    return undefined;
  }
  const file = parseFile(path, text);
  modules.files.set(path, file);
  for (const { specifier, node } of file.imports)
    load(modules, resolvePath(modules, file, specifier, node), { file, node });
  checkFile(modules, file);
  return file;
}

function resolvePath(modules: Modules, file: SourceFile, specifier: string, node: Node): string {
  if (!specifier.endsWith(".ts")) fail("LZ102", file, node, specifier);
  if (specifier.startsWith("lazymm/")) return `model/${specifier.slice("lazymm/".length)}`;
  if (!specifier.startsWith(".")) fail("LZ102", file, node, specifier);
  const parts = file.path.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
      else parts.push("..");
    } else if (part !== ".") parts.push(part);
  }
  return modules.canonical(parts.join("/"));
}

/** What the name of a type means. */
export function lookupType(modules: Modules, file: SourceFile, name: string): Declared | undefined {
  return file.declared.get(typeKey(name)) ?? followed(modules, file, name, typeKey);
}

/** What a name in a file means: its declaration, wherever that is. Namespaces stay namespaces. */
export function lookup(modules: Modules, file: SourceFile, name: string): Declared | undefined {
  const declared = file.declared.get(name);
  return declared?.kind === "import" ? followed(modules, file, name, (imported) => imported) : declared;
}

function followed(modules: Modules, file: SourceFile, name: string, keyOf: (name: string) => string) {
  const declared = file.declared.get(name);
  if (declared?.kind !== "import") return undefined;
  return follow(modules, declared, keyOf, []) ?? missing(declared);
}

type Import = Extract<Declared, { kind: "import" }>;

export function missing(declared: Import): never {
  return fail("LZ101", declared.file, declared.node, `"${declared.imported}" in ${declared.from}`);
}

/** The declaration behind an import. `seen`: the imports that led here; two files may import a name from each other. */
function follow(modules: Modules, declared: Import, keyOf: (name: string) => string, seen: readonly Import[]) {
  const { file, node } = declared;
  const target = load(modules, resolvePath(modules, file, declared.from, node), { file, node });
  return target && !seen.includes(declared)
    ? exportOf(modules, target, declared.imported, keyOf, [...seen, declared])
    : undefined;
}

function exportOf(
  modules: Modules,
  file: SourceFile,
  name: string,
  keyOf: (name: string) => string,
  seen: readonly Import[],
): Declared | undefined {
  const local = file.exported.get(keyOf(name)) ?? file.exported.get(name);
  if (local === undefined) return undefined;
  const own = file.declared.get(local.startsWith(keyOf("")) ? local : keyOf(local));
  const other = file.declared.get(local);
  if (own && own.kind !== "import") return own;
  return other?.kind === "import" ? follow(modules, other, keyOf, seen) : undefined;
}

export function lookupExport(modules: Modules, file: SourceFile, name: string): Declared | undefined {
  return exportOf(modules, file, name, (plain) => plain, []);
}

/** Whether there is what an import names, as a value or as a type. */
export function isThere(modules: Modules, declared: Import): boolean {
  return [(name: string) => name, typeKey].some((keyOf) => follow(modules, declared, keyOf, []) !== undefined);
}

/** Whether a file has what it exports under this name, as a value or as a type. */
export function exportsIt(modules: Modules, file: SourceFile, name: string): boolean {
  return [(plain: string) => plain, typeKey].some((keyOf) => exportOf(modules, file, name, keyOf, []) !== undefined);
}

export function namespaceFile(modules: Modules, declared: Extract<Declared, { kind: "namespace" }>): SourceFile {
  const path = resolvePath(modules, declared.file, declared.from, declared.node);
  const file = load(modules, path, { file: declared.file, node: declared.node });
  return file ?? fail("LZ102", declared.file, declared.node, declared.from);
}

/** Files and all that they import, in a fixed order. */
export function reachable(modules: Modules, roots: readonly SourceFile[]): SourceFile[] {
  const found = new Map<string, SourceFile>();
  const visit = (file: SourceFile): void => {
    if (found.has(file.path)) return;
    found.set(file.path, file);
    for (const { specifier, node } of file.imports) {
      const imported = load(modules, resolvePath(modules, file, specifier, node), { file, node });
      if (imported) visit(imported);
    }
  };
  roots.forEach(visit);
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
