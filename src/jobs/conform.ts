// SPDX-License-Identifier: MIT
// `conform`: is this recorded execution one that the design admits? The same dialect code that is checked and priced is
// compiled a third way, and run beside the recording.

import { arm64 } from "../../model/probes/arm64.ts";
import { powerpc } from "../../model/probes/powerpc.ts";
import type { ProbeTable } from "../../model/probes/types.ts";
import { x86 } from "../../model/probes/x86.ts";
import { defined } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import { compileEntries } from "../compiler/compile.ts";
import type { DesignInfo } from "../compiler/describe.ts";
import { load, type Modules } from "../compiler/modules.ts";
import type { Patched } from "../compiler/patched.ts";
import type { SourceFile } from "../compiler/source.ts";
import type { Watch } from "../compiler/watch.ts";
import type { Options } from "../conformance/orders.ts";
import { followedBy, planFor, probedFunctions, stopsOf } from "../conformance/plan.ts";
import { StepLog } from "../conformance/step-log.ts";
import { conform as holdAgainst, type Judged } from "../conformance/stretches.ts";
import type { SweepInput } from "../conformance/sweep.ts";
import type { Tally } from "../conformance/tally.ts";
import { type EmittedStepped, emitStepped, loadStepped, STEPPED_CPUS_MAX } from "../emit/stepped.ts";
import { argToString, type EventTable } from "../events/table.ts";
import type { Program } from "../program/program.ts";
import type { SteppedHost } from "../program/stepped.ts";
import type { Written } from "../store/write.ts";
import type { OpenedTrace } from "../traces/input/open.ts";
import { findWindow } from "../traces/look-ahead.ts";
import { buildSchedule } from "../traces/schedule.ts";
import { asRecorded, chooseDesign } from "./conform-design.ts";
import { machineOf, type Objects, objectsOf } from "./conform-machine.ts";
import type { ConformOptions, ConformReport, UnexplainedStep } from "./conform-report.ts";
import { stepInstants, tableOfSteps } from "./conform-steps.ts";
import { writeTraceTables } from "./inspect-tables.ts";
import { attempt, type DesignEntry, type Library, openLibrary } from "./library.ts";
import { findDesign } from "./replay.ts";
import type { JobContext, JobError } from "./reports.ts";
import { type Drawn, drawTrace } from "./trace-drawing.ts";
import { architecture, notesOnFile, openInput, traceInfo } from "./trace-input.ts";

export const CONFORM_FILE = "model/kernel/conform.ts";
/** What is known of the probes, by architecture. */
const PROBES: Readonly<Record<string, ProbeTable>> = { arm64, powerpc, x86 };
/** Of the steps that nobody explains, so many are shown in full. */
const SHOWN = 20;
const AROUND = 6;

/** A recording, and the design that it is held against. */
export interface Recording {
  readonly trace: OpenedTrace;
  readonly design: DesignEntry;
  /** Why this one. */
  readonly why: string;
  readonly probes: ProbeTable;
  readonly objects: Objects;
  /** Events that the recording has rows of. */
  readonly stops: ReadonlySet<string>;
}

export async function conform(options: ConformOptions, context: JobContext): Promise<Result<ConformReport, JobError>> {
  const library = openLibrary(options.overlay);
  if (!library.ok) return library;
  const opened = await openRecording(library.value, options, context);
  if (!opened.ok) return opened;
  const recording = opened.value;
  const { trace, probes } = recording;
  const { tables, draw } = options;
  const log = tables !== undefined || draw !== undefined ? new StepLog() : undefined;
  const held = attempt(() => {
    const beside = compileBeside(recording, { modules: library.value.modules, design: recording.design.info });
    const progress = (done: number, total: number): boolean => {
      context.progress("conform", done, total);
      return context.signal.aborted;
    };
    const result = runBeside(recording, beside, { progress }, log);
    return { result, limits: [...result.limits].map((limit) => beside.emitted.limits[limit] ?? "") };
  });
  if (!held.ok) return held;
  const { result, limits } = held.value;
  const written = log === undefined ? NOTHING_WRITTEN : await write(options, trace, log, context);
  if (!written.ok) return written;
  return ok({
    schema: "lazymm.conform/1",
    trace: traceInfo(trace, spanOf(trace.table)),
    design: recording.design.ref,
    chosen: recording.why,
    ...inReport(result, limits, trace.table, probes),
    tables: written.value.tables,
    drawn: written.value.drawn.files,
    notes: [
      ...library.value.notes,
      ...notesOnFile(trace),
      ...notesOnStart(result),
      ...result.tally.excess(),
      ...limits.map((what) => `a bound of the model was hit: ${what}`),
      ...written.value.drawn.notes,
    ],
    ...(result.complete ? {} : { interrupted: true }),
  });
}

