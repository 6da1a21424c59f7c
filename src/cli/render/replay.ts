// SPDX-License-Identifier: MIT
// `lazymm replay`: everything about one design on one trace.
import type { ReplayReport } from "../../jobs/reports.ts";
import { formatTable } from "../output.ts";
import { flattenCounts, formatCount, formatNotes, formatPrice, formatTrace } from "./numbers.ts";
import { formatWritten } from "./written.ts";

function agreementLine(report: ReplayReport): string {
  const { agreement } = report;
  if (agreement === null) return "agreement with the recorded tlb_flush events: not to be had from this trace\n";
  const { matched, recorded, predicted, rate } = agreement;
  const counts = `${formatCount(matched)} of ${formatCount(recorded)} recorded, ${formatCount(predicted)} predicted`;
  return `agreement with the recorded tlb_flush events: ${(rate * 100).toFixed(1)} % (${counts})\n`;
}

export function renderReplay(report: ReplayReport): string {
  const counts = [...flattenCounts(report.counts)].map(([path, count]) => [path, formatCount(count)]);
  const inferred = Object.entries(report.inferred).map(([what, value]) => `inferred: ${what}: ${value}\n`);
  const missing = report.price.missing.map(
    (item) => `  no cost known: ${item.cost}, ${formatCount(item.count)} times\n`,
  );
  return [
    formatTrace(report.trace),
    `design: ${report.design}\n\n`,
    formatTable([{ title: "count" }, { title: "", align: "right" }], counts),
    `\nprice: ${formatPrice(report.price)} (an estimate for ${report.profile})\n`,
    ...missing,
    agreementLine(report),
    ...inferred,
    formatWritten(report),
    formatNotes(report.notes),
  ].join("");
}
