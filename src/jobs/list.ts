// SPDX-License-Identifier: MIT
// `list`: what the other commands can be asked about.
import { ok, type Result } from "../base/result.ts";
import type { Expectation, ExpectedVerdict } from "../compiler/describe.ts";
import { type DesignEntry, type Library, memoryModels, openLibrary } from "./library.ts";
import { profiles } from "./profiles.ts";
import type { JobError, Listable, ListReport } from "./reports.ts";
import { caseOf } from "./select.ts";

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
  return entries.toSorted(compareDesigns).map((entry) => {
    const { info } = entry;
    return {
      name: info.name,
      arch: info.arch,
      parts: Object.fromEntries(info.variants),
      config: Object.fromEntries(info.config),
      source: info.source,
      status: info.status,
      scenarios: all.filter((scenario) => caseOf(scenario, entry) !== undefined).length,
    };
  });
}

function scenarios({ designs: all, scenarios: entries }: Library): NonNullable<ListReport["scenarios"]> {
  return entries.map((entry) => {
    const { info } = entry;
    const cases = all.flatMap((design) => caseOf(entry, design) ?? []);
    return {
      name: info.name,
      question: info.question,
      models: [...new Set(cases.flatMap(({ models }) => models.map(({ name }) => name)))],
      models_because: info.models?.because ?? null,
      expect: expectTexts(info.expect),
      mutants: info.mutants.map(({ name }) => name),
      designs: cases.map(({ design }) => design.info.name),
      file: info.file.path,
    };
  });
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
