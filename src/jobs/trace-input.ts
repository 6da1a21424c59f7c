// SPDX-License-Identifier: MIT
// A trace as the commands need it: its schedule, what it recorded of flushes, and what is to be said about it.
import { err, ok, type Result } from "../base/result.ts";
import type { Wanted } from "../events/builder.ts";
import type { Schedule } from "../events/schedule.ts";
import type { TraceError } from "../traces/errors.ts";
import { type OpenedTrace, openTrace } from "../traces/input/open.ts";
import type { Shares } from "../traces/mm-intervals.ts";
import type { RingLosses } from "../traces/parsed.ts";
import { type RecordedFlushes, recordedFlushes } from "../traces/recorded.ts";
import { type FlushSource, wantedArguments } from "../traces/row-handlers.ts";
import { buildSchedule, type Inferred, type ScheduleResult } from "../traces/schedule.ts";
import type { JobContext, JobError, TraceInfo } from "./reports.ts";
import { type Selected, selected, type TraceSelection } from "./trace-selection.ts";

export interface TraceInput {
  readonly schedule: Schedule;
  readonly inferred: Inferred;
  readonly info: TraceInfo;
  readonly notes: readonly string[];
  /** undefined: no tlb_flush events. */
  readonly recorded: readonly RecordedFlushes[] | undefined;
  /** From the cpuinfo beside the trace; undefined: not told. */
  readonly cpuFlags: ReadonlySet<string> | undefined;
  readonly arch: string;
  /** undefined: all of it is counted. */
  readonly select: Selected | undefined;
  /** The events, where they were asked for: they are most of what a trace takes in memory. */
  readonly source: { readonly trace: OpenedTrace; readonly built: ScheduleResult } | undefined;
}

export interface ReadOptions {
  readonly sidecars: boolean;
  readonly keepEvents?: boolean;
  readonly select?: TraceSelection | undefined;
  readonly context?: Pick<JobContext, "progress">;
  /** Arguments of events to keep; by default all. */
  readonly wanted?: Wanted | undefined;
}

/** Opens a file and reads its events, and says how far it is. */
export async function openInput(path: string, options: ReadOptions): Promise<Result<OpenedTrace, JobError>> {
  const { sidecars, context, wanted } = options;
  const kilobytes = (bytes: number): number => Math.ceil(bytes / 1024);
  const opened = await openTrace(path, {
    sidecars,
    wanted,
    progress: (done, total) =>
      context?.progress("read, in kB", kilobytes(done), total === undefined ? undefined : kilobytes(total)),
  });
  return opened.ok ? opened : err({ kind: "input", message: inWords(opened.error) });
}

export async function readTrace(path: string, options: ReadOptions): Promise<Result<TraceInput, JobError>> {
  const wanted = options.keepEvents ? undefined : wantedArguments;
  const opened = await openInput(path, { ...options, wanted });
  if (!opened.ok) return opened;
  const trace = opened.value;
  const built = buildSchedule(trace);
  if (!built.ok) return err({ kind: "input", message: inWords(built.error) });
  const { schedule, inferred, window } = built.value;
  const select = selected(options.select, trace.table, built.value);
  if (!select.ok) return select;
  const last = schedule.length > 0 ? schedule.time[schedule.length - 1]! : 0;
  return ok({
    schedule,
    inferred,
    info: traceInfo(trace, last * schedule.secondsPerTick),
    notes: [...(select.value?.notes ?? []), ...notesOn(trace, inferred, schedule)],
    recorded: recordedFlushes(trace.table, window, select.value?.row),
    select: select.value,
    source: options.keepEvents ? { trace, built: built.value } : undefined,
    cpuFlags: trace.sidecars.cpuFlags.size > 0 ? trace.sidecars.cpuFlags : undefined,
    arch: architecture(trace),
  });
}

export function traceInfo(trace: OpenedTrace, span: number): TraceInfo {
  return {
    path: trace.input,
    format: trace.format,
    cpus: trace.table.cpus,
    events: trace.table.length,
    span_s: Number.isNaN(span) ? null : span,
    sidecars: trace.sidecars.read,
    ...(trace.damaged ? { damaged: { at: `byte ${trace.damaged.at}`, reason: trace.damaged.reason } } : {}),
  };
}

export function inWords({ message, expected, wayOut }: TraceError): string {
  return `${message}\n  expected: ${expected}\n  way out: ${wayOut}`;
}

const MACHINES: readonly [RegExp, string][] = [
  [/x86_64|i686/, "x86"],
  [/aarch64|arm64/, "arm64"],
  [/ppc64/, "powerpc"],
  [/riscv/, "riscv"],
];