const SOON_AFTER = "a step soon after a loss may be part of what began before it, and was not seen";

function notesOnStart({ judgedFrom, stretches, rowsUnjudged, tally }: Judged): string[] {
  const notes: string[] = [];
  if (judgedFrom > 0) notes.push(`no START snapshot: judged from row ${judgedFrom} on, from the CPUs' own rows`);
  const pieces = stretches === 1 ? "in 1 piece" : `in ${stretches} pieces, each with a start of its own`;
  if (rowsUnjudged > 0) notes.push(`judged ${pieces}; ${rowsUnjudged} rows are not, around losses of events`);
  if (stretches > 1 && tally.failures.length > 0) notes.push(SOON_AFTER);
  return notes;
}

interface StepsWritten {
  readonly tables: readonly Written[];
  readonly drawn: Drawn;
}

const NOTHING_WRITTEN: Result<StepsWritten, JobError> = ok({ tables: [], drawn: { files: [], notes: [] } });

/** What was judged, where it was asked for. */
async function write(
  { tables, draw }: ConformOptions,
  trace: OpenedTrace,
  log: StepLog,
  context: JobContext,
): Promise<Result<StepsWritten, JobError>> {
  const schedule = buildSchedule(trace);
  const built = schedule.ok ? schedule.value : undefined;
  if (draw !== undefined) {
    const found = stepInstants(log, trace.table);
    const drawn = await drawTrace(draw, { trace, built, select: undefined, found }, context);
    return drawn.ok ? ok({ tables: [], drawn: drawn.value }) : drawn;
  }
  if (tables === undefined) return NOTHING_WRITTEN;
  const steps = tableOfSteps(log, trace.table);
  const written = await writeTraceTables(tables, { trace, built, keep: () => true, steps }, context);
  return written.ok ? ok({ tables: written.value, drawn: { files: [], notes: [] } }) : written;
}

export async function openRecording(
  library: Library,
  options: Pick<ConformOptions, "trace" | "design" | "sidecars">,
  context: JobContext,
): Promise<Result<Recording, JobError>> {
  const opened = await openInput(options.trace, { sidecars: options.sidecars, context });
  if (!opened.ok) return opened;
  const trace = opened.value;
  const arch = architecture(trace);
  if (options.design === undefined && PROBES[arch] === undefined)
    return err({ kind: "usage", message: noProbes(arch) });
  const chosen = chooseDesign(trace, options.design);
  if (!chosen.ok) return chosen;
  const design = findDesign(library, chosen.value.name);
  if (!design.ok) return design;
  const { info } = design.value;
  const probes = PROBES[info.arch];
  if (probes === undefined || info.arch !== arch) return err(wrongArchitecture(info, trace));
  const { table } = trace;
  if (table.cpus > STEPPED_CPUS_MAX) {
    return err({ kind: "usage", message: `the trace has ${table.cpus} CPUs: conform takes up to ${STEPPED_CPUS_MAX}` });
  }
  const { why } = chosen.value;
  return ok({
    trace,
    design: design.value,
    why,
    probes,
    objects: objectsOf(table, probes),
    stops: stopsOf(probes, table.kinds),
  });
}

function wrongArchitecture(info: DesignInfo, trace: OpenedTrace): JobError {
  const arch = architecture(trace);
  if (info.arch !== arch)
    return { kind: "usage", message: `${info.name} is for ${info.arch}, the trace is of ${arch}` };
  return { kind: "usage", message: noProbes(arch) };
}

function noProbes(arch: string): string {
  return `conform knows the probes of ${Object.keys(PROBES).join(", ")}, not of ${arch}`;
}

/** A design's code, compiled to run beside a recording. */
export interface Beside {
  readonly program: Program;
  readonly emitted: EmittedStepped;
}

