// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { ACTION } from "../../src/events/schedule.ts";
import { recordedFlushes } from "../../src/traces/recorded.ts";
import { buildSchedule, type ScheduleResult } from "../../src/traces/schedule.ts";
import { readSidecars } from "../../src/traces/sidecars.ts";
import { line, parse } from "./text.ts";

/** A trace, one event a line: `cpu pid event`. The row's number is its time; every task is called t<pid>. */
function trace(...rows: string[]): string {
  return rows
    .map((row, time) => {
      if (!/^\d/.test(row)) return `${row}\n`;
      const [, cpu, pid, event] = /^(\d+) (\d+) (.*)$/.exec(row)!;
      return line(pid === "0" ? "<idle>" : `t${pid}`, Number(pid), Number(cpu), time, event!);
    })
    .join("");
}

const to = (cpu: number, prev: number, next: number, state = "S") =>
  `${cpu} ${prev} sched_switch: prev_comm=t${prev} prev_pid=${prev} prev_prio=120 prev_state=${state}` +
  ` ==> next_comm=t${next} next_pid=${next} next_prio=120`;
const born = (cpu: number, parent: number, child: number, flags: string) =>
  `${cpu} ${parent} task_newtask: pid=${child} comm=t clone_flags=${flags} oom_score_adj=0`;
const probe = (cpu: number, pid: number, event: string) => `${cpu} ${pid} ${event.replace(":", ": (f+0x0/0x1)")}`;
const flush = (cpu: number, pid: number, pages: number, reason: number) =>
  `${cpu} ${pid} tlb_flush: pages:${pages} reason: (${reason})`;
const FORK = "1200000";
const THREAD = "3d0f00";
const VFORK = "4100";

function build(rows: readonly string[], sidecars: Record<string, string> = {}): ScheduleResult {
  const { table } = parse(trace(...rows));
  const built = buildSchedule({ table, sidecars: readSidecars(new Map(Object.entries(sidecars))) });
  if (!built.ok) throw new Error(built.error.message);
  return built.value;
}

/** Actions as text. Tasks by pid (c<N> is CPU N's idle task), mms by id. */
function actions({ schedule }: ScheduleResult): string[] {
  const task = (id: number) => (id < schedule.cpus ? `c${id}` : String(schedule.tasks[id]!.pid));
  const names = Object.entries(ACTION);
  return Array.from(schedule.kind, (kind, at) => {
    const [a, b, c] = [schedule.a[at]!, schedule.b[at]!, schedule.c[at]!];
    const name = names.find(([, value]) => value === kind)![0];
    const cpu = schedule.cpu[at];
    if (kind === ACTION.switch) return `${cpu} ${name} ${task(a)} ${task(b)}`;
    if (kind === ACTION.mmInit) return `${cpu} ${name} m${a}`;
    if (kind === ACTION.lost) return `${cpu} ${name} ${a}`;
    if (kind === ACTION.exit || kind === ACTION.unuseMm) return `${cpu} ${name} ${task(a)}`;
    if (kind === ACTION.flush) return `${cpu} ${name} m${a} ${b} ${c} ${schedule.start[at]} ${schedule.end[at]}`;
    return `${cpu} ${name} ${task(a)} m${b}`;
  });
}

function mmOf({ schedule }: ScheduleResult, pid: number): number | undefined {
  return schedule.tasks.find((task) => task.pid === pid)?.mm;
}

