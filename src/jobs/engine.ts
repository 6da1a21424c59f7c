// SPDX-License-Identifier: MIT
// From dialect text to a search: compile, emit, make it a function, search. What a user's text does wrong on the way is
// a value.
import { totalmem } from "node:os";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { err, ok, type Result } from "../base/result.ts";
import { NO_ENDLESS_WAIT } from "../checker/liveness.ts";
import {
  type Explored,
  type Progress,
  type SearchOptions,
  type SearchResult,
  searchWithPauses,
} from "../checker/search.ts";
import type { Checkpoint } from "../checker/snapshot.ts";
import { compileScenario } from "../compiler/compile.ts";
import type { MutantInfo } from "../compiler/describe.ts";
import { CompileError } from "../compiler/errors.ts";
import type { Marks } from "../compiler/marks.ts";
import { type Emitted, emitPacked, loadPacked } from "../emit/packed.ts";
import type { Compiled } from "../program/compiled.ts";
import { initialCells } from "../program/evaluate.ts";
import type { Program } from "../program/program.ts";
import { type LiveContext, mayRunForEver } from "../program/progress.ts";
import { contextsOf } from "./endless.ts";
import { attempt, type Library } from "./library.ts";
import { withLiveness } from "./liveness.ts";
import type { Form, Reduced } from "./reduce.ts";
import type { JobContext, JobError } from "./reports.ts";
import type { Case } from "./select.ts";
import { searchInThreads } from "./threads.ts";

/** Half of the machine at most, or of what we may use of it: the rest has work to do, too. */
export const MEMORY_BYTES = Math.floor(
  Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / 2,
);

/** Compiles one scenario under one design. The Program is independent of the memory model. */
export function build(
  library: Library,
  { scenario, design }: Case,
  mutant?: MutantInfo,
  marks?: Marks,
  form: Form = {},
): Result<Program, JobError> {
  const unit = { modules: library.modules, scenario: scenario.info, design: design.info, mutant, marks, ...form };
  const shipped = !scenario.user && !design.user && library.overlay === undefined;
  const compiled = attempt(() => {
    try {
      return compileScenario(unit);
    } catch (error) {
      // In shipped text it is a bug of ours, and says so. Anybody else's text must not be able to crash the program.
      if (shipped || error instanceof CompileError) throw error;
      return error instanceof Error ? error : new Error(String(error));
    }
  });
  if (!compiled.ok) return shipped ? compiled : err(inContext(compiled.error, scenario.info.name, design.info.name));
  const program = compiled.value;
  if (!(program instanceof Error)) return checkInitialState(program, scenario.info, design.info.name);
  const where = `${scenario.info.file.path}: ${scenario.info.name} under ${design.info.name}`;
  return err({ kind: "rejected", diagnostics: [`${where}: the compiler cannot read this: ${program.message}`] });
}

/** The place of a fault may be in shipped text: what a user's design leaves out, for instance. */
function inContext(error: JobError, scenario: string, design: string): JobError {
  if (error.kind !== "rejected") return error;
  const where = `    found when compiling ${scenario} under ${design}`;
  return { ...error, diagnostics: error.diagnostics.map((text) => `${text}\n${where}`) };
}

/** The initial state is computed by the model's own init(): it may leave its bounds, or fail a check. */
function checkInitialState(
  program: Program,
  scenario: Case["scenario"]["info"],
  design: string,
): Result<Program, JobError> {
  try {
    initialCells(program);
    return ok(program);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(
      /^(lazymm bug|initial state): /,
      "",
    );
    const line = scenario.init.loc?.start.line ?? 1;
    const machine = [...scenario.machine].map(([name, n]) => `${name}: ${n}`).join(", ");
    const text =
      `${scenario.file.path}:${line}  ${scenario.name} under ${design}: init() cannot build the initial state\n` +
      `    ${reason}\n    give the machine a larger bound, or change init(); machine: { ${machine} }`;
    return err({ kind: "rejected", diagnostics: [text] });
  }
}

/**
 * Store-buffer entries per CPU, or room in the order of all stores: the scenario's, where it gives a number. What is
 * full is a limit, never a verdict.
 */
