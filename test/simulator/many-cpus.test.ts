// SPDX-License-Identifier: MIT
// More CPUs than an integer has bits: masks are then BigInts, and nothing else may change.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bigMasks, intMasks, type MaskPrinter } from "../../src/emit/masks.ts";
import { RUNTIME } from "../../src/emit/printer.ts";
import { counts, draw, flushes, run } from "./drawing.ts";

const DESIGNS = [
  "linux-6.12-x86",
  "linux-6.12-x86-nopcid",
  "luto-2022-intended",
  "x86-last-mmput",
  "x86-no-lazy",
  "x86-shootdown",
];

/** A bit of everything that looks at a mask: flushes by all, by some, by nobody; lazy CPUs; the last exit. */
const MIXED = `
  A           | A2          | idle        | B
              |             | A3          |
  idle        |             |             |
              | flush A 0-2 |             |
              |             | idle        |
              | flush A all freed |       |
  A           |             | A3          | flush B 0-1
              |             | k           |
              |             | use A       |
  flush A 3-9 |             |             | idle
              | A2          | unuse       | B
  exit        | exit        |             |
              |             | A3          |
              |             | exit        |
              |             | flush A all freed |
  B2          | B3          | idle        |
  flush B all |             |             |
              |             | B4          | idle
`;

describe("the same drawing on machines of 4 to 100 CPUs", () => {
  test.each(DESIGNS)("%s", (design) => {
    const small = run(design, draw(MIXED));
    expect(flushes(small).every((cpu) => cpu !== "")).toBe(true);
    for (const cpus of [31, 32, 40, 100]) {
      const large = run(design, draw(MIXED, { cpus }));
      expect(flushes(large).slice(0, 4), `${cpus} CPUs`).toEqual(flushes(small));
      expect(flushes(large).slice(4).join("")).toBe("");
      expect(large.skipped).toEqual(small.skipped);
      // The scan for hazard pointers reads every CPU's line; that is its cost.
      if (design !== "luto-2022-intended") expect(large.counters.tree(), `${cpus} CPUs`).toEqual(small.counters.tree());
    }
  });
});

describe("members beyond the bits of an integer", () => {
  const near = run("linux-6.12-x86", draw(MIXED));

  test.each([
    [0, 32, 33, 39],
    [30, 31, 32, 63],
    [63, 64, 65, 99],
  ])("a drawing on CPUs %i, %i, %i and %i is the same drawing", (...on) => {
    const far = run("linux-6.12-x86", draw(MIXED, { on }));
    expect(on.map((cpu) => flushes(far)[cpu])).toEqual(flushes(near));
    expect(far.counters.tree()).toEqual(near.counters.tree());
  });

  test.each([
    [39, 31, 32, 0],
    [99, 0, 64, 31],
  ])("… on %i, %i, %i and %i it is, too, but for the order in which CPUs are asked", (...on) => {
    const far = run("linux-6.12-x86", draw(MIXED, { cpus: 100, on }));
    expect(on.map((cpu) => flushes(far)[cpu])).toEqual(flushes(near));
    const { transfers: _, ...counted } = near.counters.tree();
    expect(far.counters.tree()).toMatchObject(counted);
  });

  test.each([
    [0, 1],
    [33, 39],
    [70, 99],
  ])("hazard pointers of CPUs %i and %i are found", (...on) => {
    const text = "A | idle\n idle |\n | A\n | exit\n | idle\n | B\n C |";
    const result = run("luto-2022-intended", draw(text, { on }));
    // Dead at tick 4, and let go by the lazy CPU at tick 6.
    expect(counts(result, "pinned_mms.freed", "pinned_mms.total_ticks")).toEqual({
      "pinned_mms.freed": 1,
      "pinned_mms.total_ticks": 2,
    });
  });

  test("a flush reaches each of them", () => {
    const on = [3, 31, 32, 63, 64, 98];
    const text = "A | A2 | A3 | A4 | A5 | B\n | | flush A 0-1";
    const result = run("linux-6.12-x86", draw(text, { cpus: 99, on }));
    expect(on.map((cpu) => flushes(result)[cpu])).toEqual(["1:1", "1:1", "4:1 3:1", "1:1", "1:1", ""]);
    expect(counts(result, "ipis.sent", "ipis.rounds", "invlpg")).toEqual({
      "ipis.sent": 4,
      "ipis.rounds": 1,
      invlpg: 5,
    });
  });

  test("a machine that is full of one process", () => {
    const on = Array.from({ length: 70 }, (_, cpu) => cpu);
    const running = on.map((cpu) => `A${cpu + 1}`).join("|");
    const idle = on.map((cpu) => (cpu % 2 === 1 ? "idle" : "")).join("|");
    const result = run("linux-6.12-x86", draw(`${running}\n${idle}\nflush A all\nflush A all freed`, { on }));
    // Of 69 others 35 are lazy: spared the first flush, sent to init_mm by the second.
    expect(counts(result, "ipis.sent", "ipis.avoided", "ipis.to_lazy", "ipis.rounds")).toEqual({
      "ipis.sent": 34 + 69,
      "ipis.avoided": 35,
      "ipis.to_lazy": 35,
      "ipis.rounds": 2,
    });
    expect(flushes(result)[68]).toBe("1:-1 1:-1");
    expect(flushes(result)[69]).toBe("0:-1");
  });
});

