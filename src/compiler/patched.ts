// SPDX-License-Identifier: MIT
// A design whose source is changed in one place: the very text that an overlay would hold, but in memory, and with all
// other files as they were parsed before.
import type { DesignInfo } from "./describe.ts";
import { load, type Modules } from "./modules.ts";

/** In the text of `file`, [start, end) reads `text`. */
export interface Edit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Patched {
  readonly modules: Modules;
  readonly design: DesignInfo;
}

/** Edits do not overlap. Throws CompileError where the result is not the dialect. */
export function patched({ modules, design }: Patched, edits: readonly Edit[]): Patched {
  const texts = new Map<string, string>();
  for (const { file, start, end, text } of [...edits].sort((a, b) => b.start - a.start)) {
    const before = texts.get(file) ?? modules.read(file) ?? "";
    texts.set(file, before.slice(0, start) + text + before.slice(end));
  }
  const files = new Map([...modules.files].filter(([path]) => !texts.has(path)));
  const changed: Modules = { ...modules, files, read: (path) => texts.get(path) ?? modules.read(path) };
  for (const path of texts.keys()) load(changed, path);
  const parts = new Map([...design.parts].map(([part, file]) => [part, files.get(file.path) ?? file]));
  return { modules: changed, design: { ...design, parts } };
}

/** The design with another variant of one part. */
export function withVariant({ modules, design }: Patched, part: string, path: string): Patched | undefined {
  const file = load(modules, path);
  return file && { modules, design: { ...design, parts: new Map([...design.parts, [part, file]]) } };
}
