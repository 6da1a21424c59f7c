// SPDX-License-Identifier: MIT
// What one step did, in the words of the kernel's source: `is_lazy = false (buffered)`, `tlb_gen: 1 -> 2`.
import { defined } from "../base/assert.ts";
import type { Expr } from "../program/program.ts";
import { type Element, keyOf } from "./decode.ts";
import type { Change, History, Moment } from "./history.ts";
import { type Accessed, outside, sourcesOf } from "./interpret.ts";
import { cellValue, lifeOf, nameOf, type Naming } from "./naming.ts";
import { readsOf } from "./relevance.ts";
import { evaluateExpr } from "../program/evaluate.ts";

function printChange(naming: Naming, change: Change, cpu: number): string {
  const object = lifeOf(naming, change);
  if (object !== undefined) return `${object} is ${change.to === 0 ? "freed" : "allocated"}`;
  return `${nameOf(naming, change, cpu)} = ${cellValue(naming, change, change.to)}`;
}

function printAccess(naming: Naming, accessed: Accessed, cpu: number): string {
  const { element } = accessed;
  const name = nameOf(naming, element, cpu);
  const value = (v: number): string => cellValue(naming, element, v);
  switch (accessed.kind) {
    case "load":
      return `${name} -> ${value(accessed.value)}${accessed.forwarded ? " (its own store)" : ""}`;
    case "store":
      return `${name} = ${value(accessed.value)}${accessed.buffered ? " (buffered)" : ""}`;
    case "rmw":
      if (accessed.value === undefined) return `${name} -> ${value(accessed.old)} (not changed)`;
      return `${name}: ${value(accessed.old)} -> ${value(accessed.value)}`;
  }
}

/** Frames (a caller's request block, for instance) are only worth a line where a step is about them. */
function worthALine(naming: Naming, change: Change): boolean {
  return defined(naming.program.cells[change.cell], "cells exist").storage !== "frame";
}

/** Objects that a step found to be free. */
function freedOf(naming: Naming, elements: readonly (Element & { readonly value: number })[]): string[] {
  const names = elements.flatMap((e) => (e.value === 0 ? (lifeOf(naming, e) ?? []) : []));
  return [...new Set(names)].map((name) => `${name} is free`);
}

/** The step that violates a property: what it looked at. */
function printViolation(naming: Naming, moment: Moment): string[] {
  const { step } = defined(moment.taken, "a step violates it");
  const isRef = (e: Element): boolean => naming.program.cells[e.cell]?.meaning.kind === "ref";
  const reads = readsOf(moment);
  const seen = reads.filter((e, i) => isRef(e) && reads.findIndex((other) => keyOf(other) === keyOf(e)) === i);
  const values = seen.map((e) => `${nameOf(naming, e, moment.cpu)} -> ${cellValue(naming, e, e.value)}`);
  return [step.at.text, ...(step.access.kind === "instruction" ? values : []), ...freedOf(naming, reads)];
}

/** What a moment did, a line each. Never empty. */
export function effectsOf(history: History, naming: Naming, moment: Moment): string[] {
  const { taken, changes, cpu } = moment;
  const changed = changes.map((change) => printChange(naming, change, cpu));
  if (!taken) {
    const { buffers } = defined(history.states[moment.index], "one state before each step");
    const oldest = defined(buffers[cpu]?.[0], "a buffer that drains is not empty");
    return [`${nameOf(naming, oldest, cpu)} = ${cellValue(naming, oldest, oldest.value)} becomes visible`];
  }
  const { step, did, code } = taken;
  if (did.raised !== undefined) return printViolation(naming, moment);
  if (code.kind === "walker") return [`${code.name}: ${changed.join(", ")}`];
  switch (step.access.kind) {
    case "none":
      return [step.at.text === "" ? "goes on" : step.at.text];
    case "fence":
      return [step.at.text];
    case "choose":
      return code.kind === "interrupt" && taken.id === 0 ? ["interrupt"] : [step.at.text];
    case "instruction": {
      const shown = changes.filter((change) => worthALine(naming, change) || changes.length === 1);
      const effects = (shown.length > 0 ? shown : changes).map((change) => printChange(naming, change, cpu));
      return effects.length === 0 ? [`${step.access.primitive}()`] : [`${step.access.primitive}(): ${effects.join(", ")}`];
    }
    default:
      return [printAccess(naming, defined(did.accessed, "an access was made"), cpu)];
  }
}

/** The parts of a conjunction that do not hold. */
function failingParts(history: History, state: number, e: Expr): Expr[] {
  const env = outside(history.program, defined(history.states[state], "in range"));
  const fails = (x: Expr): boolean => evaluateExpr(history.program, env, x) === 0;
  if (e.kind === "binary" && e.op === "&&") return [e.a, e.b].filter(fails).flatMap((x) => failingParts(history, state, x));
  return fails(e) ? [e] : [];
}

/** Why a predicate over states does not hold behind the run. */
export function whyBroken(history: History, naming: Naming): string[] {
  const { broken, program, states } = history;
  if (broken?.test === undefined) return [];
  const index = broken.after + 1;
  const env = outside(program, defined(states[index], "in range"));
  return failingParts(history, index, broken.test).flatMap((part) => {
    const { elements } = sourcesOf(program, env, part);
    const values = elements.filter((e) => lifeOf(naming, e) === undefined);
    return [...values.map((e) => `${nameOf(naming, e, -1)} = ${cellValue(naming, e, e.value)}`), ...freedOf(naming, elements)];
  });
}

/** Where everybody stands when nobody can go on. */
export function whoWaits(history: History): { readonly cpu: number; readonly text: string; readonly source: number; readonly line: number }[] {
  const last = defined(history.states.at(-1), "there is an initial state");
  return last.contexts.flatMap(({ code, cpu, pc }) => {
    const step = history.program.codes[code]?.steps[pc];
    if (pc === 0 || step === undefined) return [];
    return [{ cpu, text: `waits: ${step.at.text}`, source: step.at.source, line: step.at.line }];
  });
}