describe("ordinary traces", () => {
  test("fork copies the mm, a thread shares it, vfork shares it until exec", () => {
    const result = build([
      to(0, 0, 10, "R"),
      born(0, 10, 11, FORK),
      "0 10 sched_process_fork: comm=t10 pid=10 child_comm=t10 child_pid=11",
      born(0, 10, 12, THREAD),
      born(0, 10, 13, VFORK),
      to(0, 10, 13),
      "0 13 sched_process_exec: filename=/bin/true pid=13 old_pid=13",
      "0 13 sched_process_exit: comm=t13 pid=13 prio=120",
      to(0, 13, 12, "Z"),
    ]);
    // mm 1 is init_mm; ids are given in the order of use.
    expect(actions(result)).toEqual([
      "0 switch c0 10", "0 mmInit m2", "0 newTask 11 m2", "0 newTask 12 m3", "0 newTask 13 m3", "0 switch 10 13",
      "0 mmInit m4", "0 exec 13 m4", "0 exit 13", "0 switch 13 12",
    ]); // biome-ignore format: a table
    expect(mmOf(result, 10)).toBe(3);
    expect(mmOf(result, 11)).toBe(0);
    expect(result.inferred.switches).toMatchObject({ assumed: 1, clone_flags: 2, idle: 0 });
    expect(result.inferred.execPoints).toEqual({ exec_release: 0, task_rename: 0, rss_stat: 0, sched_process_exec: 1 });
  });

  test("an exec is where the task was renamed, not where prctl renamed it earlier", () => {
    const rename = "0 10 task_rename: pid=10 oldcomm=a newcomm=b oom_score_adj=0";
    const result = build([
      to(0, 0, 10, "R"), rename, "0 10 cpu_idle: state=1 cpu_id=0", rename, "0 10 cpu_idle: state=1 cpu_id=0",
      "0 10 sched_process_exec: filename=/bin/b pid=10 old_pid=10", rename,
    ]); // biome-ignore format: a table
    expect(actions(result).slice(1)).toEqual(["0 mmInit m2", "0 exec 10 m2"]);
    expect(result.schedule.row[2]).toBe(3);
  });

  test("a thread that execs takes over its leader's pid", () => {
    const result = build([
      to(0, 0, 11, "R"),
      "1 10 sched_process_exit: comm=t10 pid=10 prio=120",
      to(1, 10, 0, "Z"),
      // From here on pid 10 is the thread that was 11.
      to(0, 10, 0),
      to(0, 0, 10),
      "0 10 sched_process_exec: filename=/bin/b pid=10 old_pid=11",
      to(0, 10, 0),
    ], { saved_tgids: "10 10\n11 10\n" });
    const { schedule } = result;
    const thread = schedule.b[0]!;
    const onCpu0 = [...schedule.kind.keys()].filter((at) => schedule.cpu[at] === 0);
    const switches = onCpu0.filter((at) => schedule.kind[at] === ACTION.switch);
    const expected = [[0, thread], [thread, 0], [0, thread], [thread, 0]];
    expect(switches.map((at) => [schedule.a[at], schedule.b[at]])).toEqual(expected);
    const exec = schedule.kind.indexOf(ACTION.exec);
    expect(schedule.a[exec]).toBe(thread);
    expect(result.inferred.doubts).toMatchObject({ threadsTookLeadersPid: 1, missingSwitches: 0 });
  }); // biome-ignore format: rows

  test("a pid that is used again is another task", () => {
    const result = build([
      to(0, 0, 10, "R"),
      born(0, 10, 20, FORK),
      to(0, 10, 20),
      "0 20 sched_process_exit: comm=t20 pid=20 prio=120",
      to(0, 20, 10, "Z"),
      born(0, 10, 20, FORK),
      to(0, 10, 20),
    ]);
    const children = result.schedule.tasks.filter((task) => task.pid === 20);
    expect(children.length).toBe(2);
    expect(result.inferred.doubts.reusedPids).toBe(0);
    expect(actions(result).filter((text) => text.includes("newTask"))).toEqual(["0 newTask 20 m2", "0 newTask 20 m3"]);
  });

  test("kernel threads: by ps, by kthreadd, by name; a user task of that name is known from ps", () => {
    const rows = [
      to(0, 0, 2, "R"), born(0, 2, 30, "800700"), to(0, 2, 40), to(0, 40, 50), to(0, 50, 60), to(0, 60, 30),
    ]; // biome-ignore format: a table
    const ps = "PID USER COMMAND\n 40 0 [odd]\n 50 0 kswapd0 --fake\n";
    const result = build(rows, { "ps.before": ps, saved_cmdlines: "50 kswapd0\n60 kworker/0:1\n" });
    const kernel = (pid: number) => result.schedule.tasks.find((task) => task.pid === pid)?.kernelThread;
    // Rows name tasks t<pid>; pid 60 is known by its name in the trace only if it has one there.
    expect([2, 30, 40, 50].map(kernel)).toEqual([true, true, true, false]);
    expect(result.inferred.switches).toMatchObject({ kernel_thread: 3, assumed: 2 });
  });

  test("threads older than the trace share an mm if their tgid says so", () => {
    const result = build([to(0, 0, 10, "R"), to(0, 10, 11), to(0, 11, 12)], { saved_tgids: "10 10\n11 10\n12 12\n" });
    expect(mmOf(result, 10)).toBe(mmOf(result, 11));
    expect(mmOf(result, 12)).not.toBe(mmOf(result, 10));
    expect(result.inferred.identified).toBe(1);
  });

  test("flush calls: 4 then 3 is one call, 2 is of no mm, freed_tables is unknown", () => {
    const result = build([
      to(0, 0, 10, "R"), flush(0, 10, -1, 0),
      flush(0, 10, 5, 4), flush(1, 0, 5, 1), flush(0, 10, 5, 3), // one call
      flush(0, 10, 5, 3), // another, with nobody else to tell
      flush(0, 10, 7, 4), flush(0, 10, -1, 3), // one: this CPU was behind
      flush(0, 10, 512, 4), flush(0, 10, 1, 3), // one, of a huge page
      flush(0, 10, 9, 4), flush(0, 10, 3, 3), // two
      flush(0, 10, 9, 4), to(0, 10, 0), flush(0, 10, -1, 0), to(0, 0, 10), flush(0, 10, 9, 3), // two
      flush(0, 10, -1, 2),
    ]); // biome-ignore format: a table
    expect(actions(result).filter((text) => text.includes("flush"))).toEqual([
      "0 flush m2 -1 12 0 20480", "0 flush m2 -1 12 0 20480", "0 flush m2 -1 12 0 28672", "0 flush m2 -1 21 0 2097152",
      "0 flush m2 -1 12 0 36864", "0 flush m2 -1 12 0 12288", "0 flush m2 -1 12 0 36864", "0 flush m2 -1 12 0 36864",
      "0 flush m0 -1 12 0 -1",
    ]); // biome-ignore format: a table
    expect(result.inferred.flushCalls).toEqual({
      from: "tlb_flush events",
      calls: 9,
      withoutMm: 1,
      freedUnknown: 9,
      merged: 3,
    });
  });

  test("lost events: the CPU's task is unknown until its next row", () => {
    const result = build([to(0, 0, 10, "R"), "CPU:0 [LOST 7 EVENTS]", to(0, 11, 0)]);
    expect(actions(result)).toEqual(["0 switch c0 10", "0 lost 7", "0 switch 11 c0"]);
    expect(result.inferred.doubts).toMatchObject({ unknownIntervals: 1, missingSwitches: 0 });
  });

  test("events that are missing without a word are noticed", () => {
    const result = build([to(0, 0, 10, "R"), to(0, 11, 0)]);
    expect(actions(result)).toEqual(["0 switch c0 10", "0 lost 0", "0 switch 11 c0"]);
    expect(result.inferred.doubts.missingSwitches).toBe(1);
  });

  test("fork without clone_flags: thread or process by the tgid", () => {
    const fork = (pid: number) => `0 10 sched_process_fork: comm=t pid=10 child_comm=t child_pid=${pid}`;
    const result = build([to(0, 0, 10, "R"), fork(11), fork(12)], { saved_tgids: "11 10\n12 12\n" });
    expect(actions(result)).toEqual(["0 switch c0 10", "0 newTask 11 m2", "0 mmInit m3", "0 newTask 12 m3"]);
    expect(result.inferred.doubts.forksWithoutFlags).toBe(2);
  });

  test("rss_stat tells whose mm it is, also of a thread that no tgid and no flag is known of", () => {
    const rss = (cpu: number, pid: number, id: number, own = 1) =>
      `${cpu} ${pid} rss_stat: mm_id=${id} curr=${own} type=MM_ANONPAGES size=4096B`;
    const result = build([
      to(0, 0, 10, "R"), rss(0, 10, 7), to(0, 10, 11), rss(0, 11, 7), rss(0, 11, 9, 0), to(0, 11, 12), rss(0, 12, 8),
      // A child with a copy, whose mm is at an address that was used before; and one that is not seen.
      born(0, 12, 13, FORK), to(0, 12, 13), rss(0, 13, 7), to(0, 13, 14),
      to(0, 14, 15), rss(0, 15, 8), to(0, 15, 0),
    ], { "proc-snapshot.txt": "15 (vhost) 2 2129984\n" }); // biome-ignore format: a table
    expect(mmOf(result, 10)).toBe(mmOf(result, 11));
    expect(mmOf(result, 12)).not.toBe(mmOf(result, 10));
    expect(mmOf(result, 15)).toBe(0);
    const child = result.schedule.kind.indexOf(ACTION.newTask);
    expect([mmOf(result, 10), mmOf(result, 12)]).not.toContain(result.schedule.b[child]);
    expect(result.inferred.switches).toMatchObject({ rss_stat: 4, assumed: 1, kernel_thread: 1, idle: 1 });
    expect(result.inferred.doubts.mmConflicts).toBe(0);
    expect(result.inferred.identity.switches).toEqual({ known: 5 / 6, inferred: 0, unknown: 1 / 6 });
  });

  test("stronger than a tgid, and than a name", () => {
    const rss = (pid: number, id: number) => `0 ${pid} rss_stat: mm_id=${id} curr=1 type=MM_FILEPAGES size=0B`;
    const result = build(
      [to(0, 0, 10, "R"), rss(10, 7), to(0, 10, 11), rss(11, 8), to(0, 11, 0)],
      { saved_tgids: "10 10\n11 10\n" },
    ); // biome-ignore format: a table
    expect(mmOf(result, 10)).not.toBe(mmOf(result, 11));
    expect(result.inferred.doubts.mmConflicts).toBe(1);
  });

  test("an exec that only sched_process_exec tells is where rss_stat first names the new mm", () => {
    const rss = (id: number) => `0 10 rss_stat: mm_id=${id} curr=1 type=MM_FILEPAGES size=0B`;
    const exec = "0 10 sched_process_exec: filename=/bin/b pid=10 old_pid=10";
    const result = build([to(0, 0, 10, "R"), rss(7), rss(8), rss(8), exec, rss(8), to(0, 10, 0)]);
    expect(result.schedule.row[actions(result).indexOf("0 exec 10 m2")]).toBe(2);
    expect(result.inferred.execPoints).toMatchObject({ rss_stat: 1, sched_process_exec: 0 });
    // Not where it still names the old one.
    const late = build([to(0, 0, 10, "R"), rss(7), exec, rss(8), to(0, 10, 0)]);
    expect(late.schedule.row[actions(late).indexOf("0 exec 10 m2")]).toBe(2);
    expect(late.inferred.execPoints).toMatchObject({ rss_stat: 0, sched_process_exec: 1 });
  });

  test("no sched_switch: an error", () => {
    const { table } = parse(trace("0 10 cpu_idle: state=1 cpu_id=0"));
    const built = buildSchedule({ table, file: "x.txt" });
    expect(built.ok ? undefined : [built.error.code, built.error.message]).toEqual([
      "trace-no-switches",
      "x.txt has 1 events, but no sched_switch",
    ]);
  });
});

