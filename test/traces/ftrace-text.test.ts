// SPDX-License-Identifier: MIT
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { argNumber, argText, FLAG, FLAG_DEPTH_SHIFT } from "../../src/events/table.ts";
import { line, parse, show, showAll } from "./text.ts";

describe("heads of lines", () => {
  const TAIL = "cpu_idle: state=1 cpu_id=2\n";
  const { irqsOff, bhOff, needResched, hardirq, softirq, nmi, noFlags } = FLAG;
  const depth = (n: number) => n << FLAG_DEPTH_SHIFT;
  // text, [pid, cpu, tgid, flags, ticks, seconds per tick]
  const SH = "              sh-127     ";
  const HEADS: readonly (readonly [string, readonly number[]])[] = [
    [`${SH}[002] d..2. 43.542056: `, [127, 2, -1, irqsOff | depth(2), 43542056, 1e-6]],
    [`${SH}(    127) [002] .....    43.542056: `, [127, 2, 127, 0, 43542056, 1e-6]],
    [`${SH}(-------) [002] dNh1.  43542056051: `,
      [127, 2, -1, irqsOff | needResched | hardirq | depth(1), 43542056051, Number.NaN]],
    [`${SH}(-----) [002] DpHa 1.000001: `,
      [127, 2, -1, irqsOff | bhOff | needResched | hardirq | softirq | depth(10), 1000001, 1e-6]],
    [`${SH}[002] (  127) b.s. 1.000001: `, [127, 2, 127, bhOff | softirq, 1000001, 1e-6]],
    [`${SH}[002] d.z1.. 1.000000001: `, [127, 2, -1, irqsOff | nmi | depth(1), 1000000001, 1e-9]],
    [`${SH}[002] dnZ3 1.000001: `, [127, 2, -1, irqsOff | needResched | nmi | hardirq | depth(3), 1000001, 1e-6]],
    [`${SH}  [002]     43.542056: `, [127, 2, -1, noFlags, 43542056, 1e-6]],
    ["              sh-1234567 [1002] d..2. 43.542056: ", [1234567, 1002, -1, irqsOff | depth(2), 43542056, 1e-6]],
    ["      sh-127       2d..2. 1005408us#: ", [127, 2, -1, irqsOff | depth(2), 1005408, 1e-6]],
    ["      sh-127      12.Ns1. 1005408us : ", [127, 12, -1, needResched | softirq | depth(1), 1005408, 1e-6]],
    ["      sh-127       2d..2. 1005408us: ", [127, 2, -1, irqsOff | depth(2), 1005408, 1e-6]],
    ["           <...>-1701  [001]    76.211513: ", [1701, 1, -1, noFlags, 76211513, 1e-6]],
    ["sh-127 [002] 43.5420: ", [127, 2, -1, noFlags, 435420, 1e-4]],
  ]; // biome-ignore format: a table

  test.each(HEADS)("%s", (head, [pid, cpu, tgid, flags, ticks, unit]) => {
    const { table, odd, unparsed } = parse(head + TAIL);
    expect(table.length).toBe(1);
    expect([table.pid[0], table.cpu[0], table.flags[0], table.time[0]]).toEqual([pid, cpu, flags, ticks]);
    expect(table.secondsPerTick).toEqual(unit);
    expect(table.pids[0]?.tgid).toBe(tgid);
    expect(show(table, 0)).toBe("cpu_idle state=1 cpu_id=2");
    expect([odd.unknown, unparsed]).toEqual([0, {}]);
  });

  const NO_EVENTS = [
    "hello world", "sh-127 [002 43.5: a: b=1", "sh-127 [002] 43.5", "-127", "[002] d..2. 1.000001: x: y=1",
    "              sh-127     [99999] d..2. 43.542056: a: b=1", "\u0000\u0001\u0002",
    "              sh-127     ( 12a) [002] 1.000001: a:",
  ]; // biome-ignore format: a table
  test.each(NO_EVENTS)("no event: %j", (text) => {
    const { table, odd } = parse(`${text}\n`);
    expect([table.length, odd.unknown]).toEqual([0, 1]);
  });

  test("lines of the function and syscall tracers are counted, not kept", () => {
    const { table, odd } = parse(
      line("sh", 1, 0, 1, "schedule <-do_idle") + line("sh", 1, 0, 2, "sys_read(fd: 3, buf: 7ffe, count: 40)"),
    );
    expect([table.length, odd.nameless]).toEqual([0, 2]);
  });
});

