// SPDX-License-Identifier: MIT
// trace.dat that is cut off, broken or made to be a burden: what is readable is read, and nothing ever throws.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventTable } from "../../src/events/table.ts";
import { showAll } from "./text.ts";
import { event, format, LAYOUT, Out, page, read, record, writeDat } from "./trace-dat.ts";
import { sample } from "./trace-dat-sample.ts";

const SMALL = { ...LAYOUT, pageSize: 1024 };
const SAMPLES = [
  sample(SMALL),
  sample({ ...SMALL, version: 7 }),
  sample({ ...SMALL, version: 7, codec: "zlib" }),
  sample({ ...SMALL, version: 7, codec: "zstd" }),
  sample({ ...SMALL, little: false, version: 7, codec: "zlib" }),
];

/** What must hold of any table, however it came about. */
function checkTable(table: EventTable, fileBytes: number): void {
  expect(table.length).toBeLessThanOrEqual(fileBytes);
  // Reads every value of every row: an index that leads nowhere would show.
  expect(showAll(table).every((row) => !row.includes("undefined"))).toBe(true);
  expect(table.time.every((time) => time >= 0)).toBe(true);
  expect(table.cpu.every((cpu) => cpu >= 0 && cpu < table.cpus)).toBe(true);
}

describe("a file that is cut off", () => {
  test.each(SAMPLES.map((bytes, i) => [i, bytes] as const))("anywhere (%d)", async (_, bytes) => {
    const whole = showAll((await read(bytes)).table);
    expect(whole.length).toBe(40);
    let rows = 0;
    for (let length = 0; length < bytes.length; length += 37) {
      const trace = await read(bytes.subarray(0, length));
      expect(trace.damaged, `${length}`).toBeDefined();
      expect(trace.damaged!.at).toBeLessThanOrEqual(length);
      checkTable(trace.table, length);
      rows = Math.max(rows, trace.table.length);
    }
    // Version 7 has its index at the end: without it, nothing can be found.
    if (bytes === SAMPLES[0]) expect(rows).toBeGreaterThan(30);
  });

  test("the whole pages before the cut are read", async () => {
    const bytes = SAMPLES[0]!;
    const trace = await read(bytes.subarray(0, bytes.length - 100));
    expect(trace.table.length).toBe(33);
    expect(trace.damaged?.reason).toMatch(/ends early|cut off/);
  });
});

