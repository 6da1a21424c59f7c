// SPDX-License-Identifier: MIT
// The project's own recording, as often as it takes to be timed.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Decompress } from "fzstd";
import { modelRoot } from "../../src/jobs/library.ts";

export const FIXTURE = "fixtures/x86_64-6.1.0-pcid-mixed";
/** Uncompressed bytes of one round. */
const ROUND_BYTES = 100e6;
/** What a file is read in, and what fzstd puts out at most. */
export const STEP_BYTES = 1 << 16;

/** trace.txt.zst as it is, its text, and how often it must be read to make a round. */
export function fixture(): { readonly zstd: Uint8Array; readonly text: Uint8Array; readonly repeats: number } {
  const zstd = readFileSync(`${modelRoot()}/${FIXTURE}/trace.txt.zst`);
  const chunks: Uint8Array[] = [];
  new Decompress((chunk) => void chunks.push(chunk)).push(zstd, true);
  const text = Buffer.concat(chunks);
  return { zstd, text, repeats: Math.ceil(ROUND_BYTES / text.length) };
}

/** A recording that is not part of the project; undefined where it is not beside it. */
export function recording(path: string): string | undefined {
  const file = join(modelRoot(), "..", "shared", "traces", path);
  return existsSync(file) ? file : undefined;
}

export function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += STEP_BYTES) yield bytes.subarray(at, at + STEP_BYTES);
}
