// SPDX-License-Identifier: MIT
// From a kind of row to the method of the timeline that it is about. A kind that lacks the arguments is passed over:
// probes of other architectures bear the same names and have other arguments.

import {
  argIndex,
  BUFFER_STARTED_KIND,
  type EventKind,
  type EventTable,
  LOST_KIND,
  wordValue,
} from "../events/table.ts";
import { gather, isGather, ownRange, wholeMm } from "./gather-rules.ts";
import type { Window } from "./look-ahead.ts";
import { isMarkName } from "./respell.ts";
import { readSnapshot } from "./snapshot.ts";
import type { Timeline } from "./timeline.ts";

/** Pages of the kernels that these probes are from: Debian's arm64 and ppc64el. */
const PAGE_SHIFT_4K = 12;
const PAGE_SHIFT_64K = 16;
const ALL_ONES = 0xffff_ffff_ffff_ffffn;
const SNAPSHOT_NAME = /^snap(\d+)$/;

type Read = (row: number) => number;
export type Handler = (row: number, cpu: number) => void;

export interface Source {
  readonly table: EventTable;
  readonly timeline: Timeline;
  /** Reads an argument of the kind; pointers as they are encoded. */
  readonly read: (name: string) => Read;
  /** The row's current task. */
  readonly pid: Read;
  /** ctx_id, or 0 if the event does not have it. */
  readonly ctx: Read;
}

export interface Rule {
  readonly needs: readonly string[];
  readonly make: (source: Source) => Handler;
}

export type FlushSource = "flush_range probe" | "mmu_gather probes" | "tlb_flush events" | "none";

/** How the flush calls of a trace are known. */
export function flushSource(table: EventTable): FlushSource {
  const used = usedKinds(table);
  if (used.some((kind) => kind.name === "flush_range" && hasAll(kind, FLUSH_RANGE))) return "flush_range probe";
  if (used.some(isGather)) return "mmu_gather probes";
  return used.some(isTlbFlush) ? "tlb_flush events" : "none";
}

/** The tracepoint, not a probe of that name. */
export function isTlbFlush(kind: EventKind): boolean {
  return kind.name === "tlb_flush" && hasAll(kind, TLB_FLUSH);
}

/** Kinds that have rows. */
export function usedKinds(table: EventTable): EventKind[] {
  const used = new Uint8Array(table.kinds.length);
  for (let row = 0; row < table.length; row++) used[table.kind[row]!] = 1;
  return table.kinds.filter((_, kind) => used[kind] === 1);
}

/** Arguments without which walk() would say something else. */
export function wantedArguments(name: string): readonly string[] | undefined {
  if (name === "sched_switch") return SCHED_SWITCH;
  const isGathered = POWERPC_GATHERS.has(name) || ARM64_GATHERS.has(name);
  const isUsed = Object.hasOwn(RULES, name) || isGathered || SNAPSHOT_NAME.test(name) || isMarkName(name);
  return isUsed ? undefined : [];
}

/** Walks all rows. Those without a handler say nothing, not even who runs: what is no input must not matter. */
export function walk(table: EventTable, timeline: Timeline, window: Window): void {
  const handlers = handlersOf(table, timeline);
  const needsTask = table.kinds.map(({ name }) => !WITHOUT_TASK.has(name));
  const { kind, cpu, pid, length } = table;
  for (let row = 0; row < length; row++) {
    if (row === window.from) timeline.open();
    if (row === window.to) timeline.close();
    const handler = handlers[kind[row]!];
    if (handler === undefined) continue;
    if (pid[row]! >= 0) timeline.follow(row, cpu[row]!, pid[row]!);
    else if (needsTask[kind[row]!] && !timeline.knows(cpu[row]!)) continue;
    handler(row, cpu[row]!);
  }
}