describe("task names", () => {
  const ODD = [
    "x-1 [000]", "c:1 => y", "tab\there", "=q ==> r", " lead", "trail ", "a\nb", "prev_pid=1", " prev_pid=1", "-1",
    "[000]",
    "(sd-pam)", "a b c d e f g h", "0 [001] 1.0: x:", "#comment", "CPU:1 [LOST", "==> next_comm=", "next_pid=1 ", "",
  ]; // biome-ignore format: a table

  test.each(ODD)("%j", (name) => {
    const text =
      `              sh-127     [002] d..2. 43.000001: cpu_idle: state=1 cpu_id=2\n` +
      line(
        name,
        300,
        2,
        43000002,
        `sched_switch: prev_comm=${name} prev_pid=300 prev_prio=120 prev_state=R+` +
          ` ==> next_comm=${name} next_pid=301 next_prio=98`,
      ) +
      line(name, 301, 2, 43000003, `sched_process_fork: comm=${name} pid=301 child_comm=${name} child_pid=302`) +
      line(name, 301, 2, 43000004, `sched_process_exec: filename=/tmp/${name} pid=301 old_pid=300`) +
      line(name, 301, 2, 43000005, `task_rename: pid=301 oldcomm=${name} newcomm=${name} oom_score_adj=0`);
    for (const chunk of [1 << 20, 7]) {
      const { table, unparsed } = parse(text, chunk);
      expect(showAll(table).slice(1)).toEqual([
        `sched_switch prev_comm=${name} prev_pid=300 prev_prio=120 prev_state=R+` +
          ` next_comm=${name} next_pid=301 next_prio=98`,
        `sched_process_fork comm=${name} pid=301 child_comm=${name} child_pid=302`,
        `sched_process_exec filename=/tmp/${name} pid=301 old_pid=300`,
        `task_rename pid=301 oldcomm=${name} newcomm=${name} oom_score_adj=0`,
      ]);
      expect([...table.pid]).toEqual([127, 300, 301, 301, 301]);
      expect(table.flags[1]! & FLAG.preempted).toBe(FLAG.preempted);
      expect(unparsed).toEqual({});
    }
  });

  test("any name in sched_switch comes back", () => {
    const name = fc
      .string({ unit: "binary-ascii", maxLength: 15 })
      .filter((s) => !s.includes("\u0000") && !s.includes("\r"));
    const number = fc.nat(4_000_000);
    fc.assert(
      fc.property(name, name, number, number, fc.integer({ min: -1, max: 139 }), (prev, next, a, b, prio) => {
        const event =
          `sched_switch: prev_comm=${prev} prev_pid=${a} prev_prio=${prio} prev_state=S` +
          ` ==> next_comm=${next} next_pid=${b} next_prio=${prio}`;
        const { table } = parse(line("sh", a, 0, 1, event));
        expect(table.length).toBe(1);
        expect([argText(table, 0, "prev_comm"), argText(table, 0, "next_comm")]).toEqual([prev, next]);
        expect([argNumber(table, 0, "prev_pid"), argNumber(table, 0, "next_pid")]).toEqual([a, b]);
      }),
    );
  });

  test("a name in front of the line, at most 15 bytes, never hides the pid", () => {
    const name = fc.string({ unit: "binary-ascii", maxLength: 15 }).filter((s) => !/[\0\n\r]/.test(s));
    fc.assert(
      fc.property(name, fc.nat(4_000_000), fc.nat(500), (comm, pid, cpu) => {
        const { table } = parse(line(comm, pid, cpu, 1_234_567, "cpu_idle: state=1 cpu_id=2"));
        expect([table.length, table.pid[0], table.cpu[0], table.time[0]]).toEqual([1, pid, cpu, 1_234_567]);
      }),
    );
  });
});

