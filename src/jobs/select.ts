// SPDX-License-Identifier: MIT
// From what was named to what is to be searched: scenarios × designs × memory models.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { err, ok, type Result } from "../base/result.ts";
import {
  applies,
  type Expectation,
  type ExpectedVerdict,
  type MutantInfo,
  type ScenarioInfo,
} from "../compiler/describe.ts";
import {
  asFile,
  type DesignEntry,
  defaultModels,
  type Entry,
  type Library,
  memoryModels,
  openUserFile,
  possibleModels,
  type ScenarioEntry,
  type UserFile,
} from "./library.ts";
import type { JobError } from "./reports.ts";

/** One scenario under one design: one Program, to be searched under each memory model. */
export interface Case {
  readonly scenario: ScenarioEntry;
  readonly design: DesignEntry;
  readonly models: readonly MemoryModel[];
  readonly mutants: readonly MutantInfo[];
}

export interface Selection {
  /** Scenario names or files; empty: all scenarios. */
  readonly names: readonly string[];
  /** Design names or files; empty: all that apply. */
  readonly designs: readonly string[];
  readonly models: readonly string[];
}

type Named = { readonly info: { readonly name: string } };

function byName<T extends Named>(what: string, name: string, among: readonly T[]): Result<T, JobError> {
  const found = among.find((entry) => entry.info.name === name);
  const known = among.map((entry) => entry.info.name);
  return found ? ok(found) : err({ kind: "unknown name", what, name, known });
}

function all<T>(results: readonly Result<T, JobError>[]): Result<T[], JobError> {
  const values: T[] = [];
  for (const result of results) {
    if (!result.ok) return result;
    values.push(result.value);
  }
  return ok(values);
}

/** What a file or `file:name` stands for. */
function fromFile(library: Library, path: string, name: string | undefined): Result<UserFile, JobError> {
  const file = openUserFile(library, path);
  if (!file.ok || name === undefined) return file;
  const { designs, scenarios } = file.value;
  const wanted = (entry: Named): boolean => entry.info.name === name;
  const found = { designs: designs.filter(wanted), scenarios: scenarios.filter(wanted) };
  if (found.designs.length + found.scenarios.length > 0) return ok(found);
  const known = [...designs, ...scenarios].map((entry) => entry.info.name);
  return err({ kind: "unknown name", what: `design or scenario in ${path}`, name, known });
}

/** The names of a command line, read. */
interface Names {
  readonly scenarios: readonly ScenarioEntry[];
  readonly files: UserFile;
}

/** The scenarios that are named, and all that the files among the names export. */
function readNames(library: Library, names: readonly string[]): Result<Names, JobError> {
  const scenarios: ScenarioEntry[] = [];
  const files = { designs: [] as DesignEntry[], scenarios: [] as ScenarioEntry[] };
  for (const name of names) {
    const file = asFile(name);
    if (file === undefined) {
      const found = byName("scenario", name, [...library.scenarios, ...library.ladder]);
      if (!found.ok) return found;
      scenarios.push(found.value);
      continue;
    }
    const read = fromFile(library, file.path, file.name);
    if (!read.ok) return read;
    files.designs.push(...read.value.designs);
    files.scenarios.push(...read.value.scenarios);
  }
  return ok({ scenarios, files });
}

/** Designs by name or by file. */
function readDesigns(
  library: Library,
  names: readonly string[],
  more: readonly DesignEntry[],
): Result<DesignEntry[], JobError> {
  const lists = names.map((name): Result<readonly DesignEntry[], JobError> => {
    const file = asFile(name);
    if (file === undefined) {
      const found = byName("design", name, [...more, ...library.designs]);
      return found.ok ? ok([found.value]) : found;
    }
    const read = fromFile(library, file.path, file.name);
    if (!read.ok) return read;
    if (read.value.designs.length > 0) return ok(read.value.designs);
    return err({ kind: "input", message: `${file.path}: exports no design` });
  });
  const found = all(lists);
  return found.ok ? ok(found.value.flat()) : found;
}

/** Undefined: nobody has named one. */
export function readModels(names: readonly string[]): Result<readonly MemoryModel[] | undefined, JobError> {
  if (names.length === 0) return ok(undefined);
  const known = memoryModels.map((model) => ({ info: model, model }));
  const found = all(names.map((name) => byName("model", name, known)));
  return found.ok ? ok(found.value.map(({ model }) => model)) : found;
}

