// SPDX-License-Identifier: MIT
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTrace } from "../../src/traces/input/open.ts";
import type { ParsedTrace } from "../../src/traces/parsed.ts";
import { buildSchedule } from "../../src/traces/schedule.ts";
import { SystraceReader } from "../../src/traces/systrace/reader.ts";
import { asBlocks, asString } from "./pages.ts";
import { line, parse, RECORDINGS, showAll } from "./text.ts";

function read(page: string | Uint8Array, chunk = 1 << 20): ParsedTrace {
  const bytes = typeof page === "string" ? new TextEncoder().encode(page) : page;
  const reader = new SystraceReader();
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.slice(at, at + chunk));
  return reader.finish();
}

const TRACE =
  "# tracer: nop\n#\n# entries-in-buffer/entries-written: 3/3   #P:8\n#\n" +
  line("sh", 127, 2, 1, 'tracing_mark_write: say "hi" \\o/ C:\\new') +
  line(
    "sh",
    127,
    2,
    2,
    "sched_switch: prev_comm=sh prev_pid=127 prev_prio=120 prev_state=S ==> next_comm=a next_pid=300 next_prio=9",
  ) +
  line("a", 300, 2, 3, "cpu_idle: state=1 cpu_id=2");

const PAGES: readonly (readonly [string, string])[] = [
  ["a string", asString(TRACE)],
  ["a string on one line", asString(TRACE).replaceAll("\\n\\\n", "\\n")],
  ["a string with \\x and \\u", asString(TRACE).replace("prev_comm", "\\x70rev\\u005Fcomm")],
  ["a block", asBlocks(TRACE)],
  ["a block among others", asBlocks('{"traceEvents": []}\n', "CGROUP DUMP\n1 /\n", TRACE)],
  ["a block with entities", asBlocks(TRACE.replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("/", "&#47;"))],
  ["a page with CRLF", asBlocks(TRACE).replaceAll("\n", "\r\n")],
];

describe("both kinds of page give the rows of the text in them", () => {
  const kernels = parse(TRACE).table;
  test.each(PAGES)("%s", (_, page) => {
    for (const chunk of [1 << 20, 13]) {
      const { table, odd, damaged, banner, format } = read(page, chunk);
      const escaped = showAll(table).map((row) => row.replaceAll("&quot;", '"').replaceAll("&#47;", "/"));
      expect(escaped).toEqual(showAll(kernels));
      expect([[...table.time], [...table.flags]]).toEqual([[...kernels.time], [...kernels.flags]]);
      expect([format, odd.unknown, odd.continuation, damaged, banner.cpus]).toEqual([
        "systrace-html",
        0,
        0,
        undefined,
        8,
      ]);
    }
  });

  test("names that are no UTF-8 come through", () => {
    const page = Uint8Array.from(asString(line("a\xe9b", 7, 0, 1, "cpu_idle: state=1 cpu_id=2")), (c) =>
      c.charCodeAt(0),
    );
    expect(read(page).table.pids).toEqual([{ pid: 7, comm: "aéb", tgid: -1 }]);
  });

  test("the page ends within the trace: what is there, and a note of the damage", () => {
    for (const page of [asString(TRACE), asBlocks(TRACE)]) {
      const { table, damaged } = read(page.slice(0, page.indexOf("sched_switch: prev_comm=sh") + 20));
      expect(table.length).toBe(2);
      expect(damaged?.reason).toBe("the page ends within its trace");
    }
  });

  test("a page without a trace, and one with two", () => {
    const none = read(asBlocks('{"traceEvents": []}\n', "H4sIAAAAAAAA\n"));
    expect([none.table.length, none.odd.otherBlocks, none.odd.packedBlocks]).toEqual([0, 1, 1]);
    expect(none.notes).toContain("the page has no block of trace data that holds an event");
    const two = read(asBlocks("# tracer: nop\n", TRACE, TRACE));
    expect([two.table.length, two.odd.laterTraces]).toEqual([3, 1]);
    expect(two.notes).toContain("the page holds 2 traces; the first one was read");
  });

  test("a line of tags that never close is no block", () => {
    const tags = `${"<script class=trace-data".repeat(170)}\n`;
    const { table } = read(asBlocks(TRACE).replace("<html>\n", `<html>\n${tags.repeat(50)}`));
    expect(table.length).toBe(3);
    expect(read(`<html>\n<script><script class='a trace-data b'>${TRACE}</script>`).table.length).toBe(3);
  });

  test("a page of nothing but blocks is given up", () => {
    const blocks = (count: number) => read(asBlocks(...new Array<string>(count).fill("x\n"), TRACE));
    expect([blocks(63).table.length, blocks(63).odd.otherBlocks]).toEqual([3, 0]);
    expect([blocks(100).table.length, blocks(100).odd.otherBlocks]).toEqual([0, 37]);
  });

  test("lines of any length end", () => {
    const { table, odd } = read(`<html>${"x".repeat(3 << 20)}`, 4096);
    expect([table.length, odd.tooLong]).toEqual([0, 1]);
  });

  test("old marks have no name, and systrace's own mark is left out", () => {
    const own = "           dummy-0000  [000] 0.0: 0: trace_event_clock_sync: parent_ts=0.0\n";
    const { table, odd } = read(asString(line("sh", 127, 0, 1, "0: B|120|draw") + own));
    expect([showAll(table), odd.ownLines]).toEqual([["tracing_mark_write text=B|120|draw"], 1]);
    // The mark says of which process its task is a thread.
    expect(table.pids).toEqual([{ pid: 127, comm: "sh", tgid: 120 }]);
  });
});

