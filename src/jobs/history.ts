// SPDX-License-Identifier: MIT
// A run as a list of moments: which step was taken, what it touched, what changed.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import { NO_DEADLOCK } from "../checker/findings.ts";
import { NO_ENDLESS_WAIT } from "../checker/liveness.ts";
import { type Path, type PathError, replay } from "../checker/path.ts";
import type { Violation } from "../checker/search.ts";
import { type PackedLayout, packedLayout } from "../emit/layout.ts";
import { type Choice, type Compiled, choiceOf } from "../program/compiled.ts";
import { evaluateExpr } from "../program/evaluate.ts";
import type { Code, Expr, Program, Property, Step } from "../program/program.ts";
import { racesAt } from "../program/races.ts";
import { outside } from "./attempt.ts";
import { decode, type Element, type State } from "./decode.ts";
import { contextsOf, type EndlessWait, endlessWaitOf } from "./endless.ts";
import { type Interpreted, interpret } from "./interpret.ts";

export interface Change extends Element {
  readonly from: number;
  readonly to: number;
}

export interface Moment {
  readonly index: number;
  readonly cpu: number;
  /** undefined: a store leaves the CPU's buffer. */
  readonly taken:
    | { readonly code: Code; readonly id: number; readonly step: Step; readonly did: Interpreted }
    | undefined;
  /** Cells that are different afterwards. */
  readonly changes: readonly Change[];
}

/** The store that leaves its buffer at this moment. undefined: under a model of views, all come to rest in memory. */
export function drainedAt(
  history: History,
  { index, cpu }: Moment,
): (Element & { readonly value: number }) | undefined {
  const { buffers } = defined(history.states[index], "one state before each step");
  return history.model.kind === "views" ? undefined : defined(buffers[cpu]?.[0], "a buffer that drains is not empty");
}

/** What a run shows to be violated, and where. */
export interface Broken {
  readonly property: string;
  readonly kind: Violation["kind"];
  /** The moment whose step violates it, or behind which the state does; -1: the initial state. */
  readonly after: number;
  readonly test: Expr | undefined;
  /** Of an endless wait. */
  readonly endless?: EndlessWait;
}

export interface History {
  readonly program: Program;
  readonly model: MemoryModel;
  readonly layout: PackedLayout;
  /** states[i] is the state before moments[i]. */
  readonly states: readonly State[];
  readonly moments: readonly Moment[];
  readonly broken: Broken | undefined;
  /** What can happen where the run ends, in the order of a path's indices. */
  readonly next: readonly Choice[];
}

function changesBetween(before: State, after: State): Change[] {
  return before.cells.flatMap((values, cell) => {
    const now = defined(after.cells[cell], "states have the same cells");
    return values.flatMap((from, at) =>
      now[at] === from ? [] : [{ cell, at, from, to: defined(now[at], "in range") }],
    );
  });
}

function momentOf(
  program: Program,
  model: MemoryModel,
  layout: PackedLayout,
  states: readonly State[],
  choices: readonly Choice[],
  index: number,
): Moment {
  const before = defined(states[index], "one state before each step");
  const after = defined(states[index + 1], "and one behind it");
  const choice = defined(choices[index], "one choice per step");
  const changes = changesBetween(before, after);
  if (choice.step < 0) return { index, cpu: choice.cpu, taken: undefined, changes };
  const code = defined(program.codes[choice.code], "choices name codes");
  const step = defined(code.steps[choice.step], "choices name steps");
  const did = interpret(program, model, layout, before, choice, after);
  return { index, cpu: choice.cpu, taken: { code, id: choice.step, step, did }, changes };
}

/** The first violation along the run. */
function findBroken(
  program: Program,
  states: readonly State[],
  moments: readonly Moment[],
  end: { progress: number; atRest: boolean },
  endless: EndlessWait | undefined,
): Broken | undefined {
  const failing = (kind: Property["kind"], state: State): Property | undefined =>
    program.properties.find(
      (p) => p.kind === kind && p.test !== null && evaluateExpr(program, outside(program, state), p.test) === 0,
    );
  const race = program.properties.find(({ kind }) => kind === "race");
  for (const [i, state] of states.entries()) {
    const always = failing("always", state);
    if (always) return { property: always.name, kind: "always", after: i - 1, test: always.test ?? undefined };
    if (race && racesAt(program, state.cells, state.contexts).length > 0)
      return { property: race.name, kind: "race", after: i - 1, test: undefined };
    const raised = moments[i]?.taken?.did.raised;
    if (raised !== undefined) {
      return {
        property: defined(program.properties[raised], "properties exist").name,
        kind: "never",
        after: i,
        test: undefined,
      };
    }
  }
  const last = defined(states.at(-1), "there is an initial state");
  const after = states.length - 2;
  if (endless) return { property: NO_ENDLESS_WAIT, kind: "endless wait", after, test: undefined, endless };
  if (end.progress > 0) return undefined;
  if (!end.atRest) return { property: NO_DEADLOCK, kind: "deadlock", after, test: undefined };
  const atEnd = failing("at_end", last);
  return atEnd && { property: atEnd.name, kind: "at_end", after, test: atEnd.test ?? undefined };
}

/** What the last state of a run can lead to. */
function choicesAt({ words, maxSuccessors, successors, choices }: Compiled, state: Int32Array): Choice[] {
  const end = successors(state, 0, new Int32Array(maxSuccessors * words), 0);
  return [...choices.subarray(0, end / words)].map(choiceOf);
}

/** Follows a path. `compiled` must have been emitted with labels, for the same model and depth. */
export function follow(
  program: Program,
  model: MemoryModel,
  depth: number,
  compiled: Compiled,
  path: Path,
): Result<History, PathError> {
  const run = replay(compiled, path);
  if (!run.ok) return err(run.error);
  const layout = packedLayout(program, model, depth);
  const states = run.value.states.map((words) => decode(program, layout, words));
  const moments = run.value.choices.map((_, i) => momentOf(program, model, layout, states, run.value.choices, i));
  const endless = endlessWaitOf(contextsOf(program, model, layout.fields), compiled, run.value.states, path);
  const broken = findBroken(program, states, moments, run.value.end, endless);
  const next = choicesAt(compiled, defined(run.value.states.at(-1), "there is an initial state"));
  return ok({ program, model, layout, states, moments, broken, next });
}
