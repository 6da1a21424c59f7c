// SPDX-License-Identifier: MIT
// What one step did, in the words of the kernel's source: `is_lazy = false (buffered)`, `tlb_gen: 1 -> 2`.
import { defined } from "../base/assert.ts";
import { evaluateExpr } from "../program/evaluate.ts";
import type { Expr, SourceRef } from "../program/program.ts";
import { type Element, keyOf } from "./decode.ts";
import { type Change, drainedAt, type History, type Moment } from "./history.ts";
import { type Accessed, outside, sourcesOf } from "./interpret.ts";
import { cellValue, lifeOf, type Naming, nameOf } from "./naming.ts";
import { effectsInside, readsOf } from "./relevance.ts";

/** Changes in a row; objects that come or go are named together. */
function printChanges(naming: Naming, changes: readonly Change[], cpu: number): string[] {
  const objects = (to: number): string =>
    changes.flatMap((change) => (change.to === to ? (lifeOf(naming, change) ?? []) : [])).join(", ");
  const values = changes.filter((change) => lifeOf(naming, change) === undefined);
  const [freed, allocated] = [objects(0), objects(1)];
  return [
    ...values.map((change) => `${nameOf(naming, change, cpu)} = ${cellValue(naming, change, change.to)}`),
    ...(allocated === "" ? [] : [`allocates ${allocated}`]),
    ...(freed === "" ? [] : [`frees ${freed}`]),
  ];
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

/** What an instruction did. Of a request that is handed on, the pointers tell; the rest is what they point to. */
function printInstruction(naming: Naming, moment: Moment, name: string): string {
  const cellOf = ({ cell }: Element) => defined(naming.program.cells[cell], "cells exist");
  const isFrame = (e: Element): boolean => cellOf(e).storage === "frame";
  const isRef = (e: Element): boolean => cellOf(e).meaning.kind === "ref";
  const changes = effectsInside(moment);
  const others = changes.filter((e) => !isFrame(e));
  const frames = changes.some(isRef) ? changes.filter(isRef) : changes;
  const effects = printChanges(naming, others.length > 0 ? others : frames, moment.cpu);
  // An instruction that only waits has found something.
  const found = effects.length > 0 ? [] : readsOf(moment).filter((e) => isFrame(e) && isRef(e));
  const text = [...effects, ...new Set(found.map((e) => printRead(naming, e, moment.cpu)))].join(", ");
  return text === "" ? `${name}()` : `${name}(): ${text}`;
}

function printRead(naming: Naming, e: Element & { readonly value: number }, cpu: number): string {
  return `${nameOf(naming, e, cpu)} -> ${cellValue(naming, e, e.value)}`;
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
  const values = seen.map((e) => printRead(naming, e, moment.cpu));
  return [step.at.text, ...(step.access.kind === "instruction" ? values : []), ...freedOf(naming, reads)];
}

/** What the model itself calls remarkable: the `sometimes` events that the step is the first to reach. */
function remarks({ program, moments }: History, moment: Moment): string[] {
  const reachedBy = ({ taken }: Moment): number[] =>
    taken?.did.ops.flatMap((op) => (op.op === "reach" ? [op.witness] : [])) ?? [];
  const isFirst = (witness: number): boolean =>
    !moments.some((other) => other.index < moment.index && reachedBy(other).includes(witness));
  const reached = [...new Set(reachedBy(moment))].filter(isFirst);
  return reached.map((witness) => `(${defined(program.witnesses[witness], "witnesses exist").name})`);
}

/** What a moment did, a line each: never empty, the first one is the deed. */
export function effectsOf(history: History, naming: Naming, moment: Moment): string[] {
  if (moment.taken?.did.raised !== undefined) return printViolation(naming, moment);
  return [deedOf(history, naming, moment), ...remarks(history, moment)];
}

function deedOf(history: History, naming: Naming, moment: Moment): string {
  const { taken, changes, cpu } = moment;
  if (!taken) {
    const oldest = drainedAt(history, moment);
    return `${nameOf(naming, oldest, cpu)} = ${cellValue(naming, oldest, oldest.value)} (now visible)`;
  }
  const { step, did, code } = taken;
  if (code.kind === "walker") return `${code.name}: ${printChanges(naming, changes, cpu).join(", ")}`;
  switch (step.access.kind) {
    case "none":
      return step.at.text === "" ? "goes on" : step.at.text;
    case "fence":
      return step.at.text;
    case "choose":
      return code.kind === "interrupt" && taken.id === 0 ? `interrupt: ${code.name}()` : step.at.text;
    case "instruction":
      return printInstruction(naming, moment, step.access.primitive);
    default:
      return printAccess(naming, defined(did.accessed, "an access was made"), cpu);
  }
}

/** The parts of a conjunction that do not hold. */
function failingParts(history: History, state: number, e: Expr): Expr[] {
  const env = outside(history.program, defined(history.states[state], "in range"));
  const fails = (x: Expr): boolean => evaluateExpr(history.program, env, x) === 0;
  if (e.kind === "binary" && e.op === "&&")
    return [e.a, e.b].filter(fails).flatMap((x) => failingParts(history, state, x));
  return fails(e) ? [e] : [];
}

/** Why a predicate over states does not hold behind the run. */
export function whyBroken(history: History, naming: Naming): string[] {
  const { broken, program, states } = history;
  if (broken?.test === undefined) return [];
  const index = broken.after + 1;
  const env = outside(program, defined(states[index], "in range"));
  const parts = failingParts(history, index, broken.test).map((part) => sourcesOf(program, env, part).elements);
  const free = new Set(parts.flat().flatMap((e) => (e.value === 0 ? (lifeOf(naming, e) ?? []) : [])));
  const said = new Map<number, string>();
  for (const part of parts) {
    const values = part.filter((e) => lifeOf(naming, e) === undefined);
    // Pointers say what it is about; the numbers beside them only say which pointer.
    const pointers = values.filter((e) => program.cells[e.cell]?.meaning.kind === "ref");
    for (const e of pointers.length > 0 ? pointers : values) {
      const value = cellValue(naming, e, e.value);
      said.set(keyOf(e), `${nameOf(naming, e, -1)} = ${value}${free.has(value) ? ", which is free" : ""}`);
    }
  }
  const texts = [...said.values()];
  const silent = [...free].filter((name) => !texts.some((text) => text.includes(` = ${name}, `)));
  return [...texts, ...silent.map((name) => `${name} is free`)];
}

/** The steps at which contexts stand at the end of the run. */
export function whoWaits(history: History): { readonly cpu: number; readonly at: SourceRef }[] {
  const last = defined(history.states.at(-1), "there is an initial state");
  return last.contexts.flatMap(({ code, cpu, pc }) => {
    const step = history.program.codes[code]?.steps[pc];
    return pc === 0 || step === undefined ? [] : [{ cpu, at: step.at }];
  });
}
