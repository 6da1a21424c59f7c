// SPDX-License-Identifier: MIT
// Recordings of real kernels: the fixture, and where they are present those beside the project.

import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { decompress } from "fzstd";
import { describe, expect, test } from "vitest";
import { ACTION, type Schedule } from "../../src/events/schedule.ts";
import { argIndex, argNumber, type EventTable } from "../../src/events/table.ts";
import { openTrace } from "../../src/traces/input/open.ts";
import { buildSchedule } from "../../src/traces/schedule.ts";
import { FIXTURE, groundTruth, onlyInputs, parse, RECORDINGS } from "./text.ts";

const X86 = groundTruth("x86_64");
const name = (directory: string) => `${basename(dirname(directory))}/${basename(directory)}`;
const ABSENT = "skipped: the recordings beside the project are absent";

async function open(input: string) {
  const opened = await openTrace(input);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

function schedule(input: Parameters<typeof buildSchedule>[0]) {
  const built = buildSchedule(input);
  if (!built.ok) throw new Error(built.error.message);
  return built.value;
}

/** Everything but the row numbers, which count the lines that are gone. */
function comparable(schedule: Schedule) {
  const { row: _, ...rest } = schedule;
  return rest;
}

/** Each task's mm by the Schedule alone, checked against the switch_mm or enter_lazy of every switch. */
function disagreements(table: EventTable, schedule: Schedule): { checked: number; wrong: number } {
  const mm = schedule.tasks.map((task) => task.mm);
  const pointerOf = new Map<number, number>();
  let checked = 0;
  let wrong = 0;
  for (let at = 0; at < schedule.length; at++) {
    const [kind, a, b] = [schedule.kind[at]!, schedule.a[at]!, schedule.b[at]!];
    if (kind === ACTION.exec || kind === ACTION.useMm || kind === ACTION.newTask) mm[a] = b;
    if (kind === ACTION.exit || kind === ACTION.unuseMm) mm[a] = 0;
    if (kind !== ACTION.switch) continue;
    const probe = nextProbe(table, schedule.row[at]!);
    if (probe === undefined) continue;
    checked++;
    const { lazy, pointer } = probe;
    if (lazy !== (mm[b] === 0)) wrong++;
    else if (!lazy) {
      // Within one life of an mm the pointer stays.
      const known = pointerOf.get(mm[b]!);
      if (known === undefined) pointerOf.set(mm[b]!, pointer);
      else if (known !== pointer) wrong++;
    }
  }
  return { checked, wrong };
}

function nextProbe(table: EventTable, row: number): { lazy: boolean; pointer: number } | undefined {
  for (let at = row + 1; at < table.length; at++) {
    if (table.cpu[at] !== table.cpu[row]) continue;
    const kind = table.kinds[table.kind[at]!]!;
    if (kind.name === "sched_switch") return undefined;
    // The rest of context_switch() runs as the task before.
    if (table.pid[at] !== table.pid[row]) return undefined;
    if (kind.name !== "switch_mm" && kind.name !== "enter_lazy") continue;
    if (argNumber(table, at, "npid") !== argNumber(table, row, "next_pid")) return undefined;
    const lazy = kind.name === "enter_lazy";
    return { lazy, pointer: lazy ? 0 : table.values[table.args[at]! + argIndex(kind, "next")]! };
  }
  return undefined;
}

describe("the fixture", () => {
  test("is read completely, and every switch is identified by a probe", async () => {
    const trace = await open(FIXTURE);
    const { schedule: s, inferred } = schedule(trace);
    expect([trace.odd.unknown, trace.odd.continuation, trace.unparsed]).toEqual([0, 0, {}]);
    expect(inferred.window).toMatchObject({ label: "mixed", start: "START mark", end: "END mark" });
    expect(inferred.switches).toMatchObject({ probe: 1022, exit: 0, idle: 416, assumed: 0 });
    expect(inferred.flushCalls).toEqual({
      from: "flush_range probe",
      calls: 485,
      merged: 0,
      withoutMm: 0,
      freedUnknown: 0,
    });
    expect(inferred.execPoints.exec_release).toBe(13);
    expect(inferred.heldChanges).toBe(3);
    expect(Object.values(inferred.doubts).every((count) => count === 0)).toBe(true);
    expect(s.snapshot?.map((cpu) => s.tasks[cpu.task]?.pid)).toEqual([0, 0, 127, 0]);
    expect(disagreements(trace.table, s)).toEqual({ checked: 1438, wrong: 0 });
  });

  test("its schedule does not depend on what the kernel did", async () => {
    const trace = await open(FIXTURE);
    checkInputs(FIXTURE, trace);
  });
});

function checkInputs(directory: string, trace: Awaited<ReturnType<typeof open>>) {
  const text = Buffer.from(decompress(readFileSync(join(directory, "trace.txt.zst")))).toString("latin1");
  const cut = parse(Buffer.from(onlyInputs(text), "latin1"));
  expect(cut.table.length).toBeLessThan(trace.table.length);
  expect(cut.table.kinds.some((kind) => kind.name === "tlb_flush")).toBe(false);
  const whole = schedule(trace).schedule;
  const rest = schedule({ table: cut.table, sidecars: trace.sidecars }).schedule;
  expect(comparable(rest)).toEqual(comparable(whole));
}

describe.skipIf(X86.length === 0)(`ground truth, x86${X86.length === 0 ? ` (${ABSENT})` : ""}`, () => {
  test.each(X86.map((directory) => [name(directory), directory] as const))("%s", async (_, directory) => {
    const trace = await open(directory);
    const { schedule: s, inferred } = schedule(trace);
    expect([trace.odd.unknown, trace.unparsed, trace.damaged]).toEqual([0, {}, undefined]);
    expect(inferred.identified).toBe(1);
    expect(inferred.doubts).toMatchObject({ mmConflicts: 0, missedMmInits: 0, missingSwitches: 0 });
    const { checked, wrong } = disagreements(trace.table, s);
    expect(checked).toBeGreaterThan(0.95 * s.kind.filter((kind) => kind === ACTION.switch).length);
    expect(wrong).toBe(0);
    checkInputs(directory, trace);
  });
});

const OTHER = [...groundTruth("arm64"), ...groundTruth("ppc64le")];
describe.skipIf(OTHER.length === 0)(
  `ground truth, other architectures${OTHER.length === 0 ? ` (${ABSENT})` : ""}`,
  () => {
    test.each(OTHER.map((directory) => [name(directory), directory] as const))("%s", async (_, directory) => {
      const trace = await open(directory);
      const { schedule: s, inferred } = schedule(trace);
      expect([trace.odd.unknown, trace.unparsed]).toEqual([0, {}]);
      expect([inferred.identified, inferred.doubts.mmConflicts]).toEqual([1, 0]);
      expect(disagreements(trace.table, s).wrong).toBe(0);
    });
  },
);

const FORMATS = join(RECORDINGS, "formats");
describe.skipIf(!existsSync(FORMATS))(`other forms of ftrace text${existsSync(FORMATS) ? "" : ` (${ABSENT})`}`, () => {
  test.each([
    ["qemu8/ftrace-tgid.txt.zst", 13_056, 8],
    ["qemu16/ftrace-tgid.txt.zst", 10_641, 16],
    ["qemu8/ftrace-latfmt.txt", 42, 8],
    ["qemu8/ftrace-noirqinfo.txt", 194, 8],
    ["qemu8/ftrace-overrun.txt", 488, 8],
    ["qemu8/trace_pipe.txt.zst", 23_138, 8],
  ] as const)("%s", async (file, rows, cpus) => {
    const trace = await open(join(FORMATS, file));
    expect([trace.table.length, trace.table.cpus, trace.odd.unknown, trace.odd.continuation]).toEqual([
      rows,
      cpus,
      0,
      0,
    ]);
    expect(trace.unparsed).toEqual({});
    const { inferred } = schedule(trace);
    expect(inferred.flushCalls.from).toBe("tlb_flush events");
    expect(inferred.doubts.reusedPids).toBe(0);
  });

  test("lost events and an overrun ring are reported", async () => {
    const pipe = await open(join(FORMATS, "qemu8/trace_pipe.txt.zst"));
    expect(pipe.lost).toEqual({ marks: 9, events: 9682 });
    expect(schedule(pipe).inferred.doubts.unknownIntervals).toBe(9);
    const overrun = await open(join(FORMATS, "qemu8/ftrace-overrun.txt"));
    expect(overrun.banner).toMatchObject({ entriesInBuffer: 1087, entriesWritten: 10_681 });
  });

  test("tgids and clone flags identify every switch of an ordinary trace", async () => {
    expect(schedule(await open(join(FORMATS, "qemu8/ftrace-tgid.txt.zst"))).inferred.identified).toBe(1);
  });
});

const THIRD = join(RECORDINGS, "third-party");
describe.skipIf(!existsSync(THIRD))(`files of other projects${existsSync(THIRD) ? "" : ` (${ABSENT})`}`, () => {
  test.each([
    ["catapult/android_systrace.html", "trace-format-later"],
    ["trappy/tests_trace_surfaceflinger.html", "trace-format-later"],
    ["ms-perf-tools/chrome.pftrace", "trace-format-later"],
    ["ms-perf-tools/test_trace.perfetto-trace", "trace-format-later"],
    ["lisa/trace_txt.txt", undefined],
  ])("%s", async (file, code) => {
    const opened = await openTrace(join(THIRD, file));
    expect(opened.ok ? undefined : opened.error.code).toBe(code);
    if (opened.ok) expect([opened.value.odd.unknown, opened.value.unparsed]).toEqual([0, {}]);
  });
});
