// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import { addExamples, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";

interface Options extends OutputOptions {
  readonly design?: string;
  readonly model?: string;
  readonly mutant?: string;
  readonly weaken?: string;
  readonly path?: string;
  readonly overlay?: string;
}

export function addPerfetto(formats: Command, shell: Shell): void {
  const command = formats
    .command("perfetto")
    .summary("a counterexample for ui.perfetto.dev")
    .description(
      "Writes one run of a scenario, a counterexample as a rule, as a trace that ui.perfetto.dev and " +
        "chrome://tracing open: a process per CPU, its threads, interrupts and page walkers as tracks, arrows from a " +
        "store to who sees or misses it. A microsecond stands for a step. It takes what `explain` takes.",
    )
    .argument("<scenario>", "name of the scenario, or the file that exports it")
    .option("-d, --design <name>", "the design, or its file; may be left out if only one applies")
    .option("-m, --model <name>", "the memory model; may be left out if only one applies")
    .option("--mutant <name>", "the mutant, as `check` names it, or its number from 1")
    .option("--weaken <place>", "in place of a mutant: weaken the barrier at FILE:LINE[:COLUMN], as `barriers` does")
    .option("--path <choices>", "the choices: 0.0.1, or 0x2.1 for short; the shortest counterexample if left out")
    .option("--overlay <dir>", "files that shadow the same paths in model/")
    .action(async (scenario: string, options: Options) => {
      const { design, model, mutant, weaken, path, overlay } = options;
      const run = { scenario, design, model, mutant, weaken, path, overlay, full: true };
      await runJob(shell, options, {
        work: (context) => jobs.perfetto(run, context),
        text: (report) => `${JSON.stringify(report)}\n`,
        exit: () => EXIT.ok,
      });
    });
  addOutputOptions(command, "write to FILE: JSON, whatever it is called");
  addExamples(command, [
    ["lazymm export perfetto unlazy_vs_munmap -m x86_tso --mutant 1 -o race.json", "then: open it in ui.perfetto.dev"],
  ]);
}
