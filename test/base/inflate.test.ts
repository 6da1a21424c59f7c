// SPDX-License-Identifier: MIT
// Inflating, held against the deflate of Node.
import { constants, deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inflateZlib } from "../../src/base/inflate.ts";

/** Bytes that compress well, badly, or in parts. */
const CONTENT = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(255), fc.nat(2000)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc.constantFrom("sched_switch ", "prev_comm=").map((text) => new TextEncoder().encode(text.repeat(7))),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));
const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants;

describe("inflateZlib", () => {
  test("gives back what was deflated, at every level and by every strategy", () => {
    const strategy = fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE);
    fc.assert(
      fc.property(CONTENT, fc.nat(9), strategy, (content, level, strategy) => {
        const packed = deflateSync(content, { level, strategy });
        expect(Buffer.compare(inflateZlib(packed, content.length), content)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test("more than 64 KiB, with distances as long as they get", () => {
    const noise = Uint8Array.from({ length: 32_768 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
    const content = Buffer.concat([noise, noise, Buffer.alloc(100_000, "ab"), noise]);
    expect(Buffer.compare(inflateZlib(deflateSync(content), 1 << 20), content)).toBe(0);
  });

  test("stops where it was told to", () => {
    const packed = deflateSync(Buffer.alloc(1_000_000));
    expect(() => inflateZlib(packed, 999_999)).toThrow("grows to more than 999999 bytes");
    expect(inflateZlib(packed, 1_000_000)).toHaveLength(1_000_000);
  });

  test("what is cut off anywhere is an error", () => {
    const packed = deflateSync(Buffer.from("the same again and again, the same again and again"));
    for (let length = 0; length < packed.length; length++) {
      expect(() => inflateZlib(packed.subarray(0, length), 1000)).toThrow(Error);
    }
  });

  test("a flipped bit is an error, or changes nothing", () => {
    const content = Buffer.from("abcabcabd".repeat(50));
    const packed = deflateSync(content);
    let same = 0;
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const broken = Uint8Array.from(packed);
      broken[bit >> 3]! ^= 1 << (bit & 7);
      try {
        expect(Buffer.compare(inflateZlib(broken, 100_000), content)).toBe(0);
        same++;
      } catch (error) {
        expect((error as Error).message).toMatch(/deflate|zlib/);
      }
    }
    // Bits that fill the last byte, and a copy from one period earlier.
    expect(same).toBeLessThan(10);
  });

  test("rubbish is an error, never a hang", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (rubbish) => {
        expect(() => inflateZlib(Uint8Array.of(0x78, 0x9c, ...rubbish), 1 << 16)).toThrow(Error);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["no zlib header", [1, 2, 3, 4], "no zlib data"],
    ["a dictionary", [0x78, 0xbb, 0, 0, 0, 0], "dictionary"],
    ["a fourth type of block", [0x78, 0x9c, 7], "no known type"],
  ])("%s", (_, bytes, reason) => {
    expect(() => inflateZlib(Uint8Array.from(bytes), 100)).toThrow(reason);
  });
});
