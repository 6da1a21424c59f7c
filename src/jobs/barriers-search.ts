// SPDX-License-Identifier: MIT
// The searches behind `barriers`: a scenario as it is, which also says what it executes, and with one barrier weakened.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import type { SearchResult, Violation } from "../checker/search.ts";
import type { Access, Program } from "../program/program.ts";
import { type Barrier, barrierKey, type Edit, editsOf, type Form, withEdits, withMarks } from "../program/weaken.ts";
import type { Subject } from "./barriers-survey.ts";
import { describeLimit } from "./claims.ts";
import { bufferDepth, prepare, runSearch } from "./engine.ts";
import type { JobContext } from "./reports.ts";
import type { Case } from "./select.ts";
import { withRoom } from "./weakening.ts";

export interface Run {
  readonly maxStates: number | undefined;
  readonly context: JobContext;
}

/** A scenario as it is, under one model. */
export interface Base {
  readonly subject: Subject;
  readonly verdict: "safe" | "violates" | "unknown";
  /** Why it is unknown; else undefined. */
  readonly limit: string | undefined;
  /** Keys of the barriers that some run executes: all of them only if it is safe. */
  readonly executed: ReadonlySet<string>;
}

async function searchProgram(run: Run, item: Case, model: MemoryModel, program: Program, what: string) {
  const engine = prepare(program, model, bufferDepth(item, model), false);
  return await runSearch(engine, program, run, run.context, what);
}

function limitOf({ verdict, states }: SearchResult): string | undefined {
  return verdict.kind === "unknown" ? describeLimit(verdict.limit, states) : undefined;
}

export async function searchBase(run: Run, subject: Subject, model: MemoryModel): Promise<Base> {
  const { program, barriers, item } = subject;
  const what = `${item.scenario.info.name}, ${item.design.info.name}, ${model.name}`;
  const result = await searchProgram(run, item, model, withMarks(program, barriers), what);
  const { witnesses, verdict } = result;
  const marks = witnesses.slice(program.witnesses.length);
  const executed = barriers.filter((_, i) => marks[i]?.depth !== undefined).map(barrierKey);
  return { subject, verdict: verdict.kind, limit: limitOf(result), executed: new Set(executed) };
}

/** What the model's table says of an access: where it says the same, the emitted code is the same. */
function entryOf(model: MemoryModel, access: Access): string | undefined {
  switch (access.kind) {
    case "none":
      return "none";
    case "load":
    case "await":
      return model.load[access.order];
    case "store":
    case "store_exclusive":
      return model.store[access.order];
    case "rmw":
      return model.rmw[access.order];
    case "fence":
      return model.fence[access.order];
    case "instruction":
      return access.serialising ? model.instruction.serialising : model.instruction.other;
    default:
      return undefined;
  }
}

/** True if the weaker accesses are the same instructions under this model. */
export function isSameCode(model: MemoryModel, program: Program, edits: readonly Edit[]): boolean {
  return edits.every(({ code, step, access }) => {
    const before = defined(program.codes[code]?.steps[step], "edits name steps").access;
    const entry = entryOf(model, before);
    return entry !== undefined && entry === entryOf(model, access);
  });
}

export interface Found {
  readonly subject: Subject;
  readonly violation: Violation;
}

/** What one weaker form does to the scenarios that execute the barrier. */
export type Tried =
  /** `all`: shortest first; among equally short ones, in the order of the scenarios. */
  | { readonly result: "distinguished"; readonly all: readonly [Found, ...Found[]] }
  | { readonly result: "unknown"; readonly why: string }
  | { readonly result: "no effect" | "not distinguished" };

/** `subjects`: scenarios that are safe as they are. */
export async function tryForm(
  run: Run,
  barrier: Barrier,
  form: Form,
  model: MemoryModel,
  subjects: readonly Subject[],
): Promise<Tried> {
  const edited = subjects.map((subject) => ({ subject, edits: editsOf(subject.program, barrier, form) }));
  if (edited.every(({ subject, edits }) => isSameCode(model, subject.program, edits))) return { result: "no effect" };
  const all: Found[] = [];
  let unknown: string | undefined;
  for (const { subject, edits } of edited) {
    const { name } = subject.item.scenario.info;
    const what = `${barrier.text} ${form}, ${name}, ${model.name}`;
    const program = withEdits(subject.program, edits, form);
    const result = await searchProgram(run, withRoom(subject.item, model), model, program, what);
    if (result.verdict.kind === "violates") all.push({ subject, violation: result.verdict.violation });
    const limit = limitOf(result);
    if (limit !== undefined) unknown ??= `${name}: ${limit}`;
  }
  const [shortest, ...others] = all.toSorted((a, b) => a.violation.depth - b.violation.depth);
  if (shortest) return { result: "distinguished", all: [shortest, ...others] };
  return unknown === undefined ? { result: "not distinguished" } : { result: "unknown", why: unknown };
}
