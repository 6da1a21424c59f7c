// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { Xxh64 } from "../../src/traces/zstd/xxh64.ts";

const MASK = (1n << 64n) - 1n;
const P: readonly [bigint, bigint, bigint, bigint, bigint] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;
const rotl = (x: bigint, bits: bigint) => ((x << bits) | (x >> (64n - bits))) & MASK;

/** The definition, word for word, in BigInt. */
function reference(bytes: Uint8Array): bigint {
  const [p1, p2, p3, p4, p5] = P;
  const read = (at: number, n: number) => {
    let value = 0n;
    for (let i = n - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]!);
    return value;
  };
  const round = (acc: bigint, lane: bigint) => (rotl((acc + lane * p2) & MASK, 31n) * p1) & MASK;
  let at = 0;
  let hash = p5;
  if (bytes.length >= 32) {
    const acc = [(p1 + p2) & MASK, p2, 0n, (MASK + 1n - p1) & MASK];
    for (; at + 32 <= bytes.length; at += 32) for (let i = 0; i < 4; i++) acc[i] = round(acc[i]!, read(at + 8 * i, 8));
    hash = [1n, 7n, 12n, 18n].reduce((sum, bits, i) => (sum + rotl(acc[i]!, bits)) & MASK, 0n);
    for (const lane of acc) hash = ((hash ^ round(0n, lane)) * p1 + p4) & MASK;
  }
  hash = (hash + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8) hash = (rotl(hash ^ round(0n, read(at, 8)), 27n) * p1 + p4) & MASK;
  for (; at + 4 <= bytes.length; at += 4) hash = (rotl(hash ^ ((read(at, 4) * p1) & MASK), 23n) * p2 + p3) & MASK;
  for (; at < bytes.length; at++) hash = (rotl(hash ^ ((read(at, 1) * p5) & MASK), 11n) * p1) & MASK;
  hash = ((hash ^ (hash >> 33n)) * p2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * p3) & MASK;
  return hash ^ (hash >> 32n);
}

describe("XXH64", () => {
  test("of nothing, as published", () => {
    expect(new Xxh64().digest()).toBe(0xef46db3751d8e999n);
    expect(reference(new Uint8Array(0))).toBe(0xef46db3751d8e999n);
  });

  test("of any length, in any pieces", () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * i * 31 + 7) & 0xff);
    for (let length = 0; length <= bytes.length; length++) {
      const part = bytes.subarray(0, length);
      const expected = reference(part);
      for (const piece of [1 + (length % 13), 32, 1000]) {
        const hash = new Xxh64();
        for (let at = 0; at < length; at += piece) hash.update(part.subarray(at, at + piece));
        expect(hash.digest()).toBe(expected);
      }
    }
  });
});
