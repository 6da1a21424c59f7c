// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { decompress } from "fzstd";
import { describe, expect, test } from "vitest";
import { argNumber, argText, type EventTable, FLAG } from "../../src/events/table.ts";
import { detectContent } from "../../src/traces/detect.ts";
import type { ParsedTrace } from "../../src/traces/parsed.ts";
import { PerfScriptParser } from "../../src/traces/perf-script/parser.ts";
import { buildSchedule } from "../../src/traces/schedule.ts";
import { asPerfScript } from "./perf-text.ts";
import { FIXTURE, parse, RECORDINGS, show, showAll } from "./text.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function perf(text: string | Uint8Array, chunk = 1 << 20): ParsedTrace {
  const bytes = typeof text === "string" ? encode(text) : text;
  const parser = new PerfScriptParser();
  for (let at = 0; at < bytes.length; at += chunk) parser.push(bytes.slice(at, at + chunk));
  return parser.finish();
}

const IDLE = "power:cpu_idle: state=1 cpu_id=2";
const SWITCH =
  "sched:sched_switch: prev_comm=sh prev_pid=127 prev_prio=120 prev_state=R+ ==> next_comm=a next_pid=3 next_prio=120";

describe("heads of lines", () => {
  // text, [pid, cpu, tgid, ticks, seconds per tick], comm
  const HEADS: readonly (readonly [string, readonly number[], string])[] = [
    ["              sh     127 [002]    43.542056: ", [127, 2, -1, 43542056, 1e-6], "sh"],
    ["              sh     120/127     [002]    43.542056051: ", [127, 2, 120, 43542056051, 1e-9], "sh"],
    ["sh 127 [002]    43.542056: ", [127, 2, -1, 43542056, 1e-6], "sh"],
    ["           my sh     127 [1002]    43.542056:          1 ", [127, 1002, -1, 43542056, 1e-6], "my sh"],
    ["      tokio-1/12     120/127     [002] K     43.542056: ", [127, 2, 120, 43542056, 1e-6], "tokio-1/12"],
    ["         x [000]     127 [002]    43.542056: ", [127, 2, -1, 43542056, 1e-6], "x [000]"],
    ["       [0] 12 1:     127 [002]    43.542056: ", [127, 2, -1, 43542056, 1e-6], "[0] 12 1:"],
    ["            :127     127 [002]    43.542056: ", [127, 2, -1, 43542056, 1e-6], ""],
    ["    127 [002]    43.542056: ", [127, 2, -1, 43542056, 1e-6], ""],
    ["  kthread/-1     127/127 [002]    43.542056: ", [127, 2, 127, 43542056, 1e-6], "kthread/-1"],
  ]; // biome-ignore format: a table

  test.each(HEADS)("%j", (head, [pid, cpu, tgid, ticks, unit], comm) => {
    const { table, odd, unparsed } = perf(`${head}${IDLE}\n`);
    expect([table.length, table.pid[0], table.cpu[0], table.time[0]]).toEqual([1, pid, cpu, ticks]);
    expect(table.secondsPerTick).toBeCloseTo(unit!, 15);
    expect(table.pids[0]).toEqual({ pid, tgid, comm });
    expect([show(table, 0), table.flags[0], odd.unknown, unparsed]).toEqual([
      "cpu_idle state=1 cpu_id=2",
      FLAG.noFlags,
      0,
      {},
    ]);
  });

  test("without a pid, sched_switch says itself who ran", () => {
    const { table, odd, notes } = perf(
      `     migration/3 [002]    43.500000: ${SWITCH}\n     migration/3 [002]    43.600000: ${IDLE}\n`,
    );
    expect([...table.pid]).toEqual([127, -1]);
    expect([table.pids.length, odd.noPid]).toEqual([0, 1]);
    expect(notes).toEqual(["1 rows do not say whose they are (perf prints -1 for a task that is gone)"]);
  });

  test("a task that is gone has pid -1, and its last sched_switch knows better", () => {
    const { table } = perf(`             :-1      -1/-1      [002]    43.500000: ${SWITCH}\n`);
    expect([table.length, table.pid[0]]).toEqual([1, 127]);
    expect(table.flags[0]! & FLAG.preempted).toBe(FLAG.preempted);
  });

  const NAMES: readonly (readonly [string, string])[] = [
    ["sched:sched_waking:", "sched_waking"], ["cycles:", "cycles"], ["cycles:ppp:", "cycles"],
    ["cpu-clock:u:", "cpu-clock"],
    ["probe:tlb_flush:", "tlb_flush"], ["probe_libc:malloc:u:", "malloc"], ["cpu/event=0x3c/:", "cpu/event=0x3c/"],
    ["tlb_flush:", "tlb_flush"],
  ]; // biome-ignore format: a table
  test.each(NAMES)("%s is %s", (event, name) => {
    const { table } = perf(`sh 127 [002] 43.500000: 1000 ${event}\n`);
    expect([table.length, table.kinds[table.kind[0]!]!.name]).toEqual([1, name]);
  });

  test("an event without cpu is counted, one without a name, too; neither gives a row", () => {
    const { table, odd, notes } = perf(
      `sh 1 [-01] 43.500000: ${IDLE}\nsh 1 [000] 43.500000: prev_comm=x\nsh 1 [000] 43.500000: ${IDLE}\n`,
    );
    expect([table.length, odd.noCpu, odd.nameless]).toEqual([1, 1, 1]);
    expect(notes).toHaveLength(2);
  });
});

