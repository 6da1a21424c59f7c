// SPDX-License-Identifier: MIT
// `lazymm check`: one row per verdict, mutants below their scenario, then every counterexample that nobody expected.
import type { CheckReport, CheckResult, MutantResult } from "../../jobs/reports.ts";
import { type Column, formatTable, type Paint } from "../output.ts";
import { paintVerdict } from "./compare.ts";
import { formatCount, formatDuration, formatNotes } from "./numbers.ts";

const COLUMNS: readonly Column[] = [
  { title: "scenario" },
  { title: "design" },
  { title: "model" },
  { title: "verdict" },
  { title: "as expected" },
  { title: "states", align: "right" },
  { title: "depth", align: "right" },
  { title: "time", align: "right" },
];

function agreement(item: { readonly expected: string | null; readonly agrees: boolean }, paint: Paint): string {
  if (item.expected === null) return "-";
  return item.agrees ? "yes" : paint("red", `NO: ${item.expected}`);
}

function verdictOf(result: CheckResult, paint: Paint): string {
  const text = result.property === null ? result.verdict : `${result.verdict} ${result.property}`;
  return paintVerdict(result.verdict, text, paint);
}

function mutantRow(item: MutantResult, paint: Paint): string[] {
  return [`  mutant: ${item.mutant}`, "", "", item.verdict, agreement(item, paint)];
}

function resultRows(result: CheckResult, paint: Paint): string[][] {
  const own = [
    result.scenario,
    result.design,
    result.model,
    verdictOf(result, paint),
    agreement(result, paint),
    formatCount(result.states),
    formatCount(result.depth),
    formatDuration(result.seconds * 1e9),
  ];
  return [own, ...result.mutants.map((item) => mutantRow(item, paint))];
}

/** True if the counterexample is news: not one that the scenario was written to show. */
function isNews(result: CheckResult): boolean {
  return result.counterexample !== null && (result.expected === null || !result.agrees);
}

function unreached(results: readonly CheckResult[]): string[] {
  return results.flatMap((result) =>
    Object.entries(result.witnesses)
      .filter(([, reached]) => !reached)
      .map(([name]) => `note: ${result.scenario}, ${result.design}, ${result.model}: "${name}" was never reached\n`),
  );
}

export function renderCheck(report: CheckReport, paint: Paint): string {
  const { results } = report;
  const mutants = results.flatMap((result) => result.mutants);
  const judged = [...results.filter((result) => result.expected !== null), ...mutants];
  const agreeing = judged.filter((item) => item.agrees).length;
  const table = formatTable(
    COLUMNS,
    results.flatMap((result) => resultRows(result, paint)),
  );
  const claims = results.length <= 3 ? results.map((result) => `${result.claim}\n`) : [];
  return [
    table,
    "\n",
    ...claims,
    ...unreached(results),
    ...results.filter(isNews).map((result) => `${result.counterexample}\n`),
    `${results.length} verdicts, ${mutants.length} mutants: ${agreeing} of ${judged.length} as expected\n`,
    formatNotes(report.notes),
  ].join("");
}
