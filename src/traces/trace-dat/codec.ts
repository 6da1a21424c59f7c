// SPDX-License-Identifier: MIT
// The compressed parts of version 7. A part says how much it holds, and may lie: what is more than the limit is not
// even begun, and the output of a whole file is held against its size.

import { Decompress } from "fzstd";
import { inflateZlib } from "../../base/inflate.ts";
import { Broken } from "./bytes.ts";

/** trace-cmd compresses a few pages at once, and the list of symbols (some 15 MB) as a whole. */
const PART_BYTES_MAX = 64 * 2 ** 20;
/** A part grows by at most this, once it is larger than a page or two. */
const PART_RATIO_MAX = 4096;
const PART_BYTES_MIN = 1 << 17;
/** All parts together. */
const RATIO_MAX = 250;
const OUTPUT_MIN = 64 * 2 ** 20;

export class Codec {
  /** "none", "zlib", "zstd", or something that nobody here can read. */
  readonly name: string;
  #input = 0;
  #output = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Unpacks a part of `size` bytes that stands at `at`. Throws Broken. */
  unpack(bytes: Uint8Array, size: number, at: number): Uint8Array {
    try {
      return this.#unpack(bytes, size);
    } catch (error) {
      throw new Broken(at, error instanceof Error ? error.message : String(error));
    }
  }

  #unpack(bytes: Uint8Array, size: number): Uint8Array {
    if (size > Math.min(PART_BYTES_MAX, Math.max(PART_BYTES_MIN, bytes.length * PART_RATIO_MAX))) {
      throw new Error(`${bytes.length} compressed bytes that claim to be ${size}`);
    }
    this.#input += bytes.length;
    this.#output += size;
    if (this.#output > Math.max(OUTPUT_MIN, this.#input * RATIO_MAX)) {
      throw new Error(`it grows to more than ${RATIO_MAX} times its size, and was stopped there`);
    }
    const out = this.#expand(bytes, size);
    if (out.length !== size) throw new Error("a compressed part of another size than it says");
    return out;
  }

  #expand(bytes: Uint8Array, size: number): Uint8Array {
    if (this.name === "zlib") return inflateZlib(bytes, size);
    if (this.name === "zstd") return unzstd(bytes, size);
    throw new Error(`compressed by ${JSON.stringify(this.name)}, which lazymm cannot unpack`);
  }
}

function unzstd(bytes: Uint8Array, size: number): Uint8Array {
  if (windowBytes(bytes) > Math.max(size, PART_BYTES_MIN) * 2) throw new Error("broken zstd data (its window)");
  const out = new Uint8Array(size);
  let used = 0;
  const stream = new Decompress((chunk) => {
    if (used + chunk.length > size) throw new Error("a compressed part of another size than it says");
    out.set(chunk, used);
    used += chunk.length;
  });
  stream.push(bytes, true);
  return out.subarray(0, used);
}

/** The memory that a zstd frame asks for, by its header; 0 if that is none. */
function windowBytes(bytes: Uint8Array): number {
  const flags = bytes[4] ?? 0;
  if ((flags & 0x20) === 0) {
    const window = bytes[5] ?? 0;
    const base = 2 ** (10 + (window >> 3));
    return base + (base / 8) * (window & 7);
  }
  // One segment: the window is the content, whose size comes after the number of the dictionary.
  const at = 5 + [0, 1, 2, 4][flags & 3]!;
  const sizeBytes = [1, 2, 4, 8][flags >> 6]!;
  let value = 0;
  for (let i = sizeBytes - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
