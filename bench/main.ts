// SPDX-License-Identifier: MIT
// npm run bench [-- --json] [-- NAME]: what lazymm costs on this machine. Rates are per CPU second.
import { spawnSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { cases } from "./cases.ts";
import { type Measured, peakMb } from "./measure.ts";

interface Row extends Measured {
  /** null where no peer is installed. */
  readonly peer: number | null;
  readonly peer_name: string | null;
  readonly ratio: number | null;
  readonly peak_mb: number;
}

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

function table(rows: readonly Row[]): string {
  const cells = rows.map((r) => [r.name, r.ours.toPrecision(4), r.unit, `${r.peak_mb} MB`]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(...cells.map((row) => row[i]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
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
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const machine = `${cpus()[0]?.model ?? "unknown CPU"}, ${cpus().length} CPUs, ${memory}, Node ${process.version}`;
  if (args.includes("--json"))
    process.stdout.write(`${JSON.stringify({ schema: "lazymm.bench/1", machine, rows }, null, 2)}\n`);
  else process.stdout.write(`${machine}\nrates per CPU second, medians of 5 rounds\n\n${table(rows)}\n`);
}
