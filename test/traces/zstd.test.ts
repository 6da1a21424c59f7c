// SPDX-License-Identifier: MIT
// Our decoder of .zst, held against fzstd and against what the zstd tool made; and what it must not be talked into.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decompress } from "fzstd";
import { describe, expect, test } from "vitest";
import { ZSTD_SAMPLES } from "../../bench/fuzz/zstd-seeds.ts";
import { ZstdStream } from "../../src/traces/zstd/stream.ts";
import { FIXTURE } from "./text.ts";

/** Decompresses it, in pieces of `step` bytes. */
function unpack(bytes: Uint8Array, step = bytes.length): { readonly out: Buffer; readonly ended: boolean } {
  const blocks: Uint8Array[] = [];
  const stream = new ZstdStream((block) => blocks.push(block));
  for (let at = 0; at < bytes.length; at += step) stream.push(bytes.subarray(at, at + step));
  return { out: Buffer.concat(blocks), ended: stream.ended };
}

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
type Block = readonly [type: number, size: number, content: readonly number[]];

/** A frame without checksum; `window` is the byte that describes its window. */
function frame(window: number, ...blocks: readonly Block[]): Uint8Array {
  const bytes = blocks.flatMap(([type, size, content], i) => {
    const header = (size << 3) | (type << 1) | (i === blocks.length - 1 ? 1 : 0);
    return [header & 255, (header >> 8) & 255, (header >> 16) & 255, ...content];
  });
  return Uint8Array.from([...MAGIC, 0, window, ...bytes]);
}

const KIB_1 = 0x00;
const KIB_128 = 0x38;
const packed = (...content: number[]): Block => [2, content.length, content];
/** Modes of a block whose three tables have one symbol each. */
const ONE_SYMBOL = 0x54;
/** Raw literals "abc", then `sequences`. */
const abc = (...sequences: number[]) => packed(3 << 3, 97, 98, 99, ...sequences);

describe("what the zstd tool made", () => {
  const recording = readFileSync(join(FIXTURE, "trace.txt.zst"));
  test.each([
    ["the recording", recording] as const,
    ...ZSTD_SAMPLES.map((bytes, i) => [`sample ${i}`, bytes] as const),
  ])("%s", (_, bytes) => {
    const expected = Buffer.from(decompress(bytes));
    expect(expected.length).toBeGreaterThan(1000);
    for (const step of [bytes.length, 1000, 7]) {
      const { out, ended } = unpack(bytes, step);
      expect([out.equals(expected), ended]).toEqual([true, true]);
    }
  });

  test("a wrong byte anywhere is noticed, and so is an end that is missing", () => {
    for (const bytes of ZSTD_SAMPLES) {
      const whole = unpack(bytes).out;
      for (let at = 0; at < bytes.length; at += at < 20 ? 1 : 5) {
        const wrong = Uint8Array.from(bytes);
        wrong[at]! ^= 0x10;
        let out: Buffer | undefined;
        try {
          const unpacked = unpack(wrong);
          if (unpacked.ended) out = unpacked.out;
        } catch {}
        // Some bits say nothing: how large a window may be, for one.
        if (out !== undefined) expect(out.equals(whole)).toBe(true);
        expect(unpack(bytes.subarray(0, at + 1)).ended).toBe(at === bytes.length - 1);
      }
    }
  });
});

describe("blocks by hand", () => {
  test("raw, repeated, and a copy of what came before", () => {
    // One sequence: two literals, then 7 bytes at offset 2 (its number is 5: 2 bits, which say 1); then what is left.
    const repeats = abc(1, ONE_SYMBOL, 2, 2, 4, 0b101);
    expect(unpack(frame(KIB_128, [0, 2, [120, 121]], [1, 3, [122]], repeats)).out.toString()).toBe("xyzzzababababac");
  });

  test("the rooms of a frame", () => {
    const skippable = [0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2];
    const both = [...skippable, ...frame(KIB_1, [0, 1, [97]]), ...skippable, ...frame(KIB_1, [0, 1, [98]])];
    expect(unpack(Uint8Array.from(both)).out.toString()).toBe("ab");
    // One segment, and its size.
    const sized = (size: number) => Uint8Array.from([...MAGIC, 0x20, size, 0x11, 0, 0, 97, 98]);
    expect(unpack(sized(2)).out.toString()).toBe("ab");
    expect(() => unpack(sized(3))).toThrow("another size than it says");
  });

  test("more than a window, so that what was before is dropped", () => {
    const blocks = Array.from({ length: 40 }, (_, i): Block => [1, 1 << 17, [i]]);
    const out = unpack(frame(KIB_1, ...blocks)).out;
    expect(out.length).toBe(40 << 17);
    expect(out.every((byte, at) => byte === at >> 17)).toBe(true);
  });
});

describe("what makes no sense ends at once", () => {
  /** So many sequences, each of 128 KiB of literals and as much of a copy: fzstd does them all. */
  const BUSY = packed(0, 255, 255, 255, ONE_SYMBOL, 35, 0, 52, 1);
  test.each([
    ["98 047 sequences without bits", frame(KIB_128, BUSY), "cut off"],
    [
      "sequences with bits, but without literals",
      frame(KIB_128, packed(0, 3, ONE_SYMBOL, 35, 0, 52, ...new Array<number>(12).fill(255))),
      "more than a block may have",
    ],
    ["a long copy", frame(KIB_128, abc(2, ONE_SYMBOL, 1, 0, 52, 0xff, 0xff, 0xff, 0xff, 1)), "more than a block"],
    ["a copy from before the start", frame(KIB_128, abc(1, ONE_SYMBOL, 2, 4, 4, 0x1f)), "before the start"],
    ["a block of 2 MiB", frame(KIB_128, [1, 0x1fffff, [0]]), "larger than any"],
    ["a block of another type", frame(KIB_128, [3, 1, [0]]), "no known type"],
    ["a window of 2 GB", frame(21 << 3, [1, 5, [0]]), "a window of 2147483648 bytes"],
    ["a table of a block before", frame(KIB_128, abc(1, 0xfc, 1)), "of which there is none"],
    ["codes of a block before", frame(KIB_128, packed(0x13, 0x40, 0, 1, 0)), "of which there is none"],
    ["a frame that needs a dictionary", Uint8Array.from([...MAGIC, 1, KIB_1, 7, 1, 0, 0]), "dictionary"],
    ["no frame", Uint8Array.from([1, 2, 3, 4]), "no frame"],
  ])("%s", (_, bytes, reason) => {
    expect(() => unpack(bytes)).toThrow(reason);
  });

  test("memory is taken for what comes out, not for the window", () => {
    const before = process.memoryUsage().arrayBuffers;
    const stream = new ZstdStream(() => {});
    stream.push(frame(17 << 3, [1, 5, [0]]));
    expect(stream.ended).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
  });
});