describe("arguments", () => {
  // event text → row as read
  const EVENTS: readonly (readonly [string, string])[] = [
    ["tlb_flush: pages:-1 reason:remote ipi send (4)", "tlb_flush pages=-1 reason=4"],
    ["tlb_flush: pages:-1 reason:remote IPI send (4)", "tlb_flush pages=-1 reason=4"],
    ["tlb_flush: pages:7 reason: (0)", "tlb_flush pages=7 reason=0"],
    ["tlb_flush:            pages=7 reason=local (mm) shootdown(3)", "tlb_flush pages=7 reason=3"],
    ["tlb_flush: (radix__tlb_flush+0xc/0x100) mm=0x10 bits=0x7d",
      "tlb_flush at=radix__tlb_flush+0xc/0x100 mm=0x10 bits=0x7d"],
    ["task_newtask: pid=348 comm= clone_flags=1200000 oom_score_adj=0",
      "task_newtask pid=348 comm= clone_flags=0x1200000 oom_score_adj=0"],
    ["task_rename: oldcomm=a newcomm=b oom_score_adj=0", "task_rename oldcomm=a newcomm=b oom_score_adj=0"],
    ["sched_process_exit: comm=sh pid=3 prio=120 group_dead=true", "sched_process_exit comm=sh pid=3 prio=120"],
    ["sched_waking: comm=a b pid=5 prio=120 target_cpu=006", "sched_waking comm=a b pid=5 prio=120 target_cpu=6"],
    ["sched_wakeup: comm=sh pid=5 prio=120 success=1 target_cpu=2",
      "sched_wakeup comm=sh pid=5 prio=120 success=1 target_cpu=2"],
    ["sched_switch: sh:127 [120] S ==> swapper/1:0 [120]",
      "sched_switch prev_comm=sh prev_pid=127 prev_prio=120 prev_state=S next_comm=swapper/1 next_pid=0 next_prio=120"],
    ["sched_switch: prev_comm=a prev_pid=1 prev_prio=120 prev_state=64 next_comm=b next_pid=2 next_prio=120",
      "sched_switch prev_comm=a prev_pid=1 prev_prio=120 prev_state=64 next_comm=b next_pid=2 next_prio=120"],
    ["cpu_idle: state=4294967295 cpu_id=3", "cpu_idle state=4294967295 cpu_id=3"],
    ["call_function_entry: vector=252", "call_function_entry vector=252"],
    ["ipi_raise: target_mask=00000000,00000002 (Function call interrupts)",
      "ipi_raise target_mask=00000000,00000002 reason=Function call interrupts"],
    ["ipi_entry: (Rescheduling interrupts)", "ipi_entry reason=Rescheduling interrupts"],
    ["ipi_send_cpu: cpu=2 callsite=ttwu_queue+0x1/0x2 callback=0x0",
      "ipi_send_cpu cpu=2 callsite=ttwu_queue+0x1/0x2 callback=0x0"],
    ["hw_local: (native_flush_tlb_local+0x0/0x40)", "hw_local at=native_flush_tlb_local+0x0/0x40"],
    ["flush_range_r: (dup_mmap+0x1ae/0x610 <- flush_tlb_mm_range) m0=0xffffffff82b5c940 z0=0",
      "flush_range_r at=dup_mmap+0x1ae/0x610 <- flush_tlb_mm_range m0=0xffffffff82b5c940 z0=0"],
    ["switch_mm_r0: ([unknown/kretprobe'd] <- switch_mm_irqs_off) asid=1 ctxs={236,9,1,0}",
      "switch_mm_r0 at=[unknown/kretprobe'd] <- switch_mm_irqs_off asid=1 ctxs={236,9,1,0}"],
    ["p: (a+0x0/0x1) arg={0xffffffffffffffff,0x1}", "p at=a+0x0/0x1 arg={18446744073709551615,1}"],
    ["p: (a+0x0/0x1) arg={} x=1", "p at=a+0x0/0x1 arg={} x=1"],
    ['open: (do_sys_open+0x0/0x70) file="/tmp/a b=c" mode=0x1ff',
      'open at=do_sys_open+0x0/0x70 file="/tmp/a b=c" mode=0x1ff'],
    ["tlbie: lpid=0, local=1, rb=0x400, rs=0x500000000, r=0x1", "tlbie lpid=0 local=1 rb=0x400 rs=0x500000000 r=0x1"],
    ["begin_exec: (begin_new_exec+0x0/0xb40)", "begin_exec at=begin_new_exec+0x0/0xb40"],
    ["p: (a+0x0/0x1) mm=(fault) x=1", "p at=a+0x0/0x1 mm=(fault) x=1"],
    ["tracing_mark_write: START mixed", "tracing_mark_write text=START mixed"],
  ]; // biome-ignore format: a table

  test.each(EVENTS)("%s", (event, expected) => {
    const { table, unparsed } = parse(line("sh", 1, 0, 1, event));
    expect(showAll(table)).toEqual([expected]);
    expect(unparsed).toEqual({});
  });

  test("text that is not understood gives a row without arguments, and is counted", () => {
    const { table, unparsed } = parse(
      line("sh", 1, 0, 1, "timer_start: timer=0x1 function=f expires=5 [timeout=3]") +
        line("sh", 1, 0, 2, "odd_event: what is this") +
        line("sh", 1, 0, 3, "sched_switch: nonsense"),
    );
    expect(showAll(table)[1]).toBe("odd_event");
    expect(unparsed).toEqual({ timer_start: 1, odd_event: 1, sched_switch: 1 });
    expect(table.length).toBe(3);
  });

  test("one event may print in several shapes", () => {
    const event = (cond: string) => line("sh", 1, 0, 1, `smp_many: (f+0x0/0x1) mask=0x3 cond=${cond}`);
    const { table } = parse(event("0x0") + event("should_flush_tlb+0x0/0x60") + event("0x0") + event("(fault)"));
    expect(showAll(table).map((row) => row.replace(/.*cond=/, ""))).toEqual([
      "0x0",
      "should_flush_tlb+0x0/0x60",
      "0x0",
      "(fault)",
    ]);
    expect(new Set(table.kind).size).toBe(2);
  });

  test("name=value comes back, whatever the values", () => {
    const value = fc.oneof(
      fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }).map((word) => `0x${word.toString(16)}`),
      fc.integer().map(String),
      fc.array(fc.nat(), { maxLength: 12 }).map((list) => `{${list.join(",")}}`),
      fc.stringMatching(/^[a-z_][a-z_.]{0,10}\+0x[0-9a-f]{1,4}\/0x[0-9a-f]{1,4}$/),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const args = values.map((text, i) => `f${i}=${text}`).join(" ");
        const { table, unparsed } = parse(line("sh", 1, 0, 1, `probe: (x+0x0/0x1) ${args}`));
        expect(showAll(table)).toEqual([`probe at=x+0x0/0x1 ${args}`]);
        expect(unparsed).toEqual({});
      }),
    );
  });
});

