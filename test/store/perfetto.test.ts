// SPDX-License-Identifier: MIT
// What is drawn for ui.perfetto.dev, and how it is cut into files.
import { describe, expect, test } from "vitest";
import { EventTableBuilder } from "../../src/events/builder.ts";
import { type EventTable, LOST_KIND } from "../../src/events/table.ts";
import type { DrawnPart } from "../../src/store/perfetto/clip.ts";
import type { Instant, Interval } from "../../src/store/perfetto/sources.ts";
import { WireWriter } from "../../src/store/perfetto/wire.ts";
import { MIN_PART_BYTES, writePerfetto } from "../../src/store/perfetto/write.ts";
import { detectContent } from "../../src/traces/detect.ts";
import { decode, fieldsOf, inner, type Slice, slices, utf8, value, write } from "./perfetto-file.ts";

const SWITCH = [
  { name: "prev_comm", type: "text" }, { name: "prev_pid", type: "int" },
  { name: "next_comm", type: "text" }, { name: "next_pid", type: "int" },
] as const; // biome-ignore format: a table
const FLUSH = [
  { name: "pages", type: "int" },
  { name: "reason", type: "int" },
] as const;

class Rows {
  readonly #out = new EventTableBuilder();

  switch(time: number, cpu: number, prev: readonly [string, number], next: readonly [string, number]): this {
    this.#out.text(prev[0]).value(prev[1]).text(next[0]).value(next[1]);
    this.#out.row(this.#out.kind("sched_switch", SWITCH), time, cpu, prev[1], 0);
    return this;
  }

  flush(time: number, cpu: number, pages: number, reason: number): this {
    this.#out.value(pages).value(reason).row(this.#out.kind("tlb_flush", FLUSH), time, cpu, 1, 0);
    return this;
  }

  lost(time: number, cpu: number): this {
    this.#out.value(0).row(this.#out.kind(LOST_KIND, [{ name: "events", type: "int" }]), time, cpu, -1, 0);
    return this;
  }

  table(cpus = 4, secondsPerTick = 1e-6): EventTable {
    return this.#out.finish(cpus, secondsPerTick);
  }
}

const IDLE = ["swapper", 0] as const;
const SH = ["sh", 7] as const;
const CC = ["cc1", 8] as const;

