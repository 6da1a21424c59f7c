// SPDX-License-Identifier: MIT
// `lazymm check`: a table per scenario, below its question; then what nobody expected, and every counterexample that
// is news.
import type { CheckReport, CheckResult, MutantResult } from "../../jobs/reports.ts";
import { type Column, formatTable, type Page, type Paint, wrapText } from "../output.ts";
import { paintVerdict } from "./compare.ts";
import { formatCount, formatDuration, formatNotes } from "./numbers.ts";

/** The verdict is last: it may have to name a property. */
const COLUMNS: readonly Column[] = [
  { title: "  design" },
  { title: "model" },
  { title: "states", align: "right" },
  { title: "depth", align: "right" },
  { title: "time", align: "right" },
  { title: "mutants", align: "right" },
  { title: "verdict" },
];
/** Up to here, claims and mutants are printed one by one. */
const FEW = 4;

function named(verdict: string, property: string | null): string {
  return property === null ? verdict : `${verdict} "${property}"`;
}

/** That a mutant violates is no bad news: only what nobody expected has a colour there. */
function verdictCell(item: CheckResult | MutantResult, paint: Paint): string {
  const plain = named(item.verdict, item.property);
  const text = "mutant" in item && item.agrees ? plain : paintVerdict(item.verdict, plain, paint);
  if (item.agrees || item.expected === null) return text;
  const vacuous = item.verdict === item.expected && item.property === item.expected_property;
  const why = vacuous ? "but vacuous: see below" : `expected: ${named(item.expected, item.expected_property)}`;
  return `${text}  ${paint("red", `NOT AS EXPECTED (${why})`)}`;
}

function numbers(item: CheckResult | MutantResult): string[] {
  return [formatCount(item.states), formatCount(item.depth), formatDuration(item.seconds * 1e9)];
}

function resultRows(result: CheckResult, paint: Paint, every: boolean): string[][] {
  const { mutants } = result;
  const killed = mutants.length === 0 ? "-" : `${mutants.filter((item) => item.agrees).length}/${mutants.length}`;
  const own = [`  ${result.design}`, result.model, ...numbers(result), killed, verdictCell(result, paint)];
  const shown = mutants.filter((item) => every || !item.agrees);
  const rows = shown.map((item) => [
    `    mutant ${item.number}: ${item.mutant}`,
    result.model,
    ...numbers(item),
    "",
    verdictCell(item, paint),
  ]);
  return [own, ...rows];
}

function scenarioBlock(results: readonly CheckResult[], { paint, columns }: Page, every: boolean): string {
  const { scenario, question } = results[0]!;
  const rows = results.flatMap((result) => resultRows(result, paint, every));
  return `${paint("bold", scenario)}\n${wrapText(question, 2)}\n${formatTable(COLUMNS, rows, { columns, keys: 2 })}\n`;
}

/** A `safe` that covered nothing must not look like one. */
function unreached(results: readonly CheckResult[]): string[] {
  return results.flatMap((result) => {
    if (result.verdict !== "safe") return [];
    const missed = Object.entries(result.witnesses).filter(([, reached]) => !reached);
    return missed.map(
      ([name]) => `vacuous: ${result.scenario}, ${result.design}, ${result.model}: nothing ever reached "${name}"\n`,
    );
  });
}

type Item = CheckResult | MutantResult;

/** True if nobody has to be told: the scenario was written to show it. */
function isNoNews(item: Item): boolean {
  return item.verdict === "violates" && item.expected !== null && item.agrees;
}

function counterexamples(items: readonly Item[], all: boolean): string {
  const shown = items.filter((item) => item.counterexample !== null && (all || !isNoNews(item)));
  const hidden = all ? 0 : items.filter(isNoNews).length;
  const what = hidden === 1 ? "counterexample is" : "counterexamples are";
  const hint = hidden === 0 ? "" : `${hidden} expected ${what} not printed: --explain\n`;
  return shown.map((item) => `${item.counterexample}\n`).join("") + hint;
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** `30 safe, 2 violates`. */
function tally(results: readonly CheckResult[]): string {
  const verdicts = (["safe", "violates", "unknown"] as const).map((verdict) => ({
    verdict,
    count: results.filter((result) => result.verdict === verdict).length,
  }));
  const shown = verdicts.filter(({ count }) => count > 0).map(({ verdict, count }) => `${count} ${verdict}`);
  return shown.join(", ") || "none";
}

function summary(report: CheckReport): string {
  const mutants = report.results.flatMap((result) => result.mutants);
  const judged = [...report.results, ...mutants].filter((item) => item.expected !== null);
  const agreeing = judged.filter((item) => item.agrees).length;
  const parts = [
    `${counted(report.results.length, "verdict")} (${tally(report.results)})`,
    counted(mutants.length, "mutant"),
  ];
  if (judged.length > 0) parts.push(`${agreeing} of ${judged.length} as expected`);
  return `${parts.join(", ")}\n`;
}

/** `all`: expected counterexamples, too. */
export function renderCheck(report: CheckReport, page: Page, all: boolean): string {
  const { results } = report;
  const few = results.length <= FEW;
  const scenarios = [...new Set(results.map((result) => result.scenario))];
  const blocks = scenarios.map((name) =>
    scenarioBlock(
      results.filter((result) => result.scenario === name),
      page,
      few,
    ),
  );
  const claims = few ? results.map((result) => `${result.design}, ${result.model}: ${result.claim}\n`) : [];
  const items = results.flatMap((result): Item[] => [result, ...result.mutants]);
  return [
    ...blocks,
    ...claims.map((claim) => wrapText(claim.trimEnd(), 0, 4)),
    claims.length > 0 ? "\n" : "",
    ...unreached(results),
    counterexamples(items, all),
    summary(report),
    formatNotes(report.notes),
  ].join("");
}
