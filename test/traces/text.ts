// SPDX-License-Identifier: MIT
// What the tests of the trace readers share: parsing a text, and reading rows back as the kernel would print them.

import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { argToString, type EventTable } from "../../src/events/table.ts";
import { type FtraceText, FtraceTextParser } from "../../src/traces/ftrace-text/parser.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Recordings that are not part of the project. */
export const RECORDINGS = join(dirname(ROOT), "shared", "traces");
export const FIXTURE = join(ROOT, "fixtures", "x86_64-6.1.0-pcid-mixed");

/** Directories of ground-truth recordings whose kernel starts with `prefix`; none where they are absent. */
export function groundTruth(prefix: string): string[] {
  const base = join(RECORDINGS, "ground-truth");
  if (!existsSync(base)) return [];
  const kernels = readdirSync(base).filter((kernel) => kernel.startsWith(prefix));
  return kernels.flatMap((kernel) => readdirSync(join(base, kernel)).map((workload) => join(base, kernel, workload)));
}

/** Parses a text in pieces of `chunk` bytes. */
export function parse(text: string | Uint8Array, chunk = 1 << 20): FtraceText {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const parser = new FtraceTextParser();
  for (let at = 0; at < bytes.length; at += chunk) parser.push(bytes.slice(at, at + chunk));
  return parser.finish();
}

/** `name a=1 b=x`, the arguments of a row under their names. */
export function show(table: EventTable, row: number): string {
  const kind = table.kinds[table.kind[row]!]!;
  return [kind.name, ...kind.args.map((arg, i) => `${arg.name}=${argToString(table, row, i)}`)].join(" ");
}

export function showAll(table: EventTable): string[] {
  return Array.from({ length: table.length }, (_, row) => show(table, row));
}

/** An event line as the kernel prints it. */
export function line(task: string, pid: number, cpu: number, time: number, event: string, flags = "d..2."): string {
  const cpuText = String(cpu).padStart(3, "0");
  const seconds = (time / 1e6).toFixed(6).padStart(12);
  return `${task.padStart(16)}-${String(pid).padEnd(7)} [${cpuText}] ${flags} ${seconds}: ${event}\n`;
}

/** The text without anything that a kernel did about its inputs: a replay must not need it. */
export function onlyInputs(text: string): string {
  const gone = /^(?:tlb_flush|flush_func.*|should_flush.*|flush_multi|smp_.*|ipi_.*|call_function_.*|hw_.*|.*_r\d*)$/;
  let started = false;
  return text
    .split("\n")
    .filter((line) => {
      const event = / \d+(?:\.\d+)?: ([\w.]+):/.exec(line)?.[1] ?? "";
      const keep = !started || !gone.test(event);
      if (line.includes("tracing_mark_write: START")) started = true;
      return keep;
    })
    .map((line) => line.replace(/ (gen|cb|pcb|cnt|pcnt|trimat|m\d+|z\d+)=(0x)?[0-9a-f]+/g, " $1=$20"))
    .join("\n");
}
