// SPDX-License-Identifier: MIT
// What the commands that read a trace have in common: which files, and which part of it.
import { type Command, InvalidArgumentError } from "commander";
import type { Moment, TraceSelection } from "../jobs/trace-selection.ts";

export const TRACE_ARGUMENT =
  "recording: ftrace text, trace.dat, trace-cmd report, perf script, systrace HTML or Perfetto, plain, .gz or .zst; " +
  "a folder with a trace.*; - for stdin";

export interface TraceOptions {
  readonly sidecars: boolean;
  readonly time?: NonNullable<TraceSelection["time"]>;
  readonly cpus?: readonly number[];
  readonly pid?: number;
}

export function addTraceOptions(command: Command): Command {
  return command
    .option("--time <from,to>", "count only what happens then: seconds since the first event; @ as printed", parseTimes)
    .option("--cpus <list>", "count only what these CPUs do, such as 0-3,8", parseCpus)
    .option("--pid <pid>", "count only what the tasks of this process do", parsePid)
    .option("--no-sidecars", "ignore the files beside the trace (saved_tgids, ps.before, cpuinfo, ...)");
}

export function selectionOf({ time, cpus, pid }: TraceOptions): TraceSelection | undefined {
  return time === undefined && cpus === undefined && pid === undefined ? undefined : { time, cpus, pid };
}

/** `1.5,2`, `1.5,`, `,2`, `@43.542,@44`: @ is a time as the trace prints it. */
export function parseTimes(value: string): NonNullable<TraceSelection["time"]> {
  const [, from, to] = /^(@?\d+(?:\.\d+)?)?,(@?\d+(?:\.\d+)?)?$/.exec(value) ?? [];
  const moment = (text: string | undefined): Moment | undefined =>
    text === undefined ? undefined : { at: Number(text.replace("@", "")), absolute: text.startsWith("@") };
  const times = { from: moment(from), to: moment(to) };
  const [a, b] = [times.from, times.to];
  if (a === undefined && b === undefined)
    throw new InvalidArgumentError("It must be a range, such as 1.5,2 or @43.5,.");
  if (a && b && a.absolute === b.absolute && a.at > b.at) throw new InvalidArgumentError("It ends before it begins.");
  return times;
}

const CPUS_MAX = 1 << 16;

/** The kernel's list format: `0-3,8`, and of each group some: `0-31:2/8`. */
export function parseCpus(value: string): readonly number[] {
  const cpus = new Set<number>();
  for (const part of value.split(",")) {
    const match = /^(\d+)(?:-(\d+)(?::(\d+)\/(\d+))?)?$/.exec(part);
    const [first, last, used, group] = [1, 2, 3, 4].map((i) => Number(match?.[i] ?? Number.NaN));
    const end = Number.isNaN(last!) ? first! : last!;
    if (match === null || end < first! || end >= CPUS_MAX || used === 0 || used! > group!)
      throw new InvalidArgumentError("It must be a list of CPUs, such as 0-3,8.");
    for (let cpu = first!; cpu <= end; cpu++) {
      if (Number.isNaN(used!) || (cpu - first!) % group! < used!) cpus.add(cpu);
    }
  }
  return [...cpus].sort((a, b) => a - b);
}

export function parsePid(value: string): number {
  if (/^\d{1,10}$/.test(value) && Number(value) > 0) return Number(value);
  throw new InvalidArgumentError("It must be the pid of a process.");
}
