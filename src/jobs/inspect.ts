// SPDX-License-Identifier: MIT
// `inspect`: what is in a trace, and what can be asked of it. It also writes the trace as tables.
import { ok, type Result } from "../base/result.ts";
import type { EventTable } from "../events/table.ts";
import type { OpenedTrace } from "../traces/input/open.ts";
import { buildSchedule, type ScheduleResult } from "../traces/schedule.ts";
import { hasOf, missingOf, questionsOf } from "./inspect-missing.ts";
import type { IdentityReport, InspectOptions, InspectReport } from "./inspect-report.ts";
import { writeTraceTables } from "./inspect-tables.ts";
import { openLibrary } from "./library.ts";
import type { JobContext, JobError } from "./reports.ts";
import { drawTrace } from "./trace-drawing.ts";
import { architecture, machineOf, notesOnFile, openInput, traceInfo } from "./trace-input.ts";
import { selected } from "./trace-selection.ts";

type Keep = (row: number) => boolean;

export async function inspect(options: InspectOptions, context: JobContext): Promise<Result<InspectReport, JobError>> {
  const library = openLibrary(undefined);
  if (!library.ok) return library;
  const opened = await openInput(options.trace, { ...options, context });
  if (!opened.ok) return opened;
  const trace = opened.value;
  const schedule = buildSchedule(trace);
  const built = schedule.ok ? schedule.value : undefined;
  const select = built ? selected(options.select, trace.table, built) : ok(undefined);
  if (!select.ok) return select;
  const keep: Keep = select.value?.row ?? (() => true);
  const arch = architecture(trace);
  const designs = library.value.designs.filter(({ info }) => info.arch === arch && info.parts.size > 0);
  const has = hasOf(trace, arch, built?.inferred.snapshot === "START snapshot");
  const { table } = trace;
  const { tables: file, draw } = options;
  const written = file === undefined ? ok([]) : await writeTraceTables(file, { trace, built, keep }, context);
  if (!written.ok) return written;
  const drawn =
    draw === undefined
      ? ok({ files: [], notes: [] })
      : await drawTrace(draw, { trace, built, select: select.value }, context);
  if (!drawn.ok) return drawn;
  return ok({
    schema: "lazymm.inspect/1",
    trace: traceInfo(trace, spanOf(table) * table.secondsPerTick),
    ...factsOf(trace, arch),
    events: countEvents(table, keep),
    cpus: countCpus(table, keep),
    losses: lossesOf(trace),
    sidecars_not_understood: trace.sidecars.notUnderstood,
    identity: built ? identityOf(built) : null,
    designs: designs.map(({ ref }) => ref),
    questions: questionsOf(has, designs.length),
    missing: missingOf(has),
    tables: written.value,
    drawn: drawn.value.files,
    notes: [
      ...(select.value?.notes ?? []),
      ...(built === undefined && options.select ? ["nothing was selected: the trace has no sched_switch"] : []),
      ...notesOnFile(trace),
      ...drawn.value.notes,
    ],
    ...(context.signal.aborted ? { interrupted: true } : {}),
  });
}

function spanOf({ time, length }: EventTable): number {
  return time[length - 1]! - time[0]!;
}

function factsOf(trace: OpenedTrace, arch: string): Pick<InspectReport, "file" | "clock" | "machine"> {
  const { banner, table, sidecars } = trace;
  const { time, length, secondsPerTick } = table;
  const release = banner.release ?? /^Linux \S+ (\S+)/.exec(sidecars.uname ?? "")?.[1];
  return {
    file: {
      compression: trace.compression,
      bytes: trace.bytes,
      inflated_bytes: trace.inflatedBytes,
      version: banner.version ?? null,
      tracer: banner.tracer ?? null,
      units: trace.units,
    },
    clock: {
      name: banner.clock ?? null,
      seconds_per_tick: Number.isNaN(secondsPerTick) ? null : secondsPerTick,
      first_tick: time[0]!,
      last_tick: time[length - 1]!,
    },
    machine: {
      arch,
      arch_known: machineOf(trace) !== undefined,
      release: release ?? null,
      model: sidecars.cpuModel ?? null,
    },
  };
}

/** The most frequent first; two kinds of one name are one event. */
function countEvents(table: EventTable, keep: Keep): InspectReport["events"] {
  const counts = new Map<string, number>();
  const perKind = new Float64Array(table.kinds.length);
  for (let row = 0; row < table.length; row++) if (keep(row)) perKind[table.kind[row]!]!++;
  table.kinds.forEach(({ name }, kind) => {
    counts.set(name, (counts.get(name) ?? 0) + perKind[kind]!);
  });
  const named = [...counts].filter(([, count]) => count > 0).map(([name, count]) => ({ name, count }));
  return named.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

function countCpus(table: EventTable, keep: Keep): InspectReport["cpus"] {
  const counts = new Array<number>(table.cpus).fill(0);
  for (let row = 0; row < table.length; row++) if (keep(row)) counts[table.cpu[row]!]!++;
  return counts.map((events, cpu) => ({ cpu, events }));
}

function lossesOf({ lost, banner, odd, unparsed, rings }: OpenedTrace): InspectReport["losses"] {
  const { entriesInBuffer: kept, entriesWritten: written } = banner;
  const counted = rings?.reduce((sum, ring) => sum + ring.overwritten, 0) ?? null;
  const overwritten = kept === undefined || written === undefined ? counted : written - kept;
  const lossy = (rings ?? []).filter((ring) => ring.overwritten + ring.nested + ring.dropped > 0);
  const some = Object.fromEntries(Object.entries(odd).filter(([, count]) => count > 0));
  return { marks: lost.marks, events: lost.events, overwritten, rings: lossy, odd: some, unparsed };
}

function identityOf({ inferred, mms }: ScheduleResult): IdentityReport {
  const all = Object.values(mms.time).reduce((sum, ticks) => sum + ticks, 0);
  const switches: Readonly<Record<string, number>> = inferred.switches;
  const by = Object.entries(mms.time).map(([provenance, ticks]) => {
    return { provenance, switches: switches[provenance] ?? 0, time: all > 0 ? ticks / all : 0 };
  });
  return { ...inferred.identity, by: by.filter((one) => one.switches > 0 || one.time > 0) };
}
