// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { StateStore, type StoreOptions } from "../../src/checker/store.ts";

const TINY = { chunkWords: 64, firstStates: 2, firstSlots: 2 };
const ENDS = new Int32Array(0);

function storeOf(words: number, options: Partial<StoreOptions> = {}): StateStore {
  const limits = { maxStates: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };
  return new StateStore({ words, parents: false, ...limits, ...options });
}

/** State number i of a family in which any two states differ in few bits, or only in the top ones. */
function nth(i: number, words: number): number[] {
  const digits = Array.from({ length: words }, (_, w) => Math.floor(i / 8 ** w) % (w === words - 1 ? 2 ** 31 : 8));
  return digits.map((digit, w) => (w % 2 === 0 ? digit : digit << 29));
}

function contentsOf(store: StateStore): string[] {
  return Array.from({ length: store.count }, (_, n) => {
    const at = store.offsetOf(n);
    return store
      .chunkOf(n)
      .subarray(at, at + store.words)
      .join();
  });
}

describe("StateStore", () => {
  test.each([1, 2, 3, 4, 5, 8, 17, 40])("keeps each state of %i words once, in order, across every growth", (words) => {
    const store = storeOf(words, { sizes: TINY });
    const states = Array.from({ length: 3000 }, (_, i) => nth(i, words));
    const distinct = [...new Set(states.map((state) => state.join()))];
    const out = Int32Array.from(states.flat());
    expect(store.insert(out, 0, out.length, ENDS, 0)).toBe(out.length);
    expect(store.insert(out, 0, out.length, ENDS, 0)).toBe(out.length);
    expect(contentsOf(store)).toEqual(
      distinct.map((state) =>
        state
          .split(",")
          .map((word) => Number(word) | 0)
          .join(),
      ),
    );
    if (words > 4) expect(store.chunks.length).toBeGreaterThan(100);
  });

  test.each([0, 1, 0x3f])("tells states apart that have the same hash (%i)", (hashMask) => {
    const store = storeOf(2, { sizes: { ...TINY, hashMask } });
    const out = Int32Array.from(Array.from({ length: 2000 }, (_, i) => [i % 1000, -i % 500]).flat());
    store.insert(out, 0, out.length, ENDS, 0);
    expect(store.count).toBe(1000);
    expect(new Set(contentsOf(store)).size).toBe(1000);
  });

  test("an all-zero state is a state", () => {
    const store = storeOf(3);
    store.insert(new Int32Array(6), 0, 6, ENDS, 0);
    expect(store.count).toBe(1);
  });

  test("remembers which state each one was first reached from", () => {
    const store = storeOf(1, { parents: true, sizes: { ...TINY, chunkWords: 4 } });
    // Successors of states 7 (10, 11), 8 (none), 9 (11, 12) and 10 (13, 14, 10).
    const out = Int32Array.of(10, 11, 11, 12, 13, 14, 10);
    store.insert(out, 0, 7, Int32Array.of(2, 2, 4, 7), 7);
    expect(contentsOf(store)).toEqual(["10", "11", "12", "13", "14"]);
    expect([0, 1, 2, 3, 4].map((n) => store.parentOf(n))).toEqual([7, 7, 9, 10, 10]);
  });

  test("stops exactly at the limit of states, and knows old ones still", () => {
    const store = storeOf(1, { maxStates: 100, sizes: TINY });
    const out = Int32Array.from({ length: 300 }, (_, i) => i);
    expect(store.insert(out, 0, 300, ENDS, 0)).toBe(100);
    expect([store.count, store.full]).toEqual([100, "states"]);
  });

  test("fills an index that cannot grow up to nine tenths", () => {
    const store = storeOf(1, {
      maxBytes: 4 * (1024 + 512),
      sizes: { ...TINY, firstStates: 1024, chunkWords: 1024, firstSlots: 512 },
    });
    const out = Int32Array.from({ length: 600 }, (_, i) => i);
    expect(store.insert(out, 0, 600, ENDS, 0)).toBe(460);
    expect(store.index.length).toBe(512);
  });

  test("stays within its memory", () => {
    const out = Int32Array.from({ length: 100_000 }, (_, i) => i);
    for (const parents of [false, true]) {
      for (const maxBytes of [100, 1000, 10_000, 100_000, 300_000]) {
        const store = storeOf(1, { maxBytes, parents, sizes: { ...TINY, chunkWords: 256 } });
        const stopped = store.insert(out, 0, out.length, Int32Array.of(out.length), 0);
        expect(store.full).toBe("memory");
        expect(store.count).toBe(stopped);
        expect(store.bytes).toBeLessThanOrEqual(maxBytes);
        expect(new Set(contentsOf(store)).size).toBe(stopped);
        const arrays = [...store.chunks, ...store.parents, store.index];
        expect(store.bytes).toBe(arrays.reduce((sum, array) => sum + array.byteLength, 0));
      }
    }
  });

  test("a state costs its words and at most 11 bytes of index, once the store has grown", () => {
    const store = storeOf(4);
    const out = new Int32Array(4 * 4096);
    for (let i = 0; i < 1_000_000; ) {
      for (let at = 0; at < out.length; at += 4, i++) out.set([i & 1023, i >>> 10, 0, i & 7], at);
      store.insert(out, 0, out.length, ENDS, 0);
    }
    expect(store.bytes / store.count).toBeLessThan(16 + 11 + 0.5);
  });
});