describe("task names", () => {
  const ODD = [
    "x-1 [000]", "c:1 => y", "=q ==> r", "a\nb", "prev_pid=1", "-1", "[000]", "(sd-pam)", "a b c d e f g h", "a/1",
    "12 34", "0 [001] 1.0: x:", "#comment", "==> next_comm=", "ü", "\u00ff\u0100",
  ]; // biome-ignore format: a table
  test.each(ODD)("%j", (name) => {
    const text =
      `sh 127 [002] 43.000001: ${IDLE}\n` +
      `${name.padStart(16)} 300/300 [002] 43.000002: sched:sched_switch: prev_comm=${name} prev_pid=300 ` +
      `prev_prio=120 prev_state=S ==> next_comm=${name} next_pid=301 next_prio=98\n` +
      `${name.padStart(16)} 301/301 [002] 43.000003: sched:sched_switch: ${name}:301 [120] R+ ==> ${name}:1 [98]\n`;
    for (const chunk of [1 << 20, 7]) {
      const { table, unparsed } = perf(text, chunk);
      const shown = (prev: number, prio: number, state: string, next: number) =>
        `sched_switch prev_comm=${name} prev_pid=${prev} prev_prio=${prio} prev_state=${state}` +
        ` next_comm=${name} next_pid=${next} next_prio=98`;
      expect(showAll(table).slice(1)).toEqual([shown(300, 120, "S", 301), shown(301, 120, "R+", 1)]);
      expect([...table.pid]).toEqual([127, 300, 301]);
      expect(unparsed).toEqual({});
    }
  });

  test("bytes that are no UTF-8", () => {
    const { table } = perf(Uint8Array.from(`a\xe9b 7/7 [000] 1.000000: ${IDLE}\n`, (c) => c.charCodeAt(0)));
    expect(table.pids).toEqual([{ pid: 7, tgid: 7, comm: "aéb" }]);
  });

  test("a name in front of the line, at most 15 bytes, never hides the pid", () => {
    const name = fc.string({ unit: "binary-ascii", maxLength: 15 }).filter((s) => !/[\0\n\r]/.test(s));
    fc.assert(
      fc.property(name, fc.nat(4_000_000), fc.nat(500), (comm, pid, cpu) => {
        const number = String(cpu).padStart(3, "0");
        const { table } = perf(`${comm.padStart(16)} ${pid}/${pid} [${number}]     1.234567: ${IDLE}\n`);
        expect([table.length, table.pid[0], table.cpu[0], table.time[0]]).toEqual([1, pid, cpu, 1_234_567]);
      }),
    );
  });
});

