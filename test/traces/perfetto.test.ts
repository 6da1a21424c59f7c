// SPDX-License-Identifier: MIT
import { existsSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { argWord, type EventTable, FLAG } from "../../src/events/table.ts";
import { detectContent } from "../../src/traces/detect.ts";
import { openTrace } from "../../src/traces/input/open.ts";
import type { ParsedTrace } from "../../src/traces/parsed.ts";
import { PerfettoReader } from "../../src/traces/perfetto/reader.ts";
import { buildSchedule } from "../../src/traces/schedule.ts";
import { bundle, event, generic, msg, num, packed, packet, schedSwitch, systemInfo, text } from "./protobuf.ts";
import { line, parse, RECORDINGS, show, showAll } from "./text.ts";

function read(bytes: readonly number[], chunk = bytes.length): ParsedTrace {
  const reader = new PerfettoReader();
  for (let at = 0; at < bytes.length; at += chunk) reader.push(Uint8Array.from(bytes.slice(at, at + chunk)));
  return reader.finish();
}

/** time, cpu, pid and flags of each row, and what it says. */
function rows(table: EventTable): string[] {
  return Array.from(
    { length: table.length },
    (_, row) => `${table.time[row]} [${table.cpu[row]}] ${table.pid[row]} ${table.flags[row]} ${show(table, row)}`,
  );
}

const NONE = FLAG.noFlags;
const toSh = schedSwitch({ prev: ["swapper/0", 0, 120], state: 0, next: ["sh", 127, 120] });
const toIdle = schedSwitch({ prev: ["sh", 127, 120], state: 1, next: ["swapper/0", 0, 120] });
const COMPACT = msg(
  4,
  text(5, "sh"), text(5, "cc1"), text(5, "swapper/1"),
  packed(1, [1000, 10, 20]), packed(2, [1, 0x100, 2]), packed(3, [7, 8, 0]), packed(4, [120, 100, 120]),
  packed(6, [0, 1, 2]), packed(7, [1005]), packed(8, [8]), packed(9, [1]), packed(10, [100]), packed(11, [1]),
  packed(12, [9]),
); // biome-ignore format: in order

function switchText(prev: string, prevPid: number, state: string, next: string, nextPid: number): string {
  const from = `prev_comm=${prev} prev_pid=${prevPid} prev_prio=120 prev_state=${state}`;
  return `sched_switch: ${from} ==> next_comm=${next} next_pid=${nextPid} next_prio=120`;
}

describe("the same events are the same table as of ftrace text", () => {
  const TEXT = [
    line("<idle>", 0, 0, 1, switchText("swapper/0", 0, "R", "sh", 127)),
    line("sh", 127, 0, 2, "sched_waking: comm=cc1 pid=8 prio=120 target_cpu=001"),
    line("sh", 127, 0, 3, "task_newtask: pid=9 comm=sh clone_flags=1200000 oom_score_adj=0"),
    line("sh", 127, 0, 4, "sched_process_fork: comm=sh pid=127 child_comm=sh child_pid=9"),
    line("sh", 127, 0, 5, "task_rename: pid=127 oldcomm=sh newcomm=ls oom_score_adj=-5"),
    line("sh", 127, 0, 6, "sched_process_exec: filename=/bin/ls pid=127 old_pid=127"),
    line("sh", 127, 0, 7, "rss_stat: mm_id=3 curr=1 type=MM_ANONPAGES size=4096B"),
    line("sh", 127, 0, 8, "tlb_flush: pages:-1 reason:local mm shootdown (3)"),
    line("sh", 127, 0, 9, "call_function_entry: vector=251"),
    line("sh", 127, 0, 10, "tracing_mark_write: mark me"),
    line("sh", 127, 0, 11, "sched_process_exit: comm=ls pid=127 prio=120"),
    line("sh", 127, 0, 12, switchText("sh", 127, "Z", "swapper/0", 0)),
  ].join(""); // biome-ignore format: as the kernel prints it
  const us = 1000;
  const of = (time: number, payload: readonly number[], pid = 127) => event(time * us, payload, { pid, flags: 1 });
  const PROTO = [
    ...bundle(
      0,
      of(1, toSh, 0),
      of(2, msg(20, text(1, "cc1"), num(2, 8), num(3, 120), num(4, 1), num(5, 1))),
      of(3, msg(235, num(1, 9), text(2, "sh"), num(3, 0x1200000), num(4, 0))),
      of(4, msg(239, text(1, "sh"), num(2, 127), text(3, "sh"), num(4, 9))),
      of(5, msg(236, num(1, 127), text(2, "sh"), text(3, "ls"), num(4, -5))),
      of(6, msg(237, text(1, "/bin/ls"), num(2, 127), num(3, 127))),
      of(7, msg(313, num(1, 1), num(2, 4096), num(3, 1), num(4, 3))),
      of(8, generic("tlb_flush", { reason: 3, pages: 0xffff_ffff_ffff_ffffn })),
      of(9, generic("call_function_entry", { vector: 251 })),
      of(10, msg(3, num(1, 0xffff_ffff_8123_4567n), text(2, "mark me\n"))),
      of(11, msg(238, text(1, "ls"), num(2, 127), num(3, 127), num(4, 120))),
      of(12, schedSwitch({ prev: ["sh", 127, 120], state: 0x20, next: ["swapper/0", 0, 120] })),
    ),
  ];

  test("kinds, arguments, values and order", () => {
    const expected = parse(TEXT).table;
    const { table, unparsed } = read(PROTO);
    expect(showAll(table)).toEqual(showAll(expected));
    const kinds = (one: EventTable) => Array.from(one.kind, (kind) => one.kinds[kind]);
    expect(kinds(table)).toEqual(kinds(expected));
    expect([...table.time].map((time) => time / us)).toEqual([...expected.time]);
    expect([[...table.cpu], [...table.pid]]).toEqual([[...expected.cpu], [...expected.pid]]);
    // Perfetto has no preemption depth.
    expect([...table.flags]).toEqual([...expected.flags].map((flags) => flags & 0xff));
    expect([table.secondsPerTick, unparsed]).toEqual([1e-9, {}]);
  });

  test("and give the same schedule", () => {
    const [ours, text] = [read(PROTO), parse(TEXT)].map((trace) => buildSchedule(trace));
    if (!ours?.ok || !text?.ok) throw new Error("no schedule");
    expect([...ours.value.schedule.kind]).toEqual([...text.value.schedule.kind]);
    expect([...ours.value.schedule.a]).toEqual([...text.value.schedule.a]);
    expect(ours.value.schedule.length).toBeGreaterThan(4);
  });

  test("in whatever pieces the bytes come", () => {
    const whole = rows(read(PROTO).table);
    for (const chunk of [1, 2, 3, 7, 64]) expect(rows(read(PROTO, chunk).table)).toEqual(whole);
  });
});

describe("order", () => {
  test("bundles of several CPUs are merged by time, then CPU, then as they came", () => {
    const mark = (name: string) => msg(3, text(2, name));
    const trace = [
      ...bundle(
        1,
        event(10, mark("a"), { pid: 1 }),
        event(20, mark("b"), { pid: 1 }),
        event(20, mark("c"), { pid: 1 }),
      ),
      ...bundle(0, event(5, mark("d"), { pid: 1 }), event(20, mark("e"), { pid: 1 }), event(30, mark("f"), { pid: 1 })),
      ...bundle(1, event(25, mark("g"), { pid: 1 })),
    ];
    const texts = showAll(read(trace).table).map((row) => row.at(-1));
    expect(texts.join("")).toBe("daebcgf");
  });
});

describe("compact sched", () => {
  test("the task before is the one that was switched to before; of the first one it is not known", () => {
    const { table } = read([...bundle(1, COMPACT)]);
    const [unknown, known] = ["(fault)", FLAG.irqsOff | FLAG.hardirq];
    const next = (comm: string, pid: number, prio: number) => ` next_comm=${comm} next_pid=${pid} next_prio=${prio}`;
    const prev = (comm: string, pid: number | string, prio: number | string, state: string) =>
      `sched_switch prev_comm=${comm} prev_pid=${pid} prev_prio=${prio} prev_state=${state}`;
    expect(rows(table)).toEqual([
      `1000 [1] -1 ${NONE} ${prev(unknown, unknown, unknown, "S")}${next("sh", 7, 120)}`,
      `1005 [1] 7 ${known} sched_waking comm=cc1 pid=8 prio=100 target_cpu=1`,
      `1010 [1] 7 ${NONE | FLAG.preempted} ${prev("sh", 7, 120, "R+")}${next("cc1", 8, 100)}`,
      `1030 [1] 8 ${NONE} ${prev("cc1", 8, 100, "D")}${next("swapper/1", 0, 120)}`,
    ]);
    const built = buildSchedule(read([...bundle(1, COMPACT)]));
    expect(built.ok && built.value.schedule.length).toBe(2);
    expect(built.ok && built.value.schedule.tasks[built.value.schedule.firstTask[1]!]!.pid).toBe(7);
  });

  test("it is known from an event before, and not any more after lost events", () => {
    const first = bundle(1, event(900, msg(3, text(2, "x")), { pid: 5 }));
    expect(show(read([...first, ...bundle(1, COMPACT)]).table, 1)).toContain("prev_pid=5 prev_prio=(fault)");
    const { table, lost } = read([...first, ...bundle(1, num(3, 1), COMPACT)]);
    expect(rows(table).slice(1, 3)).toEqual([
      `1000 [1] -1 ${NONE} lazymm:lost events=0`,
      expect.stringContaining("1000 [1] -1 128 sched_switch prev_comm=(fault) prev_pid=(fault)"),
    ]);
    expect(lost).toEqual({ marks: 1, events: 0 });
  });

  test("the task before goes on for a while after the switch; once the new one was seen, a switch is missing", () => {
    const by = (time: number, pid: number) => event(time, generic("tlb_flush", { reason: 0, pages: -1 }), { pid });
    const last = (...events: number[][]) => show(read([...bundle(1, COMPACT, ...events)]).table, 3 + events.length);
    expect(last(by(1011, 7))).toContain("prev_comm=cc1 prev_pid=8 prev_prio=100");
    expect(last(by(1011, 7), by(1012, 8))).toContain("prev_comm=cc1 prev_pid=8 prev_prio=100");
    expect(last(by(1011, 7), by(1012, 8), by(1013, 7))).toContain("prev_comm=sh prev_pid=7 prev_prio=(fault)");
  });

  test("a task that renamed itself has its new name", () => {
    const rename = event(1007, msg(236, num(1, 7), text(2, "sh"), text(3, "ls"), num(4, 0)), { pid: 7 });
    const { table } = read([...bundle(1, COMPACT, rename)]);
    expect(showAll(table)[3]).toContain("prev_comm=ls prev_pid=7");
  });

  test("arrays of unequal length give the rows that are whole", () => {
    const cut = msg(
      4,
      text(5, "sh"),
      packed(1, [10, 1]),
      packed(2, [0, 0]),
      packed(3, [7, 8]),
      packed(4, [1]),
      packed(6, [0, 0]),
    );
    const { table, odd } = read([...bundle(0, cut)]);
    expect([table.length, odd.broken]).toEqual([1, 1]);
    const noSuchName = msg(4, packed(1, [10]), packed(2, [0]), packed(3, [7]), packed(4, [1]), packed(6, [3]));
    expect(read([...bundle(0, noSuchName)]).odd.broken).toBe(1);
  });
});

describe("states", () => {
  const trace = (state: number) =>
    bundle(0, event(1, schedSwitch({ prev: ["a", 1, 1], state, next: ["b", 2, 1] }), { pid: 1 }));
  const letters = (state: number, release?: string) => {
    const info = release === undefined ? [] : systemInfo(release, "x86_64", 4);
    return / prev_state=(\S+)/.exec(show(read([...trace(state), ...info]).table, 0))?.[1];
  };
  test.each([
    [0, "6.1.0", "R"], [1, "6.1.0", "S"], [2, "6.1.0", "D"], [0x10, "6.1.0", "X"], [0x20, "6.1.0", "Z"],
    [0x80, "6.1.0", "I"], [0x100, "6.1.0", "R+"], [0x100, "4.14.1", "R+"], [0x82, "4.13.0", "D|K"],
    [0x1000, "4.9.0", "R+"], [0x800, "4.4.0", "R+"], [0x100, undefined, "R+"], [0x800, undefined, "R+"],
    [0x1000, undefined, "R+"], [0x40, "6.1.0", "P"], [0x40, "4.4.0", "x"],
  ] as const)("%i of %s is %s", (state, release, expected) => {
    expect(letters(state, release)).toBe(expected);
  }); // biome-ignore format: a table
});

describe("generic events", () => {
  test("a probe's numbers are words, its address is its first column", () => {
    const at = 0xffff_ffff_8110_0000n;
    const fields = { __probe_ip: at, mm: 0xff11_0000_0485_5e80n, asid: 5n, delta: -3, who: "sh" };
    const ret = { __probe_func: at, __probe_ret_ip: at + 8n, gen: 7n };
    const { table } = read([
      ...bundle(
        0,
        event(1, generic("switch_mm", fields), { pid: 1 }),
        event(2, generic("switch_mm_r", ret), { pid: 1 }),
      ),
    ]);
    expect(showAll(table)).toEqual([
      "switch_mm at=0xffffffff81100000 mm=0xff11000004855e80 asid=0x5 delta=-3 who=sh",
      "switch_mm_r at=0xffffffff81100008 <- 0xffffffff81100000 gen=0x7",
    ]);
    expect(argWord(table, 0, "mm")).toBe(0xff11_0000_0485_5e80n);
  });

  test("a tracepoint's number that fits no double is a word, in a kind of its own", () => {
    const one = (time: number, value: bigint) => event(time, generic("x", { v: value }), { pid: 1 });
    const { table } = read([...bundle(0, one(1, 5n), one(2, 2n ** 63n), one(3, 6n))]);
    expect(showAll(table)).toEqual(["x v=5", "x v=0x8000000000000000", "x v=6"]);
    expect([...table.kind]).toEqual([table.kind[0], table.kind[1], table.kind[0]]);
  });

  test("events that the trace describes", () => {
    const field = (name: string, number: number, type: number) => msg(2, text(1, name), num(3, number), num(5, type));
    const message = [...text(1, "tlb_flush"), ...field("reason", 1, 3), ...field("pages", 2, 4)];
    const descriptor = msg(11, num(1, 65_537), text(3, "tlb"), msg(2, message));
    const flush = event(1, msg(65_537, num(1, 3), num(2, -1)), { pid: 4 });
    const other = event(2, msg(65_538, num(1, 3)), { pid: 4 });
    const { table, odd } = read([...bundle(0, flush, other, descriptor)]);
    expect(rows(table)).toEqual([`1 [0] 4 ${NONE} tlb_flush pages=-1 reason=3`]);
    expect(odd.nameless).toBe(1);
  });

  test("a probe called sched_switch is not the tracepoint", () => {
    const probe = generic("sched_switch", { __probe_ip: 1n, prev_state: "S", prev_pid: 1, next_comm: 5, next_pid: 2 });
    const { table } = read([...bundle(0, event(1, probe, { pid: 1 }))]);
    expect(showAll(table)).toEqual(["sched_switch at=0x1 prev_state=S prev_pid=1 next_comm=5 next_pid=2"]);
  });

  test("events without a schema are kept without arguments, and counted; kprobe_event has only a name", () => {
    const events = [
      event(1, msg(41, num(1, 3)), { pid: 1 }),
      event(2, msg(542, text(1, "my_probe"), num(2, 3)), { pid: 1 }),
    ];
    const { table, unparsed } = read([...bundle(0, ...events)]);
    expect([showAll(table), unparsed]).toEqual([["ftrace_event_41", "my_probe"], { ftrace_event_41: 1 }]);
  });
});

describe("what the trace says of itself", () => {
  test("machine, clock and tasks", () => {
    const tree = packet(
      msg(
        2,
        msg(1, num(1, 1), num(2, 0), text(3, "/sbin/init")), msg(1, num(1, 2), num(2, 0), text(3, "kthreadd")),
        msg(1, num(1, 9), num(2, 2), text(3, "ksoftirqd/0")), msg(1, num(1, 50), num(2, 1), text(3, "/usr/bin/java")),
        msg(2, num(1, 51), text(2, "GC"), num(3, 50)), msg(1, num(1, 60), num(2, 50), num(8, 1)),
      ),
    ); // biome-ignore format: a line per two tasks
    const stats = packet(msg(9, msg(1, num(1, 70), msg(11, num(1, 71)))));
    const { table, banner, kernelThread } = read([
      ...bundle(0, num(5, 2), event(1, toSh, { pid: 0 })), ...tree, ...stats, ...systemInfo("6.1.0-56", "aarch64", 16),
    ]); // biome-ignore format: in order
    expect(banner).toEqual({ release: "6.1.0-56", machine: "aarch64", cpus: 16, clock: "global" });
    expect(table.cpus).toBe(16);
    expect(kernelThread).toEqual(
      new Map([
        [1, false],
        [2, true],
        [9, true],
        [50, false],
        [60, true],
      ]),
    );
    const known = new Map(table.pids.map(({ pid, comm, tgid }) => [pid, `${comm}/${tgid}`]));
    expect(known).toEqual(
      new Map([
        [127, "sh/-1"], [1, "/1"], [2, "kthreadd/2"], [9, "ksoftirqd/0/9"], [50, "/50"], [51, "GC/50"], [60, "/60"],
        [71, "/70"], [70, "/70"],
      ]),
    ); // biome-ignore format: a table
    const built = buildSchedule({ table, kernelThread: new Map([[127, true]]) });
    expect(built.ok && built.value.schedule.tasks.find(({ pid }) => pid === 127)?.kernelThread).toBe(true);
  });

  test("a kernel's ring that overran", () => {
    const stats = (overrun: number) => packet(msg(34, msg(2, num(1, 5), num(3, overrun))));
    const { notes, table } = read([...stats(100), ...bundle(0, event(1, toSh, { pid: 0 })), ...stats(142)]);
    expect(notes).toEqual(["42 events were overwritten in the kernel's ring before the recorder read them"]);
    expect(table.cpus).toBe(6);
  });

  test("a bundle that is missing, by the end of the one before", () => {
    const at = (time: number, previous: number) => bundle(0, num(10, previous), event(time, toSh, { pid: 0 }));
    expect(read([...at(10, 0), ...at(20, 10)]).lost.marks).toBe(0);
    const { table, lost } = read([...at(10, 0), ...at(30, 20)]);
    expect([lost.marks, showAll(table)[1]]).toEqual([1, "lazymm:lost events=0"]);
  });

  test("packets that the recorder dropped: the first of a sequence says so, too, and means nothing", () => {
    const at = (time: number, dropped: number) =>
      packet(msg(1, num(1, 0), event(time, toSh, { pid: 0 })), num(10, 3), num(42, dropped));
    expect(read([...at(1, 1), ...at(2, 0)]).lost.marks).toBe(0);
    expect(read([...at(1, 1), ...at(2, 1)]).lost.marks).toBe(1);
  });

  test("a CPU whose data begins later than that of others, and events from before that", () => {
    const mark = (time: number) => event(time, msg(3, text(2, "x")), { pid: 1 });
    const { table, odd, notes } = read([...bundle(0, mark(5)), ...bundle(1, num(10, 8), mark(7), mark(9))]);
    expect(rows(table).map((row) => row.slice(0, 30))).toEqual([
      "5 [0] 1 128 tracing_mark_write", "8 [1] -1 128 lazymm:buffer_sta", "9 [1] 1 128 tracing_mark_write",
    ]); // biome-ignore format: in order
    expect([odd.beforeStart, notes.length]).toEqual([1, 1]);
  });

  test("another machine's CPUs are not ours", () => {
    const guest = packet(msg(1, num(1, 0), event(1, toSh, { pid: 0 })), num(98, 7));
    const { table, odd } = read([...guest, ...bundle(0, event(2, toIdle, { pid: 127 }))]);
    expect([table.length, odd.otherMachine]).toEqual([1, 1]);
  });
});

describe("compressed packets", () => {
  const inner = [...bundle(0, event(1, toSh, { pid: 0 })), ...bundle(0, event(2, toIdle, { pid: 127 }))];
  const compressed = [...deflateSync(Uint8Array.from(inner))];

  test("are the packets in them", () => {
    const { table, units } = read([...packet(msg(50, compressed)), ...bundle(0, event(3, toSh, { pid: 0 }))]);
    expect(rows(table)).toEqual(rows(read([...inner, ...bundle(0, event(3, toSh, { pid: 0 }))]).table));
    expect(units).toBe(4);
  });

  test("that are broken, or within others, are counted", () => {
    const broken = compressed.slice(0, -8);
    const nested = [...deflateSync(Uint8Array.from(packet(msg(50, compressed))))];
    const bomb = [...deflateSync(new Uint8Array(50_000_000))];
    for (const bytes of [broken, nested, bomb]) {
      const { table, odd, notes } = read([...packet(msg(50, bytes)), ...bundle(0, event(3, toSh, { pid: 0 }))]);
      expect([table.length, odd.compressed, notes.length]).toEqual([1, 1, 1]);
    }
  });
});

describe("damage", () => {
  const good = bundle(0, event(1, toSh, { pid: 0 }));

  test("a file that ends within a packet", () => {
    const { table, damaged } = read([...good, ...good.slice(0, -3)]);
    expect([table.length, damaged]).toEqual([1, { at: good.length, reason: "the file ends within a packet" }]);
  });

  test("something between packets", () => {
    const { table, damaged } = read([...good, 0x12, 0x03, ...good], 5);
    expect([table.length, damaged?.at]).toEqual([1, good.length]);
  });

  test("a packet that breaks off inside is skipped from there on, the next one is read", () => {
    const bad = packet(msg(1, num(1, 0), event(1, toSh, { pid: 0 }), [0x12, 0x7f, 0x01]));
    const { table, damaged, odd } = read([...bad, ...good]);
    expect([table.length, damaged, odd.broken]).toEqual([2, undefined, 1]);
  });

  test("lengths that are not there take no memory", () => {
    const before = process.memoryUsage().rss;
    const huge = [0x0a, ...[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], ...new Array<number>(1000).fill(1)];
    const { damaged, odd } = read([...good, ...huge], 100);
    expect([damaged?.at, odd.huge]).toEqual([good.length, 1]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });

  test("a packet that is too long to be one is passed over", () => {
    const length = 129 * 2 ** 20;
    const reader = new PerfettoReader();
    reader.push(Uint8Array.from([0x0a, 0x80, 0x80, 0xc0, 0x40]));
    const chunk = new Uint8Array(2 ** 20);
    for (let at = 0; at < length; at += chunk.length) reader.push(chunk);
    reader.push(Uint8Array.from(good));
    const { table, damaged, odd } = reader.finish();
    expect([table.length, damaged, odd.huge]).toEqual([1, undefined, 1]);
  });

  test("CPUs, times and events that cannot be", () => {
    const events = [event(5, []), msg(2, toSh), event(1, msg(60_000, num(1, 1)), { pid: 1 })];
    const { table, odd } = read([
      ...bundle(8192, event(1, toSh)),
      ...bundle(0, ...events),
      ...packet(msg(1, num(3, 1))),
    ]);
    expect([table.length, odd.noCpu, odd.nameless]).toEqual([0, 2, 3]);
  });
});

describe("fuzz", () => {
  const all = [
    ...systemInfo("6.1.0", "x86_64", 4),
    ...bundle(1, COMPACT, event(1001, generic("tlb_flush", { reason: 3, pages: 1n }), { pid: 7, flags: 5 })),
    ...packet(msg(50, [...deflateSync(Uint8Array.from(bundle(0, event(1, toSh, { pid: 0 }), event(9, toIdle))))])),
    ...packet(msg(2, msg(1, num(1, 7), num(2, 2), text(3, "x")), msg(2, num(1, 8), num(3, 7), text(2, "y")))),
    ...bundle(0, num(10, 9), event(12, generic("p", { __probe_ip: 1n, a: "b", c: 2n }), { pid: 127 })),
  ];

  /** A generator of numbers below `limit`, the same in each run. */
  function seeded(seed: number): (limit: number) => number {
    let state = seed;
    return (limit) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
  }

  test("changed, cut and repeated bytes give a table whose rows can be printed and scheduled", () => {
    const random = seeded(42);
    let survivors = 0;
    for (let run = 0; run < 2000; run++) {
      const bytes = [...all];
      for (let change = random(4); change >= 0; change--) {
        const at = random(bytes.length);
        const how = random(4);
        if (how === 0) bytes[at]! ^= 1 << random(8);
        else if (how === 1) bytes[at] = random(256);
        else if (how === 2) bytes.splice(at, random(20));
        else bytes.splice(at, 0, ...bytes.slice(random(bytes.length)).slice(0, 30));
      }
      const trace = read(bytes, 1 + random(200));
      expect(showAll(trace.table).length).toBe(trace.table.length);
      expect(trace.table.length).toBeLessThan(bytes.length);
      for (let row = 1; row < trace.table.length; row++) {
        expect(trace.table.time[row]).toBeGreaterThanOrEqual(trace.table.time[row - 1]!);
      }
      if (trace.table.length > 0) survivors++;
      buildSchedule(trace);
    }
    expect(survivors).toBeGreaterThan(1000);
  });
});

describe("detection", () => {
  test("one packet, several, one that is cut off, and what is none", () => {
    const good = bundle(0, event(1, toSh, { pid: 0 }));
    const kind = (bytes: readonly number[]) => {
      const content = detectContent(Uint8Array.from(bytes));
      return content.kind === "trace" ? content.format : content.kind;
    };
    expect(kind(good)).toBe("perfetto");
    expect(kind([...good, ...good, ...good, ...good])).toBe("perfetto");
    expect(kind([...packet(msg(50, new Array<number>(70_000).fill(1)))])).toBe("perfetto");
    expect(kind(good.slice(0, 60))).toBe("perfetto");
    expect(kind([0x0a, 0x00, 0x0a, 0x00, 0x0a, 0x00])).not.toBe("perfetto");
    expect(kind([0x0a, 0x05, 1, 2, 3, 4, 5, 6])).not.toBe("perfetto");
  });
});

const THIRD = join(RECORDINGS, "third-party", "ms-perf-tools");

describe.skipIf(!existsSync(THIRD))("traces of others (skipped where they are absent)", () => {
  test("an Android recording", async () => {
    const opened = await openTrace(join(THIRD, "test_trace.perfetto-trace"));
    if (!opened.ok) throw new Error(opened.error.message);
    const { table, banner, odd, lost, damaged } = opened.value;
    expect([table.length, table.cpus, banner.machine, banner.clock]).toEqual([35_877, 8, "aarch64", "boot"]);
    expect([Object.values(odd).every((count) => count === 0), lost.marks, damaged]).toEqual([true, 0, undefined]);
    const built = buildSchedule(opened.value);
    if (!built.ok) throw new Error(built.error.message);
    expect(built.value.inferred.doubts.missingSwitches).toBe(0);
  });

  test("a trace of a browser is refused, with what it lacks", async () => {
    const opened = await openTrace(join(THIRD, "chrome.pftrace"));
    expect(opened.ok ? undefined : opened.error.code).toBe("trace-no-ftrace");
  });
});
