// SPDX-License-Identifier: MIT
// How well a prediction fits: the fast common subsequence against the plain one, and what the rate is a rate of.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agreement, commonLength, type FlushSequence } from "../../src/simulator/agreement.ts";

type Flush = readonly [reason: number, pages: number];

const sequence = (flushes: readonly Flush[]): FlushSequence => ({
  reason: flushes.map(([reason]) => reason),
  pages: flushes.map(([, pages]) => pages),
});
/** "a b a": letters stand for flushes that differ in pages only. */
const letters = (text: string): FlushSequence => sequence([...text].map((c) => [0, c.charCodeAt(0)]));

/** The textbook's table. */
function plainCommonLength(a: readonly Flush[], b: readonly Flush[]): number {
  let above = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const row = [0];
    b.forEach((y, j) => {
      row.push(x[0] === y[0] && x[1] === y[1] ? above[j]! + 1 : Math.max(row[j]!, above[j + 1]!));
    });
    above = row;
  }
  return above[b.length]!;
}

const flush = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom(-1, 0, 1));
const short = fc.array(flush, { maxLength: 12 });
const long = fc.array(flush, { minLength: 30, maxLength: 60 });

function agreesWithPlain(a: readonly Flush[], b: readonly Flush[]): void {
  const common = commonLength(sequence(a), sequence(b));
  expect(common).toBe(plainCommonLength(a, b));
  expect(commonLength(sequence(b), sequence(a))).toBe(common);
}

describe("commonLength", () => {
  test("is that of the textbook", () => {
    fc.assert(fc.property(short, short, agreesWithPlain), { numRuns: 2000 });
  });

  test("… for very unequal lengths", () => {
    fc.assert(fc.property(short, long, agreesWithPlain), { numRuns: 300 });
  });

  test("… for a recording and a prediction that is nearly it", () => {
    const edits = fc.array(fc.tuple(fc.nat({ max: 59 }), fc.nat({ max: 2 }), flush), { maxLength: 6 });
    fc.assert(
      fc.property(long, edits, (a, changes) => {
        const b = [...a];
        for (const [at, removed, inserted] of changes) b.splice(at, removed, inserted);
        agreesWithPlain(a, b);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["", "", 0],
    ["", "abc", 0],
    ["abc", "", 0],
    ["abc", "abc", 3],
    ["aaaa", "bbb", 0],
    ["a", "bbbbbbbbbb", 0],
    ["a", "bbbbabbbbb", 1],
    ["ab", "ba", 1],
    ["abcabba", "cbabac", 4],
  ])("%j and %j have %i in common", (a, b, common) => {
    expect(commonLength(letters(a), letters(b))).toBe(common);
    expect(commonLength(letters(b), letters(a))).toBe(common);
  });

  test("reason and pages must both be the same", () => {
    const a = sequence([[3, 1]]);
    expect(commonLength(a, sequence([[3, 1]]))).toBe(1);
    expect(commonLength(a, sequence([[3, 2]]))).toBe(0);
    expect(commonLength(a, sequence([[2, 1]]))).toBe(0);
    expect(commonLength(a, sequence([[1, 3]]))).toBe(0);
  });
});

describe("the rate", () => {
  test("is of the longer side, CPU by CPU", () => {
    const result = agreement([letters("abcd"), letters("a")], [letters("abd"), letters("aaaa")]);
    // 3 of 4 on one CPU, 1 of 4 on the other: 4 of 8, although both sides have almost as many in all.
    expect(result).toEqual({ recorded: 5, predicted: 7, matched: 4, rate: 0.5 });
  });

  test("flushes on the wrong CPU do not count", () => {
    expect(agreement([letters("ab"), letters("")], [letters(""), letters("ab")])).toMatchObject({
      matched: 0,
      rate: 0,
    });
  });

  test("a CPU without a prediction matches nothing", () => {
    expect(agreement([letters("ab"), letters("cd")], [letters("ab")])).toEqual({
      recorded: 4,
      predicted: 2,
      matched: 2,
      rate: 0.5,
    });
  });

  test("two empty traces agree in full; with one of them empty, nothing agrees", () => {
    expect(agreement([letters("")], [letters("")]).rate).toBe(1);
    expect(agreement([], []).rate).toBe(1);
    expect(agreement([letters("")], [letters("ab")])).toMatchObject({ predicted: 2, rate: 0 });
  });

  test("a CPU that only the prediction has counts against it", () => {
    expect(agreement([letters("ab")], [letters("ab"), letters("cd")])).toMatchObject({ predicted: 4, rate: 0.5 });
  });
});