describe("a file that makes no sense", () => {
  const patched = (bytes: Uint8Array, at: number, values: readonly number[]) => {
    const copy = Uint8Array.from(bytes);
    copy.set(values, at);
    return copy;
  };
  const at = (bytes: Uint8Array, text: string) => new TextDecoder("latin1").decode(bytes).indexOf(text);

  test.each([
    ["empty", new Uint8Array(0), /no trace\.dat/],
    ["another version", patched(SAMPLES[0]!, 10, [0x38]), /version 6 or 7/],
    ["no header_page", patched(SAMPLES[0]!, 18, [0x58]), /header_page/],
    ["a length of 2^56", patched(SAMPLES[0]!, 18 + 12 + 7, [1]), /ends early/],
    ["a codec that nobody has", patched(SAMPLES[2]!, at(SAMPLES[2]!, "zlib\0"), [0x79]), /"ylib"/],
    [
      "a page of 3 bytes",
      writeDat({ ...SMALL, pageSize: 3 * 341 }, { formats: {}, cpus: [[]] }),
      /pages of 1023 bytes/,
    ],
  ])("%s", async (_, bytes, reason) => {
    const trace = await read(bytes);
    expect(trace.damaged?.reason).toMatch(reason);
    expect(trace.table.length).toBe(0);
  });

  test("a chain of options that bites its tail", async () => {
    const out = new Out(true).text("\x17\x08\x44tracing7\0").number(0, 1).number(8, 1).number(4096, 4);
    out.text("none\0\0");
    const first = out.bytes.length + 8;
    out.number(first, 8).number(0, 8).number(14, 8).number(0, 2).number(8, 4).number(first, 8);
    expect((await read(Uint8Array.from(out.bytes))).damaged?.reason).toMatch(/never ends/);
  });

  test("one place of the file as the data of many CPUs is read once", async () => {
    const bytes = sample(SMALL, 8);
    const table = at(bytes, "flyrecord\0") + 10;
    const first = bytes.subarray(table, table + 8);
    const size = new Out(true).number(bytes.length, 8).bytes;
    let copy = bytes;
    for (let cpu = 0; cpu < 8; cpu++)
      copy = patched(patched(copy, table + 16 * cpu, [...first]), table + 16 * cpu + 8, size);
    const trace = await read(copy);
    expect(trace.damaged).toBeDefined();
    expect(trace.table.length).toBeLessThanOrEqual(8 * 20);
  });

  test("what claims to grow beyond reason is not begun", async () => {
    const bytes = SAMPLES[3]!;
    // The first compressed chunk of the first CPU: its size is behind the count and the size it has in the file.
    const chunk = at(bytes, "comm[16]");
    expect(chunk).toBeGreaterThan(0);
    let seen = 0;
    for (let place = 0; place + 4 <= bytes.length; place++) {
      if (bytes[place] !== 0x28 || bytes[place + 1] !== 0xb5 || bytes[place + 2] !== 0x2f) continue;
      const trace = await read(patched(bytes, place - 4, [0xff, 0xff, 0xff, 0x7f]));
      expect(trace.damaged?.reason).toMatch(/claim to be 2147483647/);
      seen++;
    }
    expect(seen).toBeGreaterThan(8);
  });

  test("a print fmt without end, brackets without end", async () => {
    for (const print of [
      `"a=%d", ${"(".repeat(50_000)}`,
      `"a=%d", ${"1+".repeat(50_000)}1`,
      `"${"%d".repeat(40_000)}`,
      `"a=${" ".repeat(120_000)}b", 1`,
      `"${"a=%d ".repeat(24_000)}", ${"REC->a, ".repeat(5)}1`,
    ]) {
      const text = format("e", 9, ["int a;4;1"], print);
      const cpus = [
        page(LAYOUT, 1, [
          event(
            LAYOUT,
            1,
            record(LAYOUT, 9, 1, (out) => out.number(5, 4)),
          ),
        ]),
      ];
      expect(showAll((await read(writeDat(LAYOUT, { formats: { t: [text] }, cpus }))).table)).toEqual(["e a=5"]);
    }
  });
});

test("a page that says that events were lost, and holds none", async () => {
  const trace = await read(writeDat(SMALL, { formats: {}, cpus: [page(SMALL, 5, [], 7)] }));
  expect([trace.table.length, trace.table.time[0], trace.lost]).toEqual([1, 0, { marks: 1, events: 7 }]);
});

describe("any damage", () => {
  /** Flips bits, writes numbers that are extreme, moves pieces, cuts. */
  const damage = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("flip" as const), at: fc.nat(), bit: fc.nat(7) }),
      fc.record({ kind: fc.constant("set" as const), at: fc.nat(), bit: fc.constantFrom(0, 0x7f, 0x80, 0xff) }),
      fc.record({ kind: fc.constant("copy" as const), at: fc.nat(), bit: fc.nat() }),
      fc.record({ kind: fc.constant("cut" as const), at: fc.nat(), bit: fc.nat(40) }),
    ),
    { minLength: 1, maxLength: 12 },
  );

  test("gives a table that holds together, and never throws", async () => {
    let readable = 0;
    const cases = fc.asyncProperty(fc.nat(SAMPLES.length - 1), damage, async (which, steps) => {
      let bytes: Uint8Array = Uint8Array.from(SAMPLES[which]!);
      for (const { kind, at, bit } of steps) {
        const place = at % bytes.length;
        if (kind === "flip") bytes[place]! ^= 1 << bit;
        else if (kind === "set") bytes.fill(bit, place, place + 1 + (at % 8));
        else if (kind === "copy") bytes.copyWithin(place, bit % bytes.length, (bit % bytes.length) + 64);
        else if (bit === 0) bytes = bytes.slice(0, Math.max(1, place));
      }
      const trace = await read(bytes);
      checkTable(trace.table, bytes.length * 8);
      if (trace.table.length > 0) readable++;
    });
    await fc.assert(cases, { numRuns: 2000 });
    // Most damage leaves something: else nothing was tested but the first check.
    expect(readable).toBeGreaterThan(500);
  });
});
