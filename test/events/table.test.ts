// SPDX-License-Identifier: MIT
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventTableBuilder } from "../../src/events/builder.ts";
import { ByteStrings, decodeBytes, Words } from "../../src/events/intern.ts";
import { argIndex, argNumber, argText, argToString, argWord, listAt, wordValue } from "../../src/events/table.ts";

const WORD = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });

describe("event table", () => {
  test("keeps rows, kinds and arguments", () => {
    const builder = new EventTableBuilder();
    const flush = builder.kind("flush_range", [
      { name: "mm", type: "word" },
      { name: "freed", type: "int" },
      { name: "who", type: "text" },
      { name: "ctxs", type: "list" },
    ]);
    const bare = builder.kind("sched_wakeup", []);
    builder.word(0xff11000004855e80n).value(-1).text("sh").list([5n, 0xff11000004855e80n]);
    builder.row(flush, 100, 2, 127, 1);
    builder.row(bare, 101, 3, 0, 0);
    const table = builder.finish(4, 1e-6);

    expect(table.length).toBe(2);
    expect([table.time[1], table.cpu[0], table.pid[0], table.flags[0], table.cpus]).toEqual([101, 2, 127, 1, 4]);
    expect(argWord(table, 0, "mm")).toBe(0xff11000004855e80n);
    expect(argNumber(table, 0, "mm")).toBeUndefined();
    expect(argNumber(table, 0, "freed")).toBe(-1);
    expect(argText(table, 0, "who")).toBe("sh");
    expect(argNumber(table, 1, "freed")).toBeUndefined();
    const kind = table.kinds[table.kind[0]!]!;
    const shown = kind.args.map((_, i) => argToString(table, 0, i));
    expect(shown).toEqual(["0xff11000004855e80", "-1", "sh", `{5,${0xff11000004855e80n}}`]);
    // The same pointer is the same double, wherever it stands.
    const list = listAt(table, table.values[table.args[0]! + argIndex(kind, "ctxs")]!);
    expect(list[1]).toBe(table.values[table.args[0]!]);
  });

  test("discard() takes back arguments that turned out not to be a row", () => {
    const builder = new EventTableBuilder();
    const kind = builder.kind("a", [{ name: "x", type: "int" }]);
    builder.value(1).list([1n, 2n]);
    builder.discard();
    builder.value(7);
    builder.row(kind, 0, 0, 0, 0);
    const table = builder.finish(1, Number.NaN);
    expect([...table.values]).toEqual([7]);
    expect(table.lists.length).toBe(0);
  });

  test("the same name and columns are the same kind, others are not", () => {
    const builder = new EventTableBuilder();
    const word = builder.kind("a", [{ name: "x", type: "word" }]);
    expect(builder.kind("a", [{ name: "x", type: "word" }])).toBe(word);
    expect(builder.kind("a", [{ name: "x", type: "text" }])).not.toBe(word);
  });

  test("what is known first of a pid stays, and what was missing is added", () => {
    const builder = new EventTableBuilder();
    builder.pid(7, "", 5);
    builder.pid(7, "sh", 6);
    builder.pid(7, "bash", -1);
    expect(builder.finish(1, 1).pids).toEqual([{ pid: 7, comm: "sh", tgid: 5 }]);
  });

  test("an unreadable argument is NaN and reads as (fault)", () => {
    const builder = new EventTableBuilder();
    builder.value(Number.NaN).row(builder.kind("a", [{ name: "x", type: "word" }]), 0, 0, 0, 0);
    const table = builder.finish(1, 1);
    expect(argWord(table, 0, "x")).toBeUndefined();
    expect(argToString(table, 0, 0)).toBe("(fault)");
  });

  test("every 64-bit word survives, and equal words are equal doubles", () => {
    fc.assert(
      fc.property(fc.array(WORD, { minLength: 1, maxLength: 50 }), (words) => {
        const builder = new EventTableBuilder();
        const kind = builder.kind("w", [{ name: "x", type: "word" }]);
        for (const word of words) builder.word(word).row(kind, 0, 0, 0, 0);
        const table = builder.finish(1, 1);
        words.forEach((word, row) => {
          expect(wordValue(table, table.values[row]!)).toBe(word);
          expect(table.values[row]).toBe(table.values[words.indexOf(word)]);
        });
      }),
    );
  });

  test("grows beyond its first size", () => {
    const builder = new EventTableBuilder();
    const kind = builder.kind("n", [{ name: "x", type: "int" }]);
    for (let i = 0; i < 20_000; i++) builder.value(i).row(kind, i, i % 4, i, 0);
    const table = builder.finish(4, 1);
    expect(table.length).toBe(20_000);
    expect(argNumber(table, 19_999, "x")).toBe(19_999);
    expect(table.time[19_999]).toBe(19_999);
  });
});

describe("interning", () => {
  test("byte strings: one id each, also after growing", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 40 }), (texts) => {
        const strings = new ByteStrings();
        const ids = texts.map((text) => strings.internString(text));
        texts.forEach((text, i) => {
          expect(ids[i]).toBe(ids[texts.indexOf(text)]);
        });
        expect(strings.count).toBe(new Set(texts).size);
      }),
    );
    const many = new ByteStrings();
    for (let i = 0; i < 5000; i++) expect(many.internString(`task-${i}`)).toBe(i);
    for (let i = 0; i < 5000; i++) expect(many.text(i)).toBe(`task-${i}`);
  });

  test("words: one id each, also after growing", () => {
    const words = new Words();
    for (let i = 0; i < 5000; i++) expect(words.intern(-15_663_104, i * 64)).toBe(i);
    for (let i = 0; i < 5000; i++) expect(words.intern(-15_663_104, i * 64)).toBe(i);
    expect(words.words()[1]).toBe(0xff11000000000040n);
  });

  test("a name that is not UTF-8 is kept byte by byte", () => {
    expect(decodeBytes(Uint8Array.of(0x73, 0xff, 0x68))).toBe("s\u00ffh");
    expect(decodeBytes(new TextEncoder().encode("naïve"))).toBe("naïve");
  });
});
