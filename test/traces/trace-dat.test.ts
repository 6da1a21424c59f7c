// SPDX-License-Identifier: MIT
// trace.dat: files that are made here, byte by byte.

import { describe, expect, test } from "vitest";
import { FLAG, FLAG_DEPTH_SHIFT } from "../../src/events/table.ts";
import { detectContent } from "../../src/traces/detect.ts";
import { parse, showAll } from "./text.ts";
import {
  event,
  format,
  header,
  LAYOUT,
  type Layout,
  Out,
  page,
  type Recording,
  read,
  record,
  writeDat,
} from "./trace-dat.ts";

const STATES = '__print_flags(REC->prev_state & 0xff, "|", { 0x1, "S" }, { 0x2, "D" })';
const SWITCH = (long: number) =>
  format(
    "sched_switch",
    314,
    ["char prev_comm[16];16;0", "pid_t prev_pid;4;1", "int prev_prio;4;1", `long prev_state;${long};1`,
      "char next_comm[16];16;0", "pid_t next_pid;4;1", "int next_prio;4;1"],
    '"prev_comm=%s prev_pid=%d prev_prio=%d prev_state=%s%s ==> next_comm=%s next_pid=%d next_prio=%d", ' +
      `REC->prev_comm, REC->prev_pid, REC->prev_prio, (REC->prev_state & 0xff) ? ${STATES} : "R", ` +
      'REC->prev_state & 0x100 ? "+" : "", REC->next_comm, REC->next_pid, REC->next_prio',
  ); // biome-ignore format: a table
const VECTOR = format("call_function_entry", 76, ["int vector;4;1"], '"vector=%d", REC->vector');

function switched(layout: Layout, from: string, state: number | bigint, to: string, flags = 1, depth = 2): number[] {
  return record(
    layout,
    314,
    7,
    (out) => {
      out.text(from, 16).number(7, 4).number(120, 4).number(state, layout.long);
      out.text(to, 16).number(9, 4).number(-1, 4);
    },
    flags,
    depth,
  );
}
const vector = (layout: Layout, number: number, pid = 0) => record(layout, 76, pid, (out) => out.number(number, 4));

/** One event of one format on CPU 0, read back as the kernel would print it. */
async function one(text: string, data: readonly number[], more: Partial<Recording> = {}, layout = LAYOUT) {
  const system = more.formats === undefined ? { test: [text] } : more.formats;
  const trace = await read(
    writeDat(layout, { formats: system, cpus: [page(layout, 1000, [event(layout, 5, data)])], ...more }),
  );
  expect(trace.damaged).toBeUndefined();
  return { trace, rows: showAll(trace.table), types: trace.table.kinds[0]?.args.map(({ type }) => type) };
}

const LAYOUTS: Layout[] = [];
for (const version of [6, 7] as const) {
  for (const [little, long] of [[true, 8], [true, 4], [false, 8], [false, 4]] as const) {
    for (const codec of version === 6 ? (["none"] as const) : (["none", "zlib", "zstd"] as const)) {
      LAYOUTS.push({ version, little, long, codec, pageSize: long === 4 ? 4096 : 8192 });
    }
  }
} // biome-ignore format: a table

