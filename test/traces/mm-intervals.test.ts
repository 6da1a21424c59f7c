// SPDX-License-Identifier: MIT
// Which mm was where, from when to when, and for how much of the time that is known.
import { describe, expect, test } from "vitest";
import { argIndex, argNumber } from "../../src/events/table.ts";
import { openTrace } from "../../src/traces/input/open.ts";
import { sharesOf, worthOf } from "../../src/traces/mm-intervals.ts";
import type { ScheduleResult } from "../../src/traces/schedule.ts";
import { buildSchedule } from "../../src/traces/schedule.ts";
import { readSidecars } from "../../src/traces/sidecars.ts";
import { FIXTURE, line, parse } from "./text.ts";

type Row = readonly [time: number, cpu: number, pid: number, event: string];

const to = (time: number, cpu: number, prev: number, next: number, state = "S"): Row => [
  time, cpu, prev,
  `sched_switch: prev_comm=t${prev} prev_pid=${prev} prev_prio=120 prev_state=${state} ==> ` +
    `next_comm=t${next} next_pid=${next} next_prio=120`,
]; // biome-ignore format: a row

function build(rows: readonly Row[], ps = ""): ScheduleResult {
  const text = rows.map(([time, cpu, pid, event]) =>
    event.startsWith("CPU:") ? `${event}\n` : line(pid === 0 ? "<idle>" : `t${pid}`, pid, cpu, time, event),
  );
  const { table } = parse(text.join(""));
  const sidecars = readSidecars(new Map([["proc-snapshot.txt", ps]]));
  const built = buildSchedule({ table, sidecars });
  if (!built.ok) throw new Error(built.error.message);
  return built.value;
}

/** `cpu mm from to`, with ~ before a borrowed mm and ? for one that is not known. */
function residency({ mms: { residency: r } }: ScheduleResult): string[] {
  return r.cpu.map((cpu, i) => `${cpu} ${r.lazy[i] ? "~" : ""}${r.mm[i] || "?"} ${r.from[i]} ${r.to[i]}`);
}

/** `pid mm from to evidence` */
function epochs({ mms: { epochs: e }, schedule }: ScheduleResult): string[] {
  return e.task.map((task, i) => `${schedule.tasks[task]!.pid} ${e.mm[i]} ${e.from[i]} ${e.to[i]} ${e.evidence[i]}`);
}

const KERNEL_20 = "10 (t10) 1 4194304\n20 (t20) 2 2129984\n";

