// SPDX-License-Identifier: MIT
// What is measured: the checker on one scenario, replays of the bundled recording, and the trace parser.
import { readFileSync } from "node:fs";
import { Decompress } from "fzstd";
import { x86_tso } from "../model/hw/memory/x86-tso.ts";
import { assert, defined } from "../src/base/assert.ts";
import { search } from "../src/checker/search.ts";
import { compileScenario } from "../src/compiler/compile.ts";
import { emitPacked, loadPacked } from "../src/emit/packed.ts";
import { modelRoot, openLibrary } from "../src/jobs/library.ts";
import { prepareReplay } from "../src/jobs/replay-run.ts";
import { readTrace } from "../src/jobs/trace-input.ts";
import { replay } from "../src/simulator/replay.ts";
import { FtraceTextParser } from "../src/traces/ftrace-text/parser.ts";
import type { Case, Measured } from "./measure.ts";
import { cpuSeconds, median, ROUNDS, rate } from "./measure.ts";

const FIXTURE = "fixtures/x86_64-6.1.0-pcid-mixed";
/** The largest of the small scenarios: long enough to time. */
const SCENARIO = "unlazy_vs_munmap";
const DESIGN = "linux-6.12-x86";
/** The fixture is small: it is read and replayed this often in one round. */
const PARSE_REPEATS = 20;
const REPLAY_REPEATS = 100;

function library() {
  const opened = openLibrary(undefined);
  assert(opened.ok, "the installed model can be read");
  return opened.value;
}

async function checker(): Promise<Measured[]> {
  const { modules, designs, scenarios } = library();
  const design = defined(
    designs.find((d) => d.ref === DESIGN),
    DESIGN,
  ).info;
  const scenario = defined(
    scenarios.find((s) => s.ref === SCENARIO),
    SCENARIO,
  ).info;
  const program = compileScenario({ modules, design, scenario });
  const compiled = loadPacked(emitPacked(program, x86_tso, { depth: x86_tso.depth, labels: false }));
  let last = search(compiled, program);
  const seconds = Array.from({ length: ROUNDS }, () => cpuSeconds(() => (last = search(compiled, program))));
  return [
    { name: `checker ${SCENARIO} x86_tso`, unit: "states/s", ours: last.states / median(seconds) },
    { name: `checker ${SCENARIO} x86_tso, memory`, unit: "bytes/state", ours: last.bytesPerState },
  ];
}

function replayCase(name: string): Case {
  return {
    name: `replay ${name}`,
    run: async () => {
      const lib = library();
      const design = defined(
        lib.designs.find((d) => d.ref === name),
        name,
      ).info;
      const trace = await readTrace(`${modelRoot()}/${FIXTURE}`, { sidecars: true });
      assert(trace.ok, "the fixture can be read");
      const { schedule, info } = trace.value;
      const program = prepareReplay(lib, design, schedule);
      assert(program.ok, "the shipped designs compile");
      const run = (): void => {
        for (let i = 0; i < REPLAY_REPEATS; i++) replay(program.value, schedule, { freedUnknown: 0 });
      };
      return [{ name: `replay ${name}`, unit: "trace events/s", ours: await rate(info.events * REPLAY_REPEATS, run) }];
    },
  };
}

function unpacked(file: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  new Decompress((chunk) => void chunks.push(chunk)).push(readFileSync(file), true);
  return Buffer.concat(chunks);
}

async function parse(): Promise<Measured[]> {
  const text = unpacked(`${modelRoot()}/${FIXTURE}/trace.txt.zst`);
  const run = (): void => {
    const parser = new FtraceTextParser();
    for (let i = 0; i < PARSE_REPEATS; i++) parser.push(text);
    parser.finish();
  };
  return [{ name: "parse ftrace text", unit: "MB/s", ours: await rate((text.length * PARSE_REPEATS) / 1e6, run) }];
}

export function cases(): Case[] {
  return [
    { name: "checker", run: checker },
    { name: "parse", run: parse },
    ...library().designs.map((design) => replayCase(design.ref)),
  ];
}
