// SPDX-License-Identifier: MIT
// One design over one trace: compiles what a replay calls, runs it, counts, prices, and compares with the recording.
import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { counted } from "../../model/hw/profiles/counted.ts";
import { COSTS, type CostName, type LineMap, type Profile } from "../../model/hw/profiles/types.ts";
import { defined } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import { compileEntries } from "../compiler/compile.ts";
import type { DesignInfo } from "../compiler/describe.ts";
import { load } from "../compiler/modules.ts";
import { emitWide, loadWide } from "../emit/wide.ts";
import type { Schedule } from "../events/schedule.ts";
import { agreement } from "../simulator/agreement.ts";
import type { CountTree } from "../simulator/counters.ts";
import type { FlushLog } from "../simulator/flush-log.ts";
import { price } from "../simulator/price.ts";
import {
  type FreedUnknown,
  type PredictedFlushes,
  RESUMABLE,
  type ReplayProgram,
  type ReplayResult,
  replayInSlices,
} from "../simulator/replay.ts";
import { breathe } from "./engine.ts";
import type { Library } from "./library.ts";
import { attempt } from "./library.ts";
import type { Agreement, Count, Counts, JobContext, JobError, Price } from "./reports.ts";
import type { TraceInput } from "./trace-input.ts";

export interface ReplayRun {
  readonly counts: Counts;
  readonly price: Price;
  readonly predicted_sha256: string;
  readonly agreement: Agreement | null;
  /** Why there is no agreement. */
  readonly whyNot: string | undefined;
  readonly notes: readonly string[];
  /** Bounds that were hit: the replay has ended there, and nothing of it is known. */
  readonly bounds: readonly string[];
  readonly interrupted: boolean;
}

// V8 leaves functions beyond 60 KB of bytecode to its interpreter. An entry with all that it calls may be larger.
setFlagsFromString("--max-optimized-bytecode-size=1048576");

/** The compiler's file with the functions that a replay calls. */
const REPLAY_FILE = "model/kernel/replay.ts";
const UNBOUNDED = 2 ** 31 - 1;

/** Sizes of the machine that a schedule needs. Pages stay out: a replay counts flushes, it does not walk tables. */
function machineFor(schedule: Schedule, pageShift: number): Map<string, number> {
  return new Map([
    ["cpus", schedule.cpus],
    ["mms", schedule.mms],
    ["tasks", schedule.tasks.length],
    ["pages", 0],
    ["tables", 1],
    ["frames", 1],
    ["refs", UNBOUNDED],
    ["ctx_ids", schedule.mms + 1],
    ["tlb_gens", UNBOUNDED],
    ["address", 2 ** 53],
    ["stride_shift", 63],
    ["PAGE_SHIFT", pageShift],
  ]);
}

export function prepareReplay(
  library: Library,
  design: DesignInfo,
  schedule: Schedule,
): Result<ReplayProgram, JobError> {
  return attempt(() => {
    const file = load(library.modules, REPLAY_FILE);
    if (!file) throw new Error(`lazymm bug: ${REPLAY_FILE} is not installed`);
    const instructionGroups = defined(counted[design.arch], "every architecture is counted");
    const program = compileEntries({
      modules: library.modules,
      design,
      file,
      machine: machineFor(schedule, instructionGroups.pageShift),
    });
    const lines = numberLines(instructionGroups.lines);
    const emitted = emitWide(program, lines.byCell, RESUMABLE);
    const instantiate = loadWide(emitted);
    return { ...emitted, events: program.events, instantiate, lineNames: lines.names, instructionGroups };
  });
}

function numberLines(map: LineMap): { names: string[]; byCell: Map<string, number> } {
  const names = Object.keys(map);
  return { names, byCell: new Map(names.flatMap((name, i) => (map[name] ?? []).map((cell) => [cell, i] as const))) };
}

/** A pair where the two assumptions about freed_tables give different counts. */
function pair(a: CountTree, b: CountTree): Counts {
  const merged: { [name: string]: Count | Counts } = {};
  for (const [name, x] of Object.entries(a)) {
    const y = b[name];
    if (typeof x === "object") merged[name] = pair(x, typeof y === "object" ? y : {});
    else merged[name] = typeof y !== "number" || x === y ? x : [x, y];
  }
  return merged;
}

function pairedPrice(a: CountTree, b: CountTree, profile: Profile): Price {
  const x = price(a, profile);
  const y = price(b, profile);
  const known: [number, number] = [Math.min(x.known_ns[0], y.known_ns[0]), Math.max(x.known_ns[1], y.known_ns[1])];
  const costs = [...new Set([...x.missing, ...y.missing].map((m) => m.cost))];
  const count = (p: typeof x, cost: string): number => p.missing.find((m) => m.cost === cost)?.count ?? 0;
  const missing = costs.map((cost) => {
    const [low, high] = [count(x, cost), count(y, cost)];
    return { cost, count: low === high ? low : ([low, high] as const) };
  });
  return { known_ns: known, missing, complete: x.complete && y.complete };
}

