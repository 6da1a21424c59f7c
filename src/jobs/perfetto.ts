// SPDX-License-Identifier: MIT
// A run as a trace that ui.perfetto.dev opens (Chrome's JSON trace events): a process per CPU, a track for each of its
// threads, handlers and walkers. Time is the number of the step, as microseconds: there is no other time in a model.
// Source of the format: "Trace Event Format", the Chromium project; Perfetto reads it with the same meaning.
import { ok, type Result } from "../base/result.ts";
import { explain } from "./explain.ts";
import type { ExplainLink, ExplainOptions, ExplainReport, ExplainStep } from "./explain-report.ts";
import type { JobContext, JobError, Report } from "./reports.ts";

interface Track {
  readonly pid: number;
  readonly tid: number;
}

type Args = Readonly<Record<string, string | number | boolean>>;

interface Event<Ph extends string> extends Track {
  readonly ph: Ph;
  readonly ts: number;
}

/** A function, from B to E, or a whole step, X. */
interface Slice<Ph extends "B" | "X"> extends Event<Ph> {
  readonly name: string;
  /** Who acts. */
  readonly cat: string;
  readonly dur?: number;
  readonly args?: Args;
}

interface ArrowEnd<Ph extends "s" | "f"> extends Event<Ph> {
  readonly name: string;
  readonly cat: string;
  readonly id: number;
  /** The arrow ends at the slice around it, and not at the next one. */
  readonly bp?: "e";
}

/** A counter, or something that happens to the whole run. */
interface Note<Ph extends "C" | "i"> extends Event<Ph> {
  readonly name: string;
  readonly s?: "g";
  readonly args: Args;
}

/** The name of a process or a track. */
interface Naming extends Track {
  readonly ph: "M";
  readonly name: string;
  readonly args: Args;
}

export type PerfettoEvent =
  | Naming
  | Slice<"B">
  | Event<"E">
  | Slice<"X">
  | ArrowEnd<"s">
  | ArrowEnd<"f">
  | Note<"C">
  | Note<"i">;

export interface PerfettoReport extends Report<"lazymm.perfetto/1"> {
  readonly traceEvents: readonly PerfettoEvent[];
  readonly displayTimeUnit: "ns";
  readonly otherData: Readonly<Record<string, string>>;
}

/** Perfetto takes process 0 for the idle task. */
const pidOf = (cpu: number): number => cpu + 1;
const TRACKS_PER_CPU = 1000;
/** Of the run as a whole: its property, and what is in no CPU. */
const RUN: Track = { pid: 1_000_000, tid: 1_000_000 };

/** The tracks of a run, in the order in which their contexts first act. */
class Tracks {
  private readonly known = new Map<string, Track>();
  readonly names: PerfettoEvent[] = [];

  constructor(cpus: readonly number[]) {
    for (const cpu of cpus) this.nameProcess(pidOf(cpu), pidOf(cpu) * TRACKS_PER_CPU, `CPU ${cpu}`);
    this.nameProcess(RUN.pid, RUN.tid, "the run");
    this.names.push({ ph: "M", name: "thread_name", ...RUN, args: { name: "property" } });
  }

  private nameProcess(pid: number, tid: number, name: string): void {
    this.names.push({ ph: "M", name: "process_name", pid, tid, args: { name } });
    this.names.push({ ph: "M", name: "process_sort_index", pid, tid, args: { sort_index: pid } });
  }

  of({ cpu, context }: { readonly cpu: number; readonly context: string }): Track {
    const key = `${cpu} ${context}`;
    const known = this.known.get(key);
    if (known) return known;
    const track = { pid: pidOf(cpu), tid: pidOf(cpu) * TRACKS_PER_CPU + 1 + this.known.size };
    this.known.set(key, track);
    this.names.push({ ph: "M", name: "thread_name", ...track, args: { name: context } });
    return track;
  }
}

/** Steps in a row of one context in one function. */
interface Span {
  readonly func: string;
  readonly cat: string;
  readonly from: number;
  to: number;
}

function functionSlices(steps: readonly ExplainStep[], tracks: Tracks): PerfettoEvent[] {
  const open = new Map<Track, Span>();
  const closed: [Track, Span][] = [];
  steps.forEach((step, ts) => {
    if (step.func === "") return;
    const track = tracks.of(step);
    const span = open.get(track);
    if (span?.func === step.func) {
      span.to = ts + 1;
      return;
    }
    if (span) closed.push([track, span]);
    open.set(track, { func: step.func, cat: step.agent, from: ts, to: ts + 1 });
  });
  return [...closed, ...open].flatMap(([track, { func, cat, from, to }]): PerfettoEvent[] => [
    { ph: "B", name: `${func.replace(/^entry of /, "")}()`, cat, ts: from, ...track },
    { ph: "E", ts: to, ...track },
  ]);
}