describe("traces with probes", () => {
  const A = "0xff11000000000100";
  const B = "0xff11000000000200";
  const INIT = "0xffffffff82b5c940";
  const switchMm = (cpu: number, pid: number, npid: number, next: string, ctx: number) =>
    probe(cpu, pid, `switch_mm: prev=${A} next=${next} npid=${npid} ctx=${ctx} gen=0`);
  const lazy = (cpu: number, pid: number, npid: number) =>
    probe(cpu, pid, `enter_lazy: mm=${A} npid=${npid} ctx=5 gen=0`);
  const flushRange = (cpu: number, pid: number, mm: string, ctx: number, end = "0xffffffffffffffff", freed = 1) =>
    probe(cpu, pid, `flush_range: mm=${mm} start=0x1000 end=${end} stride=12 freed=${freed} ctx=${ctx} gen=1 jf=1`);

  test("the probe after a switch names the next task's mm, also of what happened before", () => {
    const result = build([
      "0 10 tracing_mark_write: START x", flushRange(0, 10, A, 5, "0x3000", 0),
      to(0, 10, 11), switchMm(0, 10, 11, A, 5), to(0, 11, 12), lazy(0, 11, 12),
      // Of another context: a remote flush makes the idle CPU leave its mm.
      switchMm(0, 12, 0, INIT, 1), flushRange(0, 12, A, 5), to(0, 12, 10), switchMm(0, 12, 10, A, 5),
      "0 10 tracing_mark_write: END x", to(0, 10, 0),
    ]); // biome-ignore format: a table
    expect(actions(result)).toEqual([
      "0 flush m2 0 12 4096 12288", "0 switch 10 11", "0 switch 11 12", "0 flush m2 1 12 4096 -1", "0 switch 12 10",
    ]); // biome-ignore format: a table
    expect([10, 11, 12].map((pid) => mmOf(result, pid))).toEqual([2, 2, 0]);
    expect(result.inferred.window).toMatchObject({
      start: "START mark",
      end: "END mark",
      label: "x",
      rowsBefore: 0,
      rowsAfter: 2,
    });
    expect(result.inferred.switches.probe).toBe(3);
    expect(result.inferred.doubts.mmConflicts).toBe(0);
  });

  test("a pointer that is handed out again is another mm", () => {
    const result = build([
      to(0, 0, 10, "R"), switchMm(0, 0, 10, B, 7), probe(0, 10, `mm_init: mm=${A} ctx=8 gen=0`), born(0, 10, 11, FORK),
      to(0, 10, 11), switchMm(0, 10, 11, A, 8), probe(0, 11, `exit_release: tpid=11 mm=${A}`),
      "0 11 sched_process_exit: comm=t pid=11 prio=120", to(0, 11, 10, "Z"), switchMm(0, 11, 10, B, 7),
      probe(0, 10, `mm_init: mm=${A} ctx=9 gen=0`), born(0, 10, 12, FORK), flushRange(0, 10, A, 9),
      // Its mm_init was missed; the ctx_id tells.
      flushRange(0, 10, A, 10),
    ]); // biome-ignore format: a table
    expect(actions(result)).toEqual([
      "0 switch c0 10", "0 mmInit m2", "0 newTask 11 m2", "0 switch 10 11", "0 exit 11", "0 switch 11 10",
      "0 mmInit m3", "0 newTask 12 m3", "0 flush m3 1 12 4096 -1", "0 flush m4 1 12 4096 -1",
    ]); // biome-ignore format: a table
    expect(result.inferred.doubts.missedMmInits).toBe(1);
    expect(result.inferred.exitPoints).toEqual({ exit_release: 1, sched_process_exit: 0 });
  });

  test("an exec that is preempted before it loads the new mm is later than its probe", () => {
    const result = build([
      to(0, 0, 10, "R"), switchMm(0, 0, 10, A, 5), probe(0, 10, `mm_init: mm=${B} ctx=6 gen=0`),
      probe(0, 10, `exec_release: tpid=10 mm=${A}`),
      to(0, 10, 0, "R+"), lazy(0, 10, 0), to(0, 0, 10), switchMm(0, 0, 10, A, 5),
      switchMm(0, 10, 0, B, 6), "0 10 sched_process_exec: filename=/x pid=10 old_pid=10", to(0, 10, 0),
    ]); // biome-ignore format: a table
    expect(actions(result)).toEqual([
      "0 switch c0 10", "0 mmInit m2", "0 switch 10 c0", "0 switch c0 10", "0 exec 10 m2", "0 switch 10 c0",
    ]); // biome-ignore format: a table
    expect(mmOf(result, 10)).toBe(3);
    expect(result.inferred.doubts.mmConflicts).toBe(0);
    expect(result.inferred.execPoints).toEqual({ exec_release: 1, task_rename: 0, rss_stat: 0, sched_process_exec: 0 });
  });

  test("so is an exit that is preempted before it gives up the mm", () => {
    const result = build([
      to(0, 0, 10, "R"), switchMm(0, 0, 10, A, 5), probe(0, 10, `exit_release: tpid=10 mm=${A}`), to(0, 10, 0, "R+"),
      lazy(0, 10, 0), to(0, 0, 10), switchMm(0, 0, 10, A, 5), lazy(0, 10, 10),
      "0 10 sched_process_exit: comm=t pid=10 prio=120", to(0, 10, 0, "R+"), to(0, 0, 10), lazy(0, 0, 10),
      to(0, 10, 0, "Z"),
    ]); // biome-ignore format: a table
    expect(actions(result)).toEqual([
      "0 switch c0 10", "0 switch 10 c0", "0 switch c0 10", "0 exit 10", "0 switch 10 c0", "0 switch c0 10",
      "0 switch 10 c0",
    ]); // biome-ignore format: a table
    expect(result.inferred.heldChanges).toBe(1);
    expect(result.inferred.switches).toMatchObject({ probe: 3, exit: 0, idle: 3 });
  });

  test("a kernel thread borrows an mm", () => {
    const result = build([
      to(0, 0, 30, "R"), probe(0, 30, `kthread_use_mm: mm=${A} ctx=5`), switchMm(0, 30, 30, A, 5), to(0, 30, 0),
      to(0, 0, 30), switchMm(0, 0, 30, A, 5), probe(0, 30, `kthread_unuse_mm: mm=${A} ctx=5`), to(0, 30, 0),
    ]); // biome-ignore format: a table
    expect(actions(result)).toEqual([
      "0 switch c0 30", "0 useMm 30 m2", "0 switch 30 c0", "0 switch c0 30", "0 unuseMm 30", "0 switch 30 c0",
    ]); // biome-ignore format: a table
    expect(mmOf(result, 30)).toBe(0);
  });

  test("the START snapshot, and what it already contains", () => {
    const snap = (of: number, pid: number, mm: string, ctx: number, amm: string, ctxs: string) =>
      probe(
        0, 10,
        `snap${of}: mm=${mm} asid=1 nasid=2 inv=0 upf=0x0 lazy=0 ctxs={${ctxs}} ctx=${ctx} gen=9 pid=${pid} amm=${amm}`,
      );
    const rows = [
      "0 10 tracing_mark_write: START x", to(1, 0, 20, "R"), snap(1, 20, INIT, 1, "0x0", "6,4,1,0"),
      snap(0, 10, A, 5, A, "5,3,77,1"), snap(1, 0, B, 6, "0x0", "6,4,1,0"), to(1, 20, 11), switchMm(1, 20, 11, B, 6),
      to(1, 11, 0), to(1, 0, 11), to(1, 11, 0), to(1, 0, 11), snap(0, 99, B, 6, B, "6,9,6,9"),
      "0 10 tracing_mark_write: END",
    ]; // biome-ignore format: a table
    const result = build(rows);
    const { snapshot, tasks, firstTask } = result.schedule;
    const idOf = (pid: number) => tasks.findIndex((task) => task.pid === pid);
    const common = { isLazy: false, asid: 1, nextAsid: 2 };
    expect(snapshot).toEqual([
      { task: idOf(10), loadedMm: 2, ...common, ctxs: [{ mm: 2, tlbGen: 3 }, { mm: 0, tlbGen: 1 }] },
      { task: idOf(20), loadedMm: 1, ...common, ctxs: [{ mm: 3, tlbGen: 4 }, { mm: 1, tlbGen: 0 }] },
    ]);
    expect([...firstTask].map((id) => tasks[id]?.pid)).toEqual([10, 20]);
    expect(result.inferred.doubts.actionsBeforeSnapshot).toBe(1);
    expect(actions(result)[0]).toBe("1 switch 20 11");
    expect(result.inferred.snapshot).toBe("START snapshot");
  }); // biome-ignore format: rows

  test("recorded flushes are those of the window, per CPU", () => {
    const rows = [
      flush(0, 10, 1, 3), "0 10 tracing_mark_write: START x", to(0, 10, 0), flush(0, 10, -1, 0), flush(1, 0, 4, 1),
      flushRange(0, 10, A, 5), flush(0, 0, 2, 3), "0 10 tracing_mark_write: END x", flush(0, 10, 1, 3),
    ]; // biome-ignore format: a table
    const { table } = parse(trace(...rows));
    const built = build(rows);
    const recorded = recordedFlushes(table, built.window)!;
    const pairs = recorded.map((cpu) => [...cpu.reason].map((reason, i) => [reason, cpu.pages[i]]));
    expect(pairs).toEqual([[[0, -1], [3, 2]], [[1, 4]]]);
    // With the probe, the tlb_flush events are no flush calls.
    expect(built.inferred.flushCalls).toMatchObject({ from: "flush_range probe", calls: 1 });
    expect(recordedFlushes(parse(trace(to(0, 1, 2))).table, built.window)).toBeUndefined();
  }); // biome-ignore format: rows

  test("flush_range probes of other architectures are no flush calls", () => {
    const result = build([to(0, 0, 10, "R"), probe(0, 10, "flush_range: vma=0x1 start=0x1000 end=0x2000")]);
    expect(result.inferred.flushCalls).toMatchObject({ from: "none", calls: 0 });
  });
});
