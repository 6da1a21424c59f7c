// SPDX-License-Identifier: MIT
// npm run bench:kill [-- SEED]: a search of 4.18 M states that keeps a checkpoint is killed (-9) at random moments, 20
// times, and run again. Each second run must count what an undisturbed one does; at how many states it resumed is
// printed, and most must resume from more than none.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, defined } from "../src/base/assert.ts";
import { search } from "../src/checker/search.ts";
import { loadPacked } from "../src/emit/packed.ts";
import { hashSearch, openCheckpoint } from "../src/jobs/checkpoint.ts";
import { emitInstance, instanceOf } from "./common-model.ts";
import { random } from "./random.ts";

const CHILD = "--search";
/** What is searched; a test searches a smaller one. */
const INSTANCE = "4.18M";
const TRIALS = 20;
const RESUMED_MIN = 15;

/** What one run says, where it was not killed before. */
interface Ended {
  /** States with which it began. */
  readonly from: number;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly verdict: string;
}

/** Said by a child when it begins to search: moments are counted from there. */
const BEGIN = "searching\n";

function searchIn(folder: string, instance: string): Ended {
  const { program, emitted } = emitInstance(instanceOf(instance));
  const compiled = loadPacked(emitted);
  const opened = openCheckpoint(folder, instance, hashSearch(emitted, program), compiled.words);
  assert(opened.ok, "the checkpoint can be opened");
  const { checkpoint, close } = opened.value;
  process.stderr.write(BEGIN);
  const { states, transitions, depth, verdict } = search(compiled, program, { checkpoint });
  const incomplete = close();
  assert(incomplete === undefined, `the checkpoint is whole: ${incomplete}`);
  return { from: checkpoint.resume?.snapshot.states ?? 0, states, transitions, depth, verdict: verdict.kind };
}

interface Run {
  /** undefined: it was killed. */
  readonly ended: Ended | undefined;
  /** Of the search phase. */
  readonly milliseconds: number;
}

/** Runs the search in a process of its own, and kills it `delay` milliseconds after it began to search. */
function inChild(folder: string, delay: number | undefined): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), CHILD, folder]);
    let timer: NodeJS.Timeout | undefined;
    let begin = 0;
    let out = "";
    let log = "";
    child.stdout.on("data", (text) => (out += text));
    child.stderr.on("data", (text) => {
      log += text;
      if (begin > 0 || !log.includes(BEGIN)) return;
      begin = performance.now();
      if (delay !== undefined) timer = setTimeout(() => child.kill("SIGKILL"), delay);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const milliseconds = performance.now() - begin;
      if (signal === "SIGKILL") resolve({ ended: undefined, milliseconds });
      else if (code === 0) resolve({ ended: JSON.parse(out) as Ended, milliseconds });
      else reject(new Error(`the search ended with ${code}: ${log}`));
    });
  });
}

async function inFreshFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "lazymm-kill-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A search that is killed at a random moment, and how the next run ends. One that ends too early is none. */
function killedOnce(
  next: () => number,
  milliseconds: number,
): Promise<{ readonly delay: number; readonly ended: Ended }> {
  return inFreshFolder(async (folder) => {
    const delay = next() * milliseconds;
    const first = await inChild(folder, delay);
    if (first.ended !== undefined) return await killedOnce(next, milliseconds);
    const second = await inChild(folder, undefined);
    return { delay, ended: defined(second.ended, "nobody kills the second run") };
  });
}

async function main(seed: number): Promise<void> {
  const next = random(seed);
  const { ended: whole, milliseconds } = await inFreshFolder((folder) => inChild(folder, undefined));
  const { states, transitions } = instanceOf(INSTANCE);
  assert(whole?.states === states && whole.transitions === transitions, "an undisturbed run counts all");
  process.stdout.write(`undisturbed: ${(milliseconds / 1000).toFixed(1)} s; seed ${seed}\n`);
  let resumed = 0;
  for (let trial = 1; trial <= TRIALS; trial++) {
    const { delay, ended } = await killedOnce(next, milliseconds);
    const same = (["states", "transitions", "depth", "verdict"] as const).every((key) => ended[key] === whole[key]);
    const moment = `${String(trial).padStart(2)}: killed at ${(delay / 1000).toFixed(2)} s`;
    const from = `resumed from ${ended.from.toLocaleString("en-US").padStart(9)} states`;
    const counts = `${ended.states} states, ${ended.transitions} transitions, ${ended.verdict}`;
    process.stdout.write(`${moment}, ${from}: ${counts}${same ? "" : "  NOT THE SAME"}\n`);
    assert(same, "the counts are those of an undisturbed run");
    if (ended.from > 0) resumed++;
  }
  process.stdout.write(`${TRIALS} of ${TRIALS} with the same counts, ${resumed} resumed from more than 0 states\n`);
  assert(resumed >= RESUMED_MIN, `at least ${RESUMED_MIN} resume from more than 0 states`);
}

const [first, folder, instance] = process.argv.slice(2);
if (first === CHILD) process.stdout.write(JSON.stringify(searchIn(folder ?? "", instance ?? INSTANCE)));
else await main(Number(first ?? Date.now() % 1_000_000));
