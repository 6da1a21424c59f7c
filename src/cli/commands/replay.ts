// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import type { ReplayReport } from "../../jobs/reports.ts";
import { addExamples, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addSplitOption, type ExportOptions, exportsOf } from "../exports.ts";
import { addOutputOptions } from "../output.ts";
import { renderReplay } from "../render/replay.ts";
import { addTraceOptions, selectionOf, TRACE_ARGUMENT, type TraceOptions } from "../trace-options.ts";

interface Options extends ExportOptions, TraceOptions {
  readonly design: string;
  readonly profile?: string;
  readonly overlay?: string;
}

function exitOf(report: ReplayReport) {
  if (report.trace.damaged !== undefined) return EXIT.input;
  return report.bounds.length > 0 ? EXIT.unknown : EXIT.ok;
}

export function addReplay(program: Command, shell: Shell): void {
  const command = program
    .command("replay")
    .summary("what one design would have done on a trace")
    .description(
      "Runs one design over the trace's schedule (same schedule, same flush calls), counts and prices what it does, " +
        "and, where the trace has tlb_flush events, says how many of them it predicted.",
    )
    .argument("<trace>", TRACE_ARGUMENT)
    .requiredOption("-d, --design <name>", "the design to run")
    .option("-p, --profile <name>", "cost table of the machine to price for")
    .option("--overlay <dir>", "files that shadow the same paths in model/");
  addTraceOptions(command).action(async (trace: string, options: Options) => {
    const { design, profile, overlay, sidecars } = options;
    const select = selectionOf(options);
    const { draw, report } = exportsOf(options, { tables: false });
    await runJob(shell, report, {
      work: (context) => jobs.replay({ trace, design, profile, overlay, sidecars, select, draw }, context),
      text: renderReplay,
      exit: exitOf,
    });
  });
  addOutputOptions(
    command,
    "write to FILE: JSON if it ends in .json; tracks for ui.perfetto.dev if in .pftrace, with what the design would " +
      "have done beside what was recorded; text otherwise",
  );
  addSplitOption(command);
  addExamples(command, [
    ["lazymm replay trace.txt --design linux-6.12-x86", "does the model do what the kernel did?"],
    ["lazymm replay trace.txt --design x86-shootdown --json", "all counts, for a program"],
    ["lazymm replay rec/ --design x86-no-lazy -o rec.pftrace", "its flushes beside the recorded ones"],
  ]);
}
