// SPDX-License-Identifier: MIT
// The command line: commands, help and exit codes. No logic of its own.
import { Command, CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import type { Shell } from "./command.ts";
import { addBarriers } from "./commands/barriers.ts";
import { addCheck } from "./commands/check.ts";
import { addCompare } from "./commands/compare.ts";
import { addCompletion } from "./commands/completion.ts";
import { addConform } from "./commands/conform.ts";
import { addExplain } from "./commands/explain.ts";
import { addExport } from "./commands/export.ts";
import { addInspect } from "./commands/inspect.ts";
import { addList } from "./commands/list.ts";
import { addLitmus } from "./commands/litmus.ts";
import { addRecord } from "./commands/record.ts";
import { addReplay } from "./commands/replay.ts";
import { EXIT, EXIT_HELP, type ExitCode } from "./errors.ts";
import { type Io, processIo } from "./io.ts";

const QUESTION = `A kernel thread borrows the address space of the last user task. What keeps it
alive, which CPUs must hear about an unmap, and which barriers make that true?
Linux has answered in a dozen ways. lazymm puts them side by side: can an
interleaving break it, what would it do and cost on a trace of your machine,
and does the checked code do what real kernels did?`;

const START = `
Start here:
  $ lazymm compare trace.txt.zst   every design on your recording
  $ lazymm record > record.sh      a script that makes such a recording
  $ lazymm inspect trace.txt.zst   what is in it, and what it can be asked
  $ lazymm check                   search every interleaving of every scenario
  $ lazymm help COMMAND            options and examples of one command

${EXIT_HELP}`;

/** commander's messages, on one line and under our name. */
function inOurWords(text: string): string {
  return text
    .trim()
    .replace(/^error: /, "lazymm: ")
    .replace(/\n\(Did you mean (one of )?(.*)\?\)$/, "; did you mean $1'$2'?");
}

function buildProgram(shell: Shell): Command {
  const { io } = shell;
  const program = new Command("lazymm")
    .description(QUESTION)
    .usage("COMMAND [options]")
    .version(packageJson.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", START)
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({
      subcommandTerm: (command) => `${command.name()} ${command.usage().replace("[options]", "").trim()}`,
    })
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHelpWidth: () => Math.min(io.columns, 110),
      getErrHelpWidth: () => Math.min(io.columns, 110),
      outputError: (text, write) => write(`${inOurWords(text)}\nlazymm: see \`lazymm help\`\n`),
    });
  addCompare(program, shell);
  addCheck(program, shell);
  addExplain(program, shell);
  addBarriers(program, shell);
  addReplay(program, shell);
  addConform(program, shell);
  addInspect(program, shell);
  addExport(program, shell);
  addRecord(program, shell);
  addLitmus(program, shell);
  addList(program, shell);
  addCompletion(program, shell);
  return program;
}

function reportBug(io: Io, error: unknown): ExitCode {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`lazymm: this is a bug in lazymm ${packageJson.version}, please report it with the command line:\n${stack}\n`);
  return EXIT.bug;
}

/** Runs one command and returns its exit code. */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  let exit: ExitCode = EXIT.ok;
  const program = buildProgram({ io, finish: (code) => (exit = code) });
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportBug(io, error);
    // Asked for, help and the version are an answer; otherwise the line could not be understood.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return exit;
}
