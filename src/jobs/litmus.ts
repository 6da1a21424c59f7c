// SPDX-License-Identifier: MIT
// `litmus`: every final state of each test, compared with what an oracle says.
import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { err, ok, type Result } from "../base/result.ts";
import { breathe, type SearchLimits } from "./engine.ts";
import { memoryModels } from "./library.ts";
import { litmusFiles } from "./litmus-files.ts";
import { type Expected, readOracle } from "./litmus-oracle.ts";
import type { LitmusOptions, LitmusReport, LitmusTestResult } from "./litmus-report.ts";
import { notRun, runLitmusTest } from "./litmus-run.ts";
import type { JobContext, JobError } from "./reports.ts";

/** Most tests take a few milliseconds: how often an interrupt can arrive between two of them. */
const BREATH_MS = 100;

export async function litmus(options: LitmusOptions, context: JobContext): Promise<Result<LitmusReport, JobError>> {
  const model = memoryModels.find(({ name }) => name === options.model);
  if (!model) {
    const known = memoryModels.map(({ name }) => name);
    return err({ kind: "unknown name", what: "memory model", name: options.model, known });
  }
  const files = litmusFiles(options.paths);
  if (!files.ok) return files;
  const oracle = options.oracle === undefined ? undefined : readOracle(options.oracle);
  if (oracle && !oracle.ok) return oracle;
  const tests: LitmusTestResult[] = [];
  let breath = performance.now();
  for (const file of files.value) {
    if (performance.now() - breath > BREATH_MS) {
      await breathe();
      breath = performance.now();
    }
    if (context.signal.aborted) break;
    context.progress("litmus tests", tests.length, files.value.length);
    const expected = (name: string): Expected | undefined => oracle?.value.find(basename(dirname(resolve(file))), name);
    tests.push(await runFile(file, model, expected, options, context));
  }
  const count = (verdict: LitmusTestResult["verdict"]): number => tests.filter((t) => t.verdict === verdict).length;
  return ok({
    schema: "lazymm.litmus/1",
    model: model.name,
    summary: {
      total: tests.length,
      equal: count("equal"),
      different: count("different"),
      unsupported: count("unsupported"),
      no_oracle: count("no_oracle"),
      incomplete: count("incomplete"),
    },
    tests,
    notes: [],
    ...(context.signal.aborted ? { interrupted: true } : {}),
  });
}

async function runFile(
  file: string,
  model: MemoryModel,
  expected: (name: string) => Expected | undefined,
  limits: SearchLimits,
  context: JobContext,
): Promise<LitmusTestResult> {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const reason = `cannot be read: ${(error as NodeJS.ErrnoException).code}`;
    const about = { name: basename(file, ".litmus"), file, arch: null, model: model.name };
    return notRun(about, { reason, damaged: true });
  }
  return await runLitmusTest({ file, text }, model, expected, limits, context);
}