describe("the rest of the text", () => {
  test("headers, lost events and started buffers", () => {
    const { table, banner, lost, odd, units } = parse(
      "# tracer: nop\n#\n# entries-in-buffer/entries-written: 1087/10681   #P:8\n#\n" +
        line("sh", 1, 0, 5, "cpu_idle: state=1 cpu_id=0") +
        "##### CPU 6 buffer started ####\nCPU:7 [LOST 1012 EVENTS]\n" +
        line("sh", 2, 6, 9, "cpu_idle: state=1 cpu_id=6") +
        "CPU:3 [LOST EVENTS]\nCPU:2 [12 EVENTS DROPPED]\n",
    );
    expect(banner).toEqual({ tracer: "nop", entriesInBuffer: 1087, entriesWritten: 10681, cpus: 8 });
    expect(lost).toEqual({ marks: 3, events: 1024 });
    expect(showAll(table)).toEqual([
      "cpu_idle state=1 cpu_id=0", "lazymm:buffer_started", "lazymm:lost events=1012", "cpu_idle state=1 cpu_id=6",
      "lazymm:lost events=0", "lazymm:lost events=12",
    ]); // biome-ignore format: a table
    expect([...table.time]).toEqual([5, 9, 9, 9, 9, 9]);
    expect([...table.cpu]).toEqual([0, 6, 7, 6, 3, 2]);
    expect([...table.pid]).toEqual([1, -1, -1, 2, -1, -1]);
    expect([odd.unknown, units, table.cpus]).toEqual([0, 10, 8]);
  });

  test("the latency-format header", () => {
    const { banner } = parse(
      "# nop latency trace v1.1.5 on 6.1.0-56-cloud-amd64\n" +
        "# latency: 0 us, #42/13056, CPU#0 | (M:desktop VP:0, KP:0, SP:0 HP:0 #P:8)\n",
    );
    expect(banner).toEqual({ release: "6.1.0-56-cloud-amd64", entriesInBuffer: 42, entriesWritten: 13056, cpus: 8 });
  });

  test("trace-cmd report starts with two lines of its own", () => {
    const { banner, odd } = parse(`version = 6\ncpus=6\n${line("sh", 1, 0, 1, "cpu_idle: state=1 cpu_id=0")}`);
    expect([banner.cpus, odd.unknown]).toEqual([6, 0]);
  });

  test("CRLF, no newline at the end, nothing at all", () => {
    const text = line("sh", 1, 0, 1, "cpu_idle: state=1 cpu_id=0");
    expect(showAll(parse(text.replace("\n", "\r\n") + text.trimEnd()).table)).toEqual(
      Array(2).fill("cpu_idle state=1 cpu_id=0"),
    );
    expect(parse("").table.length).toBe(0);
    expect(parse("\n\n\n").odd.unknown).toBe(0);
  });

  test("lines that continue an event are counted; a mark keeps its first line", () => {
    const { table, odd } = parse(
      line("sh", 1, 0, 1, "tracing_mark_write: one\ntwo\nthree") + line("sh", 1, 0, 2, "cpu_idle: state=1 cpu_id=0"),
    );
    expect(showAll(table)).toEqual(["tracing_mark_write text=one", "cpu_idle state=1 cpu_id=0"]);
    expect(odd.continuation).toBe(2);
  });

  test("time that goes back, and another unit", () => {
    const { odd, table } = parse(
      line("sh", 1, 0, 9, "cpu_idle: state=1 cpu_id=0") +
        line("sh", 1, 0, 5, "cpu_idle: state=1 cpu_id=0") +
        "              sh-1       [000] d..2. 77: cpu_idle: state=1 cpu_id=0\n" +
        "              sh-1       [000] d..2. 0.000100000: cpu_idle: state=1 cpu_id=0\n",
    );
    expect([odd.timeWentBack, odd.otherClock]).toEqual([1, 1]);
    expect(table.time[3]).toBeCloseTo(100, 9);
  });

  test("pieces of any size give the same rows", () => {
    const text =
      line("a\nb", 1, 0, 1, "cpu_idle: state=1 cpu_id=0") +
      line("sh", 2, 1, 2, "tracing_mark_write: x\ny") +
      "CPU:1 [LOST 3 EVENTS]\n" +
      line("sh", 2, 1, 3, "sched_process_exec: filename=/a\nb pid=2 old_pid=2") +
      line("sh", 2, 1, 4, "probe: (a+0x0/0x1) ctxs={1,2}");
    const whole = parse(text);
    for (let chunk = 1; chunk < 120; chunk++) {
      const pieces = parse(text, chunk);
      expect(showAll(pieces.table)).toEqual(showAll(whole.table));
      expect([pieces.units, pieces.odd]).toEqual([whole.units, whole.odd]);
    }
  });

  test("rubbish without newlines does not pile up", () => {
    const { table, odd } = parse(new Uint8Array(1 << 20).fill(0x41), 4096);
    expect(table.length).toBe(0);
    expect(odd.unknown).toBeGreaterThan(0);
  });
});

