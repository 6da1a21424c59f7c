// SPDX-License-Identifier: MIT
// Who cannot go on in a state, and which values are the reason. For a deadlock this is the whole story.
import { defined } from "../base/assert.ts";
import { type Environment, evaluateExpr } from "../program/evaluate.ts";
import type { Code, Expr, Step } from "../program/program.ts";
import { Attempt, choicesOf, sourcesOf } from "./attempt.ts";
import { type ContextState, type Element, keyOf, type State } from "./decode.ts";
import type { History } from "./history.ts";

export interface Reading extends Element {
  readonly value: number;
}

export interface Waiting {
  readonly cpu: number;
  readonly code: Code;
  readonly step: Step;
  /** What its condition looks at; empty: its own store buffer must drain first. */
  readonly reads: readonly Reading[];
  /** An interrupt that is due, but is not taken. */
  readonly refused: boolean;
}

/** The operands of a conjunction. */
function conjuncts(e: Expr): Expr[] {
  return e.kind === "binary" && e.op === "&&" ? [...conjuncts(e.a), ...conjuncts(e.b)] : [e];
}

/** The parts of a conjunction that do not hold. */
export function failingParts(program: History["program"], env: Environment, e: Expr): Expr[] {
  return conjuncts(e).filter((part) => evaluateExpr(program, env, part) === 0);
}

function once(reads: readonly Reading[]): Reading[] {
  return [...new Map(reads.map((read) => [keyOf(read), read])).values()];
}

/** What the parts look at. */
function readsOfParts({ program }: History, env: Environment, parts: readonly Expr[]): Reading[] {
  return once(parts.flatMap((part) => sourcesOf(program, env, part).elements));
}

function environment({ program }: History, state: State, context: ContextState): Environment {
  const cells = state.cells.map((values) => [...values]);
  return { cells, locals: [...context.locals], cpu: context.cpu, cpus: program.cpus };
}

/** What a step waits for, by its own condition. undefined: it does not. */
function conditionOf(history: History, state: State, context: ContextState, step: Step): Reading[] | undefined {
  const { program, model, layout } = history;
  const env = environment(history, state, context);
  if (step.guard && evaluateExpr(program, env, step.guard) === 0) {
    return readsOfParts(history, env, failingParts(program, env, step.guard));
  }
  const reads: Reading[] = [];
  for (let choice = 0; choice < choicesOf(step, model, state); choice++) {
    const attempt = new Attempt(program, model, layout, state, context.cpu, [...context.locals]);
    if (attempt.step(step, choice, false).end !== "disabled") return undefined;
    const { accessed } = attempt;
    const tested = attempt.ops.findLast(({ op }) => op === "test")?.from.elements ?? [];
    reads.push(...tested, ...(accessed?.kind === "load" ? [{ ...accessed.element, value: accessed.value }] : []));
  }
  return once(reads);
}

/** Whether the running CPU's buffered stores have to be visible before the step. */
function drainsFirst({ model }: History, { access }: Step): boolean {
  if (model.kind !== "store-buffer") return false;
  switch (access.kind) {
    case "fence":
      return model.fence[access.order] === "drain";
    case "rmw":
      return model.rmw[access.order] === "drain";
    case "instruction":
      return model.instruction[access.serialising ? "serialising" : "other"] === "drain";
    default:
      return false;
  }
}

/** Whether the chosen value appears in an expression. */
function mentions(e: Expr, local: number): boolean {
  switch (e.kind) {
    case "local":
      return e.local === local;
    case "cell":
      return e.index.some((i) => mentions(i, local));
    case "unary":
      return mentions(e.a, local);
    case "binary":
      return mentions(e.a, local) || mentions(e.b, local);
    case "cond":
      return [e.test, e.then, e.else].some((part) => mentions(part, local));
    default:
      return false;
  }
}

/**
 * Why an interrupt that is due is not taken: there is a call for it to choose, all that the choice is about holds, and
 * what fails is about the CPU itself.
 */
function refusal(history: History, state: State, context: ContextState, step: Step): Reading[] | undefined {
  const { access } = step;
  if (access.kind !== "choose" || access.such === null) return undefined;
  const parts = conjuncts(access.such);
  const [about, own] = [true, false].map((wanted) => parts.filter((e) => mentions(e, access.into) === wanted));
  if (!about?.length || !own) return undefined;
  for (let choice = 0; choice < access.count; choice++) {
    const env = environment(history, state, context);
    env.locals[access.into] = choice;
    const holds = (e: Expr): boolean => evaluateExpr(history.program, env, e) !== 0;
    const failing = own.filter((e) => !holds(e));
    if (about.every(holds) && failing.length > 0) return readsOfParts(history, env, failing);
  }
  return undefined;
}

/** On each CPU, the context that would run: the highest level that is not idle. */
function running(history: History, state: State): ContextState[] {
  const level = (c: ContextState): number => defined(history.program.codes[c.code], "codes exist").level;
  const busy = state.contexts.filter(({ pc }) => pc !== 0);
  return busy.filter((c) => !busy.some((other) => other.cpu === c.cpu && level(other) > level(c)));
}

/** The contexts that cannot take a step where the run ends, and the interrupts that are due there but not taken. */
export function whoWaits(history: History): Waiting[] {
  const state = defined(history.states.at(-1), "there is an initial state");
  const at = ({ code: id, pc }: ContextState): { code: Code; step: Step } => {
    const code = defined(history.program.codes[id], "codes exist");
    return { code, step: defined(code.steps[pc], "a context stands at a step") };
  };
  const stuck = running(history, state).flatMap((context): Waiting[] => {
    const { code, step } = at(context);
    const full = (state.buffers[context.cpu] ?? []).length > 0 && drainsFirst(history, step);
    const reads = full ? [] : conditionOf(history, state, context, step);
    return reads ? [{ cpu: context.cpu, code, step, reads, refused: false }] : [];
  });
  const refused = state.contexts.flatMap((context): Waiting[] => {
    const { code, step } = at(context);
    const reads = code.kind === "interrupt" && context.pc === 0 ? refusal(history, state, context, step) : undefined;
    return reads ? [{ cpu: context.cpu, code, step, reads, refused: true }] : [];
  });
  const endless = history.broken?.endless?.waiting;
  // Of those that wait at the moment, the others get on while the run goes round.
  const stays = ({ cpu, code }: Waiting): boolean =>
    endless === undefined || endless.some((c) => c.cpu === cpu && history.program.codes[c.code] === code);
  return [...stuck.filter(stays), ...refused];
}