describe("PROCESS DUMP", () => {
  const NEW_PS =
    "PROCESS DUMP\nUSER           PID  PPID     VSZ    RSS WCHAN            ADDR S NAME\n" +
    "root             1     0   10632   1432 SyS_epoll_wait      0 S init\n" +
    "root             2     0       0      0 kthreadd            0 S [kthreadd]\n" +
    "root            35     2       0      0 worker_thread       0 S [kworker/0:0]\n" +
    "u0_a12         120     1 1632000  90000 SyS_epoll_wait      0 S com.android.app\n" +
    "\nUSER           PID   TID CMD\n" +
    "root             1     1 init\nroot             2     2 kthreadd\nroot            35    35 kworker/0:0\n" +
    "u0_a12         120   120 com.android.app\nu0_a12         120   127 Binder 1_2\nbroken line\n";
  const OLD_PS =
    "PROCESS DUMP\nUSER     PID   PPID  VSIZE  RSS   WCHAN    PC         NAME\n" +
    "root      1     0     332    212   c00ca5fc 0000c53c S /init\n" +
    "root      35    2     0      0     c006da58 00000000 S kworker/0:0\n" +
    "u0_a12    120   1     476536 53160 ffffffff 4003c5cc S com.android.app\n";

  test("of a device of today: threads, their names and kernel threads", () => {
    const { table, kernelThread } = read(asBlocks(NEW_PS, TRACE));
    expect(Object.fromEntries(kernelThread!)).toEqual({ 1: false, 2: true, 35: true, 120: false, 127: false });
    expect(table.pids).toContainEqual({ pid: 127, comm: "sh", tgid: 120 });
    expect(table.pids).toContainEqual({ pid: 35, comm: "kworker/0:0", tgid: 35 });
  });

  test("of an old one, which has no name for the column of states", () => {
    const { kernelThread, notes } = read(asBlocks(OLD_PS, TRACE));
    expect(Object.fromEntries(kernelThread!)).toEqual({ 1: false, 35: true, 120: false });
    expect(notes).toEqual([]);
  });

  test("the schedule uses it", () => {
    const to = (prev: number, next: number, time: number) => {
      const event = `sched_switch: x:${prev} [120] S ==> x:${next} [120]`;
      return line(prev === 0 ? "<idle>" : `<${prev}>`, prev, 2, time, event);
    };
    const trace = read(asBlocks(NEW_PS, to(0, 120, 1) + to(120, 35, 2) + to(35, 127, 3)));
    const built = buildSchedule(trace);
    if (!built.ok) throw new Error(built.error.message);
    const task = (pid: number) => built.value.schedule.tasks.find((one) => one.pid === pid)!;
    expect(built.value.inferred.switches).toMatchObject({ tgid: 2, kernel_thread: 1, assumed: 0 });
    expect([task(120).mm === task(127).mm, task(35).kernelThread]).toEqual([true, true]);
  });
});

const THIRD = join(RECORDINGS, "third-party");
describe.skipIf(!existsSync(THIRD))("pages of other projects (skipped where they are absent)", () => {
  test.each([
    ["catapult/android_systrace.html", 31_478, 2, 0.8],
    ["trappy/tests_trace_surfaceflinger.html", 2506, 8, 0.95],
  ] as const)("%s", async (file, rows, cpus, identified) => {
    const opened = await openTrace(join(THIRD, file));
    if (!opened.ok) throw new Error(opened.error.message);
    const { table, odd, damaged, format } = opened.value;
    expect([format, table.length, table.cpus, damaged]).toEqual(["systrace-html", rows, cpus, undefined]);
    expect([odd.unknown, odd.continuation, odd.nameless, odd.timeWentBack]).toEqual([0, 0, 0, 0]);
    const built = buildSchedule(opened.value);
    expect(built.ok && built.value.inferred.identified).toBeGreaterThan(identified);
    expect(built.ok && built.value.inferred.doubts.missingSwitches).toBe(0);
  });
});
