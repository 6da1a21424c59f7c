// SPDX-License-Identifier: MIT
// Verdicts that were found once and are kept: model/verdicts.json, written by `npm run verdicts`. Reading them costs a
// compilation instead of a search; each is only as good as its hashes, which cover all that the searches depended on.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { ok, type Result } from "../base/result.ts";
import type { Program } from "../program/program.ts";
import { breathe, bufferDepth, build } from "./engine.ts";
import { type Library, modelRoot } from "./library.ts";
import type { CheckHow, CheckResult, JobContext, JobError } from "./reports.ts";
import type { Case } from "./select.ts";

export const VERDICTS_FILE = "model/verdicts.json";
const SCHEMA = "lazymm.verdicts/3";

/** Raise it when the checker or the emitter changes what a verdict means: every stored one is then stale. */
const ENGINE_VERSION = 2;
/** Nobody wants to forge one: as many as no two of them are likely to be the same. */
const HASH_DIGITS = 16;

interface Answer {
  readonly verdict: "safe" | "violates" | "unknown";
  readonly property: string | null;
  readonly states: number;
}

/** What the searches of a case under one model have found. */
export interface StoredVerdict extends Answer {
  readonly scenario: string;
  readonly design: string;
  readonly model: string;
  /** Of what the verdict depends on. */
  readonly hash: string;
  /** Those that were reached. */
  readonly witnesses: readonly string[];
  readonly mutants: readonly (Answer & { readonly mutant: string })[];
  /** Of what the mutants' verdicts depend on. */
  readonly mutants_hash: string;
}

/** All that is stored. */
export interface VerdictStore {
  /** digestOfSources() when it was written; "": unknown. */
  readonly sources: string;
  readonly verdicts: readonly StoredVerdict[];
}

type Named = Pick<StoredVerdict, "scenario" | "design" | "model">;

/** What a verdict is found under. */
export function keyOf({ scenario, design, model }: Named): string {
  return JSON.stringify([scenario, design, model]);
}

export function nameOf({ scenario, design }: Case, { name }: MemoryModel): Named {
  return { scenario: scenario.info.name, design: design.info.name, model: name };
}

/** Where a step stands in its file is no part of what it does: a new comment makes no verdict stale. */
function withoutPlaces(key: string, value: unknown): unknown {
  return key === "at" || key === "sources" ? undefined : value;
}

function digest(of: unknown, replacer?: typeof withoutPlaces): string {
  return createHash("sha256").update(JSON.stringify(of, replacer)).digest("hex");
}

/** What a verdict of `program` depends on, whatever the memory model: hashed once for all of them. */
export function hashProgram(program: Program): string {
  return digest(program, withoutPlaces);
}

export function hashOf(program: string, item: Pick<Case, "scenario">, model: MemoryModel): string {
  const scenario = item.scenario.info.name;
  const rest = { program, scenario, model, depth: bufferDepth(item, model), engine: ENGINE_VERSION };
  return digest(rest);
}

/** As it is stored. */
export function shortHashOf(program: string, item: Pick<Case, "scenario">, model: MemoryModel): string {
  return hashOf(program, item, model).slice(0, HASH_DIGITS);
}

/** The hashes of today, for each model of a case. */
export type CaseHashes = readonly (Named & Pick<StoredVerdict, "hash" | "mutants_hash">)[];

export async function hashCase(
  library: Library,
  item: Case,
  _how: CheckHow,
  context: JobContext,
): Promise<Result<CaseHashes, JobError>> {
  context.progress("what verdicts depend on", 0, 1);
  const hashes: string[] = [];
  for (const mutant of [undefined, ...item.mutants]) {
    await breathe();
    const program = build(library, item, mutant);
    if (!program.ok) return program;
    hashes.push(hashProgram(program.value));
  }
  const [own = "", ...mutants] = hashes;
  return ok(
    item.models.map((model) => ({
      ...nameOf(item, model),
      hash: shortHashOf(own, item, model),
      mutants_hash: shortHashOf(digest(mutants), item, model),
    })),
  );
}

/** True if both say of the same programs the same. */
export function isSameHash(a: CaseHashes[number], b: CaseHashes[number] | undefined): boolean {
  return a.hash === b?.hash && a.mutants_hash === b.mutants_hash;
}

function answerOf({ verdict, property, states }: CheckResult | CheckResult["mutants"][number]): Answer {
  if (verdict === "stale") throw new Error("lazymm bug: no search says that it is stale");
  return { verdict, property, states };
}

/** What is kept of a result. */
export function stored(result: CheckResult, { hash, mutants_hash }: CaseHashes[number]): StoredVerdict {
  const { scenario, design, model, witnesses } = result;
  return {
    scenario,
    design,
    model,
    ...answerOf(result),
    hash,
    witnesses: Object.keys(witnesses).filter((name) => witnesses[name]),
    mutants: result.mutants.map((one) => ({ mutant: one.mutant, ...answerOf(one) })),
    mutants_hash,
  };
}

/** A line each, so that a diff shows which have changed. */
export function printStore({ sources, verdicts }: VerdictStore): string {
  const lines = verdicts.map((verdict) => `    ${JSON.stringify(verdict)}`);
  return `{\n  "schema": "${SCHEMA}",\n  "sources": "${sources}",\n  "verdicts": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

/** An absent or damaged store is an empty one: all verdicts are then stale, which says what to do. */
export function readStore(file = `${modelRoot()}/${VERDICTS_FILE}`): VerdictStore {
  const empty = { sources: "", verdicts: [] };
  if (!existsSync(file)) return empty;
  try {
    const store = JSON.parse(readFileSync(file, "utf8")) as { schema?: unknown; sources?: unknown; verdicts?: unknown };
    if (store.schema !== SCHEMA || !Array.isArray(store.verdicts)) return empty;
    return { sources: typeof store.sources === "string" ? store.sources : "", verdicts: store.verdicts };
  } catch {
    return empty;
  }
}

export function readVerdicts(): readonly StoredVerdict[] {
  return readStore().verdicts;
}
