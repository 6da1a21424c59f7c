// SPDX-License-Identifier: MIT
// Verdicts that were found once and are kept: model/verdicts.json, written by `npm run verdicts`. Reading them costs a
// compilation instead of a search; each is only as good as its hash, which covers all that the search depended on.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Program } from "../program/program.ts";
import { breathe, bufferDepth, build, prepare, runSearch } from "./engine.ts";
import { type DesignEntry, type Library, memoryModels, modelRoot } from "./library.ts";
import type { JobContext, JobError, Verdict } from "./reports.ts";
import { type Case, caseOf } from "./select.ts";

export const VERDICTS_FILE = "model/verdicts.json";
export const VERDICTS_SCHEMA = "lazymm.verdicts/1";

/** Raise it when the checker or the emitter changes what a verdict means: every stored one is then stale. */
const ENGINE_VERSION = 2;

export interface StoredVerdict {
  readonly scenario: string;
  readonly design: string;
  readonly model: string;
  readonly verdict: "safe" | "violates" | "unknown";
  readonly property: string | null;
  readonly states: number;
  readonly hash: string;
}

/** Where a step stands in its file is no part of what it does: a new comment makes no verdict stale. */
function withoutPlaces(key: string, value: unknown): unknown {
  return key === "at" || key === "sources" ? undefined : value;
}

/** What a verdict of `program` depends on, whatever the memory model: hashed once for all of them. */
export function hashProgram(program: Program): string {
  return createHash("sha256").update(JSON.stringify(program, withoutPlaces)).digest("hex");
}

export function hashOf(program: string, item: Pick<Case, "scenario">, model: MemoryModel): string {
  const scenario = item.scenario.info.name;
  const rest = { program, scenario, model, depth: bufferDepth(item, model), engine: ENGINE_VERSION };
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex");
}

/** An absent or damaged store is an empty one: all verdicts are then stale, which says what to do. */
export function readVerdicts(file = `${modelRoot()}/${VERDICTS_FILE}`): readonly StoredVerdict[] {
  if (!existsSync(file)) return [];
  try {
    const store = JSON.parse(readFileSync(file, "utf8")) as { schema?: unknown; verdicts?: unknown };
    return store.schema === VERDICTS_SCHEMA && Array.isArray(store.verdicts) ? store.verdicts : [];
  } catch {
    return [];
  }
}

export interface DesignVerdicts {
  readonly design: string;
  /** By memory model. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** By memory model: "14/14": how many of its scenarios are safe, of how many apply. */
  readonly scenarios: Readonly<Record<string, string>>;
  /** By memory model: the scenarios that it violates. */
  readonly violated: Readonly<Record<string, readonly string[]>>;
}

/**
 * The worst first. A violation stays one whatever the others say; a stale verdict is worth less than an unknown one,
 * which was at least looked for.
 */
const WORST: readonly Verdict[] = ["violates", "stale", "unknown", "safe"];

interface Found {
  readonly scenario: string;
  readonly model: string;
  readonly verdict: Verdict;
}

/** A design's verdict is the worst of its scenarios; a design that no scenario is about has none. */
function sumUp(design: string, found: readonly Found[]): DesignVerdicts {
  const violated: Record<string, string[]> = {};
  const verdicts: Record<string, Verdict> = {};
  const scenarios: Record<string, string> = {};
  for (const { name } of memoryModels) {
    const answers = found.filter(({ model }) => model === name);
    if (answers.length === 0) continue;
    const own = answers.map(({ verdict }) => verdict);
    violated[name] = answers.filter(({ verdict }) => verdict === "violates").map(({ scenario }) => scenario);
    verdicts[name] = WORST.find((verdict) => own.includes(verdict)) ?? "unknown";
    scenarios[name] = `${own.filter((verdict) => verdict === "safe").length}/${own.length}`;
  }
  return { design, verdicts, scenarios, violated };
}

/** How the verdict of a case under a model is found: looked up, or searched for. */
type Judge = (item: Case, model: MemoryModel, program: Program, hash: string) => Promise<Verdict>;

/** Looks verdicts up, and trusts those whose hash is still the same. */
export function storedJudge(store: readonly StoredVerdict[]): Judge {
  const key = (...parts: string[]): string => JSON.stringify(parts);
  const known = new Map(store.map((v) => [key(v.scenario, v.design, v.model), v]));
  return async (item, model, _program, hash) => {
    const stored = known.get(key(item.scenario.info.name, item.design.info.name, model.name));
    return stored?.hash === hash ? stored.verdict : "stale";
  };
}

/** Searches: nobody can have stored a verdict about text that is not ours. */
export function liveJudge(context: JobContext): Judge {
  return async (item, model, program) => {
    const engine = prepare(program, model, bufferDepth(item, model), false);
    const what = `${item.scenario.info.name}, ${item.design.info.name}, ${model.name}`;
    const { verdict } = await runSearch(engine, program, { maxStates: undefined }, context, what);
    return verdict.kind;
  };
}

/** The verdict of a design is that of all scenarios that apply; where nothing is stored for it, they are searched. */
async function judgeDesign(
  library: Library,
  design: DesignEntry,
  judge: Judge,
  context: JobContext,
): Promise<Result<DesignVerdicts, JobError>> {
  const found: Found[] = [];

  for (const scenario of library.scenarios) {
    const item = caseOf(scenario, design);
    if (item === undefined) continue;
    await breathe();
    if (context.signal.aborted) {
      found.push(
        ...item.models.map(({ name }) => ({ scenario: scenario.info.name, model: name, verdict: "unknown" as const })),
      );
      continue;
    }
    const program = build(library, item);
    if (!program.ok) return err(program.error);
    const hash = hashProgram(program.value);
    for (const model of item.models) {
      found.push({
        scenario: scenario.info.name,
        model: model.name,
        verdict: await judge(item, model, program.value, hashOf(hash, item, model)),
      });
    }
  }
  return ok(sumUp(design.info.name, found));
}

/** A row for each design. Verdicts are looked up, unless an overlay or a user's file changes what they are about. */
export async function compareVerdicts(
  library: Library,
  designs: readonly DesignEntry[],
  context: JobContext,
  store: readonly StoredVerdict[] = readVerdicts(),
): Promise<Result<DesignVerdicts[], JobError>> {
  const stored = storedJudge(store);
  const live = liveJudge(context);
  const rows: DesignVerdicts[] = [];
  for (const [i, design] of designs.entries()) {
    context.progress("verdicts", i, designs.length);
    const judge = design.user || library.overlay !== undefined ? live : stored;
    const row = await judgeDesign(library, design, judge, context);
    if (!row.ok) return row;
    rows.push(row.value);
  }
  return ok(rows);
}