export function bufferDepth({ scenario }: Pick<Case, "scenario">, model: MemoryModel): number {
  const size = model.kind === "views" ? "messages" : "store_buffer";
  return model.depth === 0 ? 0 : (scenario.info.machine.get(size) ?? model.depth);
}

export interface Engine extends Emitted {
  readonly compiled: Compiled;
  /** The same, emitted with labels. */
  readonly labelled: () => Compiled;
  /** What liveness has to know of the program. */
  readonly contexts: () => readonly LiveContext[];
}

/** `labels`: successors say which step led to them, for explaining a path. `reduced`: with what is to be searched. */
export function prepare(
  program: Program,
  model: MemoryModel,
  depth: number,
  labels: boolean,
  reduced: Reduced["options"] = {},
): Engine {
  const emitted = emitPacked(program, model, { depth, labels, ...reduced });
  const compiled = loadPacked(emitted);
  const labelled = (): Compiled =>
    labels ? compiled : loadPacked(emitPacked(program, model, { depth, labels: true, ...reduced }));
  return { ...emitted, compiled, labelled, contexts: () => contextsOf(program, model, emitted.fields) };
}

/** Lets signals and timers have their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What may end a search early. */
export interface SearchLimits {
  readonly maxStates?: number | undefined;
  /** Bytes; undefined: half of the machine, divided among the searches that run at a time. */
  readonly maxMemory?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  /** Undefined: one. */
  readonly threads?: number | undefined;
  /** Whether to ask who waits for ever, where a program may run for ever. Default: true. */
  readonly liveness?: boolean | undefined;
}

function progressLine({ states, queued, depth, seconds, bytes }: Progress): string {
  const rate = (states / Math.max(seconds, 0.001) / 1e6).toFixed(2);
  const queue = queued.toLocaleString("en-US");
  return `depth ${depth}, ${queue} queued, ${rate} M states/s, ${Math.ceil(bytes / 2 ** 20)} MB; states`;
}

/** `what`: the search, for the line of progress. */
export async function runSearch(
  engine: Engine,
  program: Program,
  limits: SearchLimits,
  context: JobContext,
  what: string,
  checkpoint?: Checkpoint,
): Promise<SearchResult> {
  await breathe();
  const { maxStates, maxMemory = MEMORY_BYTES, timeoutSeconds = Number.POSITIVE_INFINITY } = limits;
  const deadline = performance.now() + 1000 * timeoutSeconds;
  const stop = (): boolean => context.signal.aborted;
  let explored: Explored | undefined;
  const options: SearchOptions = {
    maxMemoryBytes: maxMemory,
    timeoutSeconds,
    ...(maxStates !== undefined && { maxStates }),
    ...(checkpoint && { checkpoint }),
    stop,
    onProgress: (progress) => context.progress(`${what}: ${progressLine(progress)}`, progress.states, undefined),
    ...(mayRunForEver(program) &&
      limits.liveness !== false && {
        onSafe: (all: Explored) => {
          explored = all;
        },
      }),
  };
  const result =
    limits.threads === undefined || limits.threads === 1
      ? await searchWithPauses(engine.compiled, program, options, breathe)
      : await searchInThreads(engine, program, limits.threads, options);
  if (explored === undefined) return mayRunForEver(program) ? { ...result, unasked: [NO_ENDLESS_WAIT] } : result;
  const pause = (): Promise<void> => {
    context.progress(`${what}: who waits for ever? states`, result.states, undefined);
    return breathe();
  };
  const isLate = (): boolean => performance.now() >= deadline;
  const asked = { contexts: engine.contexts(), labelled: engine.labelled(), explored, maxBytes: maxMemory, pause };
  const amended = await withLiveness(result, { ...asked, stop: () => stop() || isLate() });
  return isLate() && !stop() ? timedOut(amended) : amended;
}

/** Nobody has stopped it: time has. */
function timedOut(result: SearchResult): SearchResult {
  if (result.verdict.kind !== "unknown" || result.verdict.limit.kind !== "stopped") return result;
  const limit = { kind: "time" } as const;
  return { ...result, verdict: { kind: "unknown", limit }, limits: [limit] };
}
