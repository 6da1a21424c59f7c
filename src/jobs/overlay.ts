// SPDX-License-Identifier: MIT
// `--overlay DIR`: files that stand in for the model's own, so that a patch can be tried without touching the
// installation. DIR/kernel/… and DIR/model/kernel/… both mean model/kernel/….
import { existsSync, readdirSync, statSync } from "node:fs";
import { err, ok, type Result } from "../base/result.ts";
import type { JobError } from "./reports.ts";

/** What is read as dialect text. Memory models and profiles are part of the program, not of the model's text. */
const DIALECT_FOLDERS = ["kernel", "designs", "scenarios", "properties", "hw/mmu"];

export interface Overlay {
  readonly folder: string;
  /** Path in the model ("model/…") -> file in the overlay. */
  readonly files: ReadonlyMap<string, string>;
}

/** Every .ts file below a folder, relative to it, in order. */
function listFiles(folder: string, below = ""): string[] {
  return readdirSync(`${folder}/${below}`, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.name.startsWith(".") || entry.name === "node_modules") return [];
      if (entry.isDirectory()) return listFiles(folder, path);
      return entry.name.endsWith(".ts") ? [path] : [];
    });
}

/** An overlay that changes nothing is a mistake in its paths: the answer would be about the unpatched model. */
export function openOverlay(folder: string, root: string): Result<Overlay, JobError> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    return err({ kind: "input", message: `overlay ${folder}: no such directory` });
  }
  const found = listFiles(folder);
  const files = new Map<string, string>();
  for (const path of found) {
    const inModel = path.startsWith("model/") ? path : `model/${path}`;
    if (!DIALECT_FOLDERS.some((known) => inModel.startsWith(`model/${known}/`))) continue;
    const other = files.get(inModel);
    if (other !== undefined) {
      const message = `overlay ${folder}: ${path} and ${other.slice(folder.length + 1)} both stand for ${inModel}`;
      return err({ kind: "input", message });
    }
    files.set(inModel, `${folder}/${path}`);
  }
  if ([...files.keys()].some((path) => existsSync(`${root}/${path}`))) return ok({ folder, files });
  const what =
    found.length === 0 ? "it has no .ts file" : `none of its ${found.length} files has the path of one in model/`;
  return err({
    kind: "input",
    message:
      `overlay ${folder}: nothing is shadowed: ${what}\n` +
      `${folder}/kernel/arch/x86/mm/tlb.ts, for instance, would stand in for model/kernel/arch/x86/mm/tlb.ts; ` +
      `only ${DIALECT_FOLDERS.map((known) => `${known}/`).join(", ")} are read as text`,
  });
}

/** For the reader of a result: which files it is about. */
export function overlayNotes(overlay: Overlay | undefined, root: string): string[] {
  if (overlay === undefined) return [];
  return [...overlay.files].map(([path, file]) =>
    existsSync(`${root}/${path}`) ? `${file} stands in for ${path}` : `${file} is new: ${path}`,
  );
}
