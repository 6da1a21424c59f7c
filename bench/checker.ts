// SPDX-License-Identifier: MIT
// npm run bench:checker [-- --json] [-- NAME]: the checker against SPIN on the common model, side by side in one run.
// CPU seconds of the search phase only, on both sides: no compilation, no emission, no gcc. Medians of several rounds,
// in each of which both run once; every search of ours runs in a process of its own.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { assert } from "../src/base/assert.ts";
import { search } from "../src/checker/search.ts";
import { loadPacked } from "../src/emit/packed.ts";
import { emitInstance, type Instance, instanceOf, instances } from "./common-model.ts";
import { cpuSeconds, median, peakMb, printRows, ROUNDS, type Row } from "./measure.ts";
import { buildPan, spinName } from "./spin.ts";

const CHILD = "--search";
/** Enough to have everything compiled to machine code; the instances are searched for seconds. */
const WARM_UP_STATES = 300_000;
const MEMORY_BYTES = 6 * 2 ** 30;

/** One search of ours. */
interface Ours {
  readonly states: number;
  readonly transitions: number;
  /** CPU seconds. */
  readonly seconds: number;
  readonly bytes_per_state: number;
  readonly peak_mb: number;
}

function searchOnce(instance: Instance, storeParents: boolean): Ours {
  const { program, emitted } = emitInstance(instance);
  const compiled = loadPacked(emitted);
  const options = { maxMemoryBytes: MEMORY_BYTES, storeParents };
  search(compiled, program, { ...options, maxStates: WARM_UP_STATES });
  let result = search(compiled, program, { ...options, maxStates: 1 });
  const seconds = cpuSeconds(() => (result = search(compiled, program, options)));
  const { states, transitions, bytesPerState } = result;
  assert(result.verdict.kind === "safe", "the common model is safe");
  return { states, transitions, seconds, bytes_per_state: bytesPerState, peak_mb: peakMb() };
}

function inChild(what: readonly string[]): Ours {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), CHILD, ...what], { encoding: "utf8" });
  assert(child.status === 0, `${what.join(" ")}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Ours;
}

/** States per CPU second, ours and the peer's. */
function raw(instance: Instance, peer: string | undefined): Row[] {
  const pan = peer === undefined ? undefined : buildPan(instance);
  const ours: Ours[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(inChild([instance.name]));
    if (pan) theirs.push(pan.run());
  }
  pan?.remove();
  const one = ours[0]!;
  const { states, transitions } = one;
  assert(states === instance.states && transitions === instance.transitions, "the counts are those of all checkers");
  const rate = instance.states / median(ours.map(({ seconds }) => seconds));
  const peerRate = pan ? instance.states / median(theirs) : null;
  return [
    {
      name: `raw ${instance.name}`,
      unit: "states/s",
      ours: rate,
      peer: peerRate,
      peer_name: peer ?? null,
      ratio: peerRate === null ? null : rate / peerRate,
      peak_mb: Math.max(...ours.map(({ peak_mb }) => peak_mb)),
      bytes_per_state: one.bytes_per_state,
    },
  ];
}

/** What it costs to keep every state's parent. */
function parents(instance: Instance): Row[] {
  const { states, seconds, bytes_per_state, peak_mb } = inChild([instance.name, "parents"]);
  const none = { peer: null, peer_name: null, ratio: null };
  const name = `raw ${instance.name}, parents kept`;
  return [{ name, unit: "states/s", ours: states / seconds, ...none, peak_mb, bytes_per_state }];
}

interface Case {
  readonly name: string;
  readonly run: (peer: string | undefined) => Row[];
}

const cases: readonly Case[] = [
  ...instances.map((instance) => ({
    name: `raw ${instance.name}`,
    run: (peer: string | undefined) => raw(instance, peer),
  })),
  { name: "raw 4.18M, parents kept", run: () => parents(instanceOf("4.18M")) },
];

function main(args: readonly string[]): void {
  if (args[0] === CHILD) {
    const [, name, keep] = args;
    process.stdout.write(JSON.stringify(searchOnce(instanceOf(name ?? ""), keep === "parents")));
    return;
  }
  const wanted = args.filter((a) => !a.startsWith("-"));
  const chosen = cases.filter(({ name }) => wanted.length === 0 || wanted.some((w) => name.includes(w)));
  const peer = spinName();
  if (peer === undefined) process.stderr.write("no SPIN or no gcc here: the rows have no peer\n");
  const rows = chosen.flatMap(({ name, run }) => {
    if (process.stderr.isTTY) process.stderr.write(`${name} …\n`);
    return run(peer);
  });
  printRows(rows, args.includes("--json"));
}

main(process.argv.slice(2));