describe("other lines", () => {
  const EVENT = (time: string, event = IDLE) => `sh 127/127 [002] ${time.padEnd(8, "0")}: ${event}\n`;

  test("stacks, with and without empty lines between events", () => {
    const stack = "\tffffffff81a0f3c1 __schedule+0x2b1 ([kernel.kallsyms])\n\t    7f3a12 [unknown] (/bin/sh)\n";
    const deleted = "\t     55d0 main (/bin/sh (deleted))\n";
    const { table, odd, notes } = perf(
      `${EVENT("1.0") + stack}\n${EVENT("1.1") + stack + EVENT("1.2") + EVENT("1.3")}\n${deleted}`,
    );
    expect([table.length, odd.stack, odd.unknown, odd.continuation]).toEqual([4, 5, 0, 0]);
    expect(notes).toEqual(["5 lines of stacks were skipped"]);
  });

  test("a byte order mark, CRLF, no newline at the end, nothing at all", () => {
    const { table, odd } = perf(`\ufeff${EVENT("1.0").replace("\n", "\r\n")}${EVENT("1.1").trimEnd()}`);
    expect(showAll(table)).toEqual(Array(2).fill("cpu_idle state=1 cpu_id=2"));
    expect([odd.unknown, table.pids]).toEqual([0, [{ pid: 127, tgid: 127, comm: "sh" }]]);
    expect(perf("").table.length).toBe(0);
  });

  test("what --header prints", () => {
    const { banner, table, odd } = perf(
      `# ========\n# os release : 6.1.0-56-amd64\n# arch : x86_64\n# nrcpus online : 8\n#\n${EVENT("1.0")}`,
    );
    expect(banner).toEqual({ release: "6.1.0-56-amd64", machine: "x86_64", cpus: 8 });
    expect([table.cpus, odd.unknown]).toEqual([8, 0]);
  });

  test("a probe's address has neither 0x nor a symbol", () => {
    const { table, unparsed } = perf(
      EVENT("1.0", "probe:switch_mm: (ffffffff8106b2f0) next=0xff11000100a0b2c0 npid=12") +
        EVENT("1.1", "probe:switch_mm__return: (ffffffff8106b2f0 <- ffffffff81a0f3c1) asid=1"),
    );
    expect(showAll(table)).toEqual([
      "switch_mm at=ffffffff8106b2f0 next=0xff11000100a0b2c0 npid=12",
      "switch_mm__return at=ffffffff8106b2f0 <- ffffffff81a0f3c1 asid=1",
    ]);
    expect(unparsed).toEqual({});
  });

  test("periods: of one switch they say nothing, of several that switches are missing", () => {
    expect(perf(EVENT("1.0", `          1 ${SWITCH}`)).notes).toEqual([]);
    expect(perf(EVENT("1.0", `         17 ${SWITCH}`)).notes[0]).toMatch(/^1 sched_switch rows stand for several/);
  });

  test("a switch without its arguments is told", () => {
    const { notes, unparsed } = perf(EVENT("1.0", "sched:sched_switch:"));
    expect(unparsed).toEqual({ sched_switch: 1 });
    expect(notes[0]).toContain("-F comm,pid,tid,cpu,time,event,trace");
  });

  test("rubbish without newlines does not pile up, and lines that go on for ever end", () => {
    const { table, odd, units } = perf(new Uint8Array(1 << 20).fill(0x41), 4096);
    expect([table.length, odd.unknown, units]).toEqual([0, 1, 1]);
    const endless = perf(EVENT("1.0", "sched:sched_switch: prev_comm=") + "x\n".repeat(100_000));
    expect(endless.table.length).toBe(1);
    expect(endless.odd.unknown).toBeGreaterThan(60_000);
  });

  test("pieces of any size give the same rows", () => {
    const text =
      EVENT("1.0", "sched:sched_process_exec: filename=/a\nb pid=2 old_pid=2") +
      "\tffffffff81a0f3c1 __schedule+0x2b1\n\n" +
      "sh 127/127 [002] 1.100000: PERF_RECORD_LOST lost 3\n" +
      EVENT("1.2", SWITCH.replaceAll("sh", "s\nh"));
    const whole = perf(text);
    expect(whole.table.length).toBe(3);
    for (let chunk = 1; chunk < 150; chunk++) {
      const pieces = perf(text, chunk);
      expect(showAll(pieces.table)).toEqual(showAll(whole.table));
      expect([pieces.units, pieces.odd]).toEqual([whole.units, whole.odd]);
    }
  });
});