describe("printed masks are sets of CPUs", () => {
  const evaluate = (text: string, a: unknown, b: unknown, c: number): unknown =>
    new Function("a", "b", "c", `${RUNTIME};return ${text};`)(a, b, c);

  function agreesWithSets(masks: MaskPrinter, cpus: number): void {
    const all = Array.from({ length: cpus }, (_, cpu) => cpu);
    const mask = (set: ReadonlySet<number>): unknown =>
      all.reduce(
        (m, cpu) => (set.has(cpu) ? evaluate(masks.add("a", "c"), m, 0, cpu) : m),
        evaluate(masks.zero, 0, 0, 0),
      );
    const members = (m: unknown): number[] => all.filter((cpu) => evaluate(masks.test("a", "c"), m, 0, cpu) === true);
    const set = fc.uniqueArray(fc.integer({ min: 0, max: cpus - 1 })).map((cpus) => new Set(cpus));
    fc.assert(
      fc.property(set, set, fc.integer({ min: 0, max: cpus - 1 }), (x, y, cpu) => {
        const [a, b] = [mask(x), mask(y)];
        const of = (text: string): unknown => evaluate(text, a, b, cpu);
        const sorted = (keep: (cpu: number) => boolean): number[] => all.filter(keep);
        expect(members(a)).toEqual(sorted((i) => x.has(i)));
        expect(members(of(masks.add("a", "c")))).toEqual(sorted((i) => x.has(i) || i === cpu));
        expect(members(of(masks.del("a", "c")))).toEqual(sorted((i) => x.has(i) && i !== cpu));
        expect(members(of(masks.and("a", "b")))).toEqual(sorted((i) => x.has(i) && y.has(i)));
        expect(members(of(masks.or("a", "b")))).toEqual(sorted((i) => x.has(i) || y.has(i)));
        expect(members(of(masks.andnot("a", "b")))).toEqual(sorted((i) => x.has(i) && !y.has(i)));
        expect(of(masks.next("a", "c", cpus))).toBe(all.find((i) => i > cpu && x.has(i)) ?? cpus);
        expect(of(masks.next("a", "-1", cpus))).toBe(all.find((i) => x.has(i)) ?? cpus);
        expect(of(masks.empty("a"))).toBe(x.size === 0);
        expect(of(masks.weight("a"))).toBe(x.size);
        expect(members(of(masks.all("c")))).toEqual(sorted((i) => i < cpu));
        expect(members(of(masks.all(`${cpus}`)))).toEqual(all);
      }),
      { numRuns: 60 },
    );
  }

  test("in 31 bits", () => agreesWithSets(intMasks, 31));
  test("in a BigInt of a few words", () => agreesWithSets(bigMasks, 100));
});
