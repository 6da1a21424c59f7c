// SPDX-License-Identifier: MIT
// `lazymm barriers`: barrier × memory model, then what distinguishes which, and how to see it.
import type { BarrierOutcome, BarrierRow, BarriersReport } from "../../jobs/barriers-report.ts";
import { type Column, formatTable, type Page, type Paint, wrapText } from "../output.ts";
import { formatNotes } from "./numbers.ts";

type DesignBarriers = BarriersReport["designs"][number];

/** What the words in a cell mean: only those that were used are printed. */
const LEGEND: readonly [BarrierOutcome["result"], string][] = [
  [
    "not distinguished",
    "none of the scenarios that execute it tells the difference at its bounds; another one may, so it is no proof " +
      "that the barrier can go",
  ],
  ["no effect", "under this memory model the weaker form is the same code"],
  ["not executed", "no run of a scenario gets there"],
  ["not asked", "no safe scenario executes it; those that may are violated as they are"],
  ["unknown", "a limit was hit"],
];

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** The functions that a comment names, without what it says of them. */
function partners({ pairs_with }: BarrierRow): string {
  return (pairs_with?.match(/\w+\(\)/g) ?? []).join(", ");
}

function cell(outcome: BarrierOutcome | undefined, paint: Paint): string {
  if (outcome === undefined) return "";
  if (outcome.result === "distinguished") return paint("bold", `${outcome.scenario}, ${outcome.steps} steps`);
  return outcome.result === "unknown" ? paint("yellow", outcome.result) : outcome.result;
}

function table({ models, barriers }: DesignBarriers, { paint, columns }: Page): string {
  const titles = ["  barrier", "", "in", "weakened", ...models, "pairs with"];
  const rows = barriers.map((row) => [
    `  ${row.file.replace(/^model\//, "")}:${row.line}`,
    `${row.primitive}()`,
    row.func,
    row.outcomes[0]?.weakened ?? "",
    ...models.map((_, i) => cell(row.outcomes[i], paint)),
    partners(row),
  ]);
  return formatTable(
    titles.map((title): Column => ({ title })),
    rows,
    { columns, keys: 2 },
  );
}

/** What a cell has no room for. */
function details({ barriers }: DesignBarriers): string {
  const shown = barriers.flatMap((row) =>
    row.outcomes
      .filter(({ result }) => result === "distinguished" || result === "unknown")
      .map((outcome) => ({ row, outcome })),
  );
  return shown
    .map(({ row, outcome }) => {
      const also = outcome.also.length === 0 ? "" : `; so does ${outcome.also.join(", ")}`;
      const claim = wrapText(`${row.primitive}() in ${row.func}(), ${outcome.model}: ${outcome.claim}${also}`, 2, 4);
      return outcome.command === null ? claim : `${claim}    ${outcome.command}\n`;
    })
    .join("");
}

function legend({ barriers }: DesignBarriers): string {
  const used = new Set(barriers.flatMap((row) => row.outcomes.map(({ result }) => result)));
  return LEGEND.filter(([result]) => used.has(result))
    .map(([result, meaning]) => wrapText(`${result}: ${meaning}`, 2, 4))
    .join("");
}

export function renderBarriers(report: BarriersReport, page: Page): string {
  const blocks = report.designs.map((design) => {
    const { barriers, scenarios } = design;
    const head = `barriers and ordered accesses: ${barriers.length}, asked by ${counted(scenarios.length, "scenario")}`;
    const found = details(design);
    const parts = [table(design, page), ...(found === "" ? [] : [found]), legend(design)];
    return `${page.paint("bold", design.design)}: ${head}\n${parts.join("\n")}`;
  });
  return `${blocks.join("\n")}${formatNotes(report.notes)}`;
}
