// SPDX-License-Identifier: MIT
// Broken input: whatever the bytes are, a reader ends, does not throw, and gives a table that holds together.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { argToString, type EventTable } from "../../src/events/table.ts";
import { detectContent } from "../../src/traces/detect.ts";
import { STREAM_READERS } from "../../src/traces/formats.ts";
import type { TraceFormat } from "../../src/traces/parsed.ts";
import { buildSchedule } from "../../src/traces/schedule.ts";
import { asPerfScript } from "./perf-text.ts";
import { line } from "./text.ts";

const RUNS = 700;
const switchTo = (prev: number, next: number, time: number) =>
  line("a b", prev, 1, time, `sched_switch: prev_comm=a b prev_pid=${prev} prev_prio=120 prev_state=R+ ==> ` +
    `next_comm=c next_pid=${next} next_prio=9`); // biome-ignore format: a table
const FTRACE =
  "# tracer: nop\n#\n" +
  switchTo(3, 4, 1) +
  line("c", 4, 1, 2, "switch_mm: (f+0x0/0x10) next=0xff11000100a0b2c0 npid=3 ctxs={1,0x2}") +
  "CPU:1 [LOST 12 EVENTS]\n" +
  switchTo(4, 3, 3) +
  line("c", 4, 1, 4, "tlb_flush: pages:-1 reason:remote (4)");
const PERF =
  "sh 10/10 [001] 0.000000: PERF_RECORD_FORK(10:11):(10:10)\n" +
  "sh 10/10 [001] 1.000001: PERF_RECORD_COMM exec: ls:10/10\n\tffffffff81a0f3c1 f+0x1 (k)\n\n" +
  asPerfScript(FTRACE, "     1 ");
const REPORT =
  "version = 6\ncpus=4\n  buf: " +
  FTRACE.split("\n").slice(2, -1).join("\n  buf: ").replace("prev_state=R+", "prev_state=256") +
  "\nother.dat: x\n";
const PAGE =
  `<html>\n<script class="trace-data">\nPROCESS DUMP\nUSER PID PPID VSZ NAME\nroot 3 2 0 [x]\n</script>\n` +
  `<script class="trace-data">\n${FTRACE}</script>\n` +
  `<script>var linuxPerfData = "\\\n${FTRACE.replaceAll("\n", "\\n\\\n")}";\n</script>\n`;

const SAMPLES: readonly (readonly [TraceFormat, string])[] = [
  ["perf-script", PERF],
  ["trace-cmd-report", REPORT],
  ["systrace-html", PAGE],
];

/** Bytes with some flipped, a piece cut out, moved or doubled, or an end that is missing. */
function broken(sample: string): fc.Arbitrary<Uint8Array> {
  const bytes = new TextEncoder().encode(sample);
  const place = fc.nat(bytes.length);
  const flips = fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 12 });
  return fc.tuple(flips, place, place, place, fc.boolean()).map(([changes, a, b, to, cut]) => {
    const [from, end] = [Math.min(a, b), Math.max(a, b)];
    const piece = bytes.subarray(from, Math.min(end, from + 200));
    const spliced = [...bytes.subarray(0, to), ...piece, ...bytes.subarray(cut ? Math.max(to, end) : to)];
    for (const [at, byte] of changes) if (at < spliced.length) spliced[at] = byte;
    return Uint8Array.from(cut && a > b ? spliced.slice(0, a) : spliced);
  });
}

/** Every argument can be printed, and every column has a value for every row. */
function check(table: EventTable): void {
  for (let row = 0; row < table.length; row++) {
    const kind = table.kinds[table.kind[row]!]!;
    kind.args.forEach((_, i) => {
      if (typeof argToString(table, row, i) !== "string") throw new Error(`row ${row}: ${kind.name}`);
    });
    if (table.cpu[row]! < 0 || table.cpu[row]! >= table.cpus) throw new Error(`row ${row}: cpu ${table.cpu[row]}`);
    if (!Number.isFinite(table.time[row]!) && table.length > 1) throw new Error(`row ${row}: time ${table.time[row]}`);
  }
}

describe.each(SAMPLES)("%s", (format, sample) => {
  test("whole, it is read", () => {
    const reader = STREAM_READERS[format]!();
    reader.push(new TextEncoder().encode(sample));
    const trace = reader.finish();
    expect(trace.table.length).toBeGreaterThanOrEqual(4);
    expect(Object.keys(trace.unparsed)).toEqual([]);
  });

  test("broken, it never throws, and the pieces it comes in do not matter", () => {
    fc.assert(
      fc.property(broken(sample), fc.integer({ min: 1, max: 500 }), (bytes, size) => {
        detectContent(bytes);
        const whole = STREAM_READERS[format]!();
        whole.push(bytes);
        const pieces = STREAM_READERS[format]!();
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
        const [one, other] = [whole.finish(), pieces.finish()];
        check(one.table);
        expect([one.table.length, one.units, one.odd, one.notes]).toEqual([
          other.table.length,
          other.units,
          other.odd,
          other.notes,
        ]);
        buildSchedule(one);
      }),
      { numRuns: RUNS },
    );
  });
});