describe("what is drawn", () => {
  test("the running task of each CPU, from the first row on; idle CPUs are blank", () => {
    const table = new Rows()
      .flush(10, 0, 1, 3)
      .switch(20, 1, SH, IDLE)
      .switch(30, 1, IDLE, CC)
      .flush(50, 0, 1, 3)
      .table();
    const [file] = write({ table });
    expect(slices(decode(file!).events)).toEqual([
      { track: "/trace/CPU 1/task", name: "sh 7", start: 10_000, end: 20_000 },
      { track: "/trace/CPU 1/task", name: "cc1 8", start: 30_000, end: 50_000 },
    ]);
  });

  test("nothing between lost events and the next switch", () => {
    const table = new Rows()
      .switch(10, 0, IDLE, SH)
      .lost(20, 0)
      .switch(40, 0, CC, SH)
      .lost(50, 0)
      .lost(60, 1)
      .switch(70, 1, SH, IDLE);
    expect(slices(decode(write({ table: table.table() })[0]!).events)).toEqual([
      { track: "/trace/CPU 0/task", name: "sh 7", start: 10_000, end: 20_000 },
      { track: "/trace/CPU 0/task", name: "sh 7", start: 40_000, end: 50_000 },
    ]);
  });

  test("flushes with reason and pages", () => {
    const table = new Rows().flush(1, 2, -1, 4).flush(2, 3, 33, 1).flush(3, 3, 1, 9).table();
    const { events } = decode(write({ table })[0]!);
    expect(events.map(({ track, type, name, args }) => [track, type, name, args])).toEqual([
      ["/trace/CPU 2/flushes", "instant", "flush: remote IPI send", { reason: 4, pages: "all" }],
      ["/trace/CPU 3/flushes", "instant", "flush: remote shootdown", { reason: 1, pages: 33 }],
      ["/trace/CPU 3/flushes", "instant", "flush: reason 9", { reason: 9, pages: 1 }],
    ]);
  });

  test("mms and lazy intervals of the caller, whatever their ends are", () => {
    const intervals: Interval[] = [
      { cpu: 0, track: "mm", start: 1, end: 5, name: "mm 3" },
      { cpu: 0, track: "lazy", start: 2, end: 100, name: "lazy" },
      { cpu: 0, track: "mm", start: 3, end: 9, name: "mm 4" },
      { cpu: 0, track: "mm", start: 20, end: 30, name: "mm 3" },
    ];
    const table = new Rows().flush(1, 0, 1, 3).flush(25, 0, 1, 3).table();
    expect(slices(decode(write({ table, intervals })[0]!).events)).toEqual([
      { track: "/trace/CPU 0/loaded mm", name: "mm 3", start: 1000, end: 3000 },
      { track: "/trace/CPU 0/loaded mm", name: "mm 4", start: 3000, end: 9000 },
      { track: "/trace/CPU 0/loaded mm", name: "mm 3", start: 20_000, end: 30_000 },
      { track: "/trace/CPU 0/lazy", name: "lazy", start: 2000, end: 100_000 },
    ]);
  });

  test("arrows of IPIs from one sender to two receivers", () => {
    const big = 2 ** 52 + 1;
    const instants: Instant[] = [
      { cpu: 0, time: 5, name: "IPI", flowOut: [1, big] },
      { cpu: 10, time: 6, name: "flush", flowIn: [1] },
      { cpu: 2, time: 7, name: "flush", flowIn: [big], args: { mm: "0xff11" } },
    ];
    const { events } = decode(write({ table: new Rows().table(16), instants })[0]!);
    const sent = new Map(events.flatMap((event) => event.flowOut.map((flow) => [flow, event] as const)));
    const arrows = events.flatMap((to) => to.flowIn.map((flow) => [sent.get(flow)!, to] as const));
    expect(arrows.map(([from, to]) => `${from.track} -> ${to.track}`)).toEqual([
      "/trace/CPU 0/flushes -> /trace/CPU 10/flushes",
      "/trace/CPU 0/flushes -> /trace/CPU 2/flushes",
    ]);
    expect(arrows.every(([from, to]) => from.time < to.time)).toBe(true);
    expect(events.at(-1)?.args).toEqual({ mm: "0xff11" });
  });

  test("arrows between rows: a flush keeps its name, any other row is drawn with all that it says", () => {
    const table = new Rows().flush(1, 0, 5, 4).flush(2, 1, 5, 1).switch(3, 2, SH, CC).flush(4, 3, 5, 1).table();
    const { events } = decode(write({ table, arrows: { from: [0, 0], to: [1, 3] } })[0]!);
    expect(events.filter(({ type }) => type === "instant").map((one) => [one.name, one.flowOut, one.flowIn])).toEqual([
      ["flush: remote IPI send", [1, 2], []],
      ["flush: remote shootdown", [], [1]],
      ["flush: remote shootdown", [], [2]],
    ]);
    const other = new EventTableBuilder();
    other.value(3).row(other.kind("smp_many", [{ name: "mask", type: "int" }]), 1, 0, 7, 0);
    const drawn = decode(write({ table: other.finish(2, 1), arrows: { from: [0], to: [] } })[0]!).events;
    expect([drawn[0]?.track, drawn[0]?.name, drawn[0]?.args]).toEqual([
      "/trace/CPU 0/flushes",
      "smp_many",
      { mask: "3" },
    ]);
  });

  test("what a design would have done has a track of its own", () => {
    const table = new Rows().flush(1, 0, 5, 4).table();
    const instants: Instant[] = [{ cpu: 0, track: "predicted", time: 1, name: "interrupt" }];
    const { events } = decode(write({ table, instants })[0]!);
    expect(events.map(({ track }) => track)).toEqual(["/trace/CPU 0/flushes", "/trace/CPU 0/predicted flushes"]);
  });

  test("at one time, what the table shows comes first", () => {
    const instants: Instant[] = [5, 6].map((time) => ({ cpu: 0, time, name: "IPI" }));
    const { events } = decode(write({ table: new Rows().flush(5, 0, 1, 2).flush(6, 0, 1, 2).table(), instants })[0]!);
    expect(events.map(({ name }) => name)).toEqual(["flush: local", "IPI", "flush: local", "IPI"]);
  });

  test("tracks are in the order of CPUs, and each CPU's in the same order", () => {
    const table = new Rows().switch(1, 10, SH, CC).switch(2, 2, SH, CC).flush(3, 2, 1, 1).table(11);
    const { tracks } = decode(write({ table, title: "my trace" })[0]!);
    expect(tracks.every(({ childOrder }) => childOrder === 3)).toBe(true);
    const children = (parent: string) => tracks.filter((track) => track.parent === parent);
    const names = (parent: string) =>
      children(parent)
        .sort((a, b) => a.rank - b.rank)
        .map(({ name }) => name);
    expect([names(""), names("/my trace")]).toEqual([["my trace"], ["CPU 2", "CPU 10"]]);
    expect(names("/my trace/CPU 2")).toEqual(["task", "flushes"]);
  });

  test("a clock without a unit", () => {
    const { events, tracks } = decode(
      write({ table: new Rows().flush(43_540_017_807, 0, 1, 1).table(1, Number.NaN) })[0]!,
    );
    expect([events[0]?.time, tracks[0]?.name]).toEqual([43_540_017_807, "trace (a nanosecond is a tick of the clock)"]);
  });

  test("it is detected as what it is", () => {
    const content = detectContent(write({ table: new Rows().switch(1, 0, SH, CC).table() })[0]!);
    expect(content).toEqual({ kind: "trace", format: "perfetto" });
  });
});

