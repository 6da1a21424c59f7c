// SPDX-License-Identifier: MIT
// Conformance: judged steps per second of the holding itself, and the compiling that comes before it.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { assert, defined } from "../../src/base/assert.ts";
import { conform } from "../../src/conformance/stretches.ts";
import type { SweepInput } from "../../src/conformance/sweep.ts";
import { type Beside, compileBeside, inputOf, openRecording } from "../../src/jobs/conform.ts";
import { modelRoot, openLibrary } from "../../src/jobs/library.ts";
import { type Case, cpuSeconds, type Measured, rate } from "../measure.ts";
import { FIXTURE, recording } from "./fixture.ts";

/** Recordings are small: rounds hold them against the design until they have judged so many steps. */
const STEPS = 300_000;

const QUIET = { progress: () => {}, note: () => {}, signal: new AbortController().signal };

/** A recording with the design that it speaks for, compiled for it; and the CPU seconds that took. */
async function prepared(trace: string): Promise<{ readonly input: SweepInput; readonly seconds: number }> {
  const library = openLibrary(undefined);
  assert(library.ok, "the model is installed");
  const { modules } = library.value;
  const opened = await openRecording(library.value, { trace, design: undefined, sidecars: true }, QUIET);
  assert(opened.ok, "the recording can be read, and its kernel is told");
  const recording = opened.value;
  let beside: Beside | undefined;
  const seconds = cpuSeconds(() => {
    beside = compileBeside(recording, { modules, design: recording.design.info });
  });
  return { input: inputOf(recording, defined(beside, "it has just been compiled")), seconds };
}

function judged(input: SweepInput): number {
  return [...conform(input).tally.steps.values()].reduce((sum, { total }) => sum + total, 0);
}

async function measure(name: string, paths: readonly string[]): Promise<Measured[]> {
  const all = await Promise.all(paths.map(prepared));
  const holdAll = (): number => all.reduce((sum, one) => sum + judged(one.input), 0);
  let steps = 0;
  const first = cpuSeconds(() => {
    steps = holdAll();
  });
  const repeats = Math.ceil(STEPS / steps);
  const run = (): void => {
    for (let i = 0; i < repeats; i++) holdAll();
  };
  const seconds = all.reduce((sum, one) => sum + one.seconds, 0);
  const note = `${steps} steps; the first time, with the work of the JIT, ${first.toFixed(2)} s`;
  return [
    { name, unit: "steps/s", ours: await rate(steps * repeats, run), note },
    { name: `${name}, compile`, unit: "s", ours: seconds },
  ];
}

/** Recordings beside the project, by kernel: each has code of its own, and a process runs one. */
function beside(): Map<string, string[]> {
  const root = recording("ground-truth");
  if (root === undefined || !existsSync(root)) return new Map();
  const within = (path: string): string[] => readdirSync(path).map((name) => join(path, name));
  return new Map(readdirSync(root).map((kernel) => [kernel, within(join(root, kernel))]));
}

export function conformCases(): Case[] {
  const bundled = { name: "conform", run: () => measure("conform", [`${modelRoot()}/${FIXTURE}`]) };
  const others = [...beside()].map(([kernel, paths]) => {
    const name = `conform, ${paths.length} of ${kernel}`;
    return { name, run: () => measure(name, paths) };
  });
  return [bundled, ...others];
}
