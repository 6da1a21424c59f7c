// SPDX-License-Identifier: MIT
// Bytes at any place of a trace: of a file on disk, or collected in memory from a pipe or out of a compressed file.

import type { FileHandle } from "node:fs/promises";
import { assert } from "../../base/assert.ts";
import type { ByteSource } from "../parsed.ts";

export function fileSource(file: FileHandle, size: number): ByteSource {
  return {
    size,
    read: async (at, length) => {
      assert(at >= 0 && length >= 0, `a place of the file: ${length} bytes at ${at}`);
      const wanted = Math.max(0, Math.min(length, size - at));
      const bytes = new Uint8Array(wanted);
      let done = 0;
      while (done < wanted) {
        const { bytesRead } = await file.read(bytes, done, wanted - done, at + done);
        if (bytesRead === 0) break; // it has become shorter
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    },
  };
}

export function memorySource(pieces: readonly Uint8Array[]): ByteSource {
  const bytes = Buffer.concat(pieces);
  return {
    size: bytes.length,
    read: async (at, length) => {
      assert(at >= 0 && length >= 0, `a place of the file: ${length} bytes at ${at}`);
      return bytes.subarray(at, at + length);
    },
  };
}
