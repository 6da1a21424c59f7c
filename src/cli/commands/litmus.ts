// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import type { LitmusReport } from "../../jobs/litmus-report.ts";
import { addExamples, parseCount, runJob, type Shell } from "../command.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";
import { renderLitmus } from "../render/litmus.ts";

interface Options extends OutputOptions {
  readonly model: string;
  readonly oracle?: string;
  readonly maxStates?: number;
}

/** A difference is the worst; a limit is only reported where every file could be read. */
export function exitOfLitmus({ summary, tests }: LitmusReport): ExitCode {
  if (summary.different > 0) return EXIT.violated;
  if (tests.some((test) => test.damaged)) return EXIT.input;
  return tests.some((test) => test.limit !== null) ? EXIT.unknown : EXIT.ok;
}

export function addLitmus(program: Command, shell: Shell): void {
  const command = program
    .command("litmus")
    .summary("run litmus tests, and compare with what another tool says")
    .description(
      "Finds every final state of litmus tests (.litmus files for x86, AArch64, and the kernel's C) under a memory " +
        "model, and compares the sets with those of an oracle, such as herd's. What is not supported is reported, " +
        "and never guessed; see docs/litmus.md.",
    )
    .argument("<paths...>", "litmus tests, or folders with .litmus files in them")
    .requiredOption("-m, --model <name>", "the memory model")
    .option("--oracle <file>", "JSON with the final states of each test, or by folder and test")
    .option("--max-states <n>", "give up on a test beyond this many states", parseCount)
    .action(async (paths: string[], options: Options) => {
      const { model, oracle, maxStates } = options;
      await runJob(shell, options, {
        work: (context) => jobs.litmus({ paths, model, oracle, maxStates }, context),
        text: renderLitmus,
        exit: exitOfLitmus,
      });
    });
  addOutputOptions(command);
  addExamples(command, [
    ["lazymm litmus SB.litmus --model x86_tso", "the final states of one test"],
    ["lazymm litmus tests/ --model x86_tso --oracle herd.json", "every test below tests/, compared"],
  ]);
}
