// SPDX-License-Identifier: MIT
// Small whole files of the text formats, for damage.ts to break.

import { readFileSync } from "node:fs";
import { modelRoot } from "../../src/jobs/library.ts";
import { asBlocks, asString } from "../../test/traces/pages.ts";
import { asPerfScript } from "../../test/traces/perf-text.ts";
import { line } from "../../test/traces/text.ts";
import { FIXTURE, fixture } from "../traces/fixture.ts";

/** What is taken of the project's own recording: its first lines, and some from further on. */
const SLICE_BYTES = 900;
const SLICES = 5;

const switchTo = (prev: number, next: number, time: number) =>
  line("a b", prev, 1, time, `sched_switch: prev_comm=a b prev_pid=${prev} prev_prio=120 prev_state=R+ ==> ` +
    `next_comm=c next_pid=${next} next_prio=9`); // biome-ignore format: a table

/** A few lines with something of everything. */
export const FTRACE =
  "# tracer: nop\n#\n" +
  switchTo(3, 4, 1) +
  line("c", 4, 1, 2, "switch_mm: (f+0x0/0x10) next=0xff11000100a0b2c0 npid=3 ctxs={1,0x2}") +
  "CPU:1 [LOST 12 EVENTS]\n" +
  switchTo(4, 3, 3) +
  line("c", 4, 1, 4, "tlb_flush: pages:-1 reason:remote (4)");

const TASKS =
  "# tracer: nop\n#\n# entries-in-buffer/entries-written: 9/12   #P:4\n#\n##### CPU 2 buffer started ####\n" +
  line("sh", 127, 2, 1, "sched_waking: comm=cc1 pid=8 prio=120 target_cpu=001") +
  line("sh", 127, 2, 2, "task_newtask: pid=9 comm=sh clone_flags=1200000 oom_score_adj=0") +
  line("sh", 127, 2, 3, "sched_process_fork: comm=sh pid=127 child_comm=sh child_pid=9") +
  line("sh", 9, 3, 4, "task_rename: pid=9 oldcomm=sh newcomm=ls oom_score_adj=-5") +
  line("ls", 9, 3, 5, "sched_process_exec: filename=/bin/ls pid=9 old_pid=9") +
  line("ls", 9, 3, 6, "rss_stat: mm_id=3 curr=1 type=MM_ANONPAGES size=4096B") +
  line("ls", 9, 3, 7, "tracing_mark_write: START a") +
  line("ls", 9, 3, 8, "call_function_entry: vector=251") +
  line("ls", 9, 3, 9, "sched_process_exit: comm=ls pid=9 prio=120");

/** With TGIDs, nanoseconds, and the latency format's heads. */
const HEADS =
  "           <...>-300     (    127) [001] d..2.    43.542056001: cpu_idle: state=1 cpu_id=1\n" +
  "              sh-127     (-------) [002] dNh1.    43.542056051: irq_handler_entry: irq=9 name=a b\n" +
  "      sh-127       2d..2. 1005408us#: cpu_idle: state=1 cpu_id=2\n      sh-127      12.Ns1. 1005410us : x: y=1\n";

const RECORDED = recorded();

function recorded(): string[] {
  const text = new TextDecoder("latin1").decode(fixture().text);
  return Array.from({ length: SLICES }, (_, i) => {
    const from = i === 0 ? 0 : text.indexOf("\n", Math.floor((text.length * i) / SLICES)) + 1;
    return text.slice(from, text.lastIndexOf("\n", from + SLICE_BYTES) + 1);
  });
}

/** trace.txt of the kernel. */
export const FTRACE_TEXTS: readonly string[] = [FTRACE, TASKS, HEADS, ...RECORDED];

export const PERF_TEXTS: readonly string[] = [
  "sh 10/10 [001] 0.000000: PERF_RECORD_FORK(10:11):(10:10)\n" +
    "sh 10/10 [001] 1.000001: PERF_RECORD_COMM exec: ls:10/10\n\tffffffff81a0f3c1 f+0x1 (k)\n\n" +
    asPerfScript(FTRACE, "     1 "),
  asPerfScript(TASKS),
  ...RECORDED.map((text) => asPerfScript(text)),
];

function asReport(text: string): string {
  const events = text.split("\n").filter((row) => !row.startsWith("#"));
  return `version = 6\ncpus=4\n${events.join("\n")}`.replaceAll("prev_state=R+", "prev_state=256");
}

export const REPORT_TEXTS: readonly string[] = [
  "version = 6\ncpus=4\n  buf: " +
    FTRACE.split("\n").slice(2, -1).join("\n  buf: ").replace("prev_state=R+", "prev_state=256") +
    "\nother.dat: x\n",
  asReport(TASKS),
  "version = 7\nCPU 1 is empty\ncpus=4\nCPU:3 [12 EVENTS DROPPED]\n" +
    "              sh-127   [002]    43.542056: sched_switch:         m h:127 [120] S ==> swap/2:0 [120]\n" +
    "              sh-127   [002]    43.542057: sched_wakeup:         sh:127 [120] success=1 CPU:002\n" +
    "              sh-127   [002]    43.542058: tlb_flush:            reason=4 pages=0xffffffffffffffff\n",
  ...RECORDED.map(asReport),
];

const PROCESSES =
  "PROCESS DUMP\nUSER PID PPID VSIZE RSS WCHAN PC NAME\n" +
  "root 1 0 1008 832 0 0 S /init\nroot 3 2 0 0 0 0 S [ksoftirqd/0]\n" +
  "USER PID TID CMD\nsystem 127 128 Binder_1\n";
const ENTITIES = FTRACE.replaceAll(">", "&gt;").replaceAll(":", "&#58;").replaceAll("/", "&#x2f;");

export const PAGE_TEXTS: readonly string[] = [
  asString(FTRACE),
  asString(TASKS).replaceAll("\\n\\\n", "\\n").replace("prev_comm", "\\x70rev\\u005Fcomm"),
  asBlocks(PROCESSES, '{"traceEvents": []}\n', "CGROUP DUMP\n1 /\n", FTRACE, TASKS),
  asBlocks("H4sIAAAAAAAA\n", ENTITIES),
  asBlocks(TASKS).replaceAll("\n", "\r\n"),
  ...RECORDED.slice(0, 2).flatMap((text) => [asString(text), asBlocks(PROCESSES, text)]),
];

const BESIDE = ["ps.before", "saved_tgids", "saved_cmdlines", "cpuinfo", "uname", "kprobe_defs"];

/** Files that lie beside a trace. */
export const SIDECAR_TEXTS: readonly string[] = [
  ...BESIDE.map((name) => readFileSync(`${modelRoot()}/${FIXTURE}/${name}`, "latin1").slice(0, SLICE_BYTES)),
  "1 (init) 0 4194560\n10 (a) b) 2 69238880\n481 ((sd-pam)) 1 64\n",
  "  switch_mm    2220    3\n  flush_range  17 0\n",
];
