// SPDX-License-Identifier: MIT
// The files of a compilation and what their names mean across files. Reads text only; runs nothing.
import type { Declared, Node, SourceFile } from "./source.ts";
import { fail, parseFile, typeKey } from "./source.ts";

/** The text of a file, or undefined. Paths use "/"; the model's own start with "model/". */
export type ReadText = (path: string) => string | undefined;

export interface Modules {
  readonly read: ReadText;
  readonly files: Map<string, SourceFile>;
}

export function newModules(read: ReadText): Modules {
  return { read, files: new Map() };
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
  for (const { specifier, node } of file.imports) load(modules, resolvePath(file, specifier, node), { file, node });
  return file;
}

function resolvePath(file: SourceFile, specifier: string, node: Node): string {
  if (specifier.startsWith("lazymm/")) return `model/${specifier.slice("lazymm/".length)}`;
  if (!specifier.startsWith(".")) fail("LZ102", file, node, specifier);
  const parts = file.path.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
      else parts.push("..");
    } else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** What the name of a type means. */
export function lookupType(modules: Modules, file: SourceFile, name: string): Declared | undefined {
  const own = file.declared.get(typeKey(name));
  const imported = file.declared.get(name);
  return own ?? (imported?.kind === "import" ? follow(modules, file, imported, typeKey(imported.imported)) : undefined);
}

/** What a name in a file means: its declaration, wherever that is. Namespaces stay namespaces. */
export function lookup(modules: Modules, file: SourceFile, name: string): Declared | undefined {
  const declared = file.declared.get(name);
  return declared?.kind === "import" ? follow(modules, file, declared, declared.imported) : declared;
}

function follow(
  modules: Modules,
  file: SourceFile,
  declared: Extract<Declared, { kind: "import" }>,
  exported: string,
): Declared {
  const target = load(modules, resolvePath(file, declared.from, declared.node), { file, node: declared.node });
  const found = target && lookupExport(modules, target, exported);
  if (!found) fail("LZ101", file, declared.node, `"${declared.imported}" in ${declared.from}`);
  return found;
}

export function lookupExport(modules: Modules, file: SourceFile, name: string): Declared | undefined {
  const local = file.exported.get(name);
  return local === undefined ? undefined : lookup(modules, file, local);
}

export function namespaceFile(modules: Modules, declared: Extract<Declared, { kind: "namespace" }>): SourceFile {
  const path = resolvePath(declared.file, declared.from, declared.node);
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
      const imported = load(modules, resolvePath(file, specifier, node), { file, node });
      if (imported) visit(imported);
    }
  };
  roots.forEach(visit);
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
