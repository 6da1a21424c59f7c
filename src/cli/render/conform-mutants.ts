// SPDX-License-Identifier: MIT
// `lazymm conform --mutants`: how many of the small changes were noticed, and where those are that were not.
import type { ConformMutantsReport, MutantOutcome, MutantReport } from "../../jobs/conform-mutants-report.ts";
import { formatTable } from "../output.ts";
import { formatNotes } from "./numbers.ts";

const TEXT_WIDTH = 100;
/** Rejected ones are in the JSON; the others are worth reading. */
const LISTED: readonly MutantOutcome[] = ["survived", "equivalent", "not observable", "never exercised"];
const KINDS = ["drop", "negate", "off by one"] as const;
const OUTCOMES = ["rejected", "never exercised", "equivalent", "not observable", "survived"] as const;

export function renderConformMutants(report: ConformMutantsReport): string {
  return [
    renderRecordings(report),
    "\n",
    renderCounts(report),
    "\n",
    renderNamed(report.named),
    ...LISTED.map((outcome) => renderPlaces(outcome, report.mutants)),
    verdict(report),
    ...report.stale.map((line) => `out of date: ${line}\n`),
    formatNotes(report.notes),
  ].join("");
}

function renderRecordings({ recordings }: ConformMutantsReport): string {
  const right = (title: string) => ({ title, align: "right" as const });
  const titles = [{ title: "recording" }, { title: "design" }, right("exercised"), right("run"), right("rejected")];
  const rows = recordings.map(({ trace, design, exercised, run, rejected, seconds }) => {
    return [trace, design, String(exercised), String(run), String(rejected), `${seconds.toFixed(1)} s`];
  });
  return formatTable([...titles, right("time")], rows);
}

function renderCounts({ mutants, refused }: ConformMutantsReport): string {
  const titles = [
    { title: "mutants" },
    ...["generated", ...OUTCOMES].map((title) => ({ title, align: "right" as const })),
  ];
  const row = (name: string, of: readonly MutantReport[]): string[] => {
    const counts = OUTCOMES.map((outcome) => String(of.filter((one) => one.outcome === outcome).length));
    return [name, String(of.length), ...counts];
  };
  const kinds = KINDS.map((kind) =>
    row(
      kind,
      mutants.filter((one) => one.kind === kind),
    ),
  );
  const table = formatTable(titles, [...kinds, row("all", mutants)]);
  return refused === 0 ? table : `${table}${refused} more are no programs\n`;
}

function renderNamed(named: readonly MutantReport[]): string {
  if (named.length === 0) return "";
  const rows = named.map(({ name = "", outcome, rejection, because = "" }) => {
    const why = rejection === undefined ? because : `${rejection.trace}, row ${rejection.row}: ${rejection.reason}`;
    return [name, outcome, short(why)];
  });
  return `${formatTable([{ title: "by name" }, { title: "outcome" }, { title: "why" }], rows)}\n`;
}

function renderPlaces(outcome: MutantOutcome, mutants: readonly MutantReport[]): string {
  const found = mutants.filter((one) => one.outcome === outcome);
  if (found.length === 0) return "";
  const lines = found.map((one) => {
    const because = one.because === undefined ? "" : `\n      ${one.because}`;
    return `  ${one.file}:${one.line} ${one.function}(): ${changeOf(one)}${because}\n`;
  });
  return `${outcome}:\n${lines.join("")}\n`;
}

function changeOf({ kind, from, to }: MutantReport): string {
  return kind === "drop" ? `without ${short(from)}` : `${short(from)} => ${short(to)}`;
}

function short(text: string): string {
  return text.length > TEXT_WIDTH ? `${text.slice(0, TEXT_WIDTH)}…` : text;
}

function verdict(report: ConformMutantsReport): string {
  const { generated, rejected, given_up, never_exercised, equivalent, not_observable, survived, elsewhere } = report;
  if (generated === 0) return "no mutants: no function of the design has recorded steps\n";
  const percent = (n: number, of: number): string => (of === 0 ? "-" : `${((100 * n) / of).toFixed(1)} %`);
  const different = generated - equivalent - not_observable;
  const share = `${percent(rejected, different)} of ${different} mutants are rejected that some recording could reject`;
  const exercised = `${percent(rejected, different - never_exercised)} of those that these come to`;
  const more = [
    ...(given_up > 0 ? [`${given_up} of them at a step for which the search for an order was given up`] : []),
    ...(elsewhere > 0 ? [`${elsewhere} more are in functions that no recording enters`] : []),
  ];
  return [`${share}, ${exercised}; ${survived} survived without a reason`, ...more].map((line) => `${line}\n`).join("");
}
