// SPDX-License-Identifier: MIT
// An export in files: one with the name that was asked for, or, where it is too large for one, trace-1.pftrace,
// trace-2.pftrace, …. All of them are complete, or none is there.

import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { err, ok, type Result } from "../../base/result.ts";
import { type PerfettoInput, writePerfetto } from "./write.ts";

/** Files of this size or more begin another one: ui.perfetto.dev keeps several times a file's size, and has 4 GB. */
export const PART_BYTES = 2 ** 29;

export interface DrawnFile {
  readonly file: string;
  readonly bytes: number;
}

/** Asked after every piece; true: enough. */
export type StopDrawing = (bytes: number) => Promise<boolean>;

export async function writePerfettoFiles(
  path: string,
  input: PerfettoInput,
  stop: StopDrawing,
): Promise<Result<readonly DrawnFile[], string>> {
  const partial = (part: number): string => `${path}.${part + 1}.partial`;
  const sizes: number[] = [];
  let handle: FileHandle | undefined;
  let complete = false;
  try {
    let written = 0;
    for (const { part, bytes } of writePerfetto({ maxBytes: PART_BYTES, ...input })) {
      if (part === sizes.length) {
        await handle?.close();
        handle = await open(partial(part), "w");
        sizes.push(0);
      }
      await handle!.write(bytes);
      sizes[part]! += bytes.length;
      written += bytes.length;
      if (await stop(written)) return ok([]);
    }
    complete = true;
  } catch (error) {
    return err(
      `cannot write ${path}: ${error instanceof Error && "code" in error ? String(error.code) : String(error)}`,
    );
  } finally {
    await handle?.close();
    if (!complete) for (let part = 0; part < sizes.length; part++) await rm(partial(part), { force: true });
  }
  const files = sizes.map((bytes, part) => ({ file: sizes.length === 1 ? path : numbered(path, part + 1), bytes }));
  for (const [part, { file }] of files.entries()) await rename(partial(part), file);
  return ok(files);
}

/** `out-2.pftrace` of `out.pftrace`. */
function numbered(path: string, number: number): string {
  return path.replace(/(\.[^./]*)?$/, (end) => `-${number}${end}`);
}
