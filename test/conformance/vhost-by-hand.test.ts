// SPDX-License-Identifier: MIT
// Kernel threads that take a user's mm (vhost), where no recording of ours has one: arm64, and powerpc with a radix
// MMU. The recording goes on by hand where it ends, as the kernel would.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { RECORDINGS } from "../traces/text.ts";
import { report, Scratch, textOf } from "./recorded.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const IDLE = "<idle>-0       (-------)";
const VHOST = "vhost-700     (    700)";
type Row = readonly [task: string, event: string];

/** These rows before the END mark, on CPU 3, which is idle there. */
function goesOn(recording: string, time: (row: number) => string, rows: readonly Row[]): string {
  const lines = textOf(recording).split("\n");
  const end = lines.findIndex((line) => line.includes("tracing_mark_write: END"));
  const more = rows.map(([task, event], i) => `${task.padStart(34)} [003] d....  ${time(i)}: ${event}`);
  return scratch.recording(recording, [...lines.slice(0, end), ...more, ...lines.slice(end)].join("\n"));
}

const FROM_IDLE = "prev_comm=swapper/3 prev_pid=0 prev_prio=120 prev_state=R";
const toVhost: Row = [IDLE, `sched_switch: ${FROM_IDLE} ==> next_comm=vhost next_pid=700 next_prio=120`];
const FROM_VHOST = "prev_comm=vhost prev_pid=700 prev_prio=120 prev_state=S";
const toIdle: Row = [VHOST, `sched_switch: ${FROM_VHOST} ==> next_comm=swapper/3 next_pid=0 next_prio=120`];

describe("arm64", () => {
  const recording = "fixtures/arm64-6.1.0-asid8-forkexec";
  const [shell, dead] = ["mm=0xffff00000830f480 id=0x40044", "mm=0xffff000002412580 id=0x4001d"];
  const uses: Row[] = [
    toVhost,
    [VHOST, `kthread_use_mm: (kthread_use_mm+0x0/0x130) ${shell} cnt=1 users=2`],
    [VHOST, `switch_mm: (check_and_switch_context+0x0/0x290) ${shell}`],
    [VHOST, `do_switch: (cpu_do_switch_mm+0x0/0x34) ${shell}`],
    [VHOST, "switch_mm_r: (kthread_use_mm+0x80/0x130 <- check_and_switch_context)"],
  ];
  // What the CPU had borrowed was the last reference.
  const drops: Row = [VHOST, `__mmdrop: (__mmdrop+0x0/0x1b0) ${dead} cnt=0 users=0`];
  const unuses: Row[] = [[VHOST, `kthread_unuse_mm: (kthread_unuse_mm+0x0/0xa0) ${shell} cnt=1 users=2`], toIdle];

  test.each<[string, Row[], boolean]>([
    ["takes it, and gives it back", [...uses, drops, ...unuses], true],
    ["what it had borrowed is kept", [...uses, ...unuses, toVhost], false],
    ["it keeps what it had loaded", [...uses.slice(0, 2), drops, ...unuses], false],
  ])(
    "%s",
    async (_, rows, expected) => {
      const { conforms, unexplained } = await report(goesOn(recording, (i) => `   15.${390000 + i}`, rows));
      expect(conforms, unexplained[0]?.reason).toBe(expected);
    },
    120_000,
  );
});

const shootdown = join(RECORDINGS, "ground-truth", "ppc64le-6.12.107-radix-shootdown", "pp_thr");
describe.skipIf(!existsSync(shootdown))("powerpc", () => {
  const shell = "0xc000000003a3ee80";
  const init = "0xc0000000026cd200";
  const finish = (task: string, ppid: number): Row => [
    task,
    `finish_switch: (finish_task_switch.isra.0+0xc/0x430) prev=0xc000000004952700 ppid=${ppid} pmm=0x0 pamm=0x0`,
  ];
  const uses = (cnt: number): Row[] => [
    toVhost,
    finish(VHOST, 0),
    [VHOST, `kthread_use_mm: (kthread_use_mm+0xc/0x190) mm=${shell} id=8 act=1 cb=0x4 cnt=1 users=1`],
    [
      VHOST,
      `switch_mm: (switch_mm_irqs_off+0xc/0x110) prev=${init} next=${shell} npid=700 nmm=${shell} ` +
        `id=8 act=1 cb=0x4 cnt=${cnt} users=1`,
    ],
    [VHOST, `switch_ctx: (radix__switch_mmu_context+0x4/0x20) prev=${init} next=${shell} nid=8`],
    [VHOST, "switch_mm_r: (kthread_use_mm+0xa0/0x190 <- switch_mm_irqs_off)"],
  ];
  const unuses = (cb: string): Row[] => [
    [VHOST, `kthread_unuse_mm: (kthread_unuse_mm+0xc/0x110) mm=${shell} id=8 act=2 cb=${cb} cnt=2 users=1`],
    toIdle,
    finish(IDLE, 700),
  ];

  test.each<[string, Row[], boolean]>([
    ["takes it, and gives it back", [...uses(2), ...unuses("0xc")], true],
    ["without a bit of its own", [...uses(2), ...unuses("0x4")], false],
  ])(
    "%s",
    async (_, rows, expected) => {
      const { conforms, unexplained } = await report(goesOn(shootdown, (i) => `${14751000000 + i}`, rows));
      expect(conforms, unexplained[0]?.reason).toBe(expected);
    },
    120_000,
  );
});
