// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import type { Listable } from "../../jobs/reports.ts";
import { addExamples, fail, runJob, type Shell } from "../command.ts";
import { EXIT, unknownName } from "../errors.ts";
import { addOutputOptions, type OutputOptions } from "../output.ts";
import { renderList } from "../render/list.ts";

const LISTABLE: readonly Listable[] = ["designs", "scenarios", "models", "profiles"];

export function addList(program: Command, shell: Shell): void {
  const command = program
    .command("list")
    .summary("designs, scenarios, memory models, profiles")
    .description("Lists what the other commands can be asked about, with where each comes from.")
    .argument("<what>", LISTABLE.join(", "))
    .action(async (what: string, options: OutputOptions) => {
      const kind = LISTABLE.find((name) => name === what);
      if (kind === undefined) return fail(shell, unknownName("list", what, LISTABLE));
      await runJob(shell, options, { work: () => jobs.list(kind), text: renderList, exit: () => EXIT.ok });
    });
  addOutputOptions(command);
  addExamples(command, [
    ["lazymm list designs", "names, parts, and where each design stands upstream"],
    ["lazymm list scenarios --json", "questions, expected verdicts and mutants, for a program"],
  ]);
}
