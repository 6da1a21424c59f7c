// SPDX-License-Identifier: MIT
// `lazymm inspect`: what is in a trace.
import type { InspectReport } from "../../jobs/inspect-report.ts";
import { type Column, formatTable, type Page, wrapText } from "../output.ts";
import { formatCount, formatNotes, formatTrace } from "./numbers.ts";
import { formatWritten } from "./written.ts";

/** `word       value`, with the values below each other. */
function facts(pairs: readonly (readonly [word: string, value: string | undefined])[]): string {
  const told = pairs.filter(([, value]) => value !== undefined && value !== "");
  const width = Math.max(...told.map(([word]) => word.length)) + 2;
  return told.map(([word, value]) => wrapText(`${word.padEnd(width)}${value}`, 0, width)).join("");
}

function sizes({ file }: InspectReport): string {
  const { compression, bytes, inflated_bytes: inflated, version } = file;
  const packed = compression === "none" ? "" : `, ${compression} of ${formatCount(inflated)}`;
  return `${formatCount(bytes)} bytes${packed}${version === null ? "" : `, version ${version}`}`;
}

function clock({ clock: { name, seconds_per_tick: tick, first_tick, last_tick } }: InspectReport): string {
  const shown = (ticks: number): string => (tick === null ? String(ticks) : `${(ticks * tick).toFixed(6)} s`);
  return `${name ?? "not named"}, from ${shown(first_tick)} to ${shown(last_tick)}`;
}

function losses({ losses: { marks, events, overwritten, rings } }: InspectReport): string {
  const sum = (what: "nested" | "dropped"): number => rings.reduce((total, ring) => total + ring[what], 0);
  const [nested, dropped] = [sum("nested"), sum("dropped")];
  const parts = [
    ...(overwritten ? [`${formatCount(overwritten)} events were overwritten`] : []),
    ...(nested + dropped > 0 ? [`${formatCount(nested + dropped)} events did not get into the ring`] : []),
    ...(marks > 0 ? [`${formatCount(events)} events lost in ${formatCount(marks)} places`] : []),
  ];
  return parts.length === 0 ? "none" : parts.join(", ");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function identity({ identity: of }: InspectReport): string {
  if (of === null) return "";
  const columns: Column[] = [
    { title: "mm known by" },
    { title: "switches", align: "right" },
    { title: "CPU time", align: "right" },
  ];
  const rows = of.by.map(({ provenance, switches, time }) => [provenance, formatCount(switches), percent(time)]);
  const shares = ({ known, inferred, unknown }: typeof of.time): string =>
    `known ${percent(known)}, inferred ${percent(inferred)}, unknown ${percent(unknown)}`;
  const sums = facts([
    ["of the time that tasks ran:", shares(of.time)],
    ["of the switches to them:", shares(of.switches)],
  ]);
  return `\n${formatTable(columns, rows)}\n${sums}`;
}

function events({ events: list, trace }: InspectReport): string {
  const rows = list.map(({ name, count }) => [name, formatCount(count), percent(count / trace.events)]);
  const columns: Column[] = [{ title: "event" }, { title: "rows", align: "right" }, { title: "", align: "right" }];
  return `\n${formatTable(columns, rows)}`;
}

function questions(report: InspectReport): string {
  const rows = report.questions.map(({ question, possible, because }) => {
    return [question, possible ? "yes" : `no: ${because.join("; ")}`];
  });
  const { arch } = report.machine;
  const missing = report.missing.map(({ what, so, way_out: wayOut }) =>
    wrapText(`no ${what}: ${so} (way out: ${wayOut})`, 0, 4),
  );
  return [
    `\n${formatTable([{ title: "possible" }, { title: "" }], rows)}`,
    wrapText(`designs of ${arch}: ${report.designs.join(", ") || "none"}`, 0, 4),
    missing.length === 0 ? "" : `\n${missing.join("")}`,
  ].join("");
}

export function renderInspect(report: InspectReport, _page: Page): string {
  const { machine, file, cpus, sidecars_not_understood: strange } = report;
  const busy = cpus.filter(({ events: count }) => count > 0);
  const counts = Object.entries({ ...report.losses.odd }).map(([what, count]) => `${what} ${formatCount(count)}`);
  const head = facts([
    ["file", sizes(report)],
    ["clock", clock(report)],
    ["kernel", machine.release ?? "not told"],
    [
      "machine",
      `${machine.arch}${machine.arch_known ? "" : " (taken for it)"}${machine.model ? `, ${machine.model}` : ""}`,
    ],
    ["events by CPU", busy.map(({ cpu, events: count }) => `${cpu}: ${formatCount(count)}`).join(", ")],
    ["losses", losses(report)],
    ["odd", counts.join(", ")],
    ["units read", formatCount(file.units)],
    ["not understood", strange.join(", ")],
  ]);
  return [
    formatTrace(report.trace),
    head,
    events(report),
    identity(report),
    questions(report),
    formatWritten(report),
    formatNotes(report.notes),
  ].join("");
}