describe("a part of a trace", () => {
  const table = new Rows()
    .switch(10, 0, IDLE, SH)
    .flush(20, 0, 1, 3)
    .switch(30, 1, IDLE, CC)
    .switch(40, 0, SH, IDLE)
    .switch(50, 0, IDLE, CC)
    .flush(55, 1, 1, 3)
    .table(2);
  const intervals: Interval[] = [
    { cpu: 0, track: "mm", start: 10, end: 22, name: "gone" },
    { cpu: 0, track: "mm", start: 22, end: 60, name: "mm 3" },
    { cpu: 1, track: "lazy", start: 30, end: 33, name: "lazy" },
  ];
  const drawn = (part: Partial<DrawnPart>) => {
    const whole = { from: 0, to: 100, cpus: [1, 1], pids: undefined };
    const { events } = decode(write({ table, intervals, part: { ...whole, ...part } })[0]!);
    const instants = events
      .filter(({ type }) => type === "instant")
      .map(({ track, time }) => `${track} ${time / 1000}`);
    const shown = slices(events).map((one) => `${one.track} ${one.name} ${one.start / 1000}..${one.end / 1000}`);
    return [...shown, ...instants].map((line) => line.replace("/trace/CPU ", "")).sort();
  };

  test("what is open at its ends is cut there", () => {
    expect(drawn({ from: 25, to: 52 })).toEqual([
      "0/loaded mm mm 3 25..52",
      "0/task cc1 8 50..52",
      "0/task sh 7 25..40",
      "1/lazy lazy 30..33",
      "1/task cc1 8 30..52",
    ]);
  });

  test("between two events", () => {
    expect(drawn({ from: 41, to: 45 })).toEqual(["0/loaded mm mm 3 41..45", "1/task cc1 8 41..45"]);
  });

  test("only some CPUs", () => {
    expect(drawn({ cpus: [0, 1] })).toEqual(["1/flushes 55", "1/lazy lazy 30..33", "1/task cc1 8 30..55"]);
  });

  test("only some tasks: what a CPU has loaded is nobody's", () => {
    expect(drawn({ pids: new Set([8]) })).toEqual([
      "0/loaded mm gone 10..22",
      "0/loaded mm mm 3 22..60",
      "0/task cc1 8 50..55",
      "1/lazy lazy 30..33",
      "1/task cc1 8 30..55",
    ]);
  });
});

