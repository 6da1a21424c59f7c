// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import { addExamples, fail, runJob, type Shell } from "../command.ts";
import { EXIT, type Failure } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";
import { renderExplainSvg } from "../render/explain-svg.ts";
import { formatNotes } from "../render/numbers.ts";

interface Options extends OutputOptions {
  readonly design?: string;
  readonly model?: string;
  readonly mutant?: string;
  readonly weaken?: string;
  readonly path?: string;
  readonly overlay?: string;
  readonly full?: boolean;
}

const FORMATS = ["txt", "svg", "json"];

/** The format that the file's name asks for: text if it has no ending. What no format is called is a mistake. */
function formatOf({ output, json }: OutputOptions): { readonly format: string } | Failure {
  const ending = output === undefined ? undefined : /\.([^./\\]+)$/.exec(output)?.[1]?.toLowerCase();
  const format = ending ?? (json === true ? "json" : "txt");
  if (!FORMATS.includes(format)) {
    const endings = FORMATS.map((known) => `.${known}`).join(", ");
    return {
      exit: EXIT.usage,
      message: `cannot write ${output}: no format is called .${ending}; it is one of ${endings}`,
    };
  }
  if (json === true && format !== "json") {
    return { exit: EXIT.usage, message: `--json, or ${output}: one of the two` };
  }
  return { format };
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
    .option("--weaken <place>", "in place of a mutant: weaken the barrier at FILE:LINE[:COLUMN], as `barriers` does")
    .option("--path <choices>", "the choices: 0.0.1, or 0x2.1 for short; the shortest counterexample if left out")
    .option("--full", "every step, those that are private to a CPU included")
    .option("--overlay <dir>", "files that shadow the same paths in model/")
    .action(async (scenario: string, options: Options) => {
      const { design, model, mutant, weaken, path, overlay, full = false } = options;
      const chosen = formatOf(options);
      if ("message" in chosen) return fail(shell, chosen);
      await runJob(shell, options, {
        work: (context) => jobs.explain({ scenario, design, model, mutant, weaken, path, overlay, full }, context),
        text: (report) =>
          chosen.format === "svg" ? renderExplainSvg(report) : report.text + formatNotes(report.notes),
        exit: () => EXIT.ok,
      });
    });
  addOutputOptions(command, "write to FILE: a drawing if it ends in .svg, JSON if in .json, text otherwise");
  addExamples(command, [
    ["lazymm explain unlazy_vs_munmap -d linux-6.12-x86 -m x86_tso --mutant 1", "a mutant's shortest counterexample"],
    ["lazymm explain unlazy_vs_munmap -d linux-6.12-x86 -m sc --path 0x12.1 --full", "the first 13 steps of a run"],
    ["lazymm explain my.ts -m sc --json", "a user's scenario, as data: one row per step"],
    ["lazymm explain unlazy_vs_munmap -m x86_tso --mutant 1 -o race.svg", "as a drawing, for a mail or a browser"],
  ]);
}
