// SPDX-License-Identifier: MIT
// npm run fuzz [-- --parser NAME] [--cases N] [--seed S]: broken files for every reader of traces. Whatever they hold,
// a reader ends soon, takes little memory, and gives what is readable or says what is wrong. docs/robustness.md.
//   --case INDEX   only this case of --parser, in this thread; --write FILE keeps its bytes
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { defined } from "../src/base/assert.ts";
import { inputOf, runCases, type Tally } from "./fuzz/cases.ts";
import { TARGETS, type Target } from "./fuzz/targets.ts";
import { type Job, watched } from "./fuzz/watchdog.ts";

const CASES = 100_000;
/** Cases of which a worker tells at once. */
const BATCH = 500;
/** Beyond what the process takes before its first case. */
const MEMORY_MAX = 200 * 2 ** 20;

interface NamedJob extends Job {
  readonly name: string;
}

function targetOf(name: string): Target {
  const found = TARGETS.find((target) => target.name === name);
  if (found === undefined) throw new Error(`no parser ${name}; there are ${TARGETS.map((t) => t.name).join(", ")}`);
  return found;
}

async function work(job: NamedJob): Promise<void> {
  const target = targetOf(job.name);
  // Most cases throw somewhere inside, and a stack takes longer than the case. --case has it.
  Error.stackTraceLimit = 0;
  const begins = (index: number) => Atomics.store(job.current, 0, index);
  const memoryBefore = process.memoryUsage.rss();
  let told = false;
  for (let from = job.from; from < job.to; from += BATCH) {
    const to = Math.min(job.to, from + BATCH);
    const tally = await runCases(target, { seed: job.seed, from, to, skip: job.skip, begins });
    const taken = peakBytes() - memoryBefore;
    if (taken > MEMORY_MAX && !told) {
      const what = `${Math.round(taken / 2 ** 20)} MiB of memory, by this case or one of the ${BATCH} before`;
      tally.findings.push({ index: to - 1, what });
      told = true;
    }
    parentPort?.postMessage(tally);
    // What is left over of cases that are done is not memory that one takes; zlib's goes in a turn of its own.
    collectGarbage();
    await setImmediate();
  }
}

/** Node has this only where it is asked for. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

function report(name: string, seed: number, tally: Tally, seconds: number): string {
  const cases = tally.to - tally.from;
  const outcomes = Object.entries(tally.outcomes).sort(([, a], [, b]) => b - a);
  const { index, seconds: slow } = tally.slowest;
  const peak = Math.round(peakBytes() / 2 ** 20);
  return [
    `${name}: ${cases} cases, seed ${seed}, ${Math.round(cases / seconds)}/s`,
    ...outcomes.map(([kind, count]) => `  ${String(count).padStart(9)}  ${kind}`),
    `  slowest: case ${index}, ${(slow * 1000).toFixed(1)} ms; peak memory ${peak} MB`,
    ...tally.findings.map((f) => `  FOUND --parser ${name} --seed ${seed} --case ${f.index}: ${f.what}`),
    "",
  ].join("\n");
}

async function fuzz(name: string, seed: number, from: number, cases: number): Promise<number> {
  const before = performance.now();
  const start = (job: Job) => new Worker(fileURLToPath(import.meta.url), { workerData: { ...job, name } });
  const progress = (done: number) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${name} ${done} `);
  };
  const tally = await watched(start, { seed, from, to: from + cases, progress });
  process.stdout.write(report(name, seed, tally, (performance.now() - before) / 1000));
  return tally.findings.length;
}

async function one(name: string, seed: number, index: number, file: string | undefined): Promise<number> {
  const target = targetOf(name);
  if (file !== undefined) writeFileSync(file, inputOf(target, seed, index).bytes);
  const tally = await runCases(target, { seed, from: index, to: index + 1 });
  process.stdout.write(report(name, seed, tally, tally.slowest.seconds));
  return tally.findings.length;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      parser: { type: "string", multiple: true },
      cases: { type: "string" },
      from: { type: "string" },
      seed: { type: "string" },
      case: { type: "string" },
      write: { type: "string" },
    },
  });
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const names = values.parser ?? TARGETS.map(({ name }) => name);
  if (values.case !== undefined) {
    process.exitCode = (await one(defined(names[0], "a parser"), seed, Number(values.case), values.write)) && 1;
    return;
  }
  const from = Number(values.from ?? 0);
  const cases = Number(values.cases ?? CASES);
  const only = names.length === 1 ? names[0] : undefined;
  if (only !== undefined) process.exitCode = (await fuzz(targetOf(only).name, seed, from, cases)) && 1;
  // Each in a process of its own: so its memory is its own.
  else
    for (const name of names)
      if (!inChild(name, ["--seed", seed, "--from", from, "--cases", cases])) process.exitCode = 1;
}

function inChild(name: string, options: readonly (string | number)[]): boolean {
  const args = [fileURLToPath(import.meta.url), "--parser", name, ...options.map(String)];
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status === 0;
}

if (isMainThread) await main();
else await work(workerData as NamedJob);
