// SPDX-License-Identifier: MIT
// How far rss_stat goes: the bundled recording without its probes, and with rss_stat events put in where the probes
// said which mm a task had. The schedule that comes of it is held against the one of the probes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decompress } from "fzstd";
import { expect, test } from "vitest";
import { ACTION, type Schedule } from "../../src/events/schedule.ts";
import { buildSchedule, type ScheduleResult } from "../../src/traces/schedule.ts";
import { FIXTURE, parse } from "./text.ts";

const TRACEPOINT = /^(sched_\w+|task_\w+|tlb_flush|cpu_idle|tracing_mark_write)$/;
const HEAD = /-(\d+)\s+\([ \d-]+\) \[(\d+)\] \S+ +\d+: (\w+):/;

/** Tracepoints only, without tgids; `rss`: and rss_stat of a task's mm once it runs after a switch_mm that named it. */
function ordinary(text: string, rss: boolean): string {
  const due = new Map<string, { readonly pid: string; readonly mm: string }>();
  return text
    .split("\n")
    .flatMap((line) => {
      const head = HEAD.exec(line);
      if (head === null) return [line];
      const [, pid, cpu, event] = head;
      const named = event === "switch_mm" ? /next=0x\w*?(\w{1,7}) .*npid=(\d+)/.exec(line) : null;
      if (named !== null) due.set(cpu!, { pid: named[2]!, mm: named[1]! });
      if (!TRACEPOINT.test(event!)) return [];
      const told = due.get(cpu!);
      const bare = line.replace(/\([ \d-]{7}\) /, "");
      if (!rss || told?.pid !== pid) return [bare];
      due.delete(cpu!);
      const stat = `rss_stat: mm_id=${Number.parseInt(told!.mm, 16)} curr=1 type=MM_ANONPAGES size=4096B`;
      return [bare.replace(/: \w+: .*$/, `: ${stat}`), bare];
    })
    .join("\n");
}

function build(text: string): ScheduleResult {
  const built = buildSchedule(parse(text));
  if (!built.ok) throw new Error(built.error.message);
  return built.value;
}

/** Per switch: pid of the next task, and its mm then. */
function mmsOfSwitches({ tasks, kind, a, b, length }: Schedule): string[] {
  const mm = tasks.map((task) => task.mm);
  const list: string[] = [];
  for (let at = 0; at < length; at++) {
    if ([ACTION.newTask, ACTION.exec, ACTION.useMm].some((one) => one === kind[at])) mm[a[at]!] = b[at]!;
    if (kind[at] === ACTION.exit || kind[at] === ACTION.unuseMm) mm[a[at]!] = 0;
    if (kind[at] === ACTION.switch) list.push(`${tasks[b[at]!]!.pid} ${mm[b[at]!]}`);
  }
  return list;
}

/** Of the switches, how many go to a task whose mm is the one that most often stands for the true one. */
function agreement(truth: Schedule, other: Schedule): number {
  const [is, says] = [mmsOfSwitches(truth), mmsOfSwitches(other)];
  expect(says.length).toBe(is.length);
  const together = new Map<string, Map<string, number>>();
  for (const [i, pair] of is.entries()) {
    const [real, told] = [pair.split(" ")[1]!, says[i]!.split(" ")[1]!];
    const of = together.get(told) ?? new Map<string, number>();
    together.set(told, of.set(real, (of.get(real) ?? 0) + 1));
  }
  const right = [...together.values()].reduce((sum, of) => sum + Math.max(...of.values()), 0);
  return right / is.length;
}

const text = new TextDecoder("latin1").decode(decompress(readFileSync(join(FIXTURE, "trace.txt.zst"))));
const truth = build(text);

test("nearly all mms are known, and they are the true ones", () => {
  const [without, withRss] = [build(ordinary(text, false)), build(ordinary(text, true))];
  expect(withRss.inferred.switches.rss_stat).toBeGreaterThan(500);
  expect(withRss.inferred.identity.time.known).toBeGreaterThan(without.inferred.identity.time.known);
  expect(withRss.inferred.doubts.mmConflicts).toBe(0);
  expect(withRss.inferred.identity.time.unknown).toBe(0);
  expect(withRss.inferred.execPoints.rss_stat).toBeGreaterThan(3);
  expect(agreement(truth.schedule, withRss.schedule)).toBeGreaterThan(0.99);
});