/** Throws CompileError. */
export function compileBeside(recording: Recording, { modules, design }: Patched, watch?: Watch): Beside {
  const { trace, probes, objects, stops } = recording;
  const entries = [CONFORM_FILE, ...(probes.entries === undefined ? [] : [probes.entries])];
  const [file, ...also] = entries.map((path) => installed(modules, path));
  const program = compileEntries({
    modules,
    design: asRecorded(design, trace, objects),
    file: defined(file, "there is at least one"),
    also,
    machine: machineOf(trace.table, objects, trace.sidecars),
    probes: probedFunctions(stops),
    ...(watch && { watch }),
  });
  return { program, emitted: emitStepped(program, stops, followedBy(probes)) };
}

/** What is swept: the recording beside the code. */
export function inputOf(
  { trace, probes, objects }: Recording,
  { program, emitted }: Beside,
  log?: StepLog,
): SweepInput & { readonly reached: () => Uint8Array } {
  const { table, sidecars } = trace;
  const shape = { cells: emitted.cells, codes: emitted.codes, events: program.events };
  const instantiate = loadStepped(emitted);
  let reached: Uint8Array = new Uint8Array(0);
  return {
    table,
    plan: planFor(probes, table, shape),
    emitted: shape,
    instantiate: (host: SteppedHost) => {
      const machine = instantiate(host);
      reached = machine.reached;
      return machine;
    },
    window: findWindow(table),
    missed: new Map([...sidecars.kprobeProfile].map(([name, profile]) => [name, profile.missed])),
    initMm: objects.initMm,
    log,
    reached: () => reached,
  };
}

/** `reached`: what the run has come by, of the program's witnesses. */
export function runBeside(
  recording: Recording,
  beside: Beside,
  options: Options,
  log?: StepLog,
): Judged & { readonly reached: Uint8Array } {
  const input = inputOf(recording, beside, log);
  const result = holdAgainst(input, options);
  return { ...result, reached: input.reached() };
}

function installed(modules: Modules, path: string): SourceFile {
  const file = load(modules, path);
  if (!file) throw new Error(`lazymm bug: ${path} is not installed`);
  return file;
}

function spanOf(table: EventTable): number {
  return table.length === 0 ? 0 : (table.time[table.length - 1]! - table.time[0]!) * table.secondsPerTick;
}

function inReport({ tally, complete }: Judged, limits: readonly string[], table: EventTable, probes: ProbeTable) {
  const kinds = [...tally.steps].filter(([, steps]) => steps.total > 0);
  const seen = new Set(table.kinds.map(({ name }) => name.replace(/\d+$/, "")));
  const steps = Object.fromEntries(kinds);
  const failed = kinds.some(([, { unexplained, unknown }]) => unexplained + unknown > 0);
  return {
    steps,
    environment: Object.fromEntries(tally.changes),
    unexplained: tally.failures.slice(0, SHOWN).map((failure) => shown(failure, table)),
    never_exercised: Object.keys(probes.probes)
      .map((name) => name.replace("#", ""))
      .filter((name) => !seen.has(name) && name !== "snap"),
    passed_over: Object.fromEntries(tally.passedOver),
    passed_over_because: Object.fromEntries(
      Object.entries(probes.passedOver ?? {}).filter(([name]) => tally.passedOver.has(name)),
    ),
    conforms: complete && !failed && kinds.length > 0 && limits.length === 0 && tally.excess().length === 0,
  };
}

function shown(failure: Tally["failures"][number], table: EventTable): UnexplainedStep {
  const { row, kind, outcome, reason } = failure;
  const around: { row: number; cpu: number; text: string }[] = [];
  for (let at = Math.max(0, row - AROUND); at <= Math.min(table.length - 1, row + AROUND); at++) {
    around.push({ row: at, cpu: table.cpu[at]!, text: textOf(table, at) });
  }
  return { row, time: table.time[row]!, cpu: table.cpu[row]!, pid: table.pid[row]!, kind, outcome, reason, around };
}

/** `name a=1 b=2`: what a row says, without where the probe is. */
function textOf(table: EventTable, row: number): string {
  const kind = table.kinds[table.kind[row]!]!;
  const args = kind.args.map(({ name }, i) => ({ name, text: `${name}=${argToString(table, row, i)}` }));
  return [kind.name, ...args.filter(({ name }) => name !== "at").map(({ text }) => text)].join(" ");
}
