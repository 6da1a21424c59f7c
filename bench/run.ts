// SPDX-License-Identifier: MIT
// What the entry points of benchmarks share: each case in a process of its own, and one report of all of them.
import { spawnSync } from "node:child_process";
import { type Case, peakMb, printRows, ROUNDS, type Row } from "./measure.ts";

const CHILD = "--case";

async function runCase(cases: readonly Case[], name: string): Promise<void> {
  const found = cases.find((c) => c.name === name);
  if (!found) throw new Error(`no benchmark called ${name}`);
  const rows: Row[] = (await found.run()).map(({ peer, ...measured }) => ({
    ...measured,
    peer: peer?.rate ?? null,
    peer_name: peer?.name ?? null,
    ratio: peer && measured.ours !== null ? measured.ours / peer.rate : null,
    peak_mb: peakMb(),
  }));
  process.stdout.write(JSON.stringify(rows));
}

function inChild(file: string, name: string): Row[] {
  const child = spawnSync(process.execPath, [file, CHILD, name], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(`${name}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Row[];
}

/** `file`: the entry point, which calls this again for each case. */
export async function runCases(cases: readonly Case[], file: string): Promise<void> {
  const args = process.argv.slice(2);
  if (args[0] === CHILD) return runCase(cases, args[1] ?? "");
  const wanted = args.filter((a) => !a.startsWith("-"));
  const chosen = cases.filter((c) => wanted.length === 0 || wanted.some((w) => c.name.includes(w)));
  const rows = chosen.flatMap((c) => {
    const measured = inChild(file, c.name);
    // The whole takes long, and what has been measured shall not be lost with it.
    for (const { name, ours, unit } of measured)
      process.stderr.write(`${name}: ${ours?.toPrecision(4) ?? "-"} ${unit}\n`);
    return measured;
  });
  printRows(rows, ROUNDS, args.includes("--json"));
}