/** What a trace without flush calls cannot tell. */
const OF_FLUSHES = [
  ...["flush_calls", "flushes", "invlpg", "flush_all", "user_asid_invalidations", "ipis"],
  ...["local_flushes", "broadcast_flushes"],
];
const COSTS_OF_FLUSHES: readonly CostName[] = [
  "invlpg",
  "flush_all",
  "ipi_round_trip",
  "local_flush",
  "broadcast_flush",
];

/** Unknown is null, not 0. */
function withoutFlushes(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).map(([name, x]) => [name, OF_FLUSHES.includes(name) ? null : x]));
}

function withoutFlushPrice(price: Price): Price {
  const known = price.missing.filter(({ cost }) => !COSTS_OF_FLUSHES.some((one) => one === cost));
  return withoutPrice({ ...price, missing: known }, COSTS_OF_FLUSHES);
}

function withoutPrice({ known_ns, missing }: Price, unknown: readonly CostName[]): Price {
  return { known_ns, missing: [...missing, ...unknown.map((cost) => ({ cost, count: null }))], complete: false };
}

/** The same of a replay that was not gone to its end. */
function unknownCounts(counts: CountTree): Counts {
  const entries = Object.entries(counts);
  return Object.fromEntries(entries.map(([name, x]) => [name, typeof x === "object" ? unknownCounts(x) : null]));
}

function endedEarly({ counters, predicted, limits }: ReplayResult): ReplayRun {
  return {
    counts: unknownCounts(counters.tree()),
    price: withoutPrice({ known_ns: [0, 0], missing: [], complete: false }, COSTS),
    predicted_sha256: hash(predicted),
    agreement: null,
    whyNot: "a bound was hit",
    notes: [],
    bounds: limits,
    interrupted: false,
  };
}

/** What to say of bounds that a design has hit. */
export function boundNotes(design: string, { bounds }: ReplayRun): string[] {
  return bounds.map((what) => `${design} has no counts: a bound was hit: ${what}`);
}

/** The predicted flushes, CPU by CPU: two replays predict the same if and only if this is the same. */
function hash(predicted: readonly PredictedFlushes[]): string {
  const sha = createHash("sha256");
  for (const [cpu, { reason, pages }] of predicted.entries()) {
    sha.update(`cpu ${cpu}\n${reason.map((r, i) => `${r} ${pages[i]}`).join("\n")}\n`);
  }
  return sha.digest("hex");
}

/** Why a prediction cannot be held against this recording, if it cannot. */
function cannotAgree(trace: TraceInput): string | undefined {
  if (!trace.recorded) return "the trace has no tlb_flush events to compare with";
  if (trace.inferred.flushCalls.from !== "flush_range probe") {
    return "the trace has no flush_range probe: its flush calls are themselves taken from tlb_flush events";
  }
  if (trace.select?.byPid) return "it is of all that a CPU does, not of one process";
  if (trace.inferred.snapshot === "none") return "the trace has no START snapshot";
  return undefined;
}

/** Runs the replay in slices, so that an interrupt is heard. */
export async function runReplay(
  program: ReplayProgram,
  trace: TraceInput,
  profile: Profile,
  context: JobContext,
  log?: FlushLog,
): Promise<ReplayRun> {
  const { schedule } = trace;
  const run = (freedUnknown: FreedUnknown): Promise<ReplayResult> =>
    replayInSlices(program, schedule, {
      freedUnknown,
      // Where it is not known whether page tables were freed, what is told is what happens if none were.
      log: freedUnknown === 0 ? log : undefined,
      select: trace.select?.selection,
      progress: (done, total) => {
        context.progress("replay", done, total);
        return context.signal.aborted;
      },
      pause: breathe,
    });
  const first = await run(0);
  if (first.limits.length > 0) return endedEarly(first);
  const second = trace.inferred.flushCalls.freedUnknown > 0 ? await run(1) : first;
  const [a, b] = [first.counters.tree(), second.counters.tree()];
  const whyNot = cannotAgree(trace);
  const counts = pair(a, b);
  const cost = pairedPrice(a, b, profile);
  const blind = trace.inferred.flushCalls.from === "none";
  return {
    counts: blind ? withoutFlushes(counts) : counts,
    price: blind ? withoutFlushPrice(cost) : cost,
    predicted_sha256: hash(first.predicted),
    agreement: whyNot === undefined && trace.recorded ? agreement(trace.recorded, first.predicted) : null,
    whyNot,
    notes: [...first.skipped].map(([why, count]) => `replay: ${count} ${why}`),
    bounds: [],
    interrupted: context.signal.aborted,
  };
}

/** Designs that say something about the machine of the trace. */
export function checkArchitecture(design: DesignInfo, trace: TraceInput): Result<void, JobError> {
  if (design.arch === trace.arch) return ok(undefined);
  return err({
    kind: "usage",
    message: `${design.name} is for ${design.arch}, the trace is of ${trace.arch}`,
  });
}
