// SPDX-License-Identifier: MIT
// Holds a set of files against the table in layers.ts. Pure: the tests also feed it files that do not exist.
import { builtinModules } from "node:module";
import { posix } from "node:path";
import { extraFiles, folderOf, layers, nodeGlobals, packages, within } from "./layers.ts";
import type { Files } from "./source-files.ts";
import { type Import, importsOf, isBarrel, parseFile, usesOf } from "./syntax.ts";

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly file: string;
  readonly line: number;
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0]!;
}

/** `node:*` for what comes with Node, whichever way it is written. */
function packageKey(specifier: string): string {
  const name = packageOf(specifier);
  return specifier.startsWith("node:") || builtinModules.includes(name) ? "node:*" : name;
}

function mayImport(file: string, key: string): boolean {
  return (packages[key] ?? []).some((place) => within(file, place));
}

function checkPackage(file: string, item: Import): string[] {
  const key = packageKey(item.from);
  if (mayImport(file, key)) return [];
  const allowed = packages[key];
  const hint = allowed === undefined ? "it is in no table: tools/layers.ts" : `only ${allowed.join(", ")} may`;
  return [`${file}:${item.line}: must not import "${item.from}" (${hint})`];
}

/** The target of a relative import, as a path from the root. */
export function targetOf(file: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(file), specifier));
}

function checkArrow(file: string, item: Import): string[] {
  const folder = folderOf(file);
  const target = targetOf(file, item.from);
  if (folder === undefined) return [];
  if ((extraFiles[target] ?? []).some((place) => within(file, place))) return [];
  const to = folderOf(target);
  if (to === folder) return [];
  const allowed: readonly string[] = layers[folder];
  if (to !== undefined && allowed.includes(to)) return [];
  const list = allowed.length === 0 ? "nothing" : allowed.join(", ");
  return [`${file}:${item.line}: ${folder} must not import ${to ?? target} (it may import ${list})`];
}

function checkFile(file: string, text: string): string[] {
  const syntax = parseFile(file, text);
  const errors: string[] = [];
  if (folderOf(file) === undefined) errors.push(`${file}: is in no folder of tools/layers.ts`);
  for (const item of importsOf(syntax))
    errors.push(...(item.from.startsWith(".") ? checkArrow(file, item) : checkPackage(file, item)));
  // In the model, a variant of a part may consist of hooks that live elsewhere.
  if (isBarrel(syntax) && !file.startsWith("model/"))
    errors.push(`${file}: only re-exports; import from the file that declares the name`);
  if (!mayImport(file, "node:*"))
    for (const use of usesOf(syntax, nodeGlobals))
      errors.push(`${file}:${use.line}: uses ${use.name}, which does not exist in a browser`);
  return errors;
}

/** Imports between two different folders of the table. */
export function arrowsOf(files: Files): Arrow[] {
  const arrows: Arrow[] = [];
  for (const [file, text] of files)
    for (const item of importsOf(parseFile(file, text))) {
      const from = folderOf(file);
      const to = item.from.startsWith(".") ? folderOf(targetOf(file, item.from)) : undefined;
      if (from !== undefined && to !== undefined && from !== to) arrows.push({ from, to, file, line: item.line });
    }
  return arrows;
}

/** The first cycle found, as `a -> b -> a`. */
export function findCycle(edges: ReadonlyMap<string, Iterable<string>>): string | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): string | undefined => {
    const at = path.indexOf(name);
    if (at >= 0) return [...path.slice(at), name].join(" -> ");
    if (done.has(name)) return undefined;
    path.push(name);
    for (const next of edges.get(name) ?? []) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(name);
    return undefined;
  };
  for (const name of edges.keys()) {
    const cycle = visit(name);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** What is wrong with the imports of these files (of `model/` and `src/`); empty if nothing is. */
export function checkLayers(files: Files): string[] {
  const errors = [...files].flatMap(([file, text]) => checkFile(file, text));
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of arrowsOf(files)) edges.set(from, (edges.get(from) ?? new Set()).add(to));
  const cycle = findCycle(edges);
  if (cycle !== undefined) errors.push(`folders import each other in a circle: ${cycle}`);
  return errors;
}
