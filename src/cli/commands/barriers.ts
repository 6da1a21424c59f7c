// SPDX-License-Identifier: MIT
import { type Command, Option } from "commander";
import type { BarriersReport } from "../../jobs/barriers-report.ts";
import { jobs } from "../../jobs/jobs.ts";
import { addExamples, collect, parseCount, runJob, type Shell } from "../command.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";
import { renderBarriers } from "../render/barriers.ts";

interface Options extends OutputOptions {
  readonly design: readonly string[];
  readonly model: readonly string[];
  readonly overlay?: string;
  readonly maxStates?: number;
}

/** What is not distinguished is an answer, too. */
export function exitOfBarriers({ designs }: BarriersReport): ExitCode {
  const outcomes = designs.flatMap(({ barriers }) => barriers.flatMap((row) => row.outcomes));
  return outcomes.some(({ result }) => result === "unknown") ? EXIT.unknown : EXIT.ok;
}

export function addBarriers(program: Command, shell: Shell): void {
  const command = program
    .command("barriers")
    .summary("weaken each barrier, see which scenario notices")
    .description(
      "Drops or weakens each barrier and each ordered access of a design in turn, and searches every scenario that " +
        "executes it and is safe as it is. A violation says what the barrier is for. That nothing notices is true of " +
        "these scenarios and their bounds only: it does not say that the barrier can go.",
    )
    .argument("[names...]", "scenarios, or files in the dialect; all scenarios if none is given")
    .addOption(
      new Option("-d, --design <names>", "only these designs, or files that export one")
        .argParser(collect)
        .default([], "all"),
    )
    .addOption(new Option("-m, --model <names>", "only these memory models").argParser(collect).default([], "all"))
    .option("--overlay <dir>", "files that shadow the same paths in model/, to try a patch")
    .option("--max-states <n>", "give up, with `unknown`, beyond this many states of one search", parseCount)
    .action(async (names: string[], options: Options) => {
      const { design: designs, model: models, overlay, maxStates } = options;
      await runJob(shell, options, {
        work: (context) => jobs.barriers({ names, designs, models, overlay, maxStates }, context),
        text: renderBarriers,
        exit: exitOfBarriers,
      });
    });
  addOutputOptions(command);
  addExamples(command, [
    ["lazymm barriers -d linux-6.12-x86", "what each barrier of mainline is for, as far as the scenarios tell"],
    ["lazymm barriers unlazy_vs_munmap -d linux-6.12-x86 -m x86_tso", "one question"],
    ["lazymm barriers --overlay patched/ -d linux-6.12-x86", "the same of a patched kernel"],
  ]);
}