describe("numbers that no machine has", () => {
  const LINE = line("sh", 127, 2, 1, "cpu_idle: state=1 cpu_id=2");

  test("more CPUs than there can be take no memory and make no rows", () => {
    for (const first of ["cpus=4294967296", "#   entries-in-buffer/entries-written: 1/1   #P:4294967296"]) {
      const { table, banner } = parse(`${first}\n${LINE}`);
      expect([table.length, table.cpus, banner.cpus]).toEqual([1, 3, undefined]);
    }
    const { table, lost } = parse(`${LINE}CPU:65535 [LOST 3 EVENTS]\n##### CPU 8192 buffer started ####\n${LINE}`);
    expect([table.length, table.cpus, lost.marks]).toEqual([2, 3, 0]);
    expect(parse(`${LINE}CPU:8191 [LOST 3 EVENTS]\n${LINE}`).table.cpus).toBe(8192);
  });

  test("a time of more than 64 bits is none", () => {
    const at = (time: string) => parse(`              sh-127     [002] d..2. ${time}: cpu_idle: state=1 cpu_id=2\n`);
    expect(at("18446744073709551615").table.length).toBe(0);
    expect(at("9".repeat(400)).table.length).toBe(0);
    expect(at(`1.${"0".repeat(400)}`).table.length).toBe(0);
    expect([...at("18446744073000000000").table.time]).toEqual([18446744073000000000]);
  });

  test("a pid is learned once, large or small", () => {
    const { table } = parse([5, 4_194_303, 70_000, 5, 4_194_303].map((pid) => line("t", pid, 0, 1, "a: b=1")).join(""));
    expect(table.pids.map(({ pid }) => pid)).toEqual([5, 4_194_303, 70_000]);
  });

  test("names longer than a path, and more columns than a probe has, are not looked for", () => {
    const rename = (bytes: number) =>
      parse(line("sh", 1, 0, 1, `task_rename: pid=1 oldcomm=${"x".repeat(bytes)} newcomm=b oom_score_adj=0`)).unparsed;
    expect([rename(4096), rename(4097)]).toEqual([{}, { task_rename: 1 }]);
    const columns = (count: number) =>
      parse(line("sh", 1, 0, 1, `probe: ${Array.from({ length: count }, (_, i) => `c${i}={1`).join(" ")}`)).unparsed;
    expect([columns(512), columns(513)]).toEqual([{}, { probe: 1 }]);
  });
});
