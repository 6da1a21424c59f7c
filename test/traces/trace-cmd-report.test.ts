// SPDX-License-Identifier: MIT
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { argText, FLAG } from "../../src/events/table.ts";
import { openTrace } from "../../src/traces/input/open.ts";
import type { ParsedTrace } from "../../src/traces/parsed.ts";
import { stateSpelling } from "../../src/traces/task-state.ts";
import { TraceCmdReader } from "../../src/traces/trace-cmd-report/reader.ts";
import { RECORDINGS, showAll } from "./text.ts";

function report(text: string, chunk = 1 << 20): ParsedTrace {
  const bytes = new TextEncoder().encode(text);
  const reader = new TraceCmdReader();
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.slice(at, at + chunk));
  return reader.finish();
}

/** An event as trace-cmd prints it. */
function event(time: string, text: string, task = "sh", pid = 127, flags = ""): string {
  const [, name, args] = /^(\S+:) ?(.*)$/.exec(text)!;
  const head = `${task.padStart(16)}-${String(pid).padEnd(5)} [002] ${flags}${time.padStart(12)}: `;
  return `${head}${name!.padEnd(22)}${args}\n`;
}

const FIRST = "version = 6\ncpus=4\n";

describe("what trace-cmd prints in its own way", () => {
  // event text → row as read
  const EVENTS: readonly (readonly [string, string])[] = [
    ["sched_switch: m h:127 [120] S ==> swap/2:0 [120]",
      "sched_switch prev_comm=m h prev_pid=127 prev_prio=120 prev_state=S next_comm=swap/2 next_pid=0 next_prio=120"],
    ["sched_wakeup: sh:127 [120] success=1 CPU:002", "sched_wakeup comm=sh pid=127 prio=120 success=1 target_cpu=2"],
    ["sched_wakeup: sh:127 [120] CPU:002", "sched_wakeup comm=sh pid=127 prio=120 target_cpu=2"],
    ["tlb_flush: pages=-1 reason=flush on task switch (0)", "tlb_flush pages=-1 reason=0"],
    ["tlb_flush: pages:-1 reason:flush on task switch (0)", "tlb_flush pages=-1 reason=0"],
    ["tlb_flush: reason=4 pages=0xffffffffffffffff", "tlb_flush pages=-1 reason=4"],
    ["tlb_flush: reason=3 pages=0x21", "tlb_flush pages=33 reason=3"],
    ["sched_process_fork: parent_comm=a b parent_pid=1 child_comm=c child_pid=2",
      "sched_process_fork comm=a b pid=1 child_comm=c child_pid=2"],
    ["task_newtask: pid=3 comm=sh clone_flags=0x3d0f00 oom_score_adj=0",
      "task_newtask pid=3 comm=sh clone_flags=0x3d0f00 oom_score_adj=0"],
    ["task_newtask: pid=3 comm=sh clone_flags=3d0f00 oom_score_adj=0",
      "task_newtask pid=3 comm=sh clone_flags=0x3d0f00 oom_score_adj=0"],
    ["local_timer_entry: vector=236", "local_timer_entry vector=236"],
    ["rss_stat: mm_id=12 curr=1 type=MM_ANONPAGES size=4096B", "rss_stat mm_id=12 curr=1 type=MM_ANONPAGES size=4096B"],
    ["switch_mm: (ffffffff8106b2f0) next=0xff11000100a0b2c0", "switch_mm at=ffffffff8106b2f0 next=0xff11000100a0b2c0"],
    ["print: 0xffff00000819ff24s: START a", "tracing_mark_write text=START a"],
    ["print: tracing_mark_write: START a", "tracing_mark_write text=START a"],
    ["print: ip=0xffffffff8119ff24 buf=START a", "tracing_mark_write text=START a"],
    ["print: START a", "tracing_mark_write text=START a"],
  ]; // biome-ignore format: a table
  test.each(EVENTS)("%s", (text, expected) => {
    const { table, unparsed, format } = report(FIRST + event("43.542056", text));
    expect([showAll(table), unparsed, format]).toEqual([[expected], {}, "trace-cmd-report"]);
  });

  test("nanoseconds, flags, latency format, empty cpus, dropped events", () => {
    const { table, odd, lost } = report(
      `${FIRST}CPU 1 is empty\n${event("43.542056001", "cpu_idle: state=1 cpu_id=2", "sh", 127, "d..2. ")}` +
        "CPU:3 [12 EVENTS DROPPED]\nCPU:2 [EVENTS DROPPED]\n" +
        "      sh-127     2dN.1. 43.542056002: cpu_idle:             state=1 cpu_id=2\n",
    );
    expect([...table.time]).toEqual([43542056001, 43542056002, 43542056002, 43542056002]);
    expect(lost).toEqual({ marks: 2, events: 12 });
    expect(table.flags[3]! & (FLAG.irqsOff | FLAG.needResched)).toBe(FLAG.irqsOff | FLAG.needResched);
    expect([odd.unknown, table.cpus]).toEqual([0, 4]);
  });

  test("a long line that is nearly an event, again and again", () => {
    const { table } = report(`${"-1 [1] ".repeat(60_000)}\n${event("1.000001", "a: b=1")}`);
    expect(showAll(table)).toEqual(["a b=1"]);
  });

  test("marks of both spellings are one kind", () => {
    const { table } = report(event("1.000001", "print: a: START x") + event("1.000002", "tracing_mark_write: END"));
    expect(showAll(table)).toEqual(["tracing_mark_write text=a: START x", "tracing_mark_write text=END"]);
    expect(table.kind[0]).toBe(table.kind[1]);
  });
});

