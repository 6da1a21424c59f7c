// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import { addExamples, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";
import { formatNotes } from "../render/numbers.ts";

interface Options extends OutputOptions {
  readonly design?: string;
  readonly model?: string;
  readonly mutant?: string;
  readonly path?: string;
  readonly overlay?: string;
  readonly full?: boolean;
}

export function addExplain(program: Command, shell: Shell): void {
  const command = program
    .command("explain")
    .summary("print a run again from its path")
    .description(
      "Walks through one run of a scenario, given as its list of choices, and prints it with source lines. " +
        "Every counterexample ends with the command that prints it again. Steps that no other CPU can notice are " +
        "left out, unless --full asks for them.",
    )
    .argument("<scenario>", "name of the scenario, or the file that exports it")
    .option("-d, --design <name>", "the design, or its file; may be left out if only one applies")
    .option("-m, --model <name>", "the memory model; may be left out if only one applies")
    .option("--mutant <name>", "the mutant, as `check` names it, or its number from 1")
    .option("--path <choices>", "the choices: 0.0.1, or 0x2.1 for short; the shortest counterexample if left out")
    .option("--full", "every step, those that are private to a CPU included")
    .option("--overlay <dir>", "files that shadow the same paths in model/")
    .action(async (scenario: string, options: Options) => {
      const { design, model, mutant, path, overlay, full = false } = options;
      await runJob(shell, options, {
        work: (context) => jobs.explain({ scenario, design, model, mutant, path, overlay, full }, context),
        text: (report) => report.text + formatNotes(report.notes),
        exit: () => EXIT.ok,
      });
    });
  addOutputOptions(command);
  addExamples(command, [
    ["lazymm explain unlazy_vs_munmap -d linux-6.12-x86 -m x86_tso --mutant 1", "a mutant's shortest counterexample"],
    ["lazymm explain unlazy_vs_munmap -d linux-6.12-x86 -m sc --path 0x12.1 --full", "the first 13 steps of a run"],
    ["lazymm explain my.ts -m sc --json", "a user's scenario, as data: one row per step"],
  ]);
}