describe("the container", () => {
  test.each(LAYOUTS)("$version, little-endian $little, long $long, $codec, pages of $pageSize", async (layout) => {
    const bytes = writeDat(layout, {
      formats: { ftrace: [], sched: [SWITCH(layout.long)], irq_vectors: [VECTOR] },
      cpus: [
        [
          ...page(layout, 1_000_000, [
            event(layout, 0, switched(layout, "sh", 0x100, "init")),
            event(layout, 50, switched(layout, "init", 1, "sh")),
          ]),
          ...page(layout, 1_000_200, [event(layout, 0, vector(layout, 251))]),
          ...page(layout, 1_000_300, [event(layout, 7, vector(layout, 252))]),
        ],
        [],
        page(layout, 1_000_010, [event(layout, 0, vector(layout, 1, 9)), event(layout, 3000, vector(layout, 2))]),
      ],
      cmdlines: "7 sh\n9 a b\n",
    });
    expect(detectContent(bytes)).toEqual({ kind: "trace", format: "trace.dat" });
    const trace = await read(bytes);
    expect(trace.damaged).toBeUndefined();
    expect(showAll(trace.table)).toEqual([
      "sched_switch prev_comm=sh prev_pid=7 prev_prio=120 prev_state=R+ next_comm=init next_pid=9 next_prio=-1",
      "call_function_entry vector=1",
      "sched_switch prev_comm=init prev_pid=7 prev_prio=120 prev_state=S next_comm=sh next_pid=9 next_prio=-1",
      "call_function_entry vector=251",
      "call_function_entry vector=252",
      "call_function_entry vector=2",
    ]);
    expect([...trace.table.time]).toEqual([1_000_000, 1_000_010, 1_000_050, 1_000_200, 1_000_307, 1_003_010]);
    expect([...trace.table.cpu]).toEqual([0, 2, 0, 0, 0, 2]);
    expect([...trace.table.pid]).toEqual([7, 9, 7, 0, 0, 0]);
    const switching = FLAG.irqsOff | (2 << FLAG_DEPTH_SHIFT);
    expect([...trace.table.flags]).toEqual([switching | FLAG.preempted, 0, switching, 0, 0, 0]);
    expect(trace.table.pids).toEqual([
      { pid: 7, comm: "sh", tgid: -1 },
      { pid: 9, comm: "a b", tgid: -1 },
    ]);
    expect([trace.table.secondsPerTick, trace.table.cpus, trace.units]).toEqual([1e-9, 3, 4]);
    const banner = {
      version: String(layout.version),
      release: "6.1.0-test",
      machine: "x86_64",
      cpus: 3,
      clock: "mono",
    };
    expect(trace.banner).toEqual(banner);
  });

  test("equal times: the lowest CPU first; the first of a CPU's events in their own order", async () => {
    const cpu = (n: number) =>
      page(LAYOUT, 500, [event(LAYOUT, 0, vector(LAYOUT, n)), event(LAYOUT, 0, vector(LAYOUT, n + 1))]);
    const trace = await read(writeDat(LAYOUT, { formats: { v: [VECTOR] }, cpus: [cpu(10), cpu(20), cpu(30)] }));
    expect([...trace.table.values]).toEqual([10, 11, 20, 21, 30, 31]);
  });

  test.each([
    ["x86-tsc", Number.NaN],
    ["counter", Number.NaN],
    ["local", 1e-9],
    ["boot", 1e-9],
  ])("clock %s", async (clock, tick) => {
    const { trace } = await one(VECTOR, vector(LAYOUT, 1), { clock });
    expect([trace.banner.clock, trace.table.secondsPerTick]).toEqual([clock, tick]);
  });

  test.each([6, 7] as const)("version %i: what the kernel counted of each ring, instances apart", async (version) => {
    const text = (cpu: number, overrun: number, nested: number, dropped: number): string =>
      `CPU: ${cpu}\nentries: 5\noverrun: ${overrun}\ncommit overrun: ${nested}\nbytes: 12\n` +
      `oldest event ts:     1.5\nnow ts:     2.5\ndropped events: ${dropped}\nread events: 9\n`;
    const statistics = [text(0, 7, 1, 0), text(1, 0, 0, 2), "\nBuffer: one\n\n", text(0, 99, 99, 99)];
    const { trace } = await one(VECTOR, vector(LAYOUT, 1), { statistics }, { ...LAYOUT, version });
    expect(trace.rings).toEqual([
      { cpu: 0, overwritten: 7, nested: 1, dropped: 0 },
      { cpu: 1, overwritten: 0, nested: 0, dropped: 2 },
    ]);
    const none = await one(VECTOR, vector(LAYOUT, 1), {}, { ...LAYOUT, version });
    expect(none.trace.rings).toBeUndefined();
  });

  test.each([6, 7] as const)("other buffers are counted (version %d)", async (version) => {
    const { trace } = await one(VECTOR, vector(LAYOUT, 1), { instances: ["one", "two"] }, { ...LAYOUT, version });
    expect(trace.table.length).toBe(1);
    expect(trace.notes).toEqual(['2 other buffers of the recording were not read: "one", "two"']);
  });

  test.each([6, 7] as const)("the text of a latency tracer (version %d)", async (version) => {
    const text = "# tracer: irqsoff\n    init-1         0d..2. 1005408us : cpu_idle: state=1 cpu_id=2\n";
    const trace = await read(writeDat({ ...LAYOUT, version }, { formats: {}, cpus: [], text }));
    expect([trace.format, trace.banner.tracer]).toEqual(["trace.dat", "irqsoff"]);
    expect(showAll(trace.table)).toEqual(["cpu_idle state=1 cpu_id=2"]);
  });
});

