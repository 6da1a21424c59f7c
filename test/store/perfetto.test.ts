// SPDX-License-Identifier: MIT
// What is exported is read back with the decoder of the trace reader, which shares no code with the writer.
import { describe, expect, test } from "vitest";
import { EventTableBuilder } from "../../src/events/builder.ts";
import { type EventTable, LOST_KIND } from "../../src/events/table.ts";
import type { Instant, Interval } from "../../src/store/perfetto/sources.ts";
import { WireWriter } from "../../src/store/perfetto/wire.ts";
import { MIN_PART_BYTES, type PerfettoInput, writePerfetto } from "../../src/store/perfetto/write.ts";
import { detectContent } from "../../src/traces/detect.ts";
import { PacketStream } from "../../src/traces/perfetto/packets.ts";
import { Cursor } from "../../src/traces/perfetto/wire.ts";

interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const cursor = new Cursor().open(bytes, 0, bytes.length);
  const fields: Field[] = [];
  while (cursor.next()) {
    const isRange = cursor.wire === 2;
    const content = isRange ? bytes.slice(cursor.from, cursor.to) : new Uint8Array(0);
    fields.push({ number: cursor.field, value: isRange ? Number.NaN : cursor.signed(), bytes: content });
  }
  expect(cursor.broken).toBe(false);
  return fields;
}

const all = (fields: readonly Field[], number: number) => fields.filter((field) => field.number === number);
const value = (fields: readonly Field[], number: number) => all(fields, number)[0]?.value;
const inner = (fields: readonly Field[], number: number) => all(fields, number).map(({ bytes }) => fieldsOf(bytes));
const utf8 = (fields: readonly Field[], number: number) => {
  const found = all(fields, number)[0];
  return found && new TextDecoder().decode(found.bytes);
};

interface Track {
  readonly name: string;
  readonly parent: string;
  readonly rank: number;
  readonly childOrder: number;
}

interface DrawnEvent {
  readonly track: string;
  readonly type: "begin" | "end" | "instant";
  readonly time: number;
  readonly name: string;
  readonly flowOut: readonly number[];
  readonly flowIn: readonly number[];
  readonly args: Readonly<Record<string, string | number>>;
}

/** One file, decoded: names and tracks must be known before they are used. */
function decode(bytes: Uint8Array): { tracks: Track[]; events: DrawnEvent[]; packets: number } {
  const tracks = new Map<number, Track & { path: string }>();
  const names = new Map<number, string>();
  const events: DrawnEvent[] = [];
  let packets = 0;
  const stream = new PacketStream((chunk, from, to) => {
    const packet = fieldsOf(chunk.slice(from, to));
    expect(value(packet, 13)! & 1, "only the first packet clears the names").toBe(packets++ === 0 ? 1 : 0);
    for (const interned of inner(packet, 12)) {
      for (const name of inner(interned, 2)) {
        expect(names.has(value(name, 1)!)).toBe(false);
        names.set(value(name, 1)!, utf8(name, 2)!);
      }
    }
    for (const track of inner(packet, 60)) {
      const parent = value(track, 5);
      expect(parent === undefined || tracks.has(parent)).toBe(true);
      const name = utf8(track, 2)!;
      const above = parent === undefined ? "" : tracks.get(parent)!.path;
      tracks.set(value(track, 1)!, {
        name, parent: above, rank: value(track, 12)!, childOrder: value(track, 11)!, path: `${above}/${name}`,
      }); // biome-ignore format: a table
    }
    for (const event of inner(packet, 11)) {
      const id = value(event, 10);
      const entries = inner(event, 4).map((one) => [utf8(one, 10)!, utf8(one, 6) ?? value(one, 4)!] as const);
      events.push({
        track: tracks.get(value(event, 11)!)!.path,
        type: (["begin", "end", "instant"] as const)[value(event, 9)! - 1]!,
        time: value(packet, 8)!,
        name: id === undefined ? (utf8(event, 23) ?? "") : names.get(id)!,
        flowOut: all(event, 47).map((flow) => flow.value),
        flowIn: all(event, 48).map((flow) => flow.value),
        args: Object.fromEntries(entries),
      });
    }
  });
  stream.push(bytes);
  stream.end();
  expect(stream.damaged).toBeUndefined();
  return { tracks: [...tracks.values()], events, packets };
}

/** The files of an export. */
function write(input: PerfettoInput): Uint8Array[] {
  const parts: number[][] = [];
  for (const { part, bytes } of writePerfetto(input)) {
    parts[part] ??= [];
    for (const byte of bytes) parts[part].push(byte);
  }
  return parts.map((part) => Uint8Array.from(part));
}

interface Slice {
  readonly track: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Slices of a file; each begin has an end, none overlap, and no time of a track goes back. */
function slices(events: readonly DrawnEvent[]): Slice[] {
  const open = new Map<string, DrawnEvent>();
  const last = new Map<string, number>();
  const found: Slice[] = [];
  for (const event of events) {
    expect(event.time).toBeGreaterThanOrEqual(last.get(event.track) ?? 0);
    last.set(event.track, event.time);
    if (event.type === "begin") {
      expect(open.has(event.track)).toBe(false);
      open.set(event.track, event);
    } else if (event.type === "end") {
      const start = open.get(event.track)!;
      expect(open.delete(event.track)).toBe(true);
      found.push({ track: event.track, name: start.name, start: start.time, end: event.time });
    }
  }
  expect([...open.keys()]).toEqual([]);
  return found;
}

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
