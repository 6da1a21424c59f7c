// SPDX-License-Identifier: MIT
import { type Command, Option } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import type { CompareReport } from "../../jobs/reports.ts";
import { addExamples, collect, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";
import { renderCompare } from "../render/compare.ts";
import { addTraceOptions, selectionOf, TRACE_ARGUMENT, type TraceOptions } from "../trace-options.ts";

interface Options extends OutputOptions, TraceOptions {
  readonly design: readonly string[];
  readonly profile?: string;
  readonly overlay?: string;
}

/** An unsafe design is a row of the answer, not an error; a trace that could be read only in part is one. */
function exitOf(report: CompareReport) {
  return report.trace.damaged === undefined ? EXIT.ok : EXIT.input;
}

export function addCompare(program: Command, shell: Shell): void {
  const command = program
    .command("compare")
    .summary("one row per design: verdicts, counts, price")
    .description(
      "Replays the trace under every design that fits its architecture, and prints one row per design: " +
        "its verdict under each memory model, what it would have done on this trace, and what that costs.",
    )
    .argument("<trace>", TRACE_ARGUMENT)
    .addOption(
      new Option("-d, --design <names>", "only these designs (repeat, or separate with commas)")
        .argParser(collect)
        .default([], "all"),
    )
    .option("-p, --profile <name>", "cost table of the machine to price for")
    .option("--overlay <dir>", "files that shadow the same paths in model/");
  addTraceOptions(command).action(async (trace: string, options: Options) => {
    const { design: designs, profile, overlay, sidecars } = options;
    const select = selectionOf(options);
    await runJob(shell, options, {
      work: (context) => jobs.compare({ trace, designs, profile, overlay, sidecars, select }, context),
      text: renderCompare,
      exit: exitOf,
    });
  });
  addOutputOptions(command);
  addExamples(command, [
    ["lazymm compare trace.txt.zst", "all designs on one recording"],
    ["lazymm compare rec/ -d linux-6.12-x86,x86-no-lazy", "two designs, with the files beside the trace"],
    ["lazymm compare rec/ --time 1.5,2 --cpus 0-3", "what four CPUs did in half a second"],
    ["zcat trace.gz | lazymm compare - --json -o table.json", "from a pipe, for a program"],
  ]);
}