describe("the ring", () => {
  const ring = async (...pages: number[][]) =>
    read(writeDat(LAYOUT, { formats: { v: [VECTOR] }, cpus: [pages.flat()] }));
  const special = (type: number, delta: number, words: readonly number[]) => {
    const out = new Out(true).number(header(LAYOUT, type, delta), 4);
    for (const word of words) out.number(word, 4);
    return out.bytes;
  };

  test("long waits, absolute times, and what was thrown away", async () => {
    const trace = await ring(
      page(LAYOUT, 2n ** 40n, [
        special(30, 5, [3]),
        event(LAYOUT, 1, vector(LAYOUT, 1)),
        special(29, 10, [8, 0]),
        event(LAYOUT, 1, vector(LAYOUT, 2)),
        special(31, 77, [2 ** 14]),
        event(LAYOUT, 2, vector(LAYOUT, 3)),
        special(29, 0, []),
        event(LAYOUT, 1, vector(LAYOUT, 4)),
      ]),
    );
    const wait = 2 ** 40 + 3 * 2 ** 27 + 6;
    expect([...trace.table.time]).toEqual([wait, wait + 11, 2 ** 41 + 79]);
    expect([...trace.table.values]).toEqual([1, 2, 3]);
  });

  test("lost events stand before the event after them, as in the text", async () => {
    const ring = page(LAYOUT, 10, [event(LAYOUT, 0, vector(LAYOUT, 1))]);
    const counted = page(LAYOUT, 20, [event(LAYOUT, 1, vector(LAYOUT, 2))], 12);
    const uncounted = page(LAYOUT, 30, [event(LAYOUT, 1, vector(LAYOUT, 3))], -1);
    const atEnd = page(LAYOUT, 40, [], 3);
    const trace = await read(
      writeDat(LAYOUT, { formats: { v: [VECTOR] }, cpus: [[...ring, ...counted, ...uncounted, ...atEnd]] }),
    );
    expect(trace.lost).toEqual({ marks: 3, events: 15 });
    expect(showAll(trace.table)).toEqual([
      "call_function_entry vector=1",
      "lazymm:lost events=12",
      "call_function_entry vector=2",
      "lazymm:lost events=0",
      "call_function_entry vector=3",
      "lazymm:lost events=3",
    ]);
    expect([...trace.table.time]).toEqual([10, 21, 21, 31, 31, 31]);
    expect([...trace.table.pid]).toEqual([0, -1, 0, -1, 0, -1]);
    expect(trace.table.flags[1]).toBe(FLAG.noFlags);
  });

  test("an event that does not fit on its page ends the page, and not the file", async () => {
    const broken = page(LAYOUT, 10, [event(LAYOUT, 0, vector(LAYOUT, 1)), special(0, 1, [5000])]);
    const trace = await ring(broken, page(LAYOUT, 20, [event(LAYOUT, 0, vector(LAYOUT, 2))]));
    expect([...trace.table.values]).toEqual([1, 2]);
    expect([trace.odd.brokenPages, trace.notes]).toEqual([1, ["1 pages of the ring make no sense from some place on"]]);
  });

  test("events of no known format, and records too short for theirs", async () => {
    const trace = await ring(
      page(LAYOUT, 10, [
        event(
          LAYOUT,
          0,
          record(LAYOUT, 999, 1, () => {}),
        ),
        event(LAYOUT, 0, [76, 0, 0, 0]),
        event(
          LAYOUT,
          0,
          record(LAYOUT, 76, 1, () => {}),
        ),
      ]),
    );
    expect([trace.odd.unknownEvent, trace.odd.shortRecord, trace.unparsed]).toEqual([1, 1, { call_function_entry: 1 }]);
    expect(showAll(trace.table)).toEqual(["call_function_entry"]);
  });
});