function handlersOf(table: EventTable, timeline: Timeline): (Handler | undefined)[] {
  const source = flushSource(table);
  const gathers = gatherRules(table);
  const { values, args } = table;
  const pid: Read = (row) => table.pid[row]!;
  return table.kinds.map((kind) => {
    const read = (name: string): Read => {
      const column = argIndex(kind, name);
      return (row) => values[args[row]! + column]!;
    };
    const ctx: Read = argIndex(kind, "ctx") < 0 ? () => 0 : read("ctx");
    const cpuOfSnapshot = SNAPSHOT_NAME.exec(kind.name)?.[1];
    if (cpuOfSnapshot !== undefined) return snapshotHandler(table, timeline, kind, Number(cpuOfSnapshot));
    const gatherRule = source === "mmu_gather probes" ? gathers.get(kind.name) : undefined;
    if (kind.name === "tlb_flush" && source !== "tlb_flush events" && gatherRule === undefined) return undefined;
    const rule = gatherRule ?? (Object.hasOwn(RULES, kind.name) ? RULES[kind.name] : undefined);
    if (rule === undefined || !hasAll(kind, rule.needs)) return undefined;
    return rule.make({ table, timeline, read, pid, ctx });
  });
}

/** powerpc has a probe on radix__tlb_flush(), which is called where there is something to flush; arm64 has not. */
function gatherRules(table: EventTable): ReadonlyMap<string, Rule> {
  const isPowerpc = usedKinds(table).some((kind) => kind.name === "tlb_flush" && isGather(kind));
  return isPowerpc ? POWERPC_GATHERS : ARM64_GATHERS;
}

const POWERPC_GATHERS: ReadonlyMap<string, Rule> = new Map([
  ["tlb_flush", gather(PAGE_SHIFT_64K)],
  ["flush_mm", wholeMm],
  ["flush_page", ownRange(PAGE_SHIFT_64K, { start: "addr" })],
  ["flush_range", ownRange(PAGE_SHIFT_64K, { start: "start", end: "end" })],
]);
const ARM64_GATHERS: ReadonlyMap<string, Rule> = new Map([
  ["tlb_finish", gather(PAGE_SHIFT_4K)],
  ["ptep_clear_flush", ownRange(PAGE_SHIFT_4K, { start: "addr" })],
]);

function hasAll(kind: EventKind, names: readonly string[]): boolean {
  return names.every((name) => argIndex(kind, name) >= 0);
}

export const RSS_STAT = ["mm_id", "curr"];
const SCHED_SWITCH = ["prev_pid", "prev_state", "next_pid"];
const FLUSH_RANGE = ["mm", "start", "end", "stride", "freed"];
const TLB_FLUSH = ["pages", "reason"];

/** Kinds whose rows may come while it is unknown who runs on their CPU. */
const WITHOUT_TASK = new Set([LOST_KIND, BUFFER_STARTED_KIND, "sched_switch"]);

/** Only tells which ctx_id a pointer has. */
const NAMES_MM: Rule = {
  needs: ["mm", "ctx"],
  make: ({ timeline, read, ctx }) => {
    const mm = read("mm");
    return (row) => void timeline.identity.mmAt(mm(row), ctx(row));
  },
};

