// SPDX-License-Identifier: MIT
// `conform`: is this recorded execution one that the design admits? The same dialect code that is checked and priced is
// compiled a third way, and run beside the recording.
import type { ProbeTable } from "../../model/probes/types.ts";
import { x86 } from "../../model/probes/x86.ts";
import { err, ok, type Result } from "../base/result.ts";
import { compileEntries } from "../compiler/compile.ts";
import type { DesignInfo } from "../compiler/describe.ts";
import { load } from "../compiler/modules.ts";
import { type Conformed, conform as holdAgainst } from "../conformance/orders.ts";
import { planFor, probedFunctions, stopsOf } from "../conformance/plan.ts";
import type { SweepInput } from "../conformance/sweep.ts";
import type { Tally } from "../conformance/tally.ts";
import { emitStepped, loadStepped, STEPPED_CPUS_MAX } from "../emit/stepped.ts";
import { argToString, type EventTable } from "../events/table.ts";
import type { OpenedTrace } from "../traces/input/open.ts";
import { findWindow } from "../traces/look-ahead.ts";
import { machineOf, objectsOf } from "./conform-machine.ts";
import type { ConformOptions, ConformReport, UnexplainedStep } from "./conform-report.ts";
import { attempt, type Library, openLibrary } from "./library.ts";
import { findDesign } from "./replay.ts";
import type { JobContext, JobError } from "./reports.ts";
import { architecture, notesOnFile, openInput, traceInfo } from "./trace-input.ts";

const CONFORM_FILE = "model/kernel/conform.ts";
/** What is known of the probes, by architecture. */
const PROBES: Readonly<Record<string, ProbeTable>> = { x86 };
/** Of the steps that nobody explains, so many are shown in full. */
const SHOWN = 20;
const AROUND = 6;
/** Kernels that the designs for x86 recordings are of. */
const RELEASES = ["6.1", "6.12"];

export async function conform(options: ConformOptions, context: JobContext): Promise<Result<ConformReport, JobError>> {
  const library = openLibrary(options.overlay);
  if (!library.ok) return library;
  const opened = await openInput(options.trace, { sidecars: options.sidecars, context });
  if (!opened.ok) return opened;
  const trace = opened.value;
  const chosen = choose(trace, options.design);
  if (!chosen.ok) return chosen;
  const design = findDesign(library.value, chosen.value.name);
  if (!design.ok) return design;
  const { info } = design.value;
  const probes = PROBES[info.arch];
  if (probes === undefined || info.arch !== architecture(trace)) return err(wrongArchitecture(info, trace));
  const prepared = prepare(library.value, info, probes, trace);
  if (!prepared.ok) return prepared;
  const { result, limits } = hold(prepared.value, context);
  return ok({
    schema: "lazymm.conform/1",
    trace: traceInfo(trace, spanOf(trace.table)),
    design: design.value.ref,
    chosen: chosen.value.why,
    ...inReport(result, limits, trace.table, probes),
    notes: [
      ...library.value.notes,
      ...notesOnFile(trace),
      ...result.tally.excess(),
      ...limits.map((what) => `a bound of the model was hit: ${what}`),
    ],
    ...(result.complete ? {} : { interrupted: true }),
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

/** The design that the recording speaks for: kernel release and CPU. */
export function choose(trace: OpenedTrace, named: string | undefined): Result<{ name: string; why: string }, JobError> {
  if (named !== undefined) return ok({ name: named, why: "named" });
  const { uname, cpuFlags } = trace.sidecars;
  const release = / (\d+)\.(\d+)\.\S+ /.exec(`${uname ?? ""} `);
  const version = release === null ? undefined : `${release[1]}.${release[2]}`;
  const arch = architecture(trace);
  if (PROBES[arch] === undefined) return err({ kind: "usage", message: noProbes(arch) });
  if (version === undefined || !RELEASES.includes(version)) {
    const found = version === undefined ? "nothing beside the trace tells its kernel (uname)" : `it is of ${version}`;
    const message = `${found}: conform chooses for x86 kernels ${RELEASES.join(" and ")}; name another with --design`;
    return err({ kind: "usage", message });
  }
  const pcid = cpuFlags.has("pcid");
  const why = `uname says ${version}, cpuinfo ${pcid ? "has" : "has no"} pcid`;
  return ok({ name: pcid ? "linux-6.12-x86" : "linux-6.12-x86-nopcid", why });
}

/** A design, compiled to be held against one recording. */
export interface Prepared {
  readonly input: SweepInput;
  /** Texts of the model's bounds. */
  readonly limits: readonly string[];
}

export function prepare(
  library: Library,
  design: DesignInfo,
  probes: ProbeTable,
  trace: OpenedTrace,
): Result<Prepared, JobError> {
  const { table, sidecars } = trace;
  if (table.cpus > STEPPED_CPUS_MAX) {
    return err({ kind: "usage", message: `the trace has ${table.cpus} CPUs: conform takes up to ${STEPPED_CPUS_MAX}` });
  }
  return attempt(() => {
    const file = load(library.modules, CONFORM_FILE);
    if (!file) throw new Error(`lazymm bug: ${CONFORM_FILE} is not installed`);
    const objects = objectsOf(table);
    const stops = stopsOf(probes, table.kinds);
    const program = compileEntries({
      modules: library.modules,
      design: asRecorded(design, sidecars.cpuFlags),
      file,
      machine: machineOf(table, objects),
      probes: probedFunctions(stops),
    });
    const emitted = emitStepped(program, stops);
    const shape = { cells: emitted.cells, codes: emitted.codes, events: program.events };
    const input = {
      table,
      plan: planFor(probes, table, shape),
      emitted: shape,
      instantiate: loadStepped(emitted),
      window: findWindow(table),
      missed: new Map([...sidecars.kprobeProfile].map(([name, profile]) => [name, profile.missed])),
      initMm: objects.initMm,
    };
    return { input, limits: emitted.limits };
  });
}

function hold({ input, limits }: Prepared, context: JobContext): { result: Conformed; limits: string[] } {
  const result = holdAgainst(input, {
    progress: (done, total) => {
      context.progress("conform", done, total);
      return context.signal.aborted;
    },
  });
  return { result, limits: [...result.limits].map((limit) => limits[limit] ?? "") };
}

/** The design with PTI where the recording's cpuinfo says so. */
function asRecorded(design: DesignInfo, flags: ReadonlySet<string>): DesignInfo {
  if (!flags.has("pti") || !design.config.has("PTI")) return design;
  return { ...design, config: new Map([...design.config, ["PTI", 1]]) };
}

function spanOf(table: EventTable): number {
  return table.length === 0 ? 0 : (table.time[table.length - 1]! - table.time[0]!) * table.secondsPerTick;
}

function inReport({ tally, complete }: Conformed, limits: readonly string[], table: EventTable, probes: ProbeTable) {
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
