// SPDX-License-Identifier: MIT
// armv8 beyond the shapes of armv8.test.ts: coherence, atomicity, load-linked pairs, limits, and what it has in common
// with the other models.
import { describe, expect, test } from "vitest";
import { armv8 } from "../../model/hw/memory/armv8.ts";
import { sc } from "../../model/hw/memory/sc.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { allBut, everything, outcomes } from "./armv8-outcomes.ts";
import { F, type Op, programOf, R, swap, type Threads, W } from "./armv8-shapes.ts";
import { explore } from "./explore.ts";

const [x, y, z] = [0, 1, 2];
const dmb = F("mb");
const writes = (...between: Op[]): Op[] => [W(x, 1), ...between, W(y, 1)];
const readers = (a: Op[], b: Op[]): Threads => [[W(x, 1)], [W(y, 1)], a, b];

describe("coherence", () => {
  test.each<[string, Threads, string[], string[]]>([
    ["CoRR", [[W(x, 1)], [R(x, 0), R(x, 1)]], ["1:r0", "1:r1"], allBut(2, "1 0")],
    ["CoWW", [[W(x, 1), W(x, 2)]], ["x"], ["2"]],
    ["CoRW", [[R(x, 0), W(x, 1)]], ["0:r0", "x"], ["0 1"]],
    ["CoRW2", [[R(x, 0), W(x, 1)], [W(x, 2)]], ["0:r0", "x"], ["0 1", "0 2", "2 1"]],
    ["CoWR", [[W(x, 1), R(x, 0)], [W(x, 2)]], ["0:r0", "x"], ["1 1", "1 2", "2 2"]],
    ["two swaps", [[swap(x, 1, 0, "relaxed")], [swap(x, 2, 0, "relaxed")]], ["0:r0", "1:r0", "x"], ["0 1 2", "2 0 1"]],
    ["a swap, a store", [[swap(x, 1, 0, "relaxed")], [W(x, 2)]], ["0:r0", "x"], ["0 2", "2 1"]],
  ])("%s", (_, threads, observe, expected) => expect(outcomes(threads, observe)).toEqual(expected));
});

const pair = (value: number): Op[] => [R(x, 0, { ll: true }), { op: "SC", loc: x, value, reg: 1 }];

describe("load-linked pairs", () => {
  test("a pair may fail, and then stores nothing", () =>
    expect(outcomes([pair(1)], ["0:r0", "0:r1", "x"])).toEqual(["0 0 1", "0 1 0"]));
  test("of two that read the same, one succeeds at most", () =>
    expect(outcomes([pair(1), pair(2)], ["0:r0", "0:r1", "1:r0", "1:r1"]).filter((o) => o === "0 0 0 0")).toEqual([]));
  test("nobody's store comes between the halves", () =>
    expect(outcomes([pair(1), [W(x, 2)]], ["0:r0", "0:r1", "x"])).toEqual(["0 0 2", "0 1 2", "2 0 1", "2 1 2"]));
  test("the status orders nothing", () =>
    expect(
      outcomes(
        [
          writes(dmb),
          [R(y, 0), R(z, 1, { ll: true }), { op: "SC", loc: z, value: 1, reg: 2, data: 0 }, R(x, 3, { addr: 2 })],
        ],
        ["1:r0", "1:r2", "1:r3"],
      ),
    ).toContain("1 0 0"));
  test("an own store between the halves is a limit", () => {
    const threads: Threads = [[R(x, 0, { ll: true }), W(x, 2), { op: "SC", loc: x, value: 1, reg: 1 }], [R(x, 0)]];
    const { limits } = explore(programOf(threads), armv8);
    expect([...limits].join()).toContain("between the halves");
  });
});

describe("a full memory order is a limit, never a verdict", () => {
  const threads: Threads = [[W(x, 1), W(x, 2), W(x, 3)], [R(x, 0)]];
  test.each([
    [2, true],
    [3, false],
  ])("room for %i", (depth, full) => {
    const { limits } = explore(programOf(threads), armv8, depth);
    expect([...limits].some((text) => text.includes("room for"))).toBe(full);
  });
});

const withBarriers = (threads: Threads): Threads => threads.map((ops) => ops.flatMap((op) => [op, dmb]));

describe("between the models", () => {
  const shapes: Threads[] = [
    [writes(), [R(y, 0), R(x, 1)]],
    [
      [W(x, 1), R(y, 0)],
      [W(y, 1), R(x, 0)],
    ],
    [
      [R(x, 0), W(y, 1)],
      [R(y, 0), W(x, 1)],
    ],
    [
      [W(x, 2), W(y, 1)],
      [W(y, 2), W(x, 1)],
    ],
    [
      [W(x, 2), W(y, 1)],
      [R(y, 0), W(x, 1)],
    ],
    readers([R(x, 0), R(y, 1)], [R(y, 0), R(x, 1)]),
  ];
  test("a barrier after every access is sequential consistency", () => {
    for (const threads of shapes.map(withBarriers))
      expect(outcomes(threads, everything(threads))).toEqual(outcomes(threads, everything(threads), { model: sc }));
  });
  test("armv8 has all that x86_tso has, and x86_tso all that sc has", () => {
    for (const threads of shapes) {
      const [arm, tso, plain] = [armv8, x86_tso, sc].map((model) => outcomes(threads, everything(threads), { model }));
      expect(arm).toEqual(expect.arrayContaining(tso ?? []));
      expect(tso).toEqual(expect.arrayContaining(plain ?? []));
    }
  });
  test("nobody can tell that old stores leave the memory order", () => {
    for (const threads of shapes)
      expect(outcomes(threads, everything(threads), { fold: false })).toEqual(outcomes(threads, everything(threads)));
  });
});