describe("events", () => {
  test.each([
    [0x00, 0, 0],
    [0x01, 0x12, FLAG.irqsOff | (2 << FLAG_DEPTH_SHIFT)],
    [0x80, 0, FLAG.bhOff],
    [0x04, 0, FLAG.needResched],
    [0x20, 0, FLAG.needResched],
    [0x02, 0, FLAG.needResched],
    [0x18, 15, FLAG.hardirq | FLAG.softirq | (15 << FLAG_DEPTH_SHIFT)],
    [0x58, 0, FLAG.nmi | FLAG.hardirq],
    [0x50, 0, FLAG.nmi],
  ])("flags %d, count %d", async (flags, count, expected) => {
    const { trace } = await one(
      VECTOR,
      record(LAYOUT, 76, 1, (out) => out.number(1, 4), flags, count),
    );
    expect(trace.table.flags[0]).toBe(expected);
  });

  const PROBED = {
    kallsyms:
      "0000000000001000 A a_percpu\nffffffff81000000 T first\nffffffff81000100 T switch_mm\n" +
      "ffffffff81000100 T alias\nffffffff81000600 T arch_rethook_trampoline\n" +
      "ffffffff81000700 T last\nffffffff81000800 B _end\n" +
      "ffffffffc0000000 t in_module\t[vhost]\nffffffffc0000010 t next\t[vhost]\n",
  };
  const AT = 0xffffffff81000104n;

  test("a probe: its place, and each type of field", async () => {
    const fields = [
      "unsigned long __probe_ip;8;0",
      "u64 mm;8;0",
      "u8 z;1;0",
      "s32 n;4;1",
      "u64 big;8;0",
      "u64 list[];16;0",
      "u64 func;8;0",
      "__data_loc char[] name;4;0",
    ];
    const print =
      '"(%lx) mm=0x%Lx z=%u n=%d big=%Lu list={%Lu,%Lu} func=%pS name=\\"%s\\"", REC->__probe_ip, REC->mm, REC->z, ' +
      "REC->n, REC->big, REC->list[0], REC->list[1], (void *)REC->func, __get_str(name)";
    const probe = format("switch_mm", 9, fields, print);
    const data = (func: bigint, name: string) =>
      record(LAYOUT, 9, 1, (out) => {
        out.number(AT, 8).number(0xff11000004062680n, 8).number(200, 1).number(-3, 4).number(77, 8);
        out
          .number(1, 8)
          .number(2n ** 60n, 8)
          .number(func, 8);
        const at = out.bytes.length + 4;
        out.number(((name.length === 0 ? 0 : name.length + 1) << 16) | at, 4).text(`${name}\0`);
      });
    const first = "at=switch_mm+0x4/0x500 mm=0xff11000004062680 z=200 n=-3 big=77 list={1,1152921504606846976}";
    const seen = await one(probe, data(0xffffffffc0000008n, "x y"), PROBED);
    expect(seen.rows).toEqual([`switch_mm ${first} func=in_module+0x8/0x10 [vhost] name="x y"`]);
    expect(seen.types).toEqual(["text", "word", "int", "int", "int", "list", "text", "text"]);
    const unknown = await one(probe, data(0n, ""), PROBED);
    expect(unknown.rows).toEqual([`switch_mm ${first} func=0x0 name=(fault)`]);
    expect(unknown.types?.[6]).toBe("word");
  });

  test("a return probe: where it returns to, then the function", async () => {
    const fields = ["unsigned long __probe_func;8;0", "unsigned long __probe_ret_ip;8;0", "int ret;4;1"];
    const print = '"(%lx <- %lx) ret=%d", REC->__probe_func, REC->__probe_ret_ip, REC->ret';
    const data = (caller: bigint) => record(LAYOUT, 9, 1, (out) => out.number(AT, 8).number(caller, 8).number(5, 4));
    const rows = async (caller: bigint, more = PROBED) =>
      (await one(format("r", 9, fields, print), data(caller), more)).rows;
    expect(await rows(0xffffffff81000008n)).toEqual(["r at=first+0x8/0x100 <- switch_mm ret=5"]);
    expect(await rows(0xffffffff81000600n)).toEqual(["r at=[unknown/kretprobe'd] <- switch_mm ret=5"]);
    expect(await rows(0x10n, { kallsyms: "" })).toEqual(["r at=0x10 <- 0xffffffff81000104 ret=5"]);
  });

  test("a column that was a symbol once is a text from then on, as in the text", async () => {
    const smp = format("smp", 9, ["u64 cond;8;0"], '"cond=%pS", (void *)REC->cond');
    const data = (cond: bigint) => record(LAYOUT, 9, 1, (out) => out.number(cond, 8));
    const events = [0n, AT, 0n].map((cond) => event(LAYOUT, 1, data(cond)));
    const trace = await read(writeDat(LAYOUT, { formats: { v: [smp] }, cpus: [page(LAYOUT, 0, events)], ...PROBED }));
    expect(showAll(trace.table)).toEqual(["smp cond=0x0", "smp cond=switch_mm+0x4/0x500", "smp cond=0x0"]);
    const line = (time: number, text: string) => `              sh-1       [000] ..... ${time}: smp: cond=${text}\n`;
    const text = parse(line(1, "0x0") + line(2, "switch_mm+0x4/0x500") + line(3, "0x0"));
    const types = (table: typeof trace.table) => [...table.kind].map((kind) => table.kinds[kind]!.args[0]!.type);
    expect(types(trace.table)).toEqual(["word", "text", "text"]);
    expect(types(text.table)).toEqual(types(trace.table));
  });

  const REASONS = '__print_symbolic(REC->reason, { 0, "task switch" }, { 3, "local mm shootdown" })';
  test.each([
    [
      "tlb_flush: the numbers, not the words",
      format(
        "tlb_flush",
        9,
        ["int reason;4;1", "unsigned long pages;8;0"],
        `"pages:%ld reason:%s (%d)", REC->pages, ${REASONS}, REC->reason`,
      ),
      (out: Out) => out.number(3, 4).number(-1, 8),
      "tlb_flush pages=-1 reason=3",
    ],
    [
      "task_newtask: clone flags are a word",
      format(
        "task_newtask",
        9,
        ["pid_t pid;4;1", "char comm[16];16;0", "unsigned long clone_flags;8;0", "short oom_score_adj;2;1"],
        '"pid=%d comm=%s clone_flags=%lx oom_score_adj=%hd", REC->pid, REC->comm, REC->clone_flags, REC->oom_score_adj',
      ),
      (out: Out) => out.number(8, 4).text("a b=1", 16).number(0x1200011, 8).number(-7, 2),
      "task_newtask pid=8 comm=a b=1 clone_flags=0x1200011 oom_score_adj=-7",
    ],
    [
      "sched_process_exec: the name is elsewhere in the record",
      format(
        "sched_process_exec",
        9,
        ["__data_loc char[] filename;4;0", "pid_t pid;4;1", "pid_t old_pid;4;1"],
        '"filename=%s pid=%d old_pid=%d", __get_str(filename), REC->pid, REC->old_pid',
      ),
      (out: Out) =>
        out
          .number((5 << 16) | 20, 4)
          .number(1, 4)
          .number(2, 4)
          .text("/b/w\0"),
      "sched_process_exec filename=/b/w pid=1 old_pid=2",
    ],
    [
      "relative to the field",
      format("rel", 9, ["__rel_loc char[] name;4;0", "int a;4;1"], '"name=%s a=%d", __get_rel_str(name), REC->a'),
      (out: Out) =>
        out
          .number((3 << 16) | 4, 4)
          .number(6, 4)
          .text("xy\0"),
      "rel name=xy a=6",
    ],
    [
      "cpu_idle: a cast, and an unsigned number",
      format(
        "cpu_idle",
        9,
        ["u32 state;4;0", "u32 cpu_id;4;0"],
        '"state=%lu cpu_id=%lu", (unsigned long)REC->state, (unsigned long)REC->cpu_id',
      ),
      (out: Out) => out.number(0xffffffff, 4).number(2, 4),
      "cpu_idle state=4294967295 cpu_id=2",
    ],
    [
      "ipi_raise: a mask, and a text of the kernel",
      format(
        "ipi_raise",
        9,
        ["__data_loc unsigned long[] target_cpus;4;0", "const char * reason;8;0"],
        '"target_mask=%s (%s)", __get_bitmask(target_cpus), REC->reason',
      ),
      (out: Out) =>
        out
          .number((8 << 16) | 20, 4)
          .number(0xffffffff82000000n, 8)
          .number(0x1_0000_0005n, 8),
      "ipi_raise target_mask=00000001,00000005 reason=Function call",
    ],
    [
      "calculated: a sum, and words with a unit",
      format(
        "rss_stat",
        9,
        ["int member;4;1", "long size;8;1"],
        '"twice=%d type=%s size=%ldB", REC->member * 2, ' +
          '__print_symbolic(REC->member, { 1, "MM_ANONPAGES" }), REC->size',
      ),
      (out: Out) => out.number(1, 4).number(-4096, 8),
      "rss_stat twice=2 type=MM_ANONPAGES size=-4096B",
    ],
    [
      "not name=value: by its fields",
      format(
        "sys_enter",
        9,
        ["long id;8;1", "unsigned long args[2];16;0"],
        '"NR %ld (%lx, %lx)", REC->id, REC->args[0], REC->args[1]',
      ),
      (out: Out) =>
        out
          .number(-1, 8)
          .number(16, 8)
          .number(2n ** 63n, 8),
      "sys_enter id=-1 args={16,9223372036854775808}",
    ],
    [
      "C that is not understood: by its fields",
      format("odd", 9, ["u64 stamp;8;0", "int n;4;1"], '"stamp=%u n=%d", jiffies_to_msecs(REC->stamp), REC->n'),
      (out: Out) => out.number(255, 8).number(4, 4),
      "odd stamp=0xff n=4",
    ],
  ] as const)("%s", async (_, text, write, shown) => {
    const printk = '0xffffffff82000000 : "Function call"\n';
    expect((await one(text, record(LAYOUT, 9, 1, write), { printk })).rows).toEqual([shown]);
  });

  test("marks are called as in the text, and end with their line", async () => {
    const print = format(
      "print",
      5,
      ["unsigned long ip;8;0", "char buf[];0;0"],
      '"%ps: %s", (void *)REC->ip, REC->buf',
    );
    const data = record(LAYOUT, 5, 1, (out) => out.number(0xffffffff81000010n, 8).text("START x\n\0"));
    const kallsyms = "ffffffff81000000 t tracing_mark_write\nffffffff81000100 t next\n";
    const formats = { ftrace: [print] };
    expect((await one("", data, { formats, kallsyms })).rows).toEqual(["tracing_mark_write text=START x"]);
    expect((await one("", data, { formats })).rows).toEqual(["print text=START x"]);
  });
});
