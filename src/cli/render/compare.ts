// SPDX-License-Identifier: MIT
// `lazymm compare`: one row per design.
import type { CompareReport, CompareRow, Verdict } from "../../jobs/reports.ts";
import { type Column, formatTable, type Page, type Paint } from "../output.ts";
import { flattenCounts, formatCount, formatNotes, formatPrice, formatTrace } from "./numbers.ts";

/** Counts that get a column, where the report has them; `lazymm replay` prints all. */
const COUNT_COLUMNS: readonly [path: string, title: string][] = [
  ["cr3_writes.total", "CR3"],
  ["cr3_writes.flush", "flushing"],
  ["table_loads", "loads"],
  ["local_flushes", "local"],
  ["broadcast_flushes", "broadcast"],
  ["ipis.sent", "IPIs"],
  ["ipis.to_lazy", "to lazy"],
  ["ipis.avoided", "avoided"],
  ["atomics.total", "atomics"],
  ["transfers.total", "moved"],
  ["pinned_mms.still_pinned", "pinned"],
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
  const costs = new Set(rows.flatMap((row) => row.price.missing.map((item) => item.cost)));
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

const LEGEND = `violates n/m: n of the m scenarios that apply to the design. CR3: writes (x86), and those that flush.
IPIs: sent, to lazy CPUs, and avoided because a CPU is lazy. Atomics, and lines that move between CPUs, on mm_count,
mm_cpumask, tlb_gen, is_lazy. Pinned: dead mms still held at the end.
`;

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
    LEGEND +
    violations(report.rows) +
    formatNotes(report.notes) +
    missingCosts(report.rows)
  );
}
