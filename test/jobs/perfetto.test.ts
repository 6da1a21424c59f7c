// SPDX-License-Identifier: MIT
// The exported trace as a reader of the format takes it: slices that nest and end, time that does not go back, arrows
// with two ends inside of slices.
import { describe, expect, test } from "vitest";
import type { ExplainOptions } from "../../src/jobs/explain-report.ts";
import { type PerfettoEvent, type PerfettoReport, perfetto } from "../../src/jobs/perfetto.ts";
import { DESIGN, quiet, scenarioOf, temporary } from "./tiny.ts";

const { write } = temporary();

async function exported(options: Partial<ExplainOptions>): Promise<PerfettoReport> {
  const none = { design: undefined, model: undefined, mutant: undefined, path: undefined, weaken: undefined };
  const report = await perfetto({ scenario: "", ...none, overlay: undefined, full: true, ...options }, quiet());
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  return report.value;
}

const TSO = { scenario: "unlazy_vs_munmap", design: "linux-6.12-x86", model: "x86_tso", mutant: "1" };
const IPI = { scenario: "flushes_out_of_order", design: "linux-6.12-x86", model: "sc", mutant: "1" };
const DEADLOCK = {
  scenario: write("dead.ts", scenarioOf("smp_cond_load_acquire(s.x, VAL);", "WRITE_ONCE(s.y, 1);")),
  design: write("tiny.ts", DESIGN),
  model: "sc",
};

type Timed = Exclude<PerfettoEvent, { ph: "M" }>;
const timed = ({ traceEvents }: PerfettoReport): Timed[] => traceEvents.filter((e): e is Timed => e.ph !== "M");
const of = <Ph extends PerfettoEvent["ph"]>(report: PerfettoReport, ph: Ph) =>
  report.traceEvents.filter((e): e is Extract<PerfettoEvent, { ph: Ph }> => e.ph === ph);

/** What is wrong with the order and the nesting of events. */
function faults(report: PerfettoReport): string[] {
  const found: string[] = [];
  const open = new Map<number, number[]>();
  let now = 0;
  for (const event of timed(report)) {
    if (event.ts < now) found.push(`time goes back to ${event.ts}`);
    now = event.ts;
    const stack = open.get(event.tid) ?? [];
    open.set(event.tid, stack);
    if (event.ph === "B") stack.push(event.ts);
    if (event.ph === "E" && stack.pop() === undefined) found.push(`an end without a beginning at ${event.ts}`);
  }
  for (const [tid, stack] of open) if (stack.length > 0) found.push(`track ${tid} has ${stack.length} open slices`);
  return found;
}

describe.each([
  ["under TSO", TSO],
  ["with interrupts", IPI],
  ["of a deadlock", DEADLOCK],
])("a trace %s", (_what, options) => {
  test("has slices that begin and end, in the order of time", async () => {
    const report = await exported(options);
    expect(faults(report)).toEqual([]);
    expect(of(report, "B").length).toBe(of(report, "E").length);
  });

  test("names every track that it uses", async () => {
    const report = await exported(options);
    const names = of(report, "M").filter(({ name }) => name === "thread_name");
    const named = new Set(names.map(({ tid }) => tid));
    for (const { tid, ph } of timed(report)) if (ph !== "C") expect(named).toContain(tid);
    const processes = of(report, "M").filter(({ name }) => name === "process_name");
    const pids = new Set(processes.map(({ pid }) => pid));
    for (const { pid } of timed(report)) expect(pids).toContain(pid);
  });

  test("has arrows whose ends lie in steps", async () => {
    const report = await exported(options);
    const isInside = ({ tid, ts }: Timed): boolean =>
      of(report, "X").some((slice) => slice.tid === tid && slice.ts <= ts && ts < slice.ts + slice.dur!);
    const [starts, ends] = [of(report, "s"), of(report, "f")];
    expect(ends.map(({ id, name, cat }) => ({ id, name, cat })).sort((a, b) => a.id - b.id)).toEqual(
      starts.map(({ id, name, cat }) => ({ id, name, cat })).sort((a, b) => a.id - b.id),
    );
    for (const event of [...starts, ...ends]) expect(isInside(event)).toBe(true);
  });
});

describe("what is in it", () => {
  test("a slice per step, with its source and what it changed", async () => {
    const report = await exported(TSO);
    const steps = of(report, "X");
    expect(steps.map(({ ts }) => ts)).toEqual(steps.map((_, i) => i));
    const walk = steps.find(({ name }) => name.startsWith("walk_pte"));
    expect(walk).toMatchObject({ cat: "walker", args: { "after: tlb[1][0] of CPU 0": "frames[0]" } });
    expect(walk?.args?.at).toMatch(/^model\/hw\/mmu\/cpu\.ts:\d+$/);
  });

  test("store buffers as counters that go up and down", async () => {
    const buffers = of(await exported(TSO), "C").filter(({ name }) => name === "stores in the store buffer");
    const values = buffers.map(({ args }) => args.value);
    expect(values).toContain(1);
    expect(values).toContain(0);
    expect(of(await exported(IPI), "C").some(({ name }) => name === "stores in the store buffer")).toBe(false);
  });

  test("the violation, where it happens", async () => {
    const report = await exported(TSO);
    const last = of(report, "X").at(-1)!.ts;
    expect(of(report, "i")).toMatchObject([{ ts: last, s: "g", args: { why: expect.stringMatching(/is free/) } }]);
    const property = report.otherData.property!;
    const holds = of(report, "C").filter(({ name }) => name === property);
    expect(holds.map(({ ts, args }) => [ts, args.holds])).toEqual([
      [0, 1],
      [last, 0],
    ]);
  });

  test("interrupts, on a track of their own", async () => {
    const report = await exported(IPI);
    const handler = of(report, "X").find(({ name }) => name === "interrupt: sysvec_call_function()");
    const tracks = of(report, "M").filter(({ name, tid }) => name === "thread_name" && tid === handler?.tid);
    expect(tracks).toMatchObject([{ args: { name: "sysvec_call_function" } }]);
    expect(of(report, "s").some(({ cat }) => cat === "interrupt")).toBe(true);
  });

  test("who waits at the end of a deadlock", async () => {
    const waits = of(await exported(DEADLOCK), "X").filter(({ cat }) => cat === "waits");
    expect(waits).toMatchObject([{ name: "waits: smp_cond_load_acquire(s.x, VAL)", args: { why: "x = 0" } }]);
  });

  test("the command that prints it", async () => {
    const { otherData } = await exported(TSO);
    expect(otherData.command).toMatch(/^lazymm explain unlazy_vs_munmap .*--path /);
  });
});

test("a trace with a hole is noticed", async () => {
  const report = await exported(TSO);
  const without = (drop: number) => ({ ...report, traceEvents: report.traceEvents.filter((_, i) => i !== drop) });
  const at = (ph: string): number => report.traceEvents.findIndex((e) => e.ph === ph);
  expect(faults(without(at("E"))).length).toBeGreaterThan(0);
  expect(faults(without(at("B"))).length).toBeGreaterThan(0);
  expect(faults({ ...report, traceEvents: [...report.traceEvents].reverse() }).length).toBeGreaterThan(0);
});
