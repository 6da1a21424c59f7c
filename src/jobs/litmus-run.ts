// SPDX-License-Identifier: MIT
// One litmus test: its text, lowered, searched under a memory model, its final states, and what an oracle says of them.
import { basename } from "node:path";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { type SearchResult, searchWithPauses } from "../checker/search.ts";
import { emitPacked, loadPacked } from "../emit/packed.ts";
import { holds } from "../litmus/condition.ts";
import { type LoweredTest, lowerLitmus, type ValueAt } from "../litmus/lower.ts";
import { parseLitmus } from "../litmus/parse.ts";
import type { Problem } from "../litmus/problem.ts";
import { headOf } from "../litmus/sections.ts";
import type { Arch, LitmusTest } from "../litmus/test.ts";
import { type Field, readField } from "../program/compiled.ts";
import { initialCells } from "../program/evaluate.ts";
import { breathe, type SearchLimits } from "./engine.ts";
import { compareStates, type Expected, stateText } from "./litmus-oracle.ts";
import type { LitmusTestResult } from "./litmus-report.ts";
import type { JobContext } from "./reports.ts";

/** Whose machine code a memory model is about. What is not here says something about C alone; sc about everything. */
const MACHINES: { readonly [model: string]: readonly Arch[] } = {
  sc: ["X86", "X86_64", "AArch64"],
  x86_tso: ["X86", "X86_64"],
  armv8: ["AArch64"],
};

/** Runs the test that a file holds; whatever is wrong with it is in the result. */
export async function runLitmusTest(
  { file, text }: { readonly file: string; readonly text: string },
  model: MemoryModel,
  expected: (name: string) => Expected | undefined,
  limits: SearchLimits,
  context: JobContext,
): Promise<LitmusTestResult> {
  const head = headOf(text);
  const about = { name: head?.name ?? basename(file, ".litmus"), file, arch: head?.arch ?? null, model: model.name };
  const refused = ({ kind, line, column, message }: Problem): LitmusTestResult =>
    notRun(about, { reason: message, at: `${file}:${line}:${column}`, damaged: kind === "syntax" });
  const test = parseLitmus(text);
  if (!test.ok) return refused(test.error);
  const lowered = lowerLitmus(test.value, text, file);
  if (!lowered.ok) return refused(lowered.error);
  const mismatch = notFor(model, test.value.arch, lowered.value, file);
  if (mismatch !== undefined) return notRun(about, mismatch);
  const found = await explore(test.value, lowered.value, model, limits, context);
  const excuse = whyMissing(test.value.arch, model, lowered.value);
  return { ...about, ...found, ...compareStates(found, expected(about.name), excuse), at: null, damaged: false };
}

export function notRun(
  about: Pick<LitmusTestResult, "name" | "file" | "arch" | "model">,
  why: { readonly reason: string; readonly at?: string | undefined; readonly damaged?: boolean },
): LitmusTestResult {
  return {
    ...about,
    verdict: "unsupported",
    states: [],
    extra: [],
    missing: [],
    condition: null,
    reason: why.reason,
    at: why.at ?? null,
    damaged: why.damaged ?? false,
    limit: null,
    explored: 0,
  };
}

/** Why a test means nothing under a memory model. */
function notFor(
  model: MemoryModel,
  arch: Arch,
  { exclusive }: LoweredTest,
  file: string,
): { readonly reason: string; readonly at?: string } | undefined {
  if (arch !== "C" && MACHINES[model.name]?.includes(arch) !== true) {
    const reason = `${arch} code under ${model.name}: this memory model is of another architecture`;
    return { reason, at: `${file}:1:1` };
  }
  if (exclusive && model.kind === "store-buffer") {
    const at = `${file}:${exclusive.line}:${exclusive.column}`;
    return { reason: `the instruction '${exclusive.text}' under ${model.name}: it has no monitors`, at };
  }
  return undefined;
}

/** Why final states may be missing here, and that be no fault of the model's. */
function whyMissing(arch: Arch, model: MemoryModel, { loadBuffering }: LoweredTest): string | undefined {
  if (arch === "C") return `the LKMM allows what ${model.name} never does`;
  if (model.kind !== "views" || !loadBuffering) return undefined;
  return `load buffering: ${model.name} has only executions without a cycle of program order and reads-from`;
}

async function explore(
  test: LitmusTest,
  { program, values, depth, stores }: LoweredTest,
  model: MemoryModel,
  { maxStates }: SearchLimits,
  context: JobContext,
): Promise<Pick<LitmusTestResult, "states" | "condition" | "limit" | "explored">> {
  const options = { depth: model.kind === "store-buffer" ? depth : stores, labels: false };
  const emitted = emitPacked(program, model, options);
  const outcomes = new Outcomes(test, placesOf(values, emitted.fields, initialCells(program)));
  const result = await searchWithPauses(
    loadPacked(emitted),
    program,
    {
      ...(maxStates !== undefined && { maxStates }),
      stopAtViolation: false,
      stop: () => context.signal.aborted,
      onProgress: ({ states }) => context.progress(`${test.name}: states`, states, undefined),
      onRest: (states, at) => outcomes.add(states, at),
    },
    breathe,
  );
  return { ...outcomes.report(), limit: limitOf(result), explored: result.states };
}

/** (Threads that wait for ever, on a lock, are no limit, and no final state.) */
function limitOf({ limits }: SearchResult): string | null {
  const [limit] = limits;
  if (limit === undefined) return null;
  if (limit.kind !== "model") return `the search was cut off: ${limit.kind}`;
  const [, what, range] = /^(.*) would leave its range (.*?):/.exec(limit.text) ?? [];
  return what === undefined ? limit.text : `${what} would leave ${range}: negative, or grown in a loop`;
}

/** A field of the packed state, or what is there in all states. */
type Source = Field | number;

function placesOf(values: readonly ValueAt[], fields: readonly Field[], initial: readonly number[][]): Source[] {
  return values.map((at) => {
    if (at.kind === "constant") return at.value;
    const { cell, element } = at;
    const field = fields.find((f) => f.kind === "cell" && f.of === cell && f.element === element);
    return field ?? initial[cell]?.[element] ?? 0;
  });
}

/** Collects final states. */
class Outcomes {
  private readonly test: LitmusTest;
  private readonly sources: readonly Source[];
  /** By all values that are observed. */
  private readonly seen = new Set<string>();
  private readonly states = new Set<string>();
  private positive = 0;
  private negative = 0;

  constructor(test: LitmusTest, sources: readonly Source[]) {
    this.test = test;
    this.sources = sources;
  }

  add(states: Int32Array, at: number): void {
    const values = this.sources.map((s) => (typeof s === "number" ? s : readField(states, at, s)));
    const key = values.join();
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const { filter, condition, shown, observed, locations } = this.test;
    if (filter && !holds(filter, values)) return;
    if (holds(condition, values)) this.positive++;
    else this.negative++;
    this.states.add(stateText(shown.map((i) => `${observed[i]?.name}=${locations.print(values[i] ?? 0)}`)));
  }

  report(): Pick<LitmusTestResult, "states" | "condition"> {
    const { positive, negative } = this;
    const { quantifier } = this.test;
    const observation = positive === 0 ? "Never" : negative === 0 ? "Always" : "Sometimes";
    const fulfilled = { exists: positive > 0, "~exists": positive === 0, forall: negative === 0 };
    const condition = { quantifier, observation, holds: fulfilled[quantifier] } as const;
    return { states: [...this.states].sort(), condition };
  }
}
