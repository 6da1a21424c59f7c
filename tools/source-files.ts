// SPDX-License-Identifier: MIT
// The files that the rules are about. Walks the tree rather than asking git: a new file counts before it is added.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** path from the root of the repository → text */
export type Files = ReadonlyMap<string, string>;

const SKIP = new Set(["node_modules", "dist", "fixtures", "coverage", ".git", "_expected", "__snapshots__"]);

function list(folder: string, found: string[]): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (SKIP.has(entry.name)) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) list(path, found);
    else found.push(path);
  }
}

/** Every file below the root whose path matches. */
export function readFiles(matching: RegExp): Files {
  const paths: string[] = [];
  list("", paths);
  paths.sort();
  return new Map(
    paths.filter((path) => matching.test(path)).map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
}

export const SOURCE = /\.(ts|tsx|js|mjs|css)$/;
