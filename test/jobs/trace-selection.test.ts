// SPDX-License-Identifier: MIT
// --time, --cpus, --pid: parts of a replay. Parts that do not overlap add up to the whole.
import { describe, expect, test } from "vitest";
import { parseCpus, parsePid, parseTimes } from "../../src/cli/trace-options.ts";
import { inspect } from "../../src/jobs/inspect.ts";
import { replay } from "../../src/jobs/replay.ts";
import type { Count, Counts, JobContext, ReplayReport } from "../../src/jobs/reports.ts";
import type { TraceSelection } from "../../src/jobs/trace-selection.ts";
import { FIXTURE } from "../traces/text.ts";

const quiet: JobContext = { signal: new AbortController().signal, progress: () => undefined, note: () => undefined };

async function run(select?: TraceSelection): Promise<ReplayReport> {
  const options = { trace: FIXTURE, design: "linux-6.12-x86", sidecars: true, profile: undefined, overlay: undefined };
  const report = await replay({ ...options, select }, quiet);
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  return report.value;
}

async function refused(select: TraceSelection): Promise<string> {
  const report = await inspect({ trace: FIXTURE, sidecars: true, select }, quiet);
  return report.ok || report.error.kind !== "usage" ? "" : report.error.message;
}

/** Counts without those of durations, which are of the whole trace. */
function flat(counts: Counts, prefix = ""): [string, number][] {
  return Object.entries(counts).flatMap(([name, value]: [string, Count | Counts]): [string, number][] => {
    if (typeof value === "number") return [[prefix + name, value]];
    return value === null || Array.isArray(value) ? [] : flat(value as Counts, `${prefix}${name}.`);
  });
}

function sum(parts: readonly ReplayReport[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const part of parts) for (const [name, n] of flat(part.counts)) total[name] = (total[name] ?? 0) + n;
  return total;
}

const moment = (at: number, absolute = false) => ({ at, absolute });
const whole = await run();

describe("parts add up to the whole", () => {
  test.each<[string, TraceSelection[]]>([
    ["CPUs", [{ cpus: [0] }, { cpus: [1, 2] }, { cpus: [3] }]],
    [
      "times",
      [
        { time: { from: undefined, to: moment(2e9) } },
        { time: { from: moment(2e9 + 1), to: moment(3e9) } },
        { time: { from: moment(3e9 + 1), to: undefined } },
      ],
    ],
  ])("%s", async (_what, selections) => {
    const parts = await Promise.all(selections.map(run));
    expect(sum(parts)).toMatchObject(Object.fromEntries(flat(whole.counts).filter(([name]) => !/ticks/.test(name))));
    for (const part of parts) {
      expect(part.counts.flush_calls).toBeGreaterThan(0);
      expect(part.agreement!.rate).toBeGreaterThan(0.95);
      expect(part.notes[0]).toMatch(/^selected: /);
    }
    const recorded = parts.map((part) => part.agreement!.recorded).reduce((a, b) => a + b);
    expect(recorded).toBe(whole.agreement!.recorded);
  });

  test("all of it is the same as nothing selected", async () => {
    const all = await run({ cpus: [0, 1, 2, 3], time: { from: moment(0), to: undefined } });
    expect(all.counts).toEqual(whole.counts);
    expect(all.predicted_sha256).toBe(whole.predicted_sha256);
  });

  test("times as they are printed", async () => {
    const since = await run({ time: { from: moment(1e9), to: moment(2e9) } });
    const first = 43_539_224_105;
    const printed = await run({ time: { from: moment(first + 1e9, true), to: moment(first + 2e9, true) } });
    expect(printed.counts).toEqual(since.counts);
    expect(since.counts.flush_calls).toBeLessThan(whole.counts.flush_calls as number);
  });

  test("a process: its threads, and only what they do", async () => {
    const opened = await inspect({ trace: FIXTURE, sidecars: true }, quiet);
    if (!opened.ok) throw new Error("no trace");
    const shell = await run({ pid: 127 });
    expect(shell.agreement).toBeNull();
    expect(shell.counts.switches).toMatchObject({ user_to_kernel: 0, kernel_to_kernel: 0 });
    expect((shell.counts.switches as Counts).total).toBeGreaterThan(0);
    const part = await inspect({ trace: FIXTURE, sidecars: true, select: { pid: 127 } }, quiet);
    if (!part.ok) throw new Error("no part");
    const rows = (report: typeof part.value) => report.events.reduce((n, { count }) => n + count, 0);
    expect(rows(part.value)).toBeGreaterThan(0);
    expect(rows(part.value)).toBeLessThan(rows(opened.value));
  });
});

describe("what the trace does not have is refused", () => {
  test.each<[string, TraceSelection, RegExp]>([
    ["a CPU", { cpus: [4] }, /--cpus: there is no CPU 4 in the trace; it has 0-3/],
    ["a time", { time: { from: moment(1e12), to: undefined } }, /--time: .* 0,4384333846 \(ticks .* @43539224105,@/],
    ["a process", { pid: 99_999 }, /--pid: no task or process 99999/],
  ])("%s", async (_what, select, message) => {
    expect(await refused(select)).toMatch(message);
  });
});

describe("on the command line", () => {
  test("times", () => {
    expect(parseTimes("1.5,2")).toEqual({ from: moment(1.5), to: moment(2) });
    expect(parseTimes("@43.5,")).toEqual({ from: moment(43.5, true), to: undefined });
    expect(parseTimes(",2")).toEqual({ from: undefined, to: moment(2) });
    for (const wrong of ["", ",", "1", "2,1", "1,2,3", "1e3,2", "-1,2", "@,2"])
      expect(() => parseTimes(wrong)).toThrow();
  });

  test("CPUs, in the kernel's list format", () => {
    expect(parseCpus("0-3,8")).toEqual([0, 1, 2, 3, 8]);
    expect(parseCpus("8,1,1")).toEqual([1, 8]);
    expect(parseCpus("0-11:2/4")).toEqual([0, 1, 4, 5, 8, 9]);
    for (const wrong of ["", "x", "3-1", "1,", "0-3:0/4", "0-3:5/4", "0-99999999"]) {
      expect(() => parseCpus(wrong)).toThrow();
    }
  });

  test("a pid", () => {
    expect(parsePid("127")).toBe(127);
    for (const wrong of ["0", "-1", "x", "1.5", ""]) expect(() => parsePid(wrong)).toThrow();
  });
});