describe("records of tasks and of lost events", () => {
  const AT = (time: string, record: string, pid = 10, comm = "sh") =>
    `${comm} ${pid}/${pid} [001] ${time.padEnd(8, "0")}: ${record}\n`;
  const OLD = ["1:1):(0:0", "2:2):(0:0", "35:35):(2:2", "10:10):(1:1", "10:11):(10:10"]
    .map((ids) => AT("0.000000", `PERF_RECORD_FORK(${ids})`, 0, "swapper"))
    .join("");
  const NEW =
    AT("1.000001", "PERF_RECORD_FORK(10:12):(10:10)") +
    AT("1.000002", "PERF_RECORD_FORK(13:13):(10:10)") +
    AT("1.000003", "PERF_RECORD_COMM exec: my ls:13/13", 13) +
    AT("1.000004", "PERF_RECORD_EXIT(13:13):(10:10)", 13, "my ls") +
    AT("1.000005", "PERF_RECORD_MMAP2 13/13: [0x5590(0x1000) @ 0 08:01 1 1]: r-xp /bin/ls", 13);

  test("tasks that are there at the start are no events, but say who is a thread or a kernel thread", () => {
    const { table, kernelThread, odd } = perf(`${OLD}${AT("0.0", "PERF_RECORD_COMM: kworker/0:0:35/35", 0)}`);
    expect([table.length, odd.records]).toEqual([0, 6]);
    const byPid = { 1: false, 2: true, 10: false, 11: false, 35: true };
    expect(Object.fromEntries(kernelThread ?? [])).toEqual(byPid);
    expect(table.pids).toContainEqual({ pid: 11, comm: "", tgid: 10 });
    expect(table.pids).toContainEqual({ pid: 35, comm: "kworker/0:0", tgid: 35 });
  });

  test("they stand for the tracepoints that are missing", () => {
    const { table, notes } = perf(NEW);
    expect(showAll(table)).toEqual([
      "task_newtask pid=12 comm=sh clone_flags=0x10100 oom_score_adj=(fault)",
      "task_newtask pid=13 comm=sh clone_flags=0x0 oom_score_adj=(fault)",
      "sched_process_exec filename=(fault) pid=13 old_pid=13",
      "sched_process_exit comm=my ls pid=13 prio=(fault)",
    ]);
    expect([...table.pid]).toEqual([10, 10, 13, 13]);
    expect(notes.at(-1)).toBe("perf's records of new tasks do not tell vfork() from fork()");
  });

  test("where the tracepoint is recorded, they stay what they are", () => {
    const own = "task:task_newtask: pid=12 comm=sh clone_flags=3d0f00 oom_score_adj=0";
    const { table } = perf(NEW + AT("1.1", own));
    const names = showAll(table).map((row) => row.replace(/ .*/, ""));
    expect(names).toEqual([
      "PERF_RECORD_FORK", "PERF_RECORD_FORK", "sched_process_exec", "sched_process_exit", "task_newtask",
    ]); // biome-ignore format: a table
  });

  test("lost events have a row of their own on the cpu that lost them", () => {
    const { table, lost } = perf(`${AT("1.0", IDLE)}${AT("1.1", "PERF_RECORD_LOST lost 12")}${AT("1.2", IDLE)}`);
    expect([showAll(table)[1], table.cpu[1], table.pid[1]]).toEqual(["lazymm:lost events=12", 1, -1]);
    expect(lost).toEqual({ marks: 1, events: 12 });
  });

  test("the schedule knows threads, new processes and kernel threads by them", () => {
    const switches = (prev: number, next: number, time: string, comm = "sh") =>
      AT(time, `sched:sched_switch: ${comm}:${prev} [120] S ==> x:${next} [120]`, prev, comm);
    const trace = perf(
      OLD +
        NEW.replace(/^.*EXIT.*\n/m, "") +
        switches(13, 10, "1.1") +
        switches(10, 11, "1.2") +
        switches(11, 35, "1.3"),
    );
    const built = buildSchedule(trace);
    if (!built.ok) throw new Error(built.error.message);
    const task = (pid: number) => built.value.schedule.tasks.find((one) => one.pid === pid)!;
    expect(built.value.inferred.switches).toMatchObject({ tgid: 2, kernel_thread: 1, assumed: 0 });
    expect([task(10).mm === task(11).mm, task(35).kernelThread, task(10).kernelThread]).toEqual([true, true, false]);
  });
});

