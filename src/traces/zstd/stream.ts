// SPDX-License-Identifier: MIT
// .zst, piece by piece (RFC 8878): frames of blocks, each followed by a checksum of what it decompresses to. By
// ourselves, because what a hostile file may cost must be known: memory is bound by what comes out, and the work on a
// block by the 128 KiB that it may have.

import { BlockDecoder, SLACK } from "./block.ts";
import { BLOCK_MAX, Output } from "./output.ts";
import { Xxh64 } from "./xxh64.ts";

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const HAS_CHECKSUM = 4;
const BLOCK = { raw: 0, repeated: 1, compressed: 2 } as const;
/** What the zstd tool takes, too, without being asked to take more. */
const WINDOW_MAX = 1 << 27;

/** What is read next. */
type Part = "magic" | "skip size" | "skipped" | "descriptor" | "header" | "block header" | "block" | "checksum";

export class ZstdStream {
  readonly #sink: (chunk: Uint8Array) => void;
  readonly #out = new Output();
  readonly #decoder = new BlockDecoder(this.#out);
  #part: Part = "magic";
  /** The part's bytes so far, and how many are to come. What is skipped is not kept. */
  readonly #bytes = new Uint8Array(BLOCK_MAX + SLACK);
  #have = 0;
  #left = 4;
  #descriptor = 0;
  #blockType = 0;
  #blockSize = 0;
  #lastBlock = false;
  /** What the frame says it holds; undefined: it does not say. */
  #contentSize: number | undefined;
  #content = 0;
  #hash = new Xxh64();

  /** `sink` is given each block; it may keep it. */
  constructor(sink: (chunk: Uint8Array) => void) {
    this.#sink = sink;
  }

  /** Throws an Error where the data makes no sense; what came before it was delivered. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const step = Math.min(this.#left, bytes.length - at);
      if (this.#part !== "skipped") {
        this.#bytes.set(bytes.subarray(at, at + step), this.#have);
        this.#have += step;
      }
      at += step;
      this.#left -= step;
      while (this.#left === 0) this.#next();
    }
  }

  /** Whether the data may end here. */
  get ended(): boolean {
    return this.#part === "magic" && this.#have === 0;
  }

  #read(part: Part, bytes: number): void {
    this.#part = part;
    this.#have = 0;
    this.#left = bytes;
  }

  #number(from: number, count: number): number {
    let value = 0;
    for (let i = from + count - 1; i >= from; i--) value = value * 256 + this.#bytes[i]!;
    return value;
  }

  /** The part is complete. */
  #next(): void {
    switch (this.#part) {
      case "magic":
        return this.#magic(this.#number(0, 4));
      case "skip size":
        return this.#read("skipped", this.#number(0, 4));
      case "skipped":
        return this.#read("magic", 4);
      case "descriptor":
        this.#descriptor = this.#bytes[0]!;
        return this.#read("header", headerBytes(this.#descriptor));
      case "header":
        return this.#beginFrame();
      case "block header":
        return this.#beginBlock(this.#number(0, 3));
      case "block":
        this.#block();
        return this.#afterBlock();
      case "checksum": {
        const digest = Number(this.#hash.digest() & 0xffff_ffffn);
        if (digest !== this.#number(0, 4)) throw new Error("checksum does not match");
        return this.#read("magic", 4);
      }
    }
  }

  #magic(value: number): void {
    if (value === FRAME_MAGIC) this.#read("descriptor", 1);
    else if (value - (value % 16) === SKIPPABLE_MAGIC) this.#read("skip size", 4);
    else throw new Error("no frame where one should start");
  }

  #beginFrame(): void {
    const descriptor = this.#descriptor;
    const sizeFlag = descriptor >> 6;
    const oneSegment = (descriptor & 0x20) !== 0;
    const dictionaryAt = oneSegment ? 0 : 1;
    const sizeAt = dictionaryAt + DICTIONARY_BYTES[descriptor & 3]!;
    const sizeBytes = this.#have - sizeAt;
    if (descriptor & 8) throw new Error("a frame of a later kind");
    if (this.#number(dictionaryAt, sizeAt - dictionaryAt) !== 0) throw new Error("a frame that needs a dictionary");
    const size = this.#number(sizeAt, sizeBytes) + (sizeFlag === 1 ? 256 : 0);
    this.#contentSize = sizeBytes > 0 ? size : undefined;
    const window = oneSegment ? size : windowOf(this.#bytes[0]!);
    if (window > WINDOW_MAX) throw new Error(`a window of ${window} bytes, more than ${WINDOW_MAX}`);
    this.#out.begin(window);
    this.#decoder.begin();
    this.#content = 0;
    this.#hash = new Xxh64();
    this.#read("block header", 3);
  }

  #beginBlock(header: number): void {
    this.#lastBlock = (header & 1) !== 0;
    this.#blockType = (header >> 1) & 3;
    this.#blockSize = header >>> 3;
    if (this.#blockSize > BLOCK_MAX) throw new Error("a block that is larger than any may be");
    this.#read("block", this.#blockType === BLOCK.repeated ? 1 : this.#blockSize);
  }

  #block(): void {
    const out = this.#out;
    const size = this.#blockSize;
    out.reserve();
    const from = out.used;
    if (this.#blockType === BLOCK.compressed) {
      if (size < 2) throw new Error("a block that is cut off");
      this.#decoder.decode(this.#bytes, size);
    } else if (this.#blockType === BLOCK.raw || this.#blockType === BLOCK.repeated) {
      if (this.#blockType === BLOCK.raw) out.bytes.set(this.#bytes.subarray(0, size), from);
      else out.bytes.fill(this.#bytes[0]!, from, from + size);
      out.used += size;
    } else throw new Error("a block of no known type");
    if (out.used === from) return;
    const block = out.bytes.slice(from, out.used);
    this.#content += block.length;
    if (this.#descriptor & HAS_CHECKSUM) this.#hash.update(block);
    this.#sink(block);
  }

  #afterBlock(): void {
    if (!this.#lastBlock) {
      this.#read("block header", 3);
      return;
    }
    const size = this.#contentSize;
    if (size !== undefined && size !== this.#content) throw new Error("a frame of another size than it says");
    if (this.#descriptor & HAS_CHECKSUM) this.#read("checksum", 4);
    else this.#read("magic", 4);
  }
}

/** Window descriptor, dictionary id and content size. */
function headerBytes(descriptor: number): number {
  const oneSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const size = sizeFlag === 0 && oneSegment ? 1 : CONTENT_SIZE_BYTES[sizeFlag]!;
  return (oneSegment ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3]! + size;
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