describe("by hand", () => {
  test("a CPU keeps the mm while a kernel thread or nobody runs", () => {
    const built = build(
      [
        to(0, 0, 0, 10, "R"), to(100, 0, 10, 20), to(150, 0, 20, 0), to(200, 0, 0, 10), to(250, 0, 10, 11),
        to(300, 0, 11, 0),
      ],
      KERNEL_20,
    ); // biome-ignore format: rows
    expect(residency(built)).toEqual(["0 2 0 100", "0 ~2 100 200", "0 2 200 250", "0 3 250 300"]);
    expect(built.mms.time).toMatchObject({ assumed: 200, kernel_thread: 50, idle: 50, unobserved: 0 });
    expect(built.inferred.identity.time).toEqual({ known: 0.2, inferred: 0, unknown: 0.8 });
    // Of the four switches to tasks, three are to those of which nothing is known.
    expect(built.inferred.identity.switches).toEqual({ known: 0.25, inferred: 0, unknown: 0.75 });
  });

  test("exec and exit end an epoch; a dead mm stays borrowed", () => {
    const built = build([
      to(0, 0, 0, 10, "R"),
      [50, 0, 10, "sched_process_exec: filename=/x pid=10 old_pid=10"],
      [90, 0, 10, "sched_process_exit: comm=t10 pid=10 prio=120"],
      to(100, 0, 10, 0, "Z"), to(140, 0, 0, 11),
    ]); // biome-ignore format: rows
    expect(epochs(built)).toEqual(["10 3 0 50 assumed", "10 2 50 90 exec", "11 4 0 140 assumed"]);
    expect(residency(built)).toEqual(["0 3 0 50", "0 2 50 90", "0 ~2 90 140"]);
    expect(built.mms.time).toMatchObject({ assumed: 50, exec: 40, exit: 10, idle: 40 });
  });

  test("lost events: from the last event of the CPU to its next switch nothing is known", () => {
    const built = build([
      to(0, 0, 0, 10, "R"), [80, 0, 10, "cpu_idle: state=1 cpu_id=0"], [100, 0, 10, "CPU:0 [LOST 7 EVENTS]"],
      to(150, 0, 12, 10), to(170, 0, 10, 0),
    ]); // biome-ignore format: rows
    expect(residency(built)).toEqual(["0 2 0 80", "0 ? 80 150", "0 2 150 170"]);
    expect(built.mms.time).toMatchObject({ assumed: 100, unobserved: 70 });
    expect(built.inferred.doubts.unknownIntervals).toBe(1);
  });

  test("and so where a switch is missing without a word", () => {
    const built = build([to(0, 0, 0, 10, "R"), [80, 0, 10, "cpu_idle: state=1 cpu_id=0"], to(150, 0, 12, 10)]);
    expect(residency(built)).toEqual(["0 2 0 80", "0 ? 80 150"]);
    expect(built.mms.time).toMatchObject({ assumed: 80, unobserved: 70 });
  });

  test("what evidence is worth", () => {
    expect(["probe", "rss_stat", "kernel_name", "tgid", "assumed", "unobserved"].map(worthOf)).toEqual([
      "known", "known", "inferred", "inferred", "unknown", "unknown",
    ]); // biome-ignore format: a table
    expect(sharesOf({ idle: 5, unobserved: 5 })).toEqual({ known: 1, inferred: 0, unknown: 0 });
    expect(sharesOf({ idle: 5, probe: 1, tgid: 1, assumed: 2 })).toEqual({ known: 0.25, inferred: 0.25, unknown: 0.5 });
  });
});

describe("the bundled recording", async () => {
  const opened = await openTrace(FIXTURE);
  if (!opened.ok) throw new Error(opened.error.message);
  const { table } = opened.value;
  const built = buildSchedule(opened.value);
  if (!built.ok) throw new Error(built.error.message);
  const { residency: r, time } = built.value.mms;

  test("every CPU is somewhere all the time, once", () => {
    const { window } = built.value;
    const [from, end] = [table.time[window.from]!, table.time[window.to - 1]!];
    for (let cpu = 0; cpu < table.cpus; cpu++) {
      const own = r.cpu.map((of, i) => (of === cpu ? i : -1)).filter((i) => i >= 0);
      expect(r.from[own[0]!]).toBe(from);
      expect(r.to[own.at(-1)!]).toBe(end);
      for (const [n, i] of own.entries()) if (n > 0) expect(r.from[i]).toBe(r.to[own[n - 1]!]);
    }
    const total = Object.values(time).reduce((sum, ticks) => sum + ticks, 0);
    expect(total).toBe((end - from) * table.cpus);
  });

  test("what switch_mm's return says is loaded is what is loaded", () => {
    // One mm, one ctx_id: the probe that names the mm of the CPU by its pointer, an instance at a time.
    const seen = new Map<string, number>();
    let compared = 0;
    const { window } = built.value;
    for (let row = window.from; row < window.to; row++) {
      const kind = table.kinds[table.kind[row]!]!;
      if (kind.name !== "switch_mm" || argIndex(kind, "ctx") < 0) continue;
      const ctx = String(argNumber(table, row, "ctx"));
      const [cpu, at] = [table.cpu[row]!, table.time[row]!];
      const index = r.cpu.findIndex((of, i) => of === cpu && r.from[i]! <= at && r.to[i]! > at);
      const mm = r.mm[index]!;
      if (index < 0 || r.lazy[index]) continue;
      compared++;
      if (!seen.has(ctx)) seen.set(ctx, mm);
      expect(`${ctx} ${mm}`).toBe(`${ctx} ${seen.get(ctx)}`);
    }
    expect(compared).toBeGreaterThan(700);
    expect(new Set(seen.values()).size).toBe(seen.size);
  });
});
