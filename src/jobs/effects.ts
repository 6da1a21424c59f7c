// SPDX-License-Identifier: MIT
// What one step did, in the words of the kernel's source: `is_lazy = false (buffered)`, `tlb_gen: 1 -> 2`.
import { defined } from "../base/assert.ts";
import { type Accessed, outside, sourcesOf } from "./attempt.ts";
import { type Element, keyOf } from "./decode.ts";
import { type Change, drainedAt, type History, type Moment } from "./history.ts";
import { missedBy } from "./links.ts";
import { cellValue, lifeOf, type Naming, nameOf } from "./naming.ts";
import { describeRace, racingAccesses } from "./race-report.ts";
import { effectsInside, readsOf } from "./relevance.ts";
import { failingParts, type Waiting, whoWaits } from "./waiting.ts";

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
function firstReached({ program, moments }: History, moment: Moment): string[] {
  const reachedBy = ({ taken }: Moment): number[] =>
    taken?.did.ops.flatMap((op) => (op.op === "reach" ? [op.witness] : [])) ?? [];
  const isFirst = (witness: number): boolean =>
    !moments.some((other) => other.index < moment.index && reachedBy(other).includes(witness));
  const reached = [...new Set(reachedBy(moment))].filter(isFirst);
  return reached.map((witness) => defined(program.witnesses[witness], "witnesses exist").name);
}

/** What waits in the store buffers of a state. */
function waitingStores({ states }: History, index: number) {
  const { buffers } = defined(states[index], "in range");
  return buffers.flatMap((stores, cpu) => stores.map((store) => ({ ...store, cpu })));
}

function printPending(naming: Naming, store: ReturnType<typeof waitingStores>[number]): string {
  const value = cellValue(naming, store, store.value);
  return `${nameOf(naming, store, store.cpu)} = ${value} still waits in CPU ${store.cpu}'s store buffer`;
}

/** The newest value of an element in a model's order of stores. */
function newestOf({ states }: History, index: number, { cell, at }: Element): number | undefined {
  return defined(states[index], "in range").cells[cell]?.[at];
}

/** Newer values of what a load saw, which it could not see; of what a store wrote, which it comes before. */
function missed(history: History, naming: Naming, moment: Moment): string[] {
  const accessed = moment.taken?.did.accessed;
  if (accessed === undefined) return [];
  const newest = newestOf(history, moment.index + (accessed.kind === "load" ? 0 : 1), accessed.element);
  if (history.model.kind === "views") {
    if (newest === undefined || accessed.value === undefined || newest === accessed.value) return [];
    const text = `${nameOf(naming, accessed.element, moment.cpu)} = ${cellValue(naming, accessed.element, newest)}`;
    return [accessed.kind === "load" ? `does not see ${text} yet` : `comes before ${text}`];
  }
  if (accessed.kind !== "load") return [];
  const read = { ...accessed.element, value: accessed.value };
  const stores = missedBy(moment, read, waitingStores(history, moment.index));
  return stores.map((store) => printPending(naming, store));
}

function remarks(history: History, naming: Naming, moment: Moment): string[] {
  return [...missed(history, naming, moment), ...firstReached(history, moment)].map((text) => `(${text})`);
}

/** What a moment did, a line each: never empty, the first one is the deed. */
export function effectsOf(history: History, naming: Naming, moment: Moment): string[] {
  if (moment.taken?.did.raised !== undefined) {
    return [...printViolation(naming, moment), ...missed(history, naming, moment).map((text) => `(${text})`)];
  }
  return [deedOf(history, naming, moment), ...remarks(history, naming, moment)];
}

function deedOf(history: History, naming: Naming, moment: Moment): string {
  const { taken, changes, cpu } = moment;
  if (!taken) {
    const oldest = drainedAt(history, moment);
    if (!oldest) return "all stores reach memory";
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
    case "store_exclusive":
      return did.accessed ? printAccess(naming, did.accessed, cpu) : `${step.at.text}: fails`;
    default:
      return printAccess(naming, defined(did.accessed, "an access was made"), cpu);
  }
}

/** The values that make a predicate over states false behind the run. */
function whyFalse(history: History, naming: Naming): string[] {
  const { broken, program, states } = history;
  if (broken?.test === undefined) return [];
  const index = broken.after + 1;
  const env = outside(program, defined(states[index], "in range"));
  const parts = failingParts(program, env, broken.test).map((part) => sourcesOf(program, env, part).elements);
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
  const late = waitingStores(history, index).filter((store) => said.has(keyOf(store)));
  return [...texts, ...silent.map((name) => `${name} is free`), ...late.map((store) => printPending(naming, store))];
}

/** The values that keep a context where it is. */
export function whyWaits(naming: Naming, { cpu, step, reads, refused }: Waiting): string[] {
  if (reads.length === 0) return [`CPU ${cpu}'s store buffer has to drain first`];
  // spin_lock() stores 1 + the CPU.
  const isLock = !refused && step.access.kind === "rmw" && step.guard !== null;
  return reads.map((e) => {
    const name = nameOf(naming, e, cpu);
    return isLock && e.value > 0
      ? `${name} is held by CPU ${e.value - 1}`
      : `${name} = ${cellValue(naming, e, e.value)}`;
  });
}

function printWaiting(naming: Naming, waiting: Waiting): string {
  const { cpu, code, step, refused } = waiting;
  const what = refused ? `does not take ${code.name}()` : `waits in ${step.at.text}`;
  return `CPU ${cpu} ${what}: ${whyWaits(naming, waiting).join(", ")}`;
}

/** Who moves for ever, and gets nowhere. */
function roundabouts({ broken, moments, program }: History): string[] {
  const { loop = moments.length, waiting = [] } = broken?.endless ?? {};
  return waiting.flatMap(({ code, cpu }) => {
    const own = moments.find((m) => m.index >= loop && m.cpu === cpu && m.taken?.code === program.codes[code]);
    return own?.taken ? [`CPU ${cpu} goes round and round in ${own.taken.step.at.func}()`] : [];
  });
}

/** Why the property is violated: what its step found, what its predicate looks at, who waits for what. */
export function whyBroken(history: History, naming: Naming): string[] {
  const { broken, moments } = history;
  switch (broken?.kind) {
    case undefined:
      return [];
    case "never":
      return printViolation(naming, defined(moments[broken.after], "it happened")).slice(1);
    case "race":
      return describeRace(racingAccesses(naming, history.states, broken));
    case "deadlock":
      return whoWaits(history).map((waiting) => printWaiting(naming, waiting));
    case "endless wait":
      return [...whoWaits(history).map((waiting) => printWaiting(naming, waiting)), ...roundabouts(history)];
    default:
      return whyFalse(history, naming);
  }
}
