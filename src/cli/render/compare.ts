// SPDX-License-Identifier: MIT
// `lazymm compare`: one row per design.
import type { CompareReport, CompareRow, Verdict } from "../../jobs/reports.ts";
import { type Column, formatTable, type Page, type Paint, wrapText } from "../output.ts";
import { flattenCounts, formatCount, formatNotes, formatPrice, formatTrace } from "./numbers.ts";

/** Counts that get a column, where the report has them, and what to say of it; `lazymm replay` prints all. */
const COUNT_COLUMNS: readonly [path: string, title: string, meaning?: string][] = [
  ["cr3_writes.total", "CR3", "CR3: writes, and those that flush."],
  ["cr3_writes.flush", "flushing"],
  ["table_loads", "loads", "Loads: of page tables and their ASID."],
  ["local_flushes", "local", "Local: flushes of a CPU for itself."],
  ["broadcast_flushes", "broadcast", "Broadcast: invalidations that hardware carries to other CPUs."],
  ["ipis.sent", "IPIs", "IPIs: sent, to lazy CPUs, and avoided because a CPU is lazy."],
  ["ipis.to_lazy", "to lazy"],
  ["ipis.avoided", "avoided"],
  ["atomics.total", "atomics"],
  ["transfers.total", "moved"],
  ["pinned_mms.still_pinned", "pinned", "Pinned: dead mms still held at the end."],
];

function agreementCell(row: CompareRow): string {
  return row.agreement === null ? "-" : `${(row.agreement.rate * 100).toFixed(1)} %`;
}

export function paintVerdict(verdict: Verdict, text: string, paint: Paint): string {
  switch (verdict) {
    case "safe":
      return paint("green", text);
    case "violates":
      return paint("red", text);
    case "unknown":
    case "stale":
      return paint("yellow", text);
  }
}

/** `safe 16/16`, `violates 1/16`: of the scenarios that apply, how many say so. */
function verdictCell(row: CompareRow, model: string, paint: Paint): string {
  const verdict = row.verdicts[model];
  const safe = row.scenarios[model];
  if (verdict === undefined) return "-";
  if (safe === undefined) return paintVerdict(verdict, verdict, paint);
  const violated = `${row.violated[model]?.length ?? 0}/${safe.split("/")[1]}`;
  const count = verdict === "violates" ? violated : verdict === "safe" ? safe : `(safe ${safe})`;
  return paintVerdict(verdict, `${verdict} ${count}`, paint);
}

function missingCosts(rows: readonly CompareRow[]): string {
  const uncosted = rows.flatMap((row) => row.price.missing.filter(({ count }) => count !== null));
  const costs = new Set(uncosted.map(({ cost }) => cost));
  return costs.size === 0 ? "" : `note: "+ ?": the profile has no number for ${[...costs].join(", ")}; no ranking\n`;
}

/** Which scenarios are violated, and by whom: `lazymm explain` shows how. */
function violations(rows: readonly CompareRow[]): string {
  const byScenario = new Map<string, string[]>();
  for (const row of rows) {
    for (const scenario of new Set(Object.values(row.violated).flat())) {
      byScenario.set(scenario, [...(byScenario.get(scenario) ?? []), row.design]);
    }
  }
  const named = (designs: readonly string[]): string =>
    designs.length === rows.length && rows.length > 1 ? "every design" : designs.join(", ");
  return [...byScenario].map(([scenario, designs]) => `violated: ${scenario}: ${named(designs)}\n`).join("");
}

/** What the columns mean, of those that there are. `counted`: the paths of all counts. */
function legend(shown: readonly string[], counted: ReadonlySet<string>): string {
  const lines = [...counted].filter((path) => /^atomics\.(?!total)/.test(path)).map((path) => path.replace(/.*\./, ""));
  const said = COUNT_COLUMNS.flatMap(([path, , meaning]) => (meaning && shown.includes(path) ? [meaning] : []));
  const on = lines.length === 0 ? [] : [`Atomics, and lines that move between CPUs, on ${lines.sort().join(", ")}.`];
  const verdicts = "violates n/m: n of the m scenarios that apply to the design.";
  return wrapText([verdicts, ...said, ...on].join(" "), 0);
}

export function renderCompare(report: CompareReport, { paint, columns: width }: Page): string {
  const models = [...new Set(report.rows.flatMap((row) => Object.keys(row.verdicts)))];
  const counts = report.rows.map((row) => flattenCounts(row.counts));
  const shown = COUNT_COLUMNS.filter(([path]) => counts.some((flat) => flat.has(path)));
  const graded = report.rows.some((row) => row.agreement !== null);
  const columns: Column[] = [
    { title: "design" },
    ...models.map((title) => ({ title })),
    ...shown.map(([, title]) => ({ title, align: "right" as const })),
    { title: "price", align: "right" },
    ...(graded ? [{ title: "agrees", align: "right" as const }] : []),
  ];
  const rows = report.rows.map((row, i) => [
    row.design,
    ...models.map((model) => verdictCell(row, model, paint)),
    ...shown.map(([path]) => formatCount(counts[i]!.get(path))),
    formatPrice(row.price),
    ...(graded ? [agreementCell(row)] : []),
  ]);
  const head = `${formatTrace(report.trace)}price: an estimate for ${report.profile}\n\n`;
  return (
    head +
    formatTable(columns, rows, { columns: width }) +
    legend(
      shown.map(([path]) => path),
      new Set(counts.flatMap((flat) => [...flat.keys()])),
    ) +
    violations(report.rows) +
    formatNotes(report.notes) +
    missingCosts(report.rows)
  );
}
