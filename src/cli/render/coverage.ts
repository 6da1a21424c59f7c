// SPDX-License-Identifier: MIT
// `lazymm check --coverage`: a table of files, then what was not executed, line by line.
import type { CoverageReport, FileCoverage, MissedLine, OneSidedCondition } from "../../jobs/coverage-report.ts";
import { type Column, formatTable, type Page, type Paint } from "../output.ts";
import { formatCount, formatNotes } from "./numbers.ts";

const COLUMNS: readonly Column[] = [
  { title: "file" },
  { title: "lines", align: "right" },
  { title: "executed", align: "right" },
  { title: "", align: "right" },
  { title: "conditions", align: "right" },
  { title: "one-sided", align: "right" },
];

/** Rounded down: what is not all is not 100 %. */
function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${Math.floor((100 * part) / whole)} %`;
}

/** An access that was not made is none of the conditions. */
function sided({ one_sided }: FileCoverage): number {
  return one_sided.filter(({ kind }) => kind !== "access").length;
}

function cells(name: string, of: Pick<FileCoverage, "lines" | "executed" | "conditions">, oneSided: number): string[] {
  const { lines, executed, conditions } = of;
  const counts = [formatCount(lines), formatCount(executed), percent(executed, lines)];
  return [name, ...counts, formatCount(conditions), formatCount(oneSided)];
}

function table({ files, ...all }: CoverageReport, { columns }: Page): string {
  const rows = files.map((file) => cells(file.file, file, sided(file)));
  const total = cells(
    "all",
    all,
    files.reduce((n, file) => n + sided(file), 0),
  );
  return formatTable(COLUMNS, files.length > 1 ? [...rows, total] : rows, { columns });
}

function numbered(line: number, text: string): string {
  return `    ${`${line}`.padStart(4)}  ${text}\n`;
}

const WHY: { readonly [why in MissedLine["why"]]: string } = {
  "not reached": "not reached",
  "not called": "not called by what was searched",
  "left out": "left out: a constant decides against it",
  "only in init": "only in init(), before the CPUs start",
};

/** Lines below the function that they belong to, and the reason. */
function missedLines(missed: readonly MissedLine[]): string {
  let heading = "";
  return missed
    .map(({ line, func, text, why }) => {
      const own = `  ${func}(): ${WHY[why]}\n`;
      const head = own === heading ? "" : own;
      heading = own;
      return head + numbered(line, text);
    })
    .join("");
}

const NEVER: { readonly [kind in OneSidedCondition["kind"]]: (never: OneSidedCondition["never"]) => string } = {
  if: (never) => `never ${never}`,
  waits: (never) => (never === "false" ? "never had to wait" : "waits for ever"),
  stores: (never) => (never === "false" ? "never failed" : "never succeeded"),
  access: () => "not made",
};

function conditionLines(conditions: readonly OneSidedCondition[]): string {
  const lines = conditions.map(({ line, func, text, kind, never }) =>
    numbered(line, `${func}(): ${NEVER[kind](never)}: ${text}`),
  );
  return lines.length === 0 ? "" : `  conditions with one outcome\n${lines.join("")}`;
}

function fileBlock(file: FileCoverage, paint: Paint): string {
  if (file.missed.length + file.one_sided.length === 0) return "";
  return `\n${paint("bold", file.file)}\n${missedLines(file.missed)}${conditionLines(file.one_sided)}`;
}

function counted(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function headline({ runs }: CoverageReport): string {
  const distinct = (of: "scenario" | "design" | "model"): number => new Set(runs.map((run) => run[of])).size;
  const states = runs.reduce((n, run) => n + run.states, 0);
  return (
    `coverage of ${counted(distinct("scenario"), "scenario", "scenarios")}, ` +
    `${counted(distinct("design"), "design", "designs")}, ` +
    `${counted(distinct("model"), "memory model", "memory models")}: ` +
    `${counted(runs.length, "search", "searches")}, ${counted(states, "state", "states")}\n`
  );
}

export function renderCoverage(report: CoverageReport, page: Page): string {
  const blocks = report.files.map((file) => fileBlock(file, page.paint));
  return `${headline(report)}\n${table(report, page)}${blocks.join("")}${formatNotes(report.notes)}`;
}
