// SPDX-License-Identifier: MIT
// `export FORMAT …`: one subcommand per format, each with a job of its own.
import type { Command } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import { addExamples, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";
import { addPerfetto } from "./export-perfetto.ts";

interface PromelaOptions extends OutputOptions {
  readonly design?: string;
  readonly model?: string;
  readonly mutant?: string;
  readonly overlay?: string;
}

function addPromela(formats: Command, shell: Shell): void {
  const command = formats
    .command("promela")
    .summary("a scenario for SPIN")
    .description(
      "Prints a scenario under one design and one memory model in Promela, for the model checker SPIN: every step as " +
        "an atomic option, with the line of the model that it comes from. Without reductions both checkers find the " +
        "same number of states. docs/promela.md says how to run it, and what equal counts prove.",
    )
    .argument("<scenario>", "name of the scenario, or the file that exports it")
    .option("-d, --design <name>", "the design, or its file; may be left out if only one applies")
    .option("-m, --model <name>", "the memory model; may be left out if only one applies")
    .option("--mutant <name>", "the mutant, as `check` names it, or its number from 1")
    .option("--overlay <dir>", "files that shadow the same paths in model/")
    .action(async (scenario: string, options: PromelaOptions) => {
      const { design, model, mutant, overlay } = options;
      await runJob(shell, options, {
        work: () => jobs.promela({ scenario, design, model, mutant, overlay }),
        text: (report) => report.text,
        exit: () => EXIT.ok,
      });
    });
  addOutputOptions(command);
  addExamples(command, [
    ["lazymm export promela exit_elsewhere -d linux-6.12-x86 -m sc -o model.pml", "then: spin -a model.pml"],
    ["lazymm export promela unlazy_vs_munmap -d linux-6.12-x86 -m x86_tso --mutant 1", "one that SPIN refutes"],
  ]);
}

export function addExport(program: Command, shell: Shell): void {
  const formats = program
    .command("export")
    .summary("write a scenario for other tools")
    .description("Writes what lazymm knows in a form that other tools read.")
    .usage("FORMAT [options]")
    .helpCommand(false);
  addPromela(formats, shell);
  addPerfetto(formats, shell);
}
