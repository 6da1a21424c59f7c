// SPDX-License-Identifier: MIT
// Decompression alone, with its checksums, as traces are read; in bytes that come out.
import { gzipSync } from "node:zlib";
import { assert } from "../../src/base/assert.ts";
import type { Compression } from "../../src/traces/detect.ts";
import { inflater } from "../../src/traces/input/inflate.ts";
import { type Case, type Measured, rate } from "../measure.ts";
import { fixture, pieces } from "./fixture.ts";

async function inflate(compression: Compression): Promise<Measured[]> {
  const { zstd, text, repeats } = fixture();
  const one = compression === "zstd" ? zstd : gzipSync(text);
  // Frames and members may follow one another in a file.
  const file = Buffer.concat(Array.from({ length: repeats }, () => one));
  const read = async (): Promise<void> => {
    let bytes = 0;
    const stream = inflater(compression, (chunk) => {
      bytes += chunk.length;
    });
    for (const piece of pieces(file)) await stream.push(piece);
    await stream.end();
    assert(bytes === text.length * repeats, "all of it is there");
  };
  return [{ name: `inflate ${compression}`, unit: "MB/s", ours: await rate((text.length * repeats) / 1e6, read) }];
}

export function inflateCases(): Case[] {
  return (["zstd", "gzip"] as const).map((name) => ({ name: `inflate ${name}`, run: () => inflate(name) }));
}
