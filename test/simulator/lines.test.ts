// SPDX-License-Identifier: MIT
// The cache-line directory: who had the line before decides what an access costs.
import { describe, expect, test } from "vitest";
import { LineDirectory } from "../../src/simulator/lines.ts";

const KIND: { readonly [letter: string]: number } = { r: 0, w: 1, a: 2 };

/** "r0 w1 a1": reads, writes and atomics by CPU. Which of them had to fetch the line? */
function transfers(accesses: string, directory = new LineDirectory(1, 4)): string {
  return accesses
    .split(" ")
    .filter((access) => {
      const before = directory.counts[0]!.transfers;
      directory.touch(0, 0, Number(access[1]), KIND[access[0]!]!);
      return directory.counts[0]!.transfers > before;
    })
    .join(" ");
}

describe("accesses that fetch the line", () => {
  const cases: [why: string, accesses: string, fetched: string][] = [
    ["the first touch is free, whatever it is", "r0", ""],
    ["… a write", "w0", ""],
    ["… an atomic", "a3", ""],
    ["its owner has it", "w0 r0 w0 a0 r0", ""],
    ["who only read a line first may write it", "r0 w0 r0", ""],
    ["each reader fetches it once", "w0 r1 r2 r1 r2 r0", "r1 r2"],
    ["a write to a shared line takes it from all", "w0 r1 r2 w0 r1 r2 r0", "r1 r2 w0 r1 r2"],
    ["a reader that writes has to ask, too", "w0 r1 w1 w1 r1", "r1 w1"],
    ["the old owner lost it to a write", "w0 w1 r0", "w1 r0"],
    ["writes ping-pong", "w0 w1 w0 w1", "w1 w0 w1"],
    ["an atomic is a write", "a0 a1 a0 r1 a0", "a1 a0 r1 a0"],
    ["reads after reads only", "r0 r1 r0 r1", "r1"],
  ];
  test.each(cases)("%s", (_, accesses, fetched) => {
    expect(transfers(accesses)).toBe(fetched);
  });
});

test("each kind of access is counted, whether it fetches the line or not", () => {
  const directory = new LineDirectory(1, 4);
  transfers("r0 r1 r1 w1 w2 a2", directory);
  expect(directory.counts).toEqual([{ reads: 3, writes: 2, atomics: 1, transfers: 3 }]);
});

test("objects are on lines of their own", () => {
  const directory = new LineDirectory(1, 2);
  directory.touch(0, 7, 0, KIND.w!);
  directory.touch(0, 8, 1, KIND.w!);
  directory.touch(0, 7, 0, KIND.w!);
  expect(directory.counts[0]!.transfers).toBe(0);
  directory.touch(0, 8, 0, KIND.r!);
  expect(directory.counts[0]!.transfers).toBe(1);
});

test("classes are counted apart, and the same object of another class is another line", () => {
  const directory = new LineDirectory(2, 2);
  directory.touch(0, 0, 0, KIND.w!);
  directory.touch(1, 0, 1, KIND.w!);
  directory.touch(0, 0, 1, KIND.a!);
  expect(directory.counts).toEqual([
    { reads: 0, writes: 1, atomics: 1, transfers: 1 },
    { reads: 0, writes: 1, atomics: 0, transfers: 0 },
  ]);
});

test("a machine of many CPUs: all that shared the line lose it", () => {
  const directory = new LineDirectory(1, 100);
  for (let cpu = 0; cpu < 100; cpu++) directory.touch(0, 0, cpu, KIND.r!);
  expect(directory.counts[0]!.transfers).toBe(99);
  directory.touch(0, 0, 99, KIND.w!);
  for (let cpu = 0; cpu < 100; cpu++) directory.touch(0, 0, cpu, KIND.r!);
  expect(directory.counts[0]!.transfers).toBe(99 + 1 + 99);
});
