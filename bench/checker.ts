// SPDX-License-Identifier: MIT
// npm run bench:checker -- [--json] [--rounds=N] [NAME]: the checker against SPIN on the common model, side by side in
// one run. CPU seconds of the search phase only, on both sides: no compilation, no emission, no gcc. Medians of several
// rounds, in each of which both run once; every search of ours runs in a process of its own.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { assert } from "../src/base/assert.ts";
import { search } from "../src/checker/search.ts";
import { loadPacked } from "../src/emit/packed.ts";
import { searchInThreads } from "../src/jobs/threads.ts";
import { emitInstance, type Instance, instanceOf, instances, type VerdictCase, verdictCases } from "./common-model.ts";
import { median, peakMb, printRows, ROUNDS, type Row } from "./measure.ts";
import { buildPan, spinName } from "./spin.ts";

const CHILD = "--search";
/** Enough to have everything compiled to machine code; the instances are searched for seconds. */
const WARM_UP_STATES = 300_000;
const MEMORY_BYTES = 6 * 2 ** 30;

/** How one search of ours is made. */
type Way = "one thread" | "parents kept" | "two threads" | `verdict ${string}`;

/** One search of ours. */
interface Ours {
  readonly states: number;
  readonly transitions: number;
  /** CPU seconds, and seconds of the clock, of the search. */
  readonly cpu: number;
  readonly wall: number;
  readonly bytes_per_state: number;
  readonly peak_mb: number;
}

async function searchOnce(instance: Instance, way: Way): Promise<Ours> {
  const verdict = verdictCases.find(({ name }) => way === `verdict ${name}`);
  const { program, emitted } = emitInstance(verdict ?? instance, verdict?.reductions);
  const compiled = loadPacked(emitted);
  const options = { maxMemoryBytes: MEMORY_BYTES, storeParents: way === "parents kept" };
  if (way !== "two threads") search(compiled, program, { ...options, maxStates: WARM_UP_STATES });
  const start = performance.now();
  const before = process.cpuUsage();
  const result =
    way === "two threads" ? await searchInThreads(emitted, program, 2, options) : search(compiled, program, options);
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - start) / 1000;
  const { states, transitions, bytesPerState } = result;
  assert(result.verdict.kind === "safe", "the common model is safe");
  const isFull = verdict === undefined;
  assert(!isFull || (states === instance.states && transitions === instance.transitions), "counts as of all checkers");
  return { states, transitions, cpu: (user + system) / 1e6, wall, bytes_per_state: bytesPerState, peak_mb: peakMb() };
}