/** Everything that does not depend on the flags, which perf does not print. */
function comparable(table: EventTable) {
  return {
    rows: showAll(table), time: [...table.time], cpu: [...table.cpu], pid: [...table.pid], cpus: table.cpus,
    kinds: [...new Set(table.kind)].map((kind) => table.kinds[kind]),
    preempted: [...table.flags].map((flags) => flags & FLAG.preempted),
    words: table.words,
  }; // biome-ignore format: a table
}

function readText(file: string): Uint8Array {
  const bytes = readFileSync(file);
  return file.endsWith(".zst") ? decompress(bytes) : bytes;
}

describe("a recording gives the same rows, printed by ftrace or by perf script", () => {
  test("the fixture", () => {
    const bytes = readText(join(FIXTURE, "trace.txt.zst"));
    const text = asPerfScript(Buffer.from(bytes).toString("latin1"), "         1 ");
    expect(detectContent(encode(text.slice(0, 4096)))).toEqual({ kind: "trace", format: "perf-script" });
    const trace = perf(Buffer.from(text, "latin1"), 1 << 16);
    const kernels = parse(bytes).table;
    expect(comparable(trace.table)).toEqual(comparable(kernels));
    expect([trace.odd.unknown, trace.unparsed, trace.notes]).toEqual([0, {}, []]);
    expect(trace.table.secondsPerTick).toBe(1e-9);
  });

  const FORMATS = join(RECORDINGS, "formats");
  test.skipIf(!existsSync(FORMATS)).each([
    "qemu8/ftrace-tgid.txt.zst", "qemu16/ftrace-tgid.txt.zst", "qemu8/ftrace-noirqinfo.txt", "qemu8/trace_pipe.txt.zst",
  ])("%s (skipped where the recordings beside the project are absent)", (file) => {
    const bytes = readText(join(FORMATS, file));
    const trace = perf(Buffer.from(asPerfScript(Buffer.from(bytes).toString("latin1")), "latin1"));
    const kernels = parse(bytes);
    const cpus = kernels.table.cpus;
    expect(comparable({ ...trace.table, cpus })).toEqual(comparable(kernels.table));
    expect([trace.odd.unknown, trace.unparsed, trace.lost]).toEqual([0, {}, kernels.lost]);
    const known = new Map(trace.table.pids.map((info) => [info.pid, info]));
    for (const info of kernels.table.pids) expect(known.get(info.pid)?.tgid ?? -1).toBe(info.tgid);
  }); // biome-ignore format: a table
});

test("names and numbers of sched_switch come back, whatever they are", () => {
  const name = fc.string({ unit: "binary-ascii", maxLength: 15 }).filter((s) => !/[\0\r]|\n(?:\n|$)/.test(s));
  fc.assert(
    fc.property(name, fc.nat(4_000_000), fc.integer({ min: -1, max: 139 }), (comm, pid, prio) => {
      const event =
        `sched:sched_switch: prev_comm=x${comm} prev_pid=${pid} prev_prio=${prio} prev_state=S` +
        ` ==> next_comm=x${comm} next_pid=${pid} next_prio=${prio}`;
      const { table } = perf(`sh ${pid} [000] 1.000001: ${event}\n`);
      expect(table.length).toBe(1);
      expect([argText(table, 0, "next_comm"), argNumber(table, 0, "next_prio")]).toEqual([`x${comm}`, prio]);
    }),
  );
});
