// SPDX-License-Identifier: MIT
// Small whole files of the binary formats, for damage.ts to break.

import { deflateSync } from "node:zlib";
import {
  bundle,
  event,
  generic,
  msg,
  num,
  packed,
  packet,
  schedSwitch,
  systemInfo,
  text,
} from "../../test/traces/protobuf.ts";
import { format, LAYOUT, type Layout, writeDat } from "../../test/traces/trace-dat.ts";
import { sample } from "../../test/traces/trace-dat-sample.ts";
import { FTRACE } from "./text-seeds.ts";

const SMALL: Layout = { ...LAYOUT, pageSize: 1024 };

/** A latency tracer's file holds text instead of rings. */
const withText = (layout: Layout) => writeDat(layout, { formats: {}, cpus: [], text: FTRACE });

/** Formats of events that give the readers of `print fmt` and of fields something to do. */
const FORMATS = [
  format(
    "sched_switch",
    80,
    ["char prev_comm[16];16;0", "pid_t prev_pid;4;1", "int prev_prio;4;1", "long prev_state;8;1", "pid_t next_pid;4;1"],
    '"prev_comm=%s prev_pid=%d prev_state=%s%s ==> next_pid=%d", REC->prev_comm, REC->prev_pid, ' +
      '(REC->prev_state & 0xff) ? __print_flags(REC->prev_state & 0xff, "|", { 1, "S" }, { 2, "D" }) : "R", ' +
      'REC->prev_state & 0x100 ? "+" : "", REC->next_pid',
  ),
  format(
    "tlb_flush",
    81,
    ["int reason;4;1", "unsigned long pages;8;0"],
    '"pages:%ld reason:%s (%d)", REC->pages, __print_symbolic(REC->reason, { 0, "a" }, { (1 << 2) - 1, "b" }), ' +
      "REC->reason",
  ),
  format("mask", 82, ["__data_loc cpumask_t cpus;4;0"], '"cpus=%s", __get_cpumask(cpus)'),
];
const withFormats = (layout: Layout) => writeDat(layout, { formats: { sched: FORMATS, ftrace: FORMATS }, cpus: [[]] });

const datSeeds = (layout: Layout) => [sample(layout), withText(layout), withFormats(layout)];
export const DAT6 = [...datSeeds(SMALL), sample({ ...SMALL, long: 4 }), sample({ ...SMALL, little: false })];
const VERSION7: Layout = { ...SMALL, version: 7 };
export const DAT7 = [...datSeeds(VERSION7), sample({ ...VERSION7, little: false })];
export const DAT7_ZLIB = datSeeds({ ...VERSION7, codec: "zlib" });
export const DAT7_ZSTD = datSeeds({ ...VERSION7, codec: "zstd" });

const toSh = schedSwitch({ prev: ["swapper/0", 0, 120], state: 0, next: ["sh", 127, 120] });
const toIdle = schedSwitch({ prev: ["sh", 127, 120], state: 0x100, next: ["swapper/0", 0, 120] });
const COMPACT = msg(
  4,
  text(5, "sh"), text(5, "cc1"), text(5, "swapper/1"),
  packed(1, [1000, 10, 20]), packed(2, [1, 0x100, 2]), packed(3, [7, 8, 0]), packed(4, [120, 100, 120]),
  packed(6, [0, 1, 2]), packed(7, [1005]), packed(8, [8]), packed(9, [1]), packed(10, [100]), packed(11, [1]),
  packed(12, [9]),
); // biome-ignore format: in order

const of = (time: number, payload: readonly number[]) => event(time, payload, { pid: 127, flags: 1 });
const TYPED = bundle(
  0,
  of(1, toSh),
  of(2, msg(20, text(1, "cc1"), num(2, 8), num(3, 120), num(4, 1), num(5, 1))),
  of(3, msg(235, num(1, 9), text(2, "sh"), num(3, 0x1200000), num(4, 0))),
  of(4, msg(239, text(1, "sh"), num(2, 127), text(3, "sh"), num(4, 9))),
  of(5, msg(236, num(1, 127), text(2, "sh"), text(3, "ls"), num(4, -5))),
  of(6, msg(237, text(1, "/bin/ls"), num(2, 127), num(3, 127))),
  of(7, msg(313, num(1, 1), num(2, 4096), num(3, 1), num(4, 3))),
  of(8, generic("tlb_flush", { reason: 3, pages: 0xffff_ffff_ffff_ffffn })),
  of(9, msg(3, num(1, 0xffff_ffff_8123_4567n), text(2, "mark me\n"))),
  of(10, msg(238, text(1, "ls"), num(2, 127), num(3, 127), num(4, 120))),
  of(11, toIdle),
);
const PROBES = bundle(
  1,
  num(10, 9),
  of(12, generic("p", { __probe_ip: 1n, a: "b", c: 2n })),
  of(13, generic("switch_mm_r", { __probe_func: 1n << 63n, __probe_ret_ip: 8n, gen: 7n })),
  of(14, msg(542, text(1, "my_probe"), num(2, 3))),
);
const field = (name: string, number: number, type: number) => msg(2, text(1, name), num(3, number), num(5, type));
const DESCRIBED = bundle(
  0,
  event(1, msg(65_537, num(1, 3), num(2, -1)), { pid: 4 }),
  msg(11, num(1, 65_537), text(3, "tlb"), msg(2, text(1, "tlb_flush"), field("reason", 1, 3), field("pages", 2, 4))),
);
const TASKS = [
  ...packet(msg(2, msg(1, num(1, 7), num(2, 2), text(3, "x")), msg(2, num(1, 8), num(3, 7), text(2, "y")))),
  ...packet(msg(9, msg(1, num(1, 70), msg(11, num(1, 71))))),
  ...packet(msg(34, msg(2, num(1, 5), num(3, 42)))),
];
const SWITCHES = bundle(0, event(1, toSh, { pid: 0 }), event(9, toIdle, { pid: 127 }));

export const PACKETS: readonly Uint8Array[] = [
  [...systemInfo("6.1.0", "x86_64", 4), ...TYPED, ...TASKS],
  [...bundle(1, COMPACT, event(1001, generic("tlb_flush", { reason: 3, pages: 1n }), { pid: 7, flags: 5 })), ...PROBES],
  [...SWITCHES, ...DESCRIBED, ...packet(msg(50, [...deflateSync(Uint8Array.from([...SWITCHES, ...TYPED]))]))],
].map((bytes) => Uint8Array.from(bytes));
