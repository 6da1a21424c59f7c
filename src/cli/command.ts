// SPDX-License-Identifier: MIT
// What the commands share: a shell around the work that turns failures into messages and exit codes.
import { type Command, InvalidArgumentError } from "commander";
import type { Result } from "../base/result.ts";
import type { JobContext, JobError } from "../jobs/reports.ts";
import { EXIT, EXIT_HELP, type ExitCode, type Failure, failureOf } from "./errors.ts";
import type { Io } from "./io.ts";
import { deliver, type OutputOptions, type Page } from "./output.ts";
import { createProgress } from "./progress.ts";

/** Runs inside a command: `finish` records the exit code that main() returns. */
export interface Shell {
  readonly io: Io;
  readonly finish: (code: ExitCode) => void;
}

/** What is quoted from a file must not move the cursor or change colours. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (c) => (c === "\t" ? c : "\ufffd"));
}

export function fail(shell: Shell, failure: Failure): void {
  for (const line of failure.message.split("\n")) shell.io.err(`lazymm: ${printable(line)}\n`);
  shell.finish(failure.exit);
}

/** A job's report, on its way to the user. */
export interface JobRun<R extends { readonly schema: string; readonly interrupted?: boolean }> {
  readonly work: (context: JobContext) => Promise<Result<R, JobError>>;
  readonly text: (report: R, page: Page) => string;
  readonly exit: (report: R) => ExitCode;
}

export async function runJob<R extends { readonly schema: string; readonly interrupted?: boolean }>(
  shell: Shell,
  options: OutputOptions,
  run: JobRun<R>,
): Promise<void> {
  const { io } = shell;
  const progress = createProgress(io);
  const context: JobContext = {
    signal: io.signal,
    progress: progress.update,
    note: (line) => progress.note(`lazymm: ${line}`),
  };
  const result = await run.work(context);
  progress.end();
  if (!result.ok) return fail(shell, failureOf(result.error));
  const report = result.value;
  const delivered = deliver(io, options, report, (page) => run.text(report, page));
  if (!delivered.ok) return fail(shell, delivered.error);
  if (report.interrupted === true) io.err("lazymm: interrupted; the result is partial\n");
  shell.finish(report.interrupted === true || io.signal.aborted ? EXIT.interrupted : run.exit(report));
}

/** Examples below the options, so that `--help` shows how a command is used and not only what it takes. */
export function addExamples(command: Command, examples: readonly [line: string, what: string][]): Command {
  const text = examples.map(([line, what]) => `  $ ${line}\n      ${what}`).join("\n");
  return command.addHelpText("after", `\nExamples:\n${text}\n\n${EXIT_HELP}`);
}

/** For options that may be given more than once or as a list: `--design a,b --design c`. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, ...value.split(",").filter((name) => name !== "")];
}

export function parseCount(value: string): number {
  const count = Number(value.replaceAll(/[_,]/g, ""));
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("It must be a positive number, such as 5000000.");
}

const SIZE_UNITS = ["", "K", "M", "G", "T"];

/** Bytes: `8G` is 8 × 2^30. */
export function parseSize(value: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([KMGT]?)(?:i?B)?$/i.exec(value) ?? [];
  const bytes = Math.floor(Number(number) * 1024 ** SIZE_UNITS.indexOf(unit.toUpperCase()));
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError("It must be a size, such as 8G or 500M.");
}

const SECONDS = { h: 3600, m: 60, s: 1 };

/** Seconds: of `90s`, `30m`, `1h30m`, or just a number of them. */
export function parseDuration(value: string): number {
  const [, ...parts] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(value) ?? [];
  const seconds = Object.values(SECONDS).reduce((sum, each, i) => sum + each * Number(parts[i] ?? 0), 0);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("It must be a time, such as 90s, 30m or 1h30m.");
}
