// SPDX-License-Identifier: MIT
// `npm run verdicts`: searches what has changed, with its mutants, and writes model/verdicts.json. What it finds is
// recorded as it is; whether it is what the scenarios expect, `lazymm check` and the tests say.
//   --all   search everything again
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defined } from "../base/assert.ts";
import type { Result } from "../base/result.ts";
import { workOn } from "./cases.ts";
import { type Library, modelRoot, openLibrary } from "./library.ts";
import type { CheckResult, JobContext, JobError } from "./reports.ts";
import { type Case, selectCases } from "./select.ts";
import { digestOfSources } from "./sources-digest.ts";
import {
  isSameHash,
  keyOf,
  nameOf,
  printStore,
  readVerdicts,
  type StoredVerdict,
  stored,
  VERDICTS_FILE,
} from "./verdict-store.ts";

const SAY_MILLISECONDS = 10_000;

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());
let said = performance.now();
const context: JobContext = {
  signal: interrupted.signal,
  progress(what, done, total) {
    if (total === undefined || performance.now() - said < SAY_MILLISECONDS) return;
    said = performance.now();
    process.stderr.write(`${done} of ${total}: ${what}\n`);
  },
  note: (line) => void process.stderr.write(`${line}\n`),
};

function value<T>(result: Result<T, JobError>): T {
  if (result.ok) return result.value;
  const { error } = result;
  process.stderr.write(`${error.kind === "rejected" ? error.diagnostics.join("\n") : JSON.stringify(error)}\n`);
  process.exit(1);
}

/** Those models of a case whose verdicts have to be found. */
function withoutKept(cases: readonly Case[], kept: ReadonlyMap<string, StoredVerdict>): Case[] {
  return cases.flatMap((item) => {
    const models = item.models.filter((model) => !kept.has(keyOf(nameOf(item, model))));
    return models.length > 0 ? [{ ...item, models }] : [];
  });
}

/** What of the store is of today's model. A limit may have been one of the machine: that is looked at again. */
function keep(hashes: readonly Parameters<typeof isSameHash>[0][]): Map<string, StoredVerdict> {
  const today = new Map(hashes.map((one) => [keyOf(one), one]));
  const isKept = (verdict: StoredVerdict): boolean =>
    [verdict, ...verdict.mutants].every((one) => one.verdict !== "unknown") &&
    isSameHash(verdict, today.get(keyOf(verdict)));
  return new Map(readVerdicts().flatMap((verdict) => (isKept(verdict) ? [[keyOf(verdict), verdict]] : [])));
}

/** An interrupted case may lack mutants. */
function isWhole(cases: readonly Case[], { scenario, design, mutants }: CheckResult): boolean {
  const is = (item: Case): boolean => item.scenario.info.name === scenario && item.design.info.name === design;
  return cases.find(is)?.mutants.length === mutants.length;
}

async function update(library: Library, all: boolean): Promise<void> {
  const jobs = availableParallelism();
  const cases = value(selectCases(library, { names: [], designs: [], models: [] }));
  const hashes = value(await workOn("hash", library, cases, {}, jobs, context)).flat();
  if (context.signal.aborted) return;
  const kept = all ? new Map<string, StoredVerdict>() : keep(hashes);
  const reports = value(await workOn("check", library, withoutKept(cases, kept), { tell: "news" }, jobs, context));
  const today = new Map(hashes.map((one) => [keyOf(one), one]));
  const of = (key: string) => defined(today.get(key), "all were hashed");
  const results = reports.flatMap((report) => report.results).filter((result) => isWhole(cases, result));
  const found = new Map(results.map((result) => [keyOf(result), stored(result, of(keyOf(result)))]));
  const verdicts = hashes.flatMap((one) => found.get(keyOf(one)) ?? kept.get(keyOf(one)) ?? []);
  const missing = hashes.length - verdicts.length;
  // Without all of them the store is not that of these sources.
  const sources = missing === 0 ? (digestOfSources() ?? "") : "";
  writeFileSync(`${modelRoot()}/${VERDICTS_FILE}`, printStore({ sources, verdicts }));
  const rest = missing === 0 ? "" : `; interrupted: ${missing} are missing`;
  process.stdout.write(`${VERDICTS_FILE}: ${kept.size} verdicts kept, ${found.size} searched for${rest}\n`);
}

await update(value(openLibrary(undefined)), process.argv.includes("--all"));
