// SPDX-License-Identifier: MIT
// What no recording of ours has (flushes of kernel addresses, temporary mms, deep idle states): a recording is cut
// before its end, and goes on by hand as the kernel would.
import { afterAll, describe, expect, test } from "vitest";
import { FIXTURE } from "../traces/text.ts";
import { onPti, report, Scratch, textOf } from "./recorded.ts";
import { withPti } from "./recorded-pti.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

/** All before the snapshots at its end, and these rows: CPU, flags, event. */
const recorded = textOf(FIXTURE).split("\n");
const snapshots = recorded.findLastIndex((line) => line.includes("enter_lazy:"));
const end = recorded.findIndex((line) => line.includes("tracing_mark_write: END"));
function goesOn(rows: readonly (readonly [cpu: number, flags: string, event: string])[]): string {
  const lines = rows.map(([cpu, flags, event], i) => {
    const task = cpu === 2 ? "sh-127     (    127)" : "<idle>-0       (-------)";
    return `${task.padStart(34)} [00${cpu}] ${flags}  ${47908300000 + i * 1000}: ${event}`;
  });
  return [...recorded.slice(0, snapshots + 1), ...lines, ...recorded.slice(end)].join("\n");
}

type Row = readonly [number, string, string];
const call = (func: string, mask = "0xf", cond = "0x0"): Row => {
  return [
    2,
    "...1.",
    `smp_many: (smp_call_function_many_cond+0x0/0x330) mask=${mask} func=${func}+0x0/0x40 flags=0x3 cond=${cond}`,
  ];
};
const interrupts = (mask: string): Row => [2, "...1.", `ipi_mask: (native_send_call_func_ipi+0x0/0x20) mask=${mask}`];
const taken = (cpu: number, ...within: string[]): Row[] => [
  [cpu, "d.h1.", "call_function_entry: vector=252"],
  ...within.map((event): Row => [cpu, "d.h1.", event]),
  [cpu, "d.h1.", "call_function_exit: vector=252"],
];
const range = (pages: number): Row => {
  const ends = (0xffffc90000010000n + BigInt(pages) * 4096n).toString(16);
  return [2, ".....", `kernel_range: (flush_tlb_kernel_range+0x0/0x120) start=0xffffc90000010000 end=0x${ends}`];
};
const all = [0, 1, 3].flatMap((cpu) =>
  taken(cpu, "flush_all_ipi: (do_flush_tlb_all+0x0/0x30)", "hw_global: (native_flush_tlb_global+0x0/0x60)"),
);
const here: Row[] = [
  [2, "d..1.", "flush_all_ipi: (do_flush_tlb_all+0x0/0x30)"],
  [2, "d..1.", "hw_global: (native_flush_tlb_global+0x0/0x60)"],
];
const pages = (n: number, func: string, mask = "0xb"): Row[] => [range(n), call(func), interrupts(mask)];
const answered = [0, 1, 3].flatMap((cpu) => taken(cpu));

describe("of kernel addresses", () => {
  test.each<[string, Row[], string[]]>([
    ["a few pages", [...pages(5, "do_kernel_range_flush"), ...answered], ["kernel_range", "smp_many", "ipi_mask"]],
    ["many pages", [...pages(34, "do_flush_tlb_all"), ...here, ...all], ["kernel_range", "flush_all_ipi", "hw_global"]],
    [
      "everything",
      [
        [2, ".....", "flush_all: (flush_tlb_all+0x0/0x20)"],
        call("do_flush_tlb_all"),
        interrupts("0xb"),
        ...here,
        ...all,
      ],
      ["flush_all", "flush_all_ipi", "hw_global"],
    ],
  ])(
    "%s",
    async (_, rows, kinds) => {
      const { conforms, unexplained, steps } = await report(scratch.recording(FIXTURE, goesOn(rows)));
      expect({ conforms, unexplained }).toEqual({ conforms: true, unexplained: [] });
      for (const kind of kinds) expect(steps[kind]?.exact, kind).toBeGreaterThan(0);
    },
    120_000,
  );

  test.each<[string, Row[], RegExp]>([
    ["a CPU is not asked", pages(5, "do_kernel_range_flush", "0x9"), /mask=0x9 is recorded/],
    ["page by page though it is many", pages(34, "do_kernel_range_flush"), /func=do_kernel_range_flush\S* is recorded/],
    ["all of it for a few pages", pages(5, "do_flush_tlb_all"), /func=do_flush_tlb_all\S* is recorded/],
    [
      "only some CPUs' turn",
      [range(5), call("do_kernel_range_flush", "0x7")],
      /mask=0x7 is recorded, and the design has 15/,
    ],
    [
      "those that are not lazy",
      [range(5), call("do_kernel_range_flush", "0xf", "should_flush_tlb+0x0/0x60")],
      /cond=should/,
    ],
  ])(
    "but not: %s",
    async (_, rows, reason) => {
      const { conforms, unexplained } = await report(scratch.recording(FIXTURE, goesOn(rows)));
      expect(conforms).toBe(false);
      expect(unexplained[0]!.reason).toMatch(reason);
    },
    120_000,
  );
});