/** What the trace says of its machine, or the file `uname` beside it. */
export function machineOf(trace: OpenedTrace): string | undefined {
  return trace.sidecars.uname ?? trace.banner.machine;
}

/** A trace that does not tell its machine is taken for an x86 trace, and a note says so. */
export function architecture(trace: OpenedTrace): string {
  const machine = machineOf(trace) ?? "";
  return MACHINES.find(([pattern]) => pattern.test(machine))?.[1] ?? "x86";
}

const FLUSH_SOURCE: Readonly<Record<FlushSource, string>> = {
  "flush_range probe": "as recorded",
  "mmu_gather probes": "from probes on mmu_gather and on single pages, taken to be of the running task's mm",
  "tlb_flush events": "taken from the initiators' tlb_flush events",
  none: "the trace has none",
};

/** What is wrong with the file, or could not be read of it. */
export function notesOnFile(trace: OpenedTrace): string[] {
  const notes: string[] = [];
  const add = (count: number, text: string): void => {
    if (count > 0) notes.push(`${count} ${text}`);
  };
  if (trace.damaged)
    notes.push(`the file is damaged at byte ${trace.damaged.at} (${trace.damaged.reason}): what came before is used`);
  const { entriesInBuffer: kept, entriesWritten: written } = trace.banner;
  if (kept !== undefined && written !== undefined && kept < written) {
    notes.push(`the ring overran: the first ${written - kept} of ${written} events were overwritten`);
  }
  notes.push(...notesOnRings(trace.rings ?? []));
  add(trace.lost.events, "events were lost while recording: what those CPUs did then is unknown");
  notes.push(...trace.notes);
  const unparsed = Object.values(trace.unparsed).reduce((sum, rows) => sum + rows, 0);
  add(unparsed, `events were kept without their arguments (${Object.keys(trace.unparsed).join(", ")})`);
  return notes;
}

const RING_LOSSES = {
  overwritten: "were overwritten before they were read",
  nested: "were lost because they came one within the other",
  dropped: "were dropped because the ring was full",
} as const;

/** By the kernel's own statistics, which the file holds. */
function notesOnRings(rings: readonly RingLosses[]): string[] {
  return Object.entries(RING_LOSSES).flatMap(([name, what]) => {
    const lossy = rings.filter((ring) => ring[name as keyof typeof RING_LOSSES] > 0);
    if (lossy.length === 0) return [];
    const events = lossy.reduce((sum, ring) => sum + ring[name as keyof typeof RING_LOSSES], 0);
    return [`statistics of the rings: ${events} events ${what}, on CPUs ${lossy.map(({ cpu }) => cpu).join(",")}`];
  });
}

/** What a reader must know before believing a number. */
function notesOn(trace: OpenedTrace, inferred: Inferred, schedule: Schedule): string[] {
  const notes = notesOnFile(trace);
  const add = (count: number, text: string): void => {
    if (count > 0) notes.push(`${count} ${text}`);
  };
  add(inferred.doubts.unknownIntervals, "intervals in which a CPU's task is unknown");
  add(inferred.doubts.missingSwitches, "switches are missing from the recording and were made up for");
  add(inferred.doubts.mmConflicts, "pieces of evidence about an mm contradict stronger ones");
  const { flushCalls, switches } = inferred;
  if (flushCalls.from !== "flush_range probe") {
    notes.push(`flush calls: ${FLUSH_SOURCE[flushCalls.from]}`);
    add(flushCalls.freedUnknown, "of them may or may not have freed page tables: a..b is if none did .. if all did");
  }
  add(flushCalls.withoutMm, "flush calls name no mm and were left out");
  notes.push(`mm identity: ${(inferred.identified * 100).toFixed(1)} % of switches known; ${switches.assumed} assumed`);
  notes.push(`mm identity, of the time that tasks ran: ${formatShares(inferred.identity.time)}`);
  if (trace.sidecars.cpuFlags.has("pti")) notes.push("cpuinfo says PTI: designs with PCID are replayed with it");
  if (inferred.snapshot === "none")
    notes.push("no START snapshot: every CPU starts as if it had just loaded its task's mm");
  if (machineOf(trace) === undefined) notes.push("no uname beside the trace: taken for x86");
  if (Number.isNaN(schedule.secondsPerTick)) notes.push("the trace's clock has no known unit: durations are in ticks");
  return notes;
}

/** `known 99.2 %, inferred 0.8 %, unknown 0.0 %`. */
export function formatShares({ known, inferred, unknown }: Shares): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return `known ${percent(known)}, inferred ${percent(inferred)}, unknown ${percent(unknown)}`;
}