const RULES: Readonly<Record<string, Rule>> = {
  sched_switch: { needs: SCHED_SWITCH, make: schedSwitch },
  task_newtask: {
    needs: ["pid", "clone_flags"],
    make: ({ timeline, read }) => {
      const [pid, flags] = [read("pid"), read("clone_flags")];
      return (row, cpu) => timeline.newTask(row, cpu, pid(row), flags(row));
    },
  },
  sched_process_fork: {
    needs: ["child_pid"],
    make: ({ table, timeline, read }) => {
      const child = read("child_pid");
      const flagsKnown = table.kinds.some((kind) => kind.name === "task_newtask" && argIndex(kind, "clone_flags") >= 0);
      return (row, cpu) => timeline.forked(row, cpu, child(row), flagsKnown);
    },
  },
  sched_process_exec: {
    needs: ["pid", "old_pid"],
    make: ({ timeline, read }) => {
      const [pid, oldPid] = [read("pid"), read("old_pid")];
      return (row, cpu) => timeline.execDone(row, cpu, pid(row), oldPid(row));
    },
  },
  task_rename: {
    needs: [],
    make:
      ({ timeline }) =>
      (row, cpu) =>
        timeline.execPoint(row, cpu, "execRename"),
  },
  rss_stat: {
    needs: RSS_STAT,
    make: ({ timeline, read, pid }) => {
      const [hash, isOwn] = [read("mm_id"), read("curr")];
      return (row, cpu) => {
        if (isOwn(row) === 1) timeline.ownMm(row, cpu, pid(row), hash(row));
      };
    },
  },
  sched_process_exit: {
    needs: ["pid"],
    make: ({ timeline, read }) => {
      const pid = read("pid");
      return (row, cpu) => timeline.exitDone(row, cpu, pid(row));
    },
  },
  switch_mm: {
    needs: ["next", "npid"],
    make: ({ timeline, read, pid, ctx }) => {
      const [next, npid] = [read("next"), read("npid")];
      return (row, cpu) => timeline.switchedMm(row, cpu, pid(row), npid(row), next(row), ctx(row));
    },
  },
  enter_lazy: {
    needs: ["npid"],
    make: ({ timeline, read, pid }) => {
      const npid = read("npid");
      return (row, cpu) => timeline.enteredLazy(row, cpu, pid(row), npid(row));
    },
  },
  mm_init: withMm((timeline, row, cpu, mm, ctx) => timeline.madeMm(row, cpu, mm, ctx)),
  exec_release: withMm((timeline, row, cpu, mm) => timeline.execReleased(row, cpu, mm)),
  exit_release: withMm((timeline, row, cpu, mm) => timeline.exitReleased(row, cpu, mm)),
  kthread_use_mm: withMm((timeline, row, cpu, mm, ctx) => timeline.usesMm(row, cpu, mm, ctx)),
  kthread_unuse_mm: withMm((timeline, row, cpu, mm, ctx) => timeline.unusesMm(row, cpu, mm, ctx)),
  mmput: NAMES_MM,
  exit_mmap: NAMES_MM,
  __mmdrop: NAMES_MM,
  flush_range: { needs: FLUSH_RANGE, make: flushRange },
  tlb_flush: {
    needs: TLB_FLUSH,
    make: ({ timeline, read, pid }) => {
      const [pages, reason] = [read("pages"), read("reason")];
      return (row, cpu) => timeline.flushEvent(row, cpu, pid(row), reason(row), pages(row));
    },
  },
  [LOST_KIND]: {
    needs: ["events"],
    make: ({ timeline, read }) => {
      const events = read("events");
      return (row, cpu) => timeline.lost(row, cpu, events(row));
    },
  },
  [BUFFER_STARTED_KIND]: {
    needs: [],
    make:
      ({ timeline }) =>
      (_row, cpu) =>
        timeline.forget(cpu),
  },
};

function withMm(call: (timeline: Timeline, row: number, cpu: number, mm: number, ctx: number) => void): Rule {
  return {
    needs: ["mm"],
    make: ({ timeline, read, ctx }) => {
      const mm = read("mm");
      return (row, cpu) => call(timeline, row, cpu, mm(row), ctx(row));
    },
  };
}

function schedSwitch({ table, timeline, read }: Source): Handler {
  const [prevPid, prevState, nextPid] = [read("prev_pid"), read("prev_state"), read("next_pid")];
  // Kernels before 4.14 print x.
  const dead = table.strings.map((state) => /^[ZXx]/.test(state));
  return (row, cpu) => {
    // Perfetto's compact switches say whom they switch to; from whom is not known of a CPU's first one.
    if (Number.isNaN(prevPid(row)) || !timeline.knows(cpu)) timeline.arrived(cpu, nextPid(row));
    else timeline.switched(row, cpu, prevPid(row), dead[prevState(row)] === true, nextPid(row));
  };
}

function flushRange({ table, timeline, read, ctx }: Source): Handler {
  const [mm, start, end, stride, freed] = [read("mm"), read("start"), read("end"), read("stride"), read("freed")];
  return (row, cpu) => {
    const node = timeline.identity.mmAt(mm(row), ctx(row));
    const from = Number(wordValue(table, start(row)));
    const to = wordValue(table, end(row));
    timeline.flushed(row, cpu, node, freed(row), stride(row), from, to === ALL_ONES ? -1 : Number(to));
  };
}

function snapshotHandler(table: EventTable, timeline: Timeline, kind: EventKind, of: number): Handler | undefined {
  if (!hasAll(kind, ["mm", "pid", "amm", "asid", "nasid", "lazy", "ctxs"])) return undefined;
  return (row) => {
    if (timeline.wantsSnapshot(row, of)) timeline.snapshot(of, readSnapshot(table, row, timeline.identity));
  };
}
