// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import type { InspectReport } from "../../jobs/inspect-report.ts";
import { jobs } from "../../jobs/jobs.ts";
import { addExamples, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addSplitOption, type ExportOptions, exportsOf } from "../exports.ts";
import { addOutputOptions } from "../output.ts";
import { renderInspect } from "../render/inspect.ts";
import { addTraceOptions, selectionOf, TRACE_ARGUMENT, type TraceOptions } from "../trace-options.ts";

type Options = ExportOptions & TraceOptions;

function exitOf(report: InspectReport) {
  return report.trace.damaged === undefined ? EXIT.ok : EXIT.input;
}

export function addInspect(program: Command, shell: Shell): void {
  const command = program
    .command("inspect")
    .summary("what is in a trace, and what can be asked of it")
    .description(
      "Says what is in a trace: its format, events, CPUs and losses, how the mm of each task is known and for how " +
        "much of the time, which questions it can answer, and what it lacks for the others. With -o it writes the " +
        "events, and what follows from them, as tables (docs/sql.md shows what to ask of them), or draws them for " +
        "ui.perfetto.dev: per CPU its task, the mm that it has loaded, when it is lazy, its flushes, and the " +
        "interrupts between them.",
    )
    .argument("<trace>", TRACE_ARGUMENT);
  addTraceOptions(command).action(async (trace: string, options: Options) => {
    const { sidecars } = options;
    const { tables, draw, report } = exportsOf(options, { tables: true });
    const select = selectionOf(options);
    await runJob(shell, report, {
      work: (context) => jobs.inspect({ trace, sidecars, select, tables, draw }, context),
      text: renderInspect,
      exit: exitOf,
    });
  });
  addOutputOptions(
    command,
    "write tables to FILE.parquet, .duckdb, .csv, .ndjson or .json (an array of rows); tracks for ui.perfetto.dev " +
      "to FILE.pftrace; the report to any other name, or, with --json, to FILE.json",
  );
  addSplitOption(command);
  addExamples(command, [
    ["lazymm inspect trace.dat", "what it can be used for"],
    ["lazymm inspect trace.txt.zst -o trace.duckdb", "events, residency, mms and flushes, for SQL"],
    ["lazymm inspect rec/ -o rec.pftrace --cpus 0-3", "who was lazy, and who was interrupted: ui.perfetto.dev"],
    ["lazymm inspect trace.txt -o events.csv --time 1.5,2", "half a second of them, for anything else"],
  ]);
}
