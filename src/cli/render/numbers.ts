// SPDX-License-Identifier: MIT
// Numbers as they appear in tables.
import type { Count, Counts, Price, TraceInfo } from "../../jobs/reports.ts";

export function formatCount(count: Count | undefined): string {
  if (count === undefined || count === null) return "-";
  if (typeof count === "number") return count.toLocaleString("en-US");
  // If no flush freed page tables, and if all did: the second may be the smaller.
  const [none, all] = count;
  return none === all ? formatCount(none) : `${formatCount(none)}..${formatCount(all)}`;
}

const UNITS: readonly [scale: number, unit: string][] = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "us"],
  [1, "ns"],
];

/** Three digits and a unit. */
export function formatDuration(ns: number): string {
  const [scale, unit] = UNITS.find(([size]) => Math.abs(ns) >= size) ?? [1, "ns"];
  return `${Number((ns / scale).toPrecision(3))} ${unit}`;
}

/** `129..145 us`: the unit once, if it is the same. */
function formatSpan(low: number, high: number): string {
  const [from, to] = [formatDuration(low), formatDuration(high)];
  if (from === to) return from;
  const [number, unit] = from.split(" ");
  return to.endsWith(` ${unit}`) ? `${number}..${to}` : `${from}..${to}`;
}

/** A total only if it is one: an incomplete price says that it is only a part. */
export function formatPrice(price: Price): string {
  const [low, high] = price.known_ns;
  if (price.complete) return formatSpan(low, high);
  return high === 0 ? "?" : `${formatSpan(low, high)} + ?`;
}

/** `a.b.c` → count, in order. */
export function flattenCounts(counts: Counts, prefix = ""): Map<string, Count> {
  const flat = new Map<string, Count>();
  for (const [name, value] of Object.entries(counts)) {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    if (value === null || typeof value === "number" || Array.isArray(value)) flat.set(path, value as Count);
    else for (const [inner, count] of flattenCounts(value as Counts, path)) flat.set(inner, count);
  }
  return flat;
}

export function formatTrace(trace: TraceInfo): string {
  const span = trace.span_s === null ? "clock without a unit" : formatDuration(trace.span_s * 1e9);
  const counted = (count: number, what: string): string => `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
  const facts = [trace.format, counted(trace.cpus, "CPU"), counted(trace.events, "event"), span].join(", ");
  const path = trace.path === "-" ? "standard input" : trace.path;
  const beside = trace.sidecars.length === 0 ? "" : `\nbeside it: ${trace.sidecars.join(", ")}`;
  const damaged = trace.damaged === undefined ? "" : `\ndamaged at ${trace.damaged.at}: ${trace.damaged.reason}`;
  return `trace: ${path} (${facts})${beside}${damaged}\n`;
}

export function formatNotes(notes: readonly string[]): string {
  return notes.length === 0 ? "" : `\n${notes.map((note) => `note: ${note}\n`).join("")}`;
}
