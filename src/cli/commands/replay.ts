// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import type { ReplayReport } from "../../jobs/reports.ts";
import { addExamples, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";
import { renderReplay } from "../render/replay.ts";

interface Options extends OutputOptions {
  readonly design: string;
  readonly profile?: string;
  readonly overlay?: string;
  readonly sidecars: boolean;
}

function exitOf(report: ReplayReport) {
  return report.trace.damaged === undefined ? EXIT.ok : EXIT.input;
}

export function addReplay(program: Command, shell: Shell): void {
  const command = program
    .command("replay")
    .summary("what one design would have done on a trace")
    .description(
      "Runs one design over the trace's schedule (same schedule, same flush calls), counts and prices what it does, " +
        "and, where the trace has tlb_flush events, says how many of them it predicted.",
    )
    .argument("<trace>", "recording: ftrace text, plain or .gz or .zst; a folder with trace.txt*; - for stdin")
    .requiredOption("-d, --design <name>", "the design to run")
    .option("-p, --profile <name>", "cost table of the machine to price for")
    .option("--overlay <dir>", "files that shadow the same paths in model/")
    .option("--no-sidecars", "ignore the files beside the trace (saved_tgids, ps.before, cpuinfo, ...)")
    .action(async (trace: string, options: Options) => {
      const { design, profile, overlay, sidecars } = options;
      await runJob(shell, options, {
        work: (context) => jobs.replay({ trace, design, profile, overlay, sidecars }, context),
        text: renderReplay,
        exit: exitOf,
      });
    });
  addOutputOptions(command);
  addExamples(command, [
    ["lazymm replay trace.txt --design linux-6.12-x86", "does the model do what the kernel did?"],
    ["lazymm replay trace.txt --design x86-shootdown --json", "all counts, for a program"],
  ]);
}
