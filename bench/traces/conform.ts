// SPDX-License-Identifier: MIT
// Conformance: judged steps per second of the holding itself, and the compiling that comes before it.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { x86 } from "../../model/probes/x86.ts";
import { assert } from "../../src/base/assert.ts";
import { conform } from "../../src/conformance/orders.ts";
import { choose, type Prepared, prepare } from "../../src/jobs/conform.ts";
import { modelRoot, openLibrary } from "../../src/jobs/library.ts";
import { findDesign } from "../../src/jobs/replay.ts";
import { openTrace } from "../../src/traces/input/open.ts";
import { type Case, cpuSeconds, type Measured, rate } from "../measure.ts";
import { FIXTURE, recording } from "./fixture.ts";

/** Recordings are small: rounds hold them against the design until they have judged so many steps. */
const STEPS = 300_000;

/** The design that a recording speaks for, compiled for it; and the CPU seconds that took. */
async function prepared(path: string): Promise<Prepared & { readonly seconds: number }> {
  const library = openLibrary(undefined);
  const trace = await openTrace(path);
  assert(library.ok && trace.ok, "the recording can be read");
  const chosen = choose(trace.value, undefined);
  assert(chosen.ok, "its kernel is told");
  const design = findDesign(library.value, chosen.value.name);
  assert(design.ok, "the designs are installed");
  const compile = () => prepare(library.value, design.value.info, x86, trace.value);
  let result: ReturnType<typeof compile> | undefined;
  const seconds = cpuSeconds(() => {
    result = compile();
  });
  assert(result?.ok, "the shipped designs compile");
  return { ...result.value, seconds };
}

function judged({ input }: Prepared): number {
  return [...conform(input).tally.steps.values()].reduce((sum, { total }) => sum + total, 0);
}

async function measure(name: string, paths: readonly string[]): Promise<Measured[]> {
  const all = await Promise.all(paths.map(prepared));
  const holdAll = (): number => all.reduce((sum, one) => sum + judged(one), 0);
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

/** All recordings of x86 beside the project. */
function beside(): string[] {
  const root = recording("ground-truth");
  if (root === undefined || !existsSync(root)) return [];
  const kernels = readdirSync(root).filter((kernel) => kernel.startsWith("x86_64"));
  return kernels.flatMap((kernel) => readdirSync(join(root, kernel)).map((workload) => join(root, kernel, workload)));
}

export function conformCases(): Case[] {
  const others = beside();
  const name = `conform, ${others.length} recordings`;
  const bundled = { name: "conform", run: () => measure("conform", [`${modelRoot()}/${FIXTURE}`]) };
  return others.length === 0 ? [bundled] : [bundled, { name, run: () => measure(name, others) }];
}
