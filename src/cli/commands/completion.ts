// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import { ok, type Result } from "../../base/result.ts";
import { jobs } from "../../jobs/jobs.ts";
import type { JobError } from "../../jobs/reports.ts";
import { addExamples, fail, type Shell } from "../command.ts";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { KIND_NAMES, type KnownNames, type Line, lineOf, type Names, SHELLS } from "../completion/line.ts";
import { zshScript } from "../completion/zsh.ts";
import { failureOf, unknownName } from "../errors.ts";

const HEADS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: "# lazymm completion for bash",
  zsh: "#compdef lazymm",
  fish: "# lazymm completion for fish",
};
const PRINTERS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

function head(shell: keyof typeof HEADS): string {
  const stale = "# Holds the names of today's designs, scenarios, models and profiles: print it anew after an update.";
  return `${HEADS[shell]}\n${stale}\n\n`;
}

async function knownNames(): Promise<Result<KnownNames, JobError>> {
  const names: Record<Names, readonly string[]> = { designs: [], scenarios: [], models: [], profiles: [] };
  for (const kind of KIND_NAMES) {
    const report = await jobs.list(kind);
    if (!report.ok) return report;
    names[kind] = (report.value[kind] ?? []).map(({ name }) => name);
  }
  return ok(names);
}

export function addCompletion(program: Command, shell: Shell): void {
  const command = program
    .command("completion")
    .summary("print a script that completes command lines")
    .description(
      "Prints a script with which your shell completes commands, options, and the names of designs, scenarios, " +
        "memory models and profiles. It completes the command `lazymm`: `npm link` puts it on your PATH, or make an " +
        "alias for it.",
    )
    .argument("<shell>", SHELLS.join(", "))
    .action(async (name: string) => {
      const found = SHELLS.find((known) => known === name);
      if (found === undefined) return fail(shell, unknownName("shell", name, SHELLS));
      const names = await knownNames();
      if (!names.ok) return fail(shell, failureOf(names.error));
      const line: Line = lineOf(program, names.value);
      shell.io.out(head(found) + PRINTERS[found](line));
    });
  addExamples(command, [
    ["source <(lazymm completion bash)", "in this shell; put the line into ~/.bashrc for all"],
    ["source <(lazymm completion zsh)", "the same for zsh, in ~/.zshrc behind compinit"],
    ["lazymm completion fish > ~/.config/fish/completions/lazymm.fish", "for every fish from now on"],
  ]);
}
