// SPDX-License-Identifier: MIT
import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import { jobs } from "../../jobs/jobs.ts";
import { REDUCTIONS } from "../../jobs/reduce.ts";
import type { Wanted } from "../../jobs/reduced-search.ts";
import type { CheckOptions, CheckReport } from "../../jobs/reports.ts";
import { addExamples, collect, parseCount, parseDuration, parseSize, runJob, type Shell } from "../command.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { addOutputOptions, asksForJson, type OutputOptions } from "../output.ts";
import { renderCheck } from "../render/check.ts";
import { renderCoverage } from "../render/coverage.ts";

interface Options extends OutputOptions {
  readonly design: readonly string[];
  readonly model: readonly string[];
  readonly overlay?: string;
  readonly maxStates?: number;
  readonly maxMemory?: number;
  readonly timeout?: number;
  readonly jobs?: number;
  readonly threads?: number;
  readonly checkpoint?: string;
  readonly reduce: Wanted;
  readonly liveness: boolean;
  readonly explain?: boolean;
  readonly coverage?: boolean;
}

/** What was expected to violate, and does, is fine. A limit is only reported where nothing worse is. */
export function exitOfCheck(report: CheckReport): ExitCode {
  const items = report.results.flatMap((result) => [result, ...result.mutants]);
  const disagreeing = items.filter((item) => !item.agrees);
  if (disagreeing.some((item) => item.verdict !== "unknown")) return EXIT.violated;
  return disagreeing.length > 0 ? EXIT.unknown : EXIT.ok;
}

function parseReductions(value: string): Wanted {
  if (value === "auto") return "auto";
  if (value === "none") return [];
  return value.split(",").map((name) => {
    const known = REDUCTIONS.find((one) => one === name);
    if (known) return known;
    throw new InvalidArgumentError(`It must be auto, none, or some of ${REDUCTIONS.join(", ")}.`);
  });
}

/** A thread of its own takes memory for a library and for compiled code: beyond so many, somebody has to say so. */
const JOBS_MAX = 8;

/** With a checkpoint there is one search at a time: its folder is what the next run begins with. */
function jobsOf({ jobs, threads = 1, checkpoint }: Options): number {
  if (checkpoint !== undefined) return 1;
  return jobs ?? Math.max(1, Math.floor(Math.min(availableParallelism(), JOBS_MAX) / threads));
}

/** What is not covered is no failure; but beyond a limit it may be. */
function cover(shell: Shell, options: Options, asked: CheckOptions): Promise<void> {
  return runJob(shell, options, {
    work: (context) => jobs.coverage(asked, context),
    text: renderCoverage,
    exit: ({ runs }) => (runs.some(({ ended }) => ended === "limit") ? EXIT.unknown : EXIT.ok),
  });
}

/** What bounds a search, and how it is made. */
function addSearchOptions(command: Command): Command {
  return command
    .option("--max-states <n>", "give up, with the verdict `unknown`, beyond this many states", parseCount)
    .option(
      "--max-memory <size>",
      "the same for the memory of a search, such as 8G (default: half of the machine, divided by --jobs)",
      parseSize,
    )
    .option("--timeout <duration>", "the same for the time of a search, such as 90s or 1h30m", parseDuration)
    .addOption(
      new Option(
        "--checkpoint <dir>",
        "keep what was found in this directory: the same command goes on there after it was killed, or gave up",
      ).conflicts(["coverage", "jobs", "threads"]),
    )
    .addOption(
      new Option(
        "--reduce <names>",
        `which reductions: auto, none, or some of ${REDUCTIONS.join(", ")} (they change no verdict)`,
      )
        .argParser(parseReductions)
        .default("auto", "auto"),
    )
    .option("--no-liveness", "do not ask who waits for ever, where a scenario has no end")
    .option(
      "--jobs <n>",
      "search so many designs and scenarios at a time (default: as many as there are CPUs)",
      parseCount,
    )
    .option("--threads <n>", "let so many threads work on each search: the same result", parseCount);
}

export function addCheck(program: Command, shell: Shell): void {
  const command = program
    .command("check")
    .summary("search every interleaving of the scenarios")
    .description(
      "Checks scenarios exhaustively under each memory model, and their mutants, which must fail. A name is that of " +
        "a scenario, or a file in the dialect that exports a design or a scenario: all that apply to it are run. " +
        "A file is data: nothing in it is ever executed.",
    )
    .argument("[names...]", "scenarios, or files in the dialect; all scenarios if none is given")
    .addOption(
      new Option(
        "-d, --design <names>",
        "only these designs, or files that export one (repeat, or separate with commas)",
      )
        .argParser(collect)
        .default([], "all"),
    )
    .addOption(new Option("-m, --model <names>", "only these memory models").argParser(collect).default([], "all"))
    .option("--overlay <dir>", "files that shadow the same paths in model/, to try a patch")
    .option("--explain", "print every counterexample, the expected ones included")
    .addOption(
      new Option(
        "--coverage",
        "in place of verdicts: which lines of the model no search executes, which conditions never differ",
      ).conflicts(["explain", "jobs"]),
    );
  addSearchOptions(command).action(async (names: string[], options: Options) => {
    const { design: designs, model: models, overlay, maxStates, maxMemory, timeout, checkpoint, threads } = options;
    const { reduce, liveness } = options;
    const limits = { maxStates, maxMemory, timeoutSeconds: timeout, threads, reduce, liveness };
    const tell = options.explain === true || asksForJson(options) ? "all" : "news";
    const asked = { names, designs, models, overlay, ...limits, checkpoint, jobs: jobsOf(options), tell } as const;
    if (options.coverage === true) return cover(shell, options, asked);
    await runJob(shell, options, {
      work: (context) => jobs.check(asked, context),
      text: (report, page) => renderCheck(report, page, options.explain === true),
      exit: exitOfCheck,
    });
  });
  addOutputOptions(command);
  addExamples(command, [
    ["lazymm check", "every scenario, design, memory model and mutant"],
    ["lazymm check unlazy_vs_munmap -d linux-6.12-x86 -m x86_tso", "one question"],
    ["lazymm check --coverage -d linux-6.12-x86", "what its scenarios leave out of its code"],
    ["lazymm check rung_2 -d linux-6.12-x86-nopcid -m sc", "a client, which runs for ever: minutes and gigabytes"],
    ["lazymm check my-design.ts", "your design against all scenarios that apply"],
    ["lazymm check --overlay patched/", "patched/kernel/... in place of model/kernel/..."],
  ]);
}
