// SPDX-License-Identifier: MIT
// The barriers of a design: those that its scenarios' Programs hold, and those in its code that no scenario calls.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import { ok, type Result } from "../base/result.ts";
import { load, reachable } from "../compiler/modules.ts";
import { fileBarriers } from "../compiler/uncalled.ts";
import type { Program } from "../program/program.ts";
import { type Barrier, barrierKey, barriersOf, compareBarriers } from "../program/weaken.ts";
import { build } from "./engine.ts";
import type { DesignEntry, Library } from "./library.ts";
import type { JobError } from "./reports.ts";
import type { Case } from "./select.ts";

/** One scenario under the design. */
export interface Subject {
  readonly item: Case;
  readonly program: Program;
  /** Of the design: a scenario's own are part of the question. */
  readonly barriers: readonly Barrier[];
}

export interface Survey {
  readonly design: DesignEntry;
  readonly models: readonly MemoryModel[];
  readonly subjects: readonly Subject[];
  /** All of the design, in the order of the source. */
  readonly barriers: readonly Barrier[];
  readonly notes: readonly string[];
}

/** `Pairs with: …` in the comment right above a line: its first sentence. */
function pairsWith(lines: readonly string[], line: number): string | null {
  let first = line - 1;
  while (first > 0 && /^\s*\/\//.test(lines[first - 1] ?? "")) first--;
  const comment = lines.slice(first, line - 1).map((text) => text.replace(/^\s*\/\/\s?/, ""));
  return /Pairs with: (.+?)(?:\.(?:\s|$)|$)/.exec(comment.join(" "))?.[1] ?? null;
}

export function pairsOf({ modules }: Library, { file, line }: Barrier): string | null {
  return pairsWith(modules.files.get(file)?.lines ?? [], line);
}

/** Whether a file belongs to the question, and not to the design. A user's file may hold both. */
function isScenarioFile(path: string, { scenario, design }: Case): boolean {
  if (path.startsWith("model/scenarios/")) return true;
  return path === scenario.info.file.path && path !== design.info.file.path;
}

function readSubject(library: Library, item: Case): Result<Subject, JobError> {
  const program = build(library, item);
  if (!program.ok) return program;
  const barriers = barriersOf(program.value).filter(({ file }) => !isScenarioFile(file, item));
  return ok({ item, program: program.value, barriers });
}

/** What stands in the files of the design's code, whoever calls it. */
function readFiles({ modules }: Library, subjects: readonly Subject[]): Pick<Survey, "barriers" | "notes"> {
  const { item } = defined(subjects[0], "a design is asked by some scenario");
  const { info: design } = item.design;
  const { machine, config } = item.scenario.info;
  const parts = reachable(modules, [...design.parts.values()]).map((file) => file.path);
  const paths = new Set([...parts, ...subjects.flatMap(({ program }) => program.sources)]);
  const files = [...paths].filter((path) => !isScenarioFile(path, item)).flatMap((path) => load(modules, path) ?? []);
  const found = files.map((file) => ({ file, ...fileBarriers({ modules, design, machine, config }, file) }));
  const called = new Set(
    subjects.flatMap(({ program }) => program.codes).flatMap((c) => c.steps.map((s) => s.at.func)),
  );
  const notes = found.flatMap(({ file, opaque }) =>
    opaque
      .filter((name) => !called.has(name))
      .map((name) => `${design.name}: ${file.path}: ${name}() cannot be looked at without a caller, and has none`),
  );
  return { barriers: found.flatMap(({ barriers }) => barriers), notes };
}

/** `cases`: all of one design, at least one. */
export function surveyDesign(library: Library, cases: readonly Case[]): Result<Survey, JobError> {
  const subjects: Subject[] = [];
  for (const item of cases) {
    const subject = readSubject(library, item);
    if (!subject.ok) return subject;
    subjects.push(subject.value);
  }
  const { design } = defined(cases[0], "a design is asked by some scenario");
  const files = readFiles(library, subjects);
  const all = [...files.barriers, ...subjects.flatMap(({ barriers }) => barriers)];
  const barriers = [...new Map(all.map((barrier) => [barrierKey(barrier), barrier])).values()].sort(compareBarriers);
  const models = [...new Set(cases.flatMap((item) => item.models))];
  return ok({ design, models, subjects, barriers, notes: files.notes });
}