function inChild(instance: Instance, way: Way): Ours {
  const args = [fileURLToPath(import.meta.url), CHILD, instance.name, way];
  const child = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert(child.status === 0, `${instance.name}, ${way}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Ours;
}

function medianOf(runs: readonly Ours[], seconds: "cpu" | "wall"): number {
  return median(runs.map((run) => run[seconds]));
}

/** What something else takes for the same. */
interface Peer {
  readonly name: string;
  readonly seconds: number;
}

/** A row of rates: `units` per second, ours beside those of a peer. */
function rowOf(
  about: Pick<Row, "name" | "unit"> & { readonly units: number },
  runs: readonly Ours[],
  seconds: "cpu" | "wall",
  peer: Peer | undefined,
): Row {
  const { name, unit, units } = about;
  const ours = units / medianOf(runs, seconds);
  const theirs = peer && units / peer.seconds;
  return {
    name,
    unit,
    ours,
    peer: theirs ?? null,
    peer_name: peer?.name ?? null,
    ratio: theirs === undefined ? null : ours / theirs,
    peak_mb: Math.max(...runs.map(({ peak_mb }) => peak_mb)),
    bytes_per_state: runs[0]!.bytes_per_state,
  };
}

/** So many states per second. */
function rateRow(name: string, runs: readonly Ours[], seconds: "cpu" | "wall", peer: Peer | undefined): Row {
  return rowOf({ name, unit: "states/s", units: runs[0]!.states }, runs, seconds, peer);
}

/** Our searches, and as many of SPIN's of the instance, by turns. */
function besideSpin(instance: Instance, way: Way, rounds: number, spin: string | undefined) {
  const pan = spin === undefined ? undefined : buildPan(instance);
  const ours: Ours[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(inChild(instance, way));
    if (pan) theirs.push(pan.run());
  }
  pan?.remove();
  return { ours, peer: spin === undefined ? undefined : { name: spin, seconds: median(theirs) } };
}

/** Beside SPIN, by CPU seconds. */
function raw(instance: Instance, rounds: number, spin: string | undefined): Row[] {
  const { ours, peer } = besideSpin(instance, "one thread", rounds, spin);
  return [rateRow(`raw ${instance.name}`, ours, "cpu", peer)];
}

/** To the verdict, with reductions, beside the peer's search of all states: verdicts per CPU second. */
function verdictRows({ name, beside }: VerdictCase, rounds: number, spin: string | undefined): Row[] {
  const { ours, peer } = besideSpin(instanceOf(beside), `verdict ${name}`, rounds, spin);
  return [rowOf({ name: `verdict ${name}`, unit: "verdicts/s", units: 1 }, ours, "cpu", peer)];
}

/** What it costs to keep every state's parent. */
function parents(instance: Instance, rounds: number): Row[] {
  const runs = Array.from({ length: rounds }, () => inChild(instance, "parents kept"));
  return [rateRow(`raw ${instance.name}, parents kept`, runs, "cpu", undefined)];
}

/** Two threads beside one, by the clock, which says something on an idle machine only, and by CPU seconds. */
function threads(instance: Instance, rounds: number): Row[] {
  const one: Ours[] = [];
  const two: Ours[] = [];
  for (let round = 0; round < rounds; round++) {
    one.push(inChild(instance, "one thread"));
    two.push(inChild(instance, "two threads"));
  }
  return (["wall", "cpu"] as const).map((seconds) => {
    const peer = { name: "one thread", seconds: medianOf(one, seconds) };
    return rateRow(`two threads ${instance.name}, ${seconds} seconds`, two, seconds, peer);
  });
}

interface Case {
  readonly name: string;
  readonly run: (rounds: number, spin: string | undefined) => Row[];
}

const cases: readonly Case[] = [
  ...instances.map((instance): Case => {
    return { name: `raw ${instance.name}`, run: (rounds, spin) => raw(instance, rounds, spin) };
  }),
  ...verdictCases.map((verdict): Case => {
    return { name: `verdict ${verdict.name}`, run: (rounds, spin) => verdictRows(verdict, rounds, spin) };
  }),
  { name: "raw 4.18M, parents kept", run: (rounds) => parents(instanceOf("4.18M"), rounds) },
  { name: "two threads 18.9M", run: (rounds) => threads(instanceOf("18.9M"), rounds) },
];

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === CHILD) {
    const [, name, way] = args;
    process.stdout.write(JSON.stringify(await searchOnce(instanceOf(name ?? ""), way as Way)));
    return;
  }
  const wanted = args.filter((a) => !a.startsWith("-"));
  const chosen = cases.filter(({ name }) => wanted.length === 0 || wanted.some((w) => name.includes(w)));
  const rounds = Number(args.find((a) => a.startsWith("--rounds="))?.slice("--rounds=".length) ?? ROUNDS);
  const spin = spinName();
  if (spin === undefined) process.stderr.write("no SPIN or no gcc here: the rows have no peer\n");
  const rows = chosen.flatMap(({ name, run }) => {
    if (process.stderr.isTTY) process.stderr.write(`${name} …\n`);
    return run(rounds, spin);
  });
  printRows(rows, rounds, args.includes("--json"));
}

await main(process.argv.slice(2));
