// SPDX-License-Identifier: MIT
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { ConformMutantsReport } from "../../jobs/conform-mutants-report.ts";
import type { ConformReport } from "../../jobs/conform-report.ts";
import { jobs } from "../../jobs/jobs.ts";
import { addExamples, collect, fail, parseCount, runJob, type Shell } from "../command.ts";
import { EXIT } from "../errors.ts";
import { addSplitOption, type ExportOptions, exportsOf } from "../exports.ts";
import { addOutputOptions } from "../output.ts";
import { renderConform } from "../render/conform.ts";
import { renderConformMutants } from "../render/conform-mutants.ts";
import { TRACE_ARGUMENT } from "../trace-options.ts";

interface Options extends ExportOptions {
  readonly design?: string;
  readonly overlay?: string;
  readonly sidecars: boolean;
  readonly mutants?: boolean;
  readonly function: readonly string[];
  readonly jobs?: number;
}

/** A thread of its own takes memory for a library and a recording: beyond so many, somebody has to say so. */
const JOBS_MAX = 4;

function exitOf(report: ConformReport) {
  if (report.trace.damaged !== undefined) return EXIT.input;
  return report.conforms ? EXIT.ok : EXIT.violated;
}

/** Whatever survives without a reason is something that conformance does not see. */
function exitOfMutants({ survived, named, stale }: ConformMutantsReport) {
  return survived + stale.length > 0 || named.some(({ outcome }) => outcome !== "rejected") ? EXIT.violated : EXIT.ok;
}

export function addConform(program: Command, shell: Shell): void {
  const command = program
    .command("conform")
    .summary("is this recorded execution one that the design admits?")
    .description(
      "Runs the design's own code beside a recording with probes (see `record`), step by step, and says which steps " +
        "it explains, in some order that their times allow, and the first one that it does not.",
    )
    .argument("<trace...>", `${TRACE_ARGUMENT}; several with --mutants`)
    .option("-d, --design <name>", "the design; by default the one that the files beside the trace speak for")
    .option("--overlay <dir>", "files that shadow the same paths in model/")
    .option("--no-sidecars", "do not read the files beside the trace")
    .option("--mutants", "is it noticed if the design is a little different? Each small change, run beside the traces")
    .option("--function <name>", "with --mutants: only of this function; may be repeated", collect, [])
    .option("-j, --jobs <n>", "threads, with --mutants", parseCount)
    .action(async (traces: string[], options: Options) => {
      const asked = { design: options.design, overlay: options.overlay, sidecars: options.sidecars };
      if (options.mutants) {
        const threads = options.jobs ?? Math.min(availableParallelism(), JOBS_MAX);
        return runJob(shell, options, {
          work: (context) =>
            jobs.conformMutants({ ...asked, traces, functions: options.function, jobs: threads }, context),
          text: renderConformMutants,
          exit: exitOfMutants,
        });
      }
      const [trace = "", other] = traces;
      if (other !== undefined || options.jobs !== undefined || options.function.length > 0) {
        const message = "several traces, --function and --jobs are for --mutants; otherwise conform takes one trace";
        return fail(shell, { exit: EXIT.usage, message });
      }
      const { tables, draw, report } = exportsOf(options, { tables: true });
      await runJob(shell, report, {
        work: (context) => jobs.conform({ ...asked, trace, tables, draw }, context),
        text: renderConform,
        exit: exitOf,
      });
    });
  addOutputOptions(
    command,
    "write every judged field, as recorded and as predicted, to FILE.parquet, .duckdb (with the events), .csv, " +
      ".ndjson or .json; the recording, with the steps that are not exact, for ui.perfetto.dev to FILE.pftrace; the " +
      "report to any other name, or, with --json, to FILE.json",
  );
  addSplitOption(command);
  addExamples(command, [
    ["lazymm conform recording/", "the design is chosen by uname and cpuinfo beside the trace"],
    ["lazymm conform trace.txt --design linux-6.14-x86", "which step contradicts it?"],
    ["lazymm conform recording/ -o steps.duckdb", "all steps, recorded and predicted, for SQL: docs/sql.md"],
    ["lazymm conform --mutants recordings/*", "which small changes of the design would nobody notice?"],
  ]);
}
