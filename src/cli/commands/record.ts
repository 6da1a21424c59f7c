// SPDX-License-Identifier: MIT
import type { Command } from "commander";
import packageJson from "../../../package.json" with { type: "json" };
import { err, type Result } from "../../base/result.ts";
import { addExamples, fail, type Shell } from "../command.ts";
import { EXIT, type Failure } from "../errors.ts";
import type { Io } from "../io.ts";
import { addOutputOptions, deliver, type OutputOptions } from "../output.ts";
import { readMachine } from "../record/machine.ts";
import { recordReport } from "../record/report.ts";

interface Options extends OutputOptions {
  readonly kernel?: string;
  readonly root: string;
  readonly tracepointsOnly?: boolean;
}

function run(io: Io, options: Options): Result<undefined, Failure> {
  const machine = readMachine(options.root, options.kernel);
  if (!machine.ok) return err({ exit: EXIT.input, message: machine.error });
  const report = recordReport(machine.value, packageJson.version, options.tracepointsOnly === true);
  const delivered = deliver(io, options, report, () => report.script);
  // The script goes into a file; what the user must know before running it does not.
  if (delivered.ok) for (const note of report.notes) io.err(`lazymm: ${note}\n`);
  return delivered;
}

export function addRecord(program: Command, shell: Shell): void {
  const command = program
    .command("record")
    .summary("print a script that records a trace")
    .description(
      "Prints a shell script that records, on your kernel, a trace with everything in it: tracepoints, and kprobes " +
        "with the structure offsets of your kernel, as its own type information (BTF) gives them. Nothing is run: " +
        "read the script, then run it as root.",
    )
    .option("--tracepoints-only", "without kprobes: works on any kernel, costs less, says less")
    .option("--kernel <file>", "take the offsets from this vmlinux or BTF file instead of the running kernel")
    .option("--root <dir>", "look for proc/ and sys/ of the machine below this directory", "/")
    .action((options: Options) => {
      const done = run(shell.io, options);
      if (!done.ok) fail(shell, done.error);
    });
  addOutputOptions(command);
  addExamples(command, [
    ["lazymm record > record.sh; sudo bash record.sh -t 5", "five seconds of this machine"],
    ["lazymm record --tracepoints-only -o record.sh", "an ordinary trace; what it cannot say is given as a range"],
    ["lazymm record --kernel vmlinux-6.12 > record.sh", "for another kernel, from its vmlinux"],
  ]);
}
