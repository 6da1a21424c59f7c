// SPDX-License-Identifier: MIT
// A short cut past hashing every case: while neither the text of the model nor the compiler has changed since the store
// was written, no stored verdict can be stale. If either has, the hashes of the cases say which verdicts are.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { modelRoot } from "./library.ts";

/** Written by tools/build.js: what compiles the model. */
const COMPILER_FILE = "dist/compiler.sha256";

/** Undefined: it cannot be told, as nothing has been built. */
export function digestOfSources(root = modelRoot()): string | undefined {
  if (!existsSync(`${root}/${COMPILER_FILE}`)) return undefined;
  const hash = createHash("sha256").update(readFileSync(`${root}/${COMPILER_FILE}`));
  const files = readdirSync(`${root}/model`, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts"));
  for (const file of files.map((name) => name.replaceAll("\\", "/")).sort())
    hash.update(`\n${file}\n`).update(readFileSync(`${root}/model/${file}`));
  return hash.digest("hex");
}
