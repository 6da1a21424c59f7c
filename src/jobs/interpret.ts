// SPDX-License-Identifier: MIT
// One step of a run, executed again by a plain interpreter that writes down what it looks at: the emitted code is fast
// because it keeps no record. The two must agree on every successor; a test walks through programs and compares.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { defined } from "../base/assert.ts";
import type { PackedLayout } from "../emit/layout.ts";
import type { Choice } from "../program/compiled.ts";
import type { Program } from "../program/program.ts";
import { type Accessed, Attempt, choicesOf, type End, type Op, type Sources } from "./attempt.ts";
import type { ContextState, State } from "./decode.ts";

export interface Interpreted {
  readonly accessed: Accessed | undefined;
  readonly ops: readonly Op[];
  /** What the checks of pointers, before the access, looked at. */
  readonly checked: Sources["elements"];
  /** Index of the `never` property that is violated. */
  readonly raised: number | undefined;
  /** The step that follows; undefined: the code has ended. */
  readonly next: number | undefined;
}

function sameValues(a: readonly number[], b: readonly number[], except: number | undefined): boolean {
  return a.every((value, i) => value === b[i] || i === except);
}

/** Whether the attempt led to `after`, where the context then stands at `context` (undefined: a page walker). */
function ledTo(
  attempt: Attempt,
  end: End,
  after: State,
  context: ContextState | undefined,
  live: readonly number[],
): boolean {
  // In an order of stores it need not be the newest one.
  const written = attempt.accessed?.kind === "load" ? undefined : attempt.accessed?.element;
  const moved = (cell: number): number | undefined =>
    after.inOrder.has(cell) && written?.cell === cell ? written.at : undefined;
  if (!attempt.cells.every((values, cell) => sameValues(values, after.cells[cell] ?? [], moved(cell)))) return false;
  if (end.end === "raise" || context === undefined) return true;
  if (context.pc !== (end.end === "goto" ? end.to : 0)) return false;
  return live.every((l) => (attempt.locals[l] ?? 0) === context.locals[l]);
}

/** What the step of `choice` did between two states. */
export function interpret(
  program: Program,
  model: MemoryModel,
  layout: PackedLayout,
  before: State,
  choice: Choice,
  after: State,
): Interpreted {
  const step = defined(program.codes[choice.code]?.steps[choice.step], "choices name steps");
  const isContext = (c: ContextState): boolean => c.code === choice.code && c.cpu === choice.cpu;
  const context = before.contexts.find(isContext);
  const then = after.contexts.find(isContext);
  const live = then ? (program.codes[then.code]?.steps[then.pc]?.live ?? []) : [];
  for (let value = 0; value < choicesOf(step, model, before); value++) {
    const attempt = new Attempt(program, model, layout, before, choice.cpu, [...(context?.locals ?? [])]);
    const end = attempt.step(step, value, context === undefined);
    if (end.end === "disabled" || !ledTo(attempt, end, after, then, live)) continue;
    const raised = end.end === "raise" ? end.to : undefined;
    const { accessed, ops, checked } = attempt;
    return { accessed, ops, checked, raised, next: end.end === "goto" ? end.to : undefined };
  }
  throw new Error(`lazymm bug: the interpreter cannot follow ${step.at.func}: ${step.at.text}`);
}
