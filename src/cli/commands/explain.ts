// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import { addExamples, parsePath, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";

interface Options extends OutputOptions {
  readonly design?: string;
  readonly model?: string;
  readonly mutant?: string;
  readonly path: readonly number[];
  readonly overlay?: string;
}

export function addExplain(program: Command, shell: Shell): void {
  const command = program
    .command("explain")
    .summary("print a run again from its path")
    .description(
      "Walks through one run of a scenario, given as its list of choices, and prints it with source lines. " +
        "Every counterexample ends with the command that prints it again.",
    )
    .argument("<scenario>", "name of the scenario")
    .option("-d, --design <name>", "the design; may be left out if only one applies")
    .option("-m, --model <name>", "the memory model")
    .option("--mutant <name>", "the mutant, as `check` names it")
    .requiredOption("--path <choices>", "the choices, such as 0.0.1", parsePath)
    .option("--overlay <dir>", "files that shadow the same paths in model/")
    .action(async (scenario: string, options: Options) => {
      const { design, model, mutant, path, overlay } = options;
      await runJob(shell, options, {
        work: (context) => jobs.explain({ scenario, design, model, mutant, path, overlay }, context),
        text: (report) => report.text,
        exit: () => EXIT.ok,
      });
    });
  addOutputOptions(command);
  addExamples(command, [
    ["lazymm explain unlazy_munmap -d linux-6.12-x86 -m x86_tso --path 0.0.1", "the first three choices of a run"],
    ["lazymm explain unlazy_munmap -m x86_tso --path 0.1 --json", "the same as data: one row per step"],
  ]);
}
