// SPDX-License-Identifier: MIT
// The compressed parts of version 7. A part says how much it holds, and may lie: what is more than the limit is not
// even begun, and the output of a whole file is held against its size.

import { inflateZlib } from "../../base/inflate.ts";
import { ZstdStream } from "../zstd/stream.ts";
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
  #stream: ZstdStream | undefined;
  /** What a part is unpacked to, and how much of it is there. */
  #part = new Uint8Array(0);
  #used = 0;

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
    if (this.name === "zstd") return this.#unzstd(bytes, size);
    throw new Error(`compressed by ${JSON.stringify(this.name)}, which lazymm cannot unpack`);
  }

  #unzstd(bytes: Uint8Array, size: number): Uint8Array {
    this.#part = new Uint8Array(size);
    this.#used = 0;
    // A stream has buffers, so there is one for all parts; but one that stopped within a part is of no use any more.
    const stream = this.#stream ?? new ZstdStream((block) => this.#take(block));
    this.#stream = undefined;
    stream.push(bytes);
    if (!stream.ended) throw new Error("the zstd data ends early");
    this.#stream = stream;
    return this.#part.subarray(0, this.#used);
  }

  #take(block: Uint8Array): void {
    if (this.#used + block.length > this.#part.length)
      throw new Error("a compressed part of another size than it says");
    this.#part.set(block, this.#used);
    this.#used += block.length;
  }
}
