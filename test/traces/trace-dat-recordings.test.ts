// SPDX-License-Identifier: MIT
// trace.dat of real kernels, held against the text of the same recording, row by row.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decompress } from "fzstd";
import { describe, expect, test } from "vitest";
import { argToString, type EventTable } from "../../src/events/table.ts";
import { openTrace } from "../../src/traces/input/open.ts";
import { buildSchedule } from "../../src/traces/schedule.ts";
import { parse, RECORDINGS } from "./text.ts";

const FORMATS = join(RECORDINGS, "formats");
const TRUTH = join(RECORDINGS, "ground-truth");
const absent = (place: string) => (existsSync(place) ? "" : " (skipped: the recordings beside the project are absent)");

async function open(file: string) {
  const opened = await openTrace(file);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

const unpacked = (file: string) => decompress(readFileSync(file));

/** Texts that the kernel 6.1.192 leaves blank in its own text: the first text of an event that is a tracepoint. */
const BLANK = new Set(["prev_comm", "comm", "filename"]);

/** A row, with its types; without what is in `blank`. */
function shown(table: EventTable, row: number, blank: boolean): string {
  const kind = table.kinds[table.kind[row]!]!;
  const args = kind.args.map(({ name, type }, i) => {
    const value = blank && i < 2 && BLANK.has(name) ? "?" : argToString(table, row, i);
    return `${name}:${type}=${value}`;
  });
  return [table.time[row], table.cpu[row], table.pid[row], table.flags[row], kind.name, ...args].join(" ");
}

const everyRow = (table: EventTable, blank: boolean) =>
  Array.from({ length: table.length }, (_, row) => shown(table, row, blank));

describe.skipIf(!existsSync(TRUTH))(`against the text of the same recording${absent(TRUTH)}`, () => {
  test.each([
    ["x86_64-6.1.0-56-amd64/shoot", 24_579, true],
    ["x86_64-6.12.113/mixed", 12_031, false],
  ] as const)("%s: all rows are the same", async (name, rows, blank) => {
    const binary = await open(join(TRUTH, name, "trace.dat.zst"));
    const text = parse(unpacked(join(TRUTH, name, "trace.txt.zst")));
    expect([binary.format, binary.table.length, binary.damaged, binary.lost.marks]).toEqual([
      "trace.dat",
      rows,
      undefined,
      0,
    ]);
    expect(Object.values(binary.odd).every((count) => count === 0)).toBe(true);
    expect([binary.unparsed, binary.notes]).toEqual([{}, []]);
    expect(everyRow(binary.table, blank)).toEqual(everyRow(text.table, blank));
    expect(binary.table.cpus).toBe(text.table.cpus);
    expect(binary.table.secondsPerTick).toEqual(text.table.secondsPerTick);
    // The text has thread groups, trace.dat has none.
    const names = (table: EventTable) => table.pids.map(({ pid, comm }) => `${pid} ${comm}`);
    expect(names(binary.table)).toEqual(names(text.table));
    expect(binary.table.pids.every(({ tgid }) => tgid === -1)).toBe(true);
  });

  test("what the text of 6.1.192 leaves blank is there", async () => {
    const directory = join(TRUTH, "x86_64-6.1.0-56-amd64/shoot");
    const binary = everyRow((await open(join(directory, "trace.dat.zst"))).table, false);
    const text = everyRow(parse(unpacked(join(directory, "trace.txt.zst"))).table, false);
    const differ = binary.filter((row, i) => row !== text[i]);
    expect(differ.length).toBe(3924);
    for (const row of differ) expect(row).toMatch(/ (?:prev_comm|comm|filename):text=\S/);
    const [at] = differ.map((row) => binary.indexOf(row));
    expect(text[at!]).toMatch(/ comm:text= /);
  });

  test("and its schedule is the text's", async () => {
    const directory = join(TRUTH, "x86_64-6.12.113/mixed");
    const [binary, text] = [join(directory, "trace.dat.zst"), join(directory, "trace.txt.zst")].map(open);
    const [a, b] = [buildSchedule(await binary!), buildSchedule(await text!)];
    if (!a.ok || !b.ok) throw new Error("no schedule");
    expect(a.value.schedule).toEqual(b.value.schedule);
  });
});

/** What the kernel's statistics of each CPU, which trace-cmd saves, say was recorded. */
function recorded(bytes: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(bytes);
  let sum = 0;
  for (const [, entries, read] of text.matchAll(/^entries: (\d+)\n(?:.*\n)*?read events: (\d+)$/gm)) {
    sum += Number(entries) + Number(read);
  }
  return sum;
}

describe.skipIf(!existsSync(FORMATS))(`other recordings of trace-cmd${absent(FORMATS)}`, () => {
  test.each([
    ["qemu8/v6.dat", "6", 44_964, 8, "mono"],
    ["qemu8/v7.dat", "7", 47_073, 8, "global"],
    ["qemu8/v7nc.dat", "7", 46_074, 8, "global"],
    ["qemu16/v7.dat", "7", 20_404, 16, "global"],
  ] as const)("%s", async (file, version, rows, cpus, clock) => {
    const trace = await open(join(FORMATS, file));
    expect(trace.damaged).toBeUndefined();
    expect(trace.banner).toMatchObject({ version, cpus, clock, machine: "x86_64" });
    expect([trace.table.length, trace.table.cpus, trace.table.secondsPerTick]).toEqual([rows, cpus, 1e-9]);
    expect([Object.values(trace.odd).filter((count) => count > 0), trace.unparsed]).toEqual([[], {}]);
    // Another run than the texts beside it; but the kernel counted what it recorded.
    expect(trace.table.length + trace.lost.events).toBe(recorded(readFileSync(join(FORMATS, file))));
    const built = buildSchedule(trace);
    expect(built.ok && built.value.inferred.doubts.missingSwitches).toBe(0);
  });
});
