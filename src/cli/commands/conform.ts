// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import type { ConformReport } from "../../jobs/conform-report.ts";
import { jobs } from "../../jobs/jobs.ts";
import { addExamples, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addSplitOption, type ExportOptions, exportsOf } from "../exports.ts";
import { addOutputOptions } from "../output.ts";
import { renderConform } from "../render/conform.ts";
import { TRACE_ARGUMENT } from "../trace-options.ts";

interface Options extends ExportOptions {
  readonly design?: string;
  readonly overlay?: string;
  readonly sidecars: boolean;
}

function exitOf(report: ConformReport) {
  if (report.trace.damaged !== undefined) return EXIT.input;
  return report.conforms ? EXIT.ok : EXIT.violated;
}

export function addConform(program: Command, shell: Shell): void {
  const command = program
    .command("conform")
    .summary("is this recorded execution one that the design admits?")
    .description(
      "Runs the design's own code beside a recording with probes (see `record`), step by step, and says which steps " +
        "it explains, in some order that their times allow, and the first one that it does not.",
    )
    .argument("<trace>", TRACE_ARGUMENT)
    .option("-d, --design <name>", "the design; by default the one that the files beside the trace speak for")
    .option("--overlay <dir>", "files that shadow the same paths in model/")
    .option("--no-sidecars", "do not read the files beside the trace")
    .action(async (trace: string, options: Options) => {
      const { design, overlay, sidecars } = options;
      const { tables, draw, report } = exportsOf(options, { tables: true });
      await runJob(shell, report, {
        work: (context) => jobs.conform({ trace, design, overlay, sidecars, tables, draw }, context),
        text: renderConform,
        exit: exitOf,
      });
    });
  addOutputOptions(
    command,
    "write every judged field, as recorded and as predicted, to FILE.parquet, .duckdb (with the events), .csv, " +
      ".ndjson or .json; the recording, with the steps that are not exact, for ui.perfetto.dev to FILE.pftrace; the " +
      "report to any other name, or, with --json, to FILE.json",
  );
  addSplitOption(command);
  addExamples(command, [
    ["lazymm conform recording/", "the design is chosen by uname and cpuinfo beside the trace"],
    ["lazymm conform trace.txt --design linux-6.14-x86", "which step contradicts it?"],
    ["lazymm conform recording/ -o steps.duckdb", "all steps, recorded and predicted, for SQL: docs/sql.md"],
  ]);
}
