// SPDX-License-Identifier: MIT
// npm run bench [-- --json] [-- NAME]: what lazymm costs on this machine. Rates are per CPU second.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cases } from "./cases.ts";
import { peakMb, printRows, ROUNDS, type Row } from "./measure.ts";

const CHILD = "--case";

async function runCase(name: string): Promise<void> {
  const found = cases().find((c) => c.name === name);
  if (!found) throw new Error(`no benchmark called ${name}`);
  const measured = await found.run();
  const rows: Row[] = measured.map((m) => ({ ...m, peer: null, peer_name: null, ratio: null, peak_mb: peakMb() }));
  process.stdout.write(JSON.stringify(rows));
}

function inChild(name: string): Row[] {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), CHILD, name], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(`${name}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Row[];
}

const args = process.argv.slice(2);
if (args[0] === CHILD) await runCase(args[1] ?? "");
else {
  const wanted = args.filter((a) => !a.startsWith("-"));
  const chosen = cases().filter((c) => wanted.length === 0 || wanted.some((w) => c.name.includes(w)));
  const rows = chosen.flatMap((c) => {
    if (process.stderr.isTTY) process.stderr.write(`${c.name} …\n`);
    return inChild(c.name);
  });
  printRows(rows, ROUNDS, args.includes("--json"));
}
