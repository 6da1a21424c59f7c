// SPDX-License-Identifier: MIT
// `lazymm conform`: what was explained, by kind, and the first step that was not, between its neighbours.
import type { ConformReport, UnexplainedStep } from "../../jobs/conform-report.ts";
import { formatTable } from "../output.ts";
import { formatNotes, formatTrace } from "./numbers.ts";
import { formatWritten } from "./written.ts";

const COLUMNS = ["total", "exact", "lossy", "environment", "unexplained", "unknown"] as const;
const TEXT_WIDTH = 100;

export function renderConform(report: ConformReport): string {
  const rows = Object.entries(report.steps).map(([kind, steps]) => [
    kind,
    ...COLUMNS.map((name) => String(steps[name])),
  ]);
  const titles = [{ title: "step" }, ...COLUMNS.map((title) => ({ title, align: "right" as const }))];
  const [first] = report.unexplained;
  return [
    formatTrace(report.trace),
    `design: ${report.design} (${report.chosen})\n\n`,
    formatTable(titles, rows),
    "\n",
    first === undefined ? "" : renderStep(first),
    verdict(report),
    report.never_exercised.length > 0 ? `never exercised: ${report.never_exercised.join(", ")}\n` : "",
    passedOver(report),
    formatWritten(report),
    formatNotes(report.notes),
  ].join("");
}

function passedOver({ passed_over }: ConformReport): string {
  const rows = Object.values(passed_over).reduce((n, count) => n + count, 0);
  return rows === 0 ? "" : `passed over: ${rows} rows that are no step of a design; --json says why\n`;
}

function verdict({ design, conforms, steps }: ConformReport): string {
  const sum = (name: (typeof COLUMNS)[number]): number => Object.values(steps).reduce((n, s) => n + s[name], 0);
  if (conforms) return `conforms: ${design} admits this record (${sum("total")} steps)\n`;
  if (sum("total") === 0)
    return "does not conform: the trace has no step that could be explained; see `lazymm record`\n";
  const open = sum("unexplained") + sum("unknown");
  if (open === 0) return "not shown to conform: every step is explained, but see the notes\n";
  return `does not conform: ${sum("unexplained")} steps unexplained, ${sum("unknown")} unknown of ${sum("total")}\n`;
}

/** Two columns: the CPU of the step, and the others. */
function renderStep(step: UnexplainedStep): string {
  const lines = step.around.map(({ row, cpu, text }) => {
    const mark = row === step.row ? ">" : " ";
    const short = text.length > TEXT_WIDTH ? `${text.slice(0, TEXT_WIDTH)}…` : text;
    const indent = cpu === step.cpu ? "" : "        ";
    return `${mark} ${String(row).padStart(8)}  ${indent}CPU ${cpu}  ${short}\n`;
  });
  const head = `the first ${step.outcome} step, at ${step.time}: ${step.kind} on CPU ${step.cpu}, pid ${step.pid}\n`;
  return `${head}  ${step.reason}\n${lines.join("")}\n`;
}
