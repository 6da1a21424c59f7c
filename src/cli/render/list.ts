// SPDX-License-Identifier: MIT
// `lazymm list`: what there is to choose from.
import type { ListReport } from "../../jobs/reports.ts";
import { formatTable } from "../output.ts";

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function pairs(record: Readonly<Record<string, unknown>>): string {
  return Object.entries(record)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(" ");
}

export function renderList(report: ListReport): string {
  const blocks: string[] = [];
  const { designs = [] } = report;
  for (const arch of new Set(designs.map((design) => design.arch)))
    blocks.push(
      formatTable(
        [{ title: arch }, { title: "scenarios", align: "right" }, { title: "parts" }, { title: "status" }],
        designs
          .filter((design) => design.arch === arch)
          .map(({ name, scenarios, parts, status }) => [name, `${scenarios}`, pairs(parts), oneLine(status)]),
      ),
    );
  for (const scenario of report.scenarios ?? [])
    blocks.push(
      `${scenario.name}\n  ${oneLine(scenario.question)}\n  expected: ${pairs(scenario.expect)}; ` +
        `mutants: ${scenario.mutants.length}; designs: ${scenario.designs.length}\n` +
        (scenario.models_because === null
          ? ""
          : `  only under ${scenario.models.join(", ")}: ${scenario.models_because}\n`),
    );
  if (report.models !== undefined)
    blocks.push(
      formatTable(
        [{ title: "model" }, { title: "source" }],
        report.models.map((model) => [model.name, oneLine(model.source)]),
      ),
    );
  if (report.profiles !== undefined)
    blocks.push(
      formatTable(
        [{ title: "profile" }, { title: "machine" }, { title: "source" }],
        report.profiles.map((profile) => [profile.name, oneLine(profile.machine), oneLine(profile.source)]),
      ),
    );
  return blocks.join("\n");
}