describe("under PTI, an address was flushed in the loaded slot only", () => {
  const [mm, before] = ["0xff11000099990000", "0xff11000005731f80"];
  /** The next switch, away from init_mm in slot 1: what is in the slots then, and which is taken. */
  const next = (slot: number, ctxs: string): Row[] => [
    [
      3,
      "d..2.",
      "sched_switch: prev_comm= prev_pid=0 prev_prio=120 prev_state=R ==> next_comm= next_pid=501 next_prio=120",
    ],
    [
      3,
      "d..2.",
      `switch_mm: (switch_mm_irqs_off+0x0/0x470) prev=${before} next=${mm} ctx=900 gen=5 cb=0x0 cnt=1 users=1`,
    ],
    [3, "d..2.", "tlb_flush: pages:-1 reason: (0)"],
    [
      3,
      "d..2.",
      `switch_mm_r3: (x <- switch_mm_irqs_off) mm=${mm} asid=${slot} nasid=${slot + 1} inv=0 upf=0x0 ctxs={${ctxs}}`,
    ],
    [3, "d..2.", `finish_switch3: (finish_task_switch.isra.0+0x0/0x2d0) pm=${before} cnt=1`],
    [3, "d..2.", `__mmdrop: (__mmdrop+0x0/0x160) mm=${before} ctx=314 gen=12 cb=0x0 cnt=0 users=0`],
  ];
  const flushed = [...pages(5, "do_kernel_range_flush"), ...answered];
  const forgotten = next(2, "0,11,1,0,900,5,0,6,0,9,0,14");
  const kept = next(2, "314,11,1,0,900,5,311,6,277,9,276,14");

  test.each<[string, Row[], boolean]>([
    ["the others are forgotten", [...flushed, ...forgotten], true],
    ["they are not kept", [...flushed, ...kept], false],
    ["without such a flush they are", kept, true],
    ["and not forgotten", forgotten, false],
  ])(
    "%s",
    async (_, rows, expected) => {
      const text = withPti(goesOn(rows), "always");
      const { conforms, unexplained } = await report(scratch.recording(FIXTURE, text, onPti));
      expect(conforms, unexplained[0]?.reason).toBe(expected);
      if (!expected) expect(unexplained[0]!.reason).toMatch(/^slot \d/);
    },
    120_000,
  );

  test("where user mode has not been, its half is pending since", async () => {
    const text = withPti(goesOn([...flushed, ...forgotten]), "always").replace(
      /(.*switch_mm_r3.* upf=0x)\w+(.*ctxs=\{0,11.*)/,
      "$18$2",
    );
    const { unexplained } = await report(scratch.recording(FIXTURE, text, onPti));
    expect(unexplained[0]?.reason).toMatch(/^upf=0x8 is recorded/);
  }, 120_000);
});

describe("a switch that is no task's", () => {
  const [own, init] = ["0xff11000004855e80", "0xffffffff82b5c940"];
  const kernel = "285,20,277,13,45,749";
  const to = (mm: string, what: string): Row => {
    return [2, "d..1.", `switch_mm: (switch_mm_irqs_off+0x0/0x470) prev=0x0 next=${mm} npid=0 ${what} pcb=0x0 pcnt=0`];
  };
  const done = (mm: string, asid: number, nasid: number, lazy: number, ctxs: string): Row => {
    const state = `mm=${mm} asid=${asid} nasid=${nasid} inv=0 upf=0x0 lazy=${lazy} ctxs={${ctxs}}`;
    return [2, "d..1.", `switch_mm_r2: (x+0x0/0x1 <- switch_mm_irqs_off) ${state}`];
  };
  const reload = (pages: number): Row => [2, "d..1.", `tlb_flush: pages:${pages} reason: (0)`];
  const poking = "0xff11000088880000";
  const temporary = (back: string): Row[] => [
    to(poking, "ctx=3 gen=0 cb=0x0 cnt=1 users=1"),
    reload(-1),
    done(poking, 3, 4, 0, `${kernel},3,0,1,0,287,6`),
    to(back, "ctx=45 gen=749 cb=0x0 cnt=1 users=1"),
    reload(0),
    done(back, 2, 4, 0, `${kernel},3,0,1,0,287,6`),
  ];
  const idle: Row[] = [
    [
      2,
      "d..2.",
      "sched_switch: prev_comm= prev_pid=127 prev_prio=120 prev_state=S ==> next_comm= next_pid=0 next_prio=120",
    ],
    [2, "d..2.", `enter_lazy: (enter_lazy_tlb+0x0/0x30) mm=${own} npid=0 ctx=45 gen=749 cb=0x4 cnt=1 users=1`],
    [2, "d..1.", `leave_mm: (leave_mm+0x0/0x40) cpu=2 m2=${own} z2=1`],
    to(init, "ctx=1 gen=0 cb=0x0 cnt=2 users=2"),
  ];
  const left = done(init, 4, 3, 0, `${kernel},288,3,1,0,287,6`);

  test.each<[string, Row[], boolean]>([
    ["a temporary mm", temporary(own), true],
    ["and back to something that was not loaded", temporary("0xff11000005737500"), false],
    ["a deep idle state leaves the mm", [...idle, reload(0), left], true],
    ["and flushes no slot that is current", [...idle, reload(-1), left], false],
  ])(
    "%s",
    async (_, rows, expected) => {
      const { conforms, unexplained } = await report(scratch.recording(FIXTURE, goesOn(rows)));
      expect(conforms, unexplained[0]?.reason).toBe(expected);
    },
    120_000,
  );
});
