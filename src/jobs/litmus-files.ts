// SPDX-License-Identifier: MIT
// Which files `litmus` runs.
import { readdirSync, statSync } from "node:fs";
import { err, ok, type Result } from "../base/result.ts";
import type { JobError } from "./reports.ts";

const ENDING = ".litmus";

/** The .litmus files among `paths` and below the folders among them, each once. */
export function litmusFiles(paths: readonly string[]): Result<string[], JobError> {
  const files = new Set<string>();
  for (const path of paths) {
    const found = filesAt(path);
    if (!found.ok) return found;
    for (const file of found.value) files.add(file);
  }
  return ok([...files]);
}

function filesAt(path: string): Result<string[], JobError> {
  try {
    if (!statSync(path).isDirectory()) {
      return path.endsWith(ENDING)
        ? ok([path])
        : err({ kind: "input", message: `${path}: a litmus test is a file that ends in ${ENDING}` });
    }
    const folder = path.replace(/(?<=.)\/+$/, "");
    const found = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(ENDING))
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .filter((file) => !statSync(file).isDirectory())
      .sort();
    return found.length > 0 ? ok(found) : err({ kind: "input", message: `${path}: no ${ENDING} files in there` });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "no such file or folder" : `cannot be read: ${code}`;
    return err({ kind: "input", message: `${path}: ${reason}` });
  }
}
