// SPDX-License-Identifier: MIT
// docs/answers.md and docs/catalogue.md, from answers.ts, systems.ts and the stored verdicts. What a counterexample
// looks like is what `lazymm explain` prints.

import { openLibrary } from "../../src/jobs/library.ts";
import { readVerdicts, type StoredVerdict } from "../../src/jobs/verdict-store.ts";
import { runCommand } from "../cli/transcript.ts";
import { answers } from "./answers.ts";
import type { Answer, Ground, System } from "./catalogue-types.ts";
import { systems } from "./systems.ts";

const library = openLibrary(undefined);
const designs = library.ok ? library.value.designs.map(({ info }) => info) : [];
const stored = readVerdicts();

function ofCase(scenario: string, design: string): StoredVerdict[] {
  return stored.filter((verdict) => verdict.scenario === scenario && verdict.design === design);
}

/** What was found for a ground, under one model; undefined: it was not searched. */
export function found(
  ground: Ground,
  model: string,
): Pick<StoredVerdict, "verdict" | "property" | "states"> | undefined {
  const verdict = ofCase(ground.scenario, ground.design).find((one) => one.model === model);
  if (verdict === undefined || ground.mutant === undefined) return verdict;
  return verdict.mutants.find(({ mutant }) => mutant === ground.mutant);
}

/** Grounds that are not as the answer says. */
export function wrongGrounds(): string[] {
  return answers.flatMap(({ question, grounds }) =>
    grounds.flatMap((ground) =>
      Object.entries(ground.expect)
        .filter(([model, verdict]) => found(ground, model)?.verdict !== verdict)
        .map(([model, verdict]) => {
          const what = `${ground.scenario}, ${ground.design}, ${model}${ground.mutant ? `, "${ground.mutant}"` : ""}`;
          return `${question}: ${what}: ${found(ground, model)?.verdict ?? "not searched"} (expected: ${verdict})`;
        }),
    ),
  );
}

function wordsOf(ground: Ground, model: string): string {
  const answer = found(ground, model);
  if (answer === undefined) return "not searched";
  const states = `${answer.states.toLocaleString("en-US")} states`;
  return answer.verdict === "violates" ? `violates "${answer.property}"` : `${answer.verdict} (${states})`;
}

function groundsTable({ grounds }: Answer): string {
  const models = [...new Set(grounds.flatMap(({ expect }) => Object.keys(expect)))];
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rows = grounds.map((ground) =>
    row([
      `\`${ground.scenario}\``,
      `\`${ground.design}\``,
      ground.mutant ?? "",
      ...models.map((model) => (model in ground.expect ? wordsOf(ground, model) : "")),
    ]),
  );
  return [row(["scenario", "design", "changed", ...models]), `|${"---|".repeat(3 + models.length)}`, ...rows].join(
    "\n",
  );
}

function commandsOf({ grounds }: Answer): string {
  const byScenario = new Map<string, Set<string>>();
  for (const { scenario, design } of grounds) {
    byScenario.set(scenario, (byScenario.get(scenario) ?? new Set()).add(design));
  }
  return [...byScenario].map(([scenario, own]) => `    lazymm check ${scenario} -d ${[...own].join(",")}`).join("\n");
}

function counterexample({ grounds, show }: Answer): string {
  const ground = show && grounds[show.ground];
  if (show === undefined || ground === undefined) return "";
  const at = ofCase(ground.scenario, ground.design).find(({ model }) => model === show.model);
  const mutant = at === undefined ? -1 : at.mutants.findIndex((one) => one.mutant === ground.mutant);
  const which = ground.mutant === undefined ? "" : ` --mutant ${mutant + 1}`;
  const command = `lazymm explain ${ground.scenario} -d ${ground.design} -m ${show.model}${which}`;
  return `\n\n\`\`\`console\n$ ${command}\n${runCommand(command)}\`\`\``;
}

function section(answer: Answer): string {
  return `## ${answer.question}

*${answer.asked}*

${answer.answer}

${groundsTable(answer)}

${commandsOf(answer)}${counterexample(answer)}
`;
}

export function answersPage(): string {
  const head = `# Answers

Questions that were asked in the threads about these designs, and what the searches say. Generated from
\`test/docs/answers.ts\` and the stored verdicts (\`UPDATE=1 npx vitest run test/docs\`); every verdict is
exhaustive for the machine of its scenario, and no more. "Not distinguished" means that no shipped scenario at these
bounds tells the difference, never that something can be removed. Mutants are numbered in the order in which \`check\`
prints them.
`;
  return [head, ...answers.map(section)].join("\n");
}

const PARTS: readonly System["part"][] = [
  "coherence",
  "backend",
  "lifetime",
  "membarrier",
  "changing mm",
  "attributes",
];

function caught(own: readonly StoredVerdict[]): string {
  const mutants = new Map<string, boolean>();
  for (const { scenario, mutants: all } of own) {
    for (const { mutant, verdict } of all) {
      const name = `${scenario} ${mutant}`;
      mutants.set(name, (mutants.get(name) ?? false) || verdict === "violates");
    }
  }
  return `${[...mutants.values()].filter(Boolean).length} of ${mutants.size}`;
}

function designRow(system: System, name: string): string {
  const own = stored.filter(({ design }) => design === name);
  const models = [...new Set(own.map(({ model }) => model))];
  const verdicts = models.map((model) => {
    const all = own.filter((verdict) => verdict.model === model);
    return `${model}: ${all.filter(({ verdict }) => verdict === "safe").length}/${all.length} safe`;
  });
  const page = designs.some((info) => info.name === name) ? `\`${name}\`` : `${name} (missing)`;
  return `| ${system.system} | ${page} | ${verdicts.join("; ")} | ${caught(own)} | ${system.confirmed ?? "-"} |`;
}

function systemRows(system: System): string[] {
  const rows = system.designs.map((name) => designRow(system, name));
  const shown = system.shownBy?.map((name) => `\`${name}\``).join(", ");
  return shown === undefined ? rows : [...rows, `| ${system.system} | ${shown} | | | ${system.confirmed ?? "-"} |`];
}

export function cataloguePage(): string {
  const head = `# The catalogue

Every system of the threads and documents that this project follows, and where it is. Generated from
\`test/docs/systems.ts\` and the stored verdicts (\`UPDATE=1 npx vitest run test/docs\`). "Mutants caught": of the
designs with one step dropped, swapped, weakened or replaced that scenarios hold, how many violate under at least one
memory model; the others are there to show that a step is not distinguished, or that a repair is enough. A system
without a design of its own is shown by scenarios.
`;
  const table = (part: System["part"]): string =>
    [
      `## ${part[0]?.toUpperCase()}${part.slice(1)}\n`,
      "| system | design, or scenario | checked | mutants caught | recorded kernel that confirms it |",
      "|---|---|---|---|---|",
      ...systems.filter((system) => system.part === part).flatMap(systemRows),
      "",
    ].join("\n");
  return [head, ...PARTS.map(table)].join("\n");
}

/** Designs of the library that the catalogue does not name. */
export function unnamedDesigns(): string[] {
  const named = new Set(systems.flatMap((system) => system.designs));
  return designs.map(({ name }) => name).filter((name) => !named.has(name));
}

/** Designs that the catalogue names and that are not there. */
export function missingDesigns(): string[] {
  const known = new Set(designs.map(({ name }) => name));
  return systems.flatMap((system) => system.designs).filter((name) => !known.has(name));
}
