// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import type { InspectReport } from "../../jobs/inspect-report.ts";
import { jobs } from "../../jobs/jobs.ts";
import { addExamples, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";
import { renderInspect } from "../render/inspect.ts";
import { addTraceOptions, selectionOf, TRACE_ARGUMENT, type TraceOptions } from "../trace-options.ts";

type Options = OutputOptions & TraceOptions;

function exitOf(report: InspectReport) {
  return report.trace.damaged === undefined ? EXIT.ok : EXIT.input;
}

/** Ends of a name that ask for tables; a report in a .json is what --json asks for. */
const TABLES = /\.(parquet|duckdb|csv|ndjson|json)$/;

export function addInspect(program: Command, shell: Shell): void {
  const command = program
    .command("inspect")
    .summary("what is in a trace, and what can be asked of it")
    .description(
      "Says what is in a trace: its format, events, CPUs and losses, how the mm of each task is known and for how " +
        "much of the time, which questions it can answer, and what it lacks for the others. With -o it writes the " +
        "events, and what follows from them, as tables: docs/sql.md shows what to ask of them.",
    )
    .argument("<trace>", TRACE_ARGUMENT);
  addTraceOptions(command).action(async (trace: string, options: Options) => {
    const { sidecars, output, json } = options;
    const tables = output !== undefined && TABLES.test(output) && !(json && output.endsWith(".json"));
    const select = selectionOf(options);
    const printed: OutputOptions = tables ? { ...options, output: "-" } : options;
    await runJob(shell, printed, {
      work: (context) => jobs.inspect({ trace, sidecars, select, tables: tables ? output : undefined }, context),
      text: renderInspect,
      exit: exitOf,
    });
  });
  addOutputOptions(
    command,
    "write tables to FILE.parquet, .duckdb, .csv, .ndjson or .json (an array of rows); the report to any other " +
      "name, or, with --json, to FILE.json",
  );
  addExamples(command, [
    ["lazymm inspect trace.dat", "what it can be used for"],
    ["lazymm inspect trace.txt.zst -o trace.duckdb", "events, residency, mms and flushes, for SQL"],
    ["lazymm inspect trace.txt -o events.csv --time 1.5,2", "half a second of them, for anything else"],
  ]);
}