/** Mutants are mutants of the designs that the scenario was written for: a user's own design is judged as it is. */
function mutantsOf(scenario: ScenarioEntry, design: DesignEntry): readonly MutantInfo[] {
  if (design.user && !scenario.user) return [];
  return scenario.info.mutants.filter((mutant) => applies(mutant.needs, design.info));
}

/** `tlb` of model/scenarios/tlb/…: what a shipped scenario is about. */
function topicOf({ file }: ScenarioInfo): string {
  return file.path.split("/")[2] ?? "";
}

/**
 * A design without parts is no kernel: of the shipped scenarios, it is for those that name it by its config. One
 * that is like another is asked about what is different.
 */
function isFor({ info, user }: ScenarioEntry, design: DesignEntry): boolean {
  const { asked } = design.info;
  if (!user && asked !== undefined && !asked.includes(topicOf(info)) && !asked.includes(info.name)) return false;
  if (design.info.parts.size === 0 && !user && info.needs.config.size === 0) return false;
  return applies(info.needs, design.info);
}

/** `named`: the models that somebody has named; undefined: those that the scenario asks this design under. */
export function caseOf(scenario: ScenarioEntry, design: DesignEntry, named?: readonly MemoryModel[]): Case | undefined {
  if (!isFor(scenario, design)) return undefined;
  const models = named
    ? possibleModels(design.info).filter((model) => named.includes(model))
    : defaultModels(design.info, scenario.info);
  return models.length > 0 ? { scenario, design, models, mutants: mutantsOf(scenario, design) } : undefined;
}

/** What a scenario's file expects; undefined: nothing. A shipped scenario cannot know a user's design. */
export function expectedOf(
  { scenario, design }: Pick<Case, "scenario" | "design">,
  of: { readonly expect: Expectation; readonly expectOf: ReadonlyMap<string, Expectation> },
  model: string,
): ExpectedVerdict | undefined {
  if (design.user && !scenario.user) return undefined;
  const { name, variants } = design.info;
  const keys = [name, ...variants.values()];
  const own = keys.map((key) => of.expectOf.get(key)?.get(model)).find((verdict) => verdict !== undefined);
  return own ?? of.expect.get(model);
}

/** `check FILE`: its designs under all scenarios (or those that are named), its scenarios under all designs. */
function isAsked({ scenarios, files }: Names, scenario: ScenarioEntry, design: DesignEntry): boolean {
  const nothingNamed = scenarios.length + files.designs.length + files.scenarios.length === 0;
  if (nothingNamed || files.scenarios.includes(scenario)) return true;
  if (scenarios.includes(scenario)) return files.designs.length === 0 || files.designs.includes(design);
  return scenarios.length === 0 && files.designs.includes(design);
}

function whyNothing(scenarios: readonly ScenarioEntry[], designs: readonly DesignEntry[]): string {
  const list = (entries: readonly Entry<Named["info"]>[]): string =>
    entries.length <= 3 ? entries.map((entry) => entry.info.name).join(", ") : `${entries.length} of them`;
  return (
    `nothing to check: the scenario (${list(scenarios)}) needs what the design (${list(designs)}) does not have, ` +
    "or no memory model fits; `lazymm list scenarios --json` says which designs a scenario is for"
  );
}

/** Every case that was asked about, each once: scenarios in the order of their files, then designs in theirs. */
export function selectCases(library: Library, selection: Selection): Result<Case[], JobError> {
  const names = readNames(library, selection.names);
  if (!names.ok) return names;
  const models = readModels(selection.models);
  if (!models.ok) return models;
  const { files } = names.value;
  const chosen = readDesigns(library, selection.designs, files.designs);
  if (!chosen.ok) return chosen;
  const designs = chosen.value.length > 0 ? chosen.value : [...library.designs, ...files.designs];
  const scenarios = [...library.scenarios, ...names.value.scenarios, ...files.scenarios];
  const once = <T>(list: readonly T[]): T[] => [...new Set(list)];
  const pairs = once(scenarios).flatMap((scenario) =>
    once(designs).flatMap((design) => (isAsked(names.value, scenario, design) ? [{ scenario, design }] : [])),
  );
  const cases = pairs.flatMap(({ scenario, design }) => caseOf(scenario, design, models.value) ?? []);
  if (cases.length > 0) return ok(cases);
  const message = whyNothing(once(pairs.map((p) => p.scenario)), once(pairs.map((p) => p.design)));
  return err({ kind: "usage", message });
}