describe("states as numbers", () => {
  const spell = (states: string[]) => states.map(stateSpelling(states).spell);

  test("since 4.14: one bit, and 0x100", () => {
    expect(spell(["0", "1", "2", "16", "32", "64", "128", "256"])).toEqual(["R", "S", "D", "X", "Z", "P", "I", "R+"]);
  });

  test("before 4.14: all bits, and the highest of them for preempted", () => {
    expect(spell(["0", "1", "64", "130", "4096", "4097", "1026"])).toEqual(["R", "S", "x", "D|K", "R+", "S+", "D|N"]);
    expect(spell(["0", "1024", "130"])).toEqual(["R", "R+", "D|K"]);
    // Nothing was preempted, and a worker was idle.
    expect(spell(["1", "1026"])).toEqual(["S", "D|N"]);
  });

  test("letters stay, and give no note", () => {
    expect([spell(["S", "R+", "D|K"]), stateSpelling(["S"]).notes]).toEqual([["S", "R+", "D|K"], []]);
  });

  test("rows get the letters and the flag, and a note tells", () => {
    const text = (state: number, time: string) =>
      event(
        time,
        `sched_switch: prev_comm=sh prev_pid=127 prev_prio=120 prev_state=${state} next_comm=a next_pid=1 next_prio=9`,
      );
    const { table, notes } = report(text(256, "1.000001") + text(1, "1.000002") + text(256, "1.000003"));
    expect([0, 1, 2].map((row) => argText(table, row, "prev_state"))).toEqual(["R+", "S", "R+"]);
    expect([...table.flags].map((flags) => flags & FLAG.preempted)).toEqual([64, 0, 64]);
    expect(notes).toEqual([expect.stringMatching(/^prev_state is a number; read as kernels since 4\.14/)]);
  });
});

describe("several buffers and files", () => {
  const A = event(
    "1.000001",
    "sched_switch: prev_comm=sh prev_pid=127 prev_prio=120 prev_state=S next_comm=a next_pid=1 next_prio=9",
  );
  const B = event("1.000002", "cpu_idle: state=1 cpu_id=2", "a", 1);

  test("buffers of one file: the columns in front are no part of a name", () => {
    for (const text of [`         ${A}  mybuf: ${B}`, `  mybuf: ${A}         ${B}`, `  mybuf: ${A}b234567: ${B}`]) {
      for (const chunk of [1 << 20, 11]) {
        const { table, odd, notes } = report(FIRST + text, chunk);
        expect(showAll(table)[1]).toBe("cpu_idle state=1 cpu_id=2");
        expect(table.pids.map(({ pid, comm }) => `${comm}-${pid}`)).toEqual(["sh-127", "a-1"]);
        expect([odd.unknown, odd.otherFiles, notes]).toEqual([0, 0, []]);
      }
    }
  });

  test("another file is another machine: its lines are left out, and counted", () => {
    const { table, odd, notes } = report(
      `host.dat: ${A} vm.dat:  ${B} vm.dat:  ${B}host.dat: ${B}`.replaceAll(" vm.dat:  ", "  vm.dat: "),
    );
    expect([table.length, odd.otherFiles]).toEqual([2, 2]);
    expect(notes).toEqual(["2 lines are of vm.dat, another recording than host.dat: report each on its own"]);
  });

  test("dropped events and continued names of a buffer", () => {
    const odd = event("1.000003", "sched_process_exec: filename=/a\nb pid=127 old_pid=127".replace("\n", "\u0001"));
    const { table, lost } = report(
      `  mybuf: ${A}  mybuf: CPU:2 [7 EVENTS DROPPED]\n  mybuf: ${odd.replace("\u0001", "\n")}`,
    );
    expect(showAll(table).slice(1)).toEqual([
      "lazymm:lost events=7",
      "sched_process_exec filename=/a\nb pid=127 old_pid=127",
    ]);
    expect(lost).toEqual({ marks: 1, events: 7 });
  });
});

const LISA = join(RECORDINGS, "third-party", "lisa", "trace_txt.txt");
test.skipIf(!existsSync(LISA))("a report with raw states (skipped where the recordings are absent)", async () => {
  const opened = await openTrace(LISA);
  if (!opened.ok) throw new Error(opened.error.message);
  const { table, format, odd, unparsed, notes } = opened.value;
  expect([format, table.length, table.cpus, odd.unknown, unparsed]).toEqual(["trace-cmd-report", 2941, 6, 0, {}]);
  expect(notes).toEqual([expect.stringContaining("before 4.14")]);
  const states = new Set(showAll(table).flatMap((row) => / prev_state=(\S+)/.exec(row)?.[1] ?? []));
  expect([...states].sort()).toEqual(["D", "D|K", "R", "R+", "S", "x"]);
  expect(showAll(table).filter((row) => row.startsWith("tracing_mark_write text=TRACE_MARKER_"))).toHaveLength(2);
});