describe("large exports", () => {
  const COUNT = 4000;
  const rows = new Rows();
  const intervals: Interval[] = [{ cpu: 3, track: "mm", start: 0, end: COUNT * 10, name: "all the time" }];
  for (let i = 0; i < COUNT; i++) {
    rows.switch(
      i * 10,
      i % 3,
      i % 6 < 3 ? IDLE : [`task${i % 40}`, i % 40],
      i % 6 < 3 ? [`task${i % 40}`, 1 + (i % 40)] : IDLE,
    );
    if (i % 7 === 0) intervals.push({ cpu: i % 3, track: "lazy", start: i * 10 + 1, end: i * 10 + 30, name: "lazy" });
  }
  const table = rows.table();
  const whole = decode(write({ table, intervals })[0]!);

  test("are one file unless told otherwise, in pieces", () => {
    const chunks = [...writePerfetto({ table, intervals })];
    expect(new Set(chunks.map(({ part }) => part))).toEqual(new Set([0]));
    expect(chunks.length).toBeGreaterThan(1);
    expect(Math.max(...chunks.map(({ bytes }) => bytes.length))).toBeLessThan(1 << 17);
  });

  test("names are written once", () => {
    const names = new Set(whole.events.map(({ name }) => name));
    const [file] = write({ table, intervals });
    const text = new TextDecoder("latin1").decode(file);
    expect([names.size > 20, text.split("task11 ").length - 1]).toEqual([true, 1]);
    expect(file!.length / whole.events.length).toBeLessThan(30);
  });

  test("split by size into files that are each complete, and together the same slices", () => {
    const files = write({ table, intervals, maxBytes: 10_000 });
    expect(files.length).toBeGreaterThan(5);
    let before = 0;
    const joined = new Map<string, Slice>();
    for (const file of files) {
      expect(file.length).toBeLessThan(10_400);
      const { events } = decode(file);
      const first = Math.min(...events.map(({ time }) => time));
      expect(first).toBeGreaterThanOrEqual(before);
      const cut = slices(events);
      for (const slice of cut) {
        // A slice that goes on in the next file begins there where it was cut.
        const known = [...joined.values()].find(
          (one) =>
            one.track === slice.track && one.name === slice.name && one.end === slice.start && slice.start === first,
        );
        const start = known?.start ?? slice.start;
        joined.set(`${slice.track} ${start}`, { ...slice, start });
      }
      before = Math.max(...events.map(({ time }) => time).filter((time) => time <= COUNT * 10_000));
    }
    const key = (one: Slice) => `${one.track} ${one.start} ${one.end} ${one.name}`;
    expect([...joined.values()].map(key).sort()).toEqual(slices(whole.events).map(key).sort());
  });

  test("a part that is too small to be one is refused", () => {
    expect(() => write({ table, maxBytes: MIN_PART_BYTES - 1 })).toThrow(RangeError);
    expect(write({ table, intervals, maxBytes: MIN_PART_BYTES }).length).toBeGreaterThan(20);
  });
});

describe("times that go back", () => {
  test("are drawn not before what is on the track already", () => {
    const table = new Rows().switch(10, 0, IDLE, SH).switch(5, 0, SH, CC).switch(20, 0, CC, IDLE).table();
    expect(slices(decode(write({ table })[0]!).events)).toEqual([
      { track: "/trace/CPU 0/task", name: "sh 7", start: 10_000, end: 10_000 },
      { track: "/trace/CPU 0/task", name: "cc1 8", start: 10_000, end: 20_000 },
    ]);
  });
});

describe("wire", () => {
  test.each([0, 1, 127, 128, 16_383, 16_384, 2 ** 32, 2 ** 53 - 1, -1, -(2 ** 40)])("%i is read back", (number) => {
    const writer = new WireWriter();
    writer.int(5, number);
    expect(value(fieldsOf(writer.take()), 5)).toBe(number);
  });

  test.each([0, 127, 128, 16_383, 16_384, 70_000])("a message of %i bytes", (length) => {
    const writer = new WireWriter();
    const outer = writer.open(1);
    const message = writer.open(2);
    writer.text(3, "x".repeat(Math.max(0, length)));
    writer.close(message);
    writer.int(4, 9);
    writer.close(outer);
    const read = inner(fieldsOf(writer.take()), 1)[0]!;
    expect([utf8(inner(read, 2)[0]!, 3)?.length, value(read, 4)]).toEqual([length, 9]);
  });
});