function stepSlice(step: ExplainStep, ts: number, tracks: Tracks): PerfettoEvent {
  const [name = "", ...details] = step.effects;
  const changes = step.changes.map((change) => [`after: ${change.name}`, change.value] as const);
  const args = {
    step: ts,
    ...(step.at !== "" && { at: step.at, source: step.text }),
    ...(details.length > 0 && { details: details.join("; ") }),
    private: step.private,
    ...Object.fromEntries(changes),
  };
  return { ph: "X", name, cat: step.agent, ts, dur: 1, args, ...tracks.of(step) };
}

/** An arrow from the middle of one step to the middle of another. */
function flow({ kind, from, to, what }: ExplainLink, id: number, steps: readonly ExplainStep[], tracks: Tracks) {
  const [start, end] = [steps[from], steps[to]];
  if (!start || !end) return [];
  const common = { name: `${kind}: ${what}`, cat: kind, id };
  const events: PerfettoEvent[] = [
    { ph: "s", ...common, ts: from + 0.5, ...tracks.of(start) },
    { ph: "f", ...common, bp: "e", ts: to + 0.5, ...tracks.of(end) },
  ];
  return events;
}

/** Numbers that the run changes, and how many stores wait in each store buffer. */
function counters(steps: readonly ExplainStep[]): PerfettoEvent[] {
  const hasBuffers = steps.some(({ buffered }) => buffered > 0);
  const last = new Map<number, number>();
  return steps.flatMap((step, ts) => {
    const track = { pid: pidOf(step.cpu), tid: pidOf(step.cpu) * TRACKS_PER_CPU };
    const count = (name: string, value: number, on: Track): PerfettoEvent => {
      return { ph: "C", name, ts: ts + 1, args: { value }, ...on };
    };
    const numbers = step.changes.flatMap(({ name, number }) => (number === null ? [] : [count(name, number, RUN)]));
    if (!hasBuffers || last.get(step.cpu) === step.buffered) return numbers;
    last.set(step.cpu, step.buffered);
    return [...numbers, count("stores in the store buffer", step.buffered, track)];
  });
}

/** The property, as a counter that falls to 0 where it does not hold any more; who waits for what at the end. */
function verdict({ property, violated_by, why, waits, steps }: ExplainReport, tracks: Tracks): PerfettoEvent[] {
  const waiting = waits.map((wait): PerfettoEvent => {
    const args = { at: wait.at, why: wait.why.join("; ") };
    return { ph: "X", name: `waits: ${wait.text}`, cat: "waits", ts: steps.length, dur: 1, args, ...tracks.of(wait) };
  });
  if (property === null) return waiting;
  const ts = violated_by ?? steps.length;
  const holds = (value: number, at: number): PerfettoEvent => {
    return { ph: "C", name: property, ts: at, args: { holds: value }, ...RUN };
  };
  const violated = {
    ph: "i",
    name: `violated: ${property}`,
    ts,
    s: "g",
    args: { why: why.join("; ") },
    ...RUN,
  } as const;
  return [...(ts > 0 ? [holds(1, 0)] : []), holds(0, ts), violated, ...waiting];
}

/** At equal times: ends before beginnings, a function before its steps, then what points into them. */
const ORDER: Readonly<Record<PerfettoEvent["ph"], number>> = { M: 0, E: 1, B: 2, X: 3, s: 4, f: 4, C: 5, i: 6 };

function timeOf(event: PerfettoEvent): number {
  return event.ph === "M" ? -1 : event.ts;
}

/** The whole trace, sorted by time. */
export function perfettoTrace(report: ExplainReport): PerfettoReport {
  const { steps, links, waits } = report;
  const cpus = [...new Set([...steps, ...waits].map(({ cpu }) => cpu))].sort((a, b) => a - b);
  const tracks = new Tracks(cpus);
  const events = [
    ...functionSlices(steps, tracks),
    ...steps.map((step, ts) => stepSlice(step, ts, tracks)),
    ...links.flatMap((link, id) => flow(link, id, steps, tracks)),
    ...counters(steps),
    ...verdict(report, tracks),
  ];
  const sorted = events.sort((a, b) => timeOf(a) - timeOf(b) || ORDER[a.ph] - ORDER[b.ph]);
  const { scenario, design, model, mutant, verdict: found, property, command } = report;
  return {
    schema: "lazymm.perfetto/1",
    notes: report.notes,
    traceEvents: [...tracks.names, ...sorted],
    displayTimeUnit: "ns",
    otherData: {
      scenario,
      design,
      model,
      verdict: found,
      command,
      ...(mutant !== null && { mutant }),
      ...(property !== null && { property }),
    },
  };
}

/** The run that `explain` would print, for the same options. */
export async function perfetto(
  options: ExplainOptions,
  context: JobContext,
): Promise<Result<PerfettoReport, JobError>> {
  const explained = await explain(options, context);
  return explained.ok ? ok(perfettoTrace(explained.value)) : explained;
}
