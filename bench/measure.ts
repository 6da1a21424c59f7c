// SPDX-License-Identifier: MIT
// Timing: CPU seconds of this process, medians of several rounds. Every case runs in a process of its own, so that its
// peak memory is its own.

import { cpus, totalmem } from "node:os";

/** One line of the report, before it is compared with a peer. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  /** null: there is nothing to measure; the note says why. */
  readonly ours: number | null;
  /** The same work by another program, if it is installed here. */
  readonly peer?: { readonly name: string; readonly rate: number };
  /** What the number is of, or why no peer stands beside it. */
  readonly note?: string;
}

/** One line of the report. */
export interface Row extends Omit<Measured, "peer"> {
  /** null where no peer is installed. */
  readonly peer: number | null;
  readonly peer_name: string | null;
  /** How many times as fast as the peer we are. */
  readonly ratio: number | null;
  readonly peak_mb: number;
  readonly bytes_per_state?: number;
}

export interface Case {
  readonly name: string;
  readonly run: () => Promise<readonly Measured[]>;
}

export const ROUNDS = 5;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** CPU seconds (user and system) that `work` takes. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Units of work per CPU second: one round to warm up, then the median. */
export async function rate(units: number, work: () => unknown): Promise<number> {
  await work();
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  return units / median(seconds);
}

export function peakMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** As a table for a person, or as JSON. */
export function printRows(rows: readonly Row[], rounds: number, json: boolean): void {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const machine = `${cpus()[0]?.model ?? "unknown CPU"}, ${cpus().length} CPUs, ${memory}, Node ${process.version}`;
  if (json) process.stdout.write(`${JSON.stringify({ schema: "lazymm.bench/1", machine, rows }, null, 2)}\n`);
  else process.stdout.write(`${machine}\nrates per CPU second, medians of ${rounds} rounds\n\n${table(rows)}\n`);
}

function table(rows: readonly Row[]): string {
  const cells = rows.map((r) => [
    r.name,
    r.ours?.toPrecision(4) ?? "-",
    r.unit,
    r.ratio === null ? "" : `${r.ratio.toFixed(2)} x ${r.peer_name}`,
    r.bytes_per_state === undefined ? "" : `${r.bytes_per_state.toFixed(1)} bytes/state`,
    `${r.peak_mb} MB`,
    r.note ?? "",
  ]);
  const widths = cells[0]?.map((_, i) => Math.max(...cells.map((row) => row[i]!.length))) ?? [];
  const line = (row: readonly string[]): string => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ");
  return cells.map((row) => line(row).trimEnd()).join("\n");
}
