// SPDX-License-Identifier: MIT
// What is exported for ui.perfetto.dev, read back with the decoder of the trace reader, which shares no code with the
// writer.
import { expect } from "vitest";
import { type PerfettoInput, writePerfetto } from "../../src/store/perfetto/write.ts";
import { PacketStream } from "../../src/traces/perfetto/packets.ts";
import { Cursor } from "../../src/traces/perfetto/wire.ts";

interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

export function fieldsOf(bytes: Uint8Array): Field[] {
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
export const value = (fields: readonly Field[], number: number) => all(fields, number)[0]?.value;
export const inner = (fields: readonly Field[], number: number) =>
  all(fields, number).map(({ bytes }) => fieldsOf(bytes));
export const utf8 = (fields: readonly Field[], number: number) => {
  const found = all(fields, number)[0];
  return found && new TextDecoder().decode(found.bytes);
};

interface Track {
  readonly name: string;
  readonly parent: string;
  readonly rank: number;
  readonly childOrder: number;
}

export interface DrawnEvent {
  readonly track: string;
  readonly type: "begin" | "end" | "instant";
  readonly time: number;
  readonly name: string;
  readonly flowOut: readonly number[];
  readonly flowIn: readonly number[];
  readonly args: Readonly<Record<string, string | number>>;
}

/** One file, decoded: names and tracks must be known before they are used. */
export function decode(bytes: Uint8Array): { tracks: Track[]; events: DrawnEvent[]; packets: number } {
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
export function write(input: PerfettoInput): Uint8Array[] {
  const parts: number[][] = [];
  for (const { part, bytes } of writePerfetto(input)) {
    parts[part] ??= [];
    for (const byte of bytes) parts[part].push(byte);
  }
  return parts.map((part) => Uint8Array.from(part));
}

export interface Slice {
  readonly track: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Slices of a file; each begin has an end, none overlap, and no time of a track goes back. */
export function slices(events: readonly DrawnEvent[]): Slice[] {
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
