// SPDX-License-Identifier: MIT
// `list`: what the other commands can be asked about.
import { ok, type Result } from "../base/result.ts";
import type { Expectation, ExpectedVerdict, ScenarioInfo } from "../compiler/describe.ts";
import { applies } from "../compiler/describe.ts";
import { type DesignEntry, defaultModels, type Library, memoryModels, openLibrary } from "./library.ts";
import { profiles } from "./profiles.ts";
import type { JobError, Listable, ListReport } from "./reports.ts";

function verdictText(expected: ExpectedVerdict): string {
  return expected.verdict === "safe" ? "safe" : `violates ${expected.property}`;
}

function expectTexts(expect: Expectation): Record<string, string> {
  return Object.fromEntries([...expect].map(([model, verdict]) => [model, verdictText(verdict)]));
}

/** By architecture, in the order in which the project has come to them. */
const ARCHITECTURES: readonly string[] = ["x86", "arm64", "powerpc", "riscv"];

function compareDesigns({ info: a }: DesignEntry, { info: b }: DesignEntry): number {
  return ARCHITECTURES.indexOf(a.arch) - ARCHITECTURES.indexOf(b.arch) || (a.name < b.name ? -1 : 1);
}

function designs({ designs: entries, scenarios: all }: Library): NonNullable<ListReport["designs"]> {
  return entries.toSorted(compareDesigns).map(({ info }) => ({
    name: info.name,
    arch: info.arch,
    parts: Object.fromEntries(info.variants),
    config: Object.fromEntries(info.config),
    source: info.source,
    status: info.status,
    scenarios: all.filter((scenario) => applies(scenario.info.needs, info)).length,
  }));
}

/** Under one of the designs at least. */
function modelsOf(scenario: ScenarioInfo, all: readonly DesignEntry[]): string[] {
  const asked = all.filter(({ info }) => applies(scenario.needs, info));
  return [...new Set(asked.flatMap(({ info }) => defaultModels(info, scenario).map(({ name }) => name)))];
}

function scenarios({ designs: all, scenarios: entries }: Library): NonNullable<ListReport["scenarios"]> {
  return entries.map(({ info }) => ({
    name: info.name,
    question: info.question,
    models: modelsOf(info, all),
    models_because: info.models?.because ?? null,
    expect: expectTexts(info.expect),
    mutants: info.mutants.map(({ name }) => name),
    designs: all.filter((design) => applies(info.needs, design.info)).map((design) => design.info.name),
    file: info.file.path,
  }));
}

export async function list(what: Listable): Promise<Result<ListReport, JobError>> {
  const report = { schema: "lazymm.list/1", notes: [] } as const;
  if (what === "models") {
    return ok({ ...report, models: memoryModels.map(({ name, title, source }) => ({ name, title, source })) });
  }
  if (what === "profiles")
    return ok({ ...report, profiles: profiles.map(({ name, machine, source }) => ({ name, machine, source })) });
  const library = openLibrary(undefined);
  if (!library.ok) return library;
  return ok({
    ...report,
    ...(what === "designs" ? { designs: designs(library.value) } : { scenarios: scenarios(library.value) }),
  });
}
