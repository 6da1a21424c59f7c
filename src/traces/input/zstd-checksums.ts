// SPDX-License-Identifier: MIT
// fzstd does not verify the checksum that a zstd frame ends with, and a wrong byte often decompresses to wrong text.
// This walks the frames' structure beside it (RFC 8878, section 3): input() is given the compressed bytes before the
// decompressor, output() each block that comes out. It throws where the two do not fit.

import { Xxh64 } from "./xxh64.ts";

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const RLE_BLOCK = 1;

/** What is read next, and how many bytes of it. */
type Part = "magic" | "skip size" | "descriptor" | "header" | "block header" | "block" | "checksum" | "skipped";

export class ZstdChecksums {
  #part: Part = "magic";
  #left = 4;
  /** Bytes of the part, little endian; only of parts of at most 4 bytes. */
  #value = 0;
  #shift = 0;
  #hasChecksum = false;
  #lastBlock = false;
  /** Blocks announced and not yet put out: true for the last one of a frame. */
  readonly #blocks: boolean[] = [];
  #hash = new Xxh64();
  /** Of frames that are complete: what came out, and what should have. undefined: the frame has no checksum. */
  readonly #digests: number[] = [];
  readonly #expected: (number | undefined)[] = [];

  input(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#part === "block" || this.#part === "header" || this.#part === "skipped") {
        const step = Math.min(this.#left, bytes.length - at);
        at += step;
        this.#left -= step;
      } else {
        this.#value += bytes[at++]! * 2 ** this.#shift;
        this.#shift += 8;
        this.#left--;
      }
      while (this.#left === 0) this.#next();
    }
    this.#compare();
  }

  /** One decompressed block. */
  output(block: Uint8Array): void {
    this.#hash.update(block);
    if (this.#blocks.shift() !== true) return;
    this.#digests.push(Number(this.#hash.digest() & 0xffff_ffffn));
    this.#hash = new Xxh64();
    this.#compare();
  }

  #compare(): void {
    while (this.#digests.length > 0 && this.#expected.length > 0) {
      const digest = this.#digests.shift();
      const expected = this.#expected.shift();
      if (expected !== undefined && expected !== digest) throw new Error("checksum does not match");
    }
  }

  #read(part: Part, bytes: number): void {
    this.#part = part;
    this.#left = bytes;
    this.#value = 0;
    this.#shift = 0;
  }

  /** The part is complete. */
  #next(): void {
    const value = this.#value;
    if (this.#part === "magic") {
      if (value === FRAME_MAGIC) this.#read("descriptor", 1);
      else if (value - (value % 16) === SKIPPABLE_MAGIC) this.#read("skip size", 4);
      else throw new Error("no frame where one should start");
    } else if (this.#part === "skip size") this.#read("skipped", value);
    else if (this.#part === "skipped") this.#read("magic", 4);
    else if (this.#part === "descriptor") {
      this.#hasChecksum = (value & 4) !== 0;
      this.#read("header", headerBytes(value));
    } else if (this.#part === "header") this.#read("block header", 3);
    else if (this.#part === "block header") {
      const type = (value >> 1) & 3;
      this.#lastBlock = (value & 1) !== 0;
      this.#blocks.push(this.#lastBlock);
      this.#read("block", type === RLE_BLOCK ? 1 : value >>> 3);
    } else if (this.#part === "checksum") this.#frameEnds(value);
    else if (!this.#lastBlock) this.#read("block header", 3);
    else if (this.#hasChecksum) this.#read("checksum", 4);
    else this.#frameEnds(undefined);
  }

  #frameEnds(checksum: number | undefined): void {
    this.#expected.push(checksum);
    this.#read("magic", 4);
  }
}

/** Window descriptor, dictionary id and content size. */
function headerBytes(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const size = sizeFlag === 0 && singleSegment ? 1 : CONTENT_SIZE_BYTES[sizeFlag]!;
  return (singleSegment ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3]! + size;
}
