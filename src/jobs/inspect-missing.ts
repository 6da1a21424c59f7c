// SPDX-License-Identifier: MIT
// What a trace may lack, as a table: how to tell, what lazymm does in its place, and how to record it.
import { argIndex, type EventKind } from "../events/table.ts";
import type { OpenedTrace } from "../traces/input/open.ts";
import { flushSource, isTlbFlush, RSS_STAT, usedKinds } from "../traces/row-handlers.ts";
import type { InspectReport, Question } from "./inspect-report.ts";

/** What there is to know of a trace before one says what it lacks. */
export interface Has {
  readonly trace: OpenedTrace;
  readonly arch: string;
  readonly kinds: readonly EventKind[];
  readonly snapshot: boolean;
}

const RECORD = "lazymm record";
const TRACEPOINTS = "lazymm record --tracepoints-only";

interface Lack {
  readonly what: string;
  readonly so: string;
  readonly wayOut: string;
  readonly lacks: (has: Has) => boolean;
}

export function hasEvent({ kinds }: Pick<Has, "kinds">, name: string, needs: readonly string[] = []): boolean {
  return kinds.some((kind) => kind.name === name && needs.every((arg) => argIndex(kind, arg) >= 0));
}

const noEvent =
  (...names: readonly string[]) =>
  (has: Has): boolean =>
    !names.some((name) => hasEvent(has, name));

const namesMms = (has: Has): boolean =>
  hasEvent(has, "switch_mm", ["next", "npid"]) || hasEvent(has, "rss_stat", RSS_STAT);

const LACKS: readonly Lack[] = [
  {
    what: "sched_switch",
    so: "nobody knows what ran where: nothing can be replayed",
    wayOut: TRACEPOINTS,
    lacks: (has) => !hasEvent(has, "sched_switch", ["prev_pid", "next_pid"]),
  },
  {
    what: "task_newtask",
    so: "whether a new task shares its creator's mm is told by its tgid; vfork is taken for fork",
    wayOut: TRACEPOINTS,
    lacks: (has) => !hasEvent(has, "task_newtask", ["pid", "clone_flags"]),
  },
  {
    what: "sched_process_exec",
    so: "if there were execs, they are not seen: a task keeps the mm that it had",
    wayOut: TRACEPOINTS,
    lacks: noEvent("sched_process_exec", "exec_release"),
  },
  {
    what: "sched_process_exit",
    so: "if there were exits, they are not seen: a task keeps its mm to the end",
    wayOut: TRACEPOINTS,
    lacks: noEvent("sched_process_exit", "exit_release"),
  },
  {
    what: "task_rename",
    so: "an exec is placed at its sched_process_exec, which is later than its new mm",
    wayOut: TRACEPOINTS,
    lacks: noEvent("task_rename", "exec_release", "rss_stat"),
  },
  {
    what: "switch_mm probe, or rss_stat",
    so: "mms of tasks that are older than the trace are told by tgids and names",
    wayOut: TRACEPOINTS,
    lacks: (has) => !namesMms(has),
  },
  {
    what: "flush_range probe",
    so: "flush calls are taken from other events, which do not say whether page tables were freed: counts are ranges",
    wayOut: RECORD,
    lacks: ({ trace }) => !["flush_range probe", "none"].includes(flushSource(trace.table)),
  },
  {
    what: "flush calls",
    so: "the trace has no flushes at all: what they cost is unknown, not 0",
    wayOut: TRACEPOINTS,
    lacks: ({ trace }) => flushSource(trace.table) === "none",
  },
  {
    what: "tlb_flush",
    so: "there is nothing to hold predicted flushes against",
    wayOut: TRACEPOINTS,
    lacks: ({ arch, kinds }) => arch === "x86" && !kinds.some(isTlbFlush),
  },
  {
    what: "START snapshot",
    so: "every CPU starts as if it had just loaded its task's mm",
    wayOut: RECORD,
    lacks: ({ snapshot }) => !snapshot,
  },
  {
    what: "tgids",
    so: "threads of a process that are older than the trace are taken for processes",
    wayOut: "record with -o record-tgid, or copy saved_tgids beside the trace",
    lacks: (has) =>
      !namesMms(has) && !has.trace.table.pids.some(({ tgid }) => tgid > 0) && has.trace.sidecars.tgid.size === 0,
  },
  {
    what: "list of the kernel threads",
    so: "kernel threads are told by their names",
    wayOut: "ps -eo pid,ppid,comm,args > ps.before, beside the trace",
    lacks: (has) =>
      !namesMms(has) && has.trace.sidecars.kernelThread.size === 0 && has.trace.kernelThread === undefined,
  },
  {
    what: "uname",
    so: "the trace is taken for one of x86",
    wayOut: "uname -a > uname, beside the trace",
    lacks: ({ trace }) => trace.sidecars.uname === undefined && trace.banner.machine === undefined,
  },
  {
    what: "cpuinfo",
    so: "whether the machine has PCID and PTI is unknown",
    wayOut: "cp /proc/cpuinfo cpuinfo, beside the trace",
    lacks: ({ trace, arch }) => arch === "x86" && trace.sidecars.cpuFlags.size === 0,
  },
];

export function missingOf(has: Has): InspectReport["missing"] {
  return LACKS.filter(({ lacks }) => lacks(has)).map(({ what, so, wayOut }) => ({ what, so, way_out: wayOut }));
}

/** Probes whose fields a design is held against, step by step. */
const STEPS = ["switch_mm", "switch_mm_r", "flush_range", "flush_func"];

export function questionsOf(has: Has, designs: number): InspectReport["questions"] {
  const { arch, kinds, trace, snapshot } = has;
  const lacks: Record<Question, string[]> = { replay: [], agreement: [], conform: [] };
  if (noEvent("sched_switch")(has)) lacks.replay.push("no sched_switch");
  if (designs === 0) lacks.replay.push(`no design is of ${arch}`);
  lacks.agreement.push(...lacks.replay);
  lacks.conform.push(...lacks.replay);
  if (!kinds.some(isTlbFlush)) lacks.agreement.push("no tlb_flush events");
  if (flushSource(trace.table) !== "flush_range probe") lacks.agreement.push("no flush_range probe");
  if (!snapshot) lacks.agreement.push("no START snapshot");
  const found = (name: string): boolean => kinds.some((kind) => kind.name.replace(/\d+$/, "") === name);
  if (!found("switch_mm")) lacks.conform.push("no probes of `lazymm record`");
  else if (arch === "x86") {
    const absent = STEPS.filter((name) => !found(name));
    if (absent.length > 0) lacks.conform.push(`no probe ${absent.join(", ")}`);
    if (!snapshot) lacks.conform.push("no START snapshot");
  }
  return Object.entries(lacks).map(([question, because]) => {
    return { question: question as Question, possible: because.length === 0, because };
  });
}

export function hasOf(trace: OpenedTrace, arch: string, snapshot: boolean): Has {
  return { trace, arch, snapshot, kinds: usedKinds(trace.table) };
}
