// SPDX-License-Identifier: MIT
// Replays: actions of a schedule (switches, execs, exits, flush calls) by design.
import { assert } from "../../src/base/assert.ts";
import { type DesignEntry, modelRoot, openLibrary } from "../../src/jobs/library.ts";
import { onMachine } from "../../src/jobs/on-machine.ts";
import { prepareReplay } from "../../src/jobs/replay-run.ts";
import { readTrace } from "../../src/jobs/trace-input.ts";
import { replay } from "../../src/simulator/replay.ts";
import { type Case, type Measured, rate } from "../measure.ts";
import { FIXTURE, recording } from "./fixture.ts";
import { repeated } from "./long-schedule.ts";

/** So many actions a schedule, at least, and so many replays of it a round: the JIT has to be through with its work. */
const ACTIONS = 100_000;
const REPEATS = 10;
/** What designs are replayed on: of other architectures than x86, what lies beside the project. */
const RECORDINGS: Readonly<Record<string, string | undefined>> = {
  x86: `${modelRoot()}/${FIXTURE}`,
  arm64: recording("ground-truth/arm64-6.1.0-56/mixed"),
  powerpc: recording("ground-truth/ppc64le-6.1.0-50-radix/mixed"),
};

function library() {
  const opened = openLibrary(undefined);
  assert(opened.ok, "the installed model can be read");
  return opened.value;
}

async function measure({ ref, info }: DesignEntry, path: string): Promise<Measured[]> {
  const trace = await readTrace(path, { sidecars: true });
  assert(trace.ok, "the recording can be read");
  const { schedule: once } = trace.value;
  const schedule = repeated(once, Math.ceil(ACTIONS / once.length));
  const program = prepareReplay(library(), onMachine(info, trace.value.cpuFlags), schedule);
  if (!program.ok) return [];
  const shown = { name: `replay ${ref}`, unit: "scheduler events/s" };
  const [limit] = replay(program.value, once, { freedUnknown: 0 }).limits;
  if (limit !== undefined) return [{ ...shown, ours: null, note: `a bound was hit: ${limit}` }];
  const run = (): void => {
    for (let i = 0; i < REPEATS; i++) replay(program.value, schedule, { freedUnknown: 0 });
  };
  return [{ ...shown, ours: await rate(schedule.length * REPEATS, run) }];
}

export function replayCases(): Case[] {
  return library().designs.flatMap((design) => {
    const path = RECORDINGS[design.info.arch];
    return path === undefined ? [] : [{ name: `replay ${design.ref}`, run: () => measure(design, path) }];
  });
}
