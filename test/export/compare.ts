// SPDX-License-Identifier: MIT
// One program under one memory model, searched by us without reductions and by SPIN from the exported text.
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { search } from "../../src/checker/search.ts";
import { emitPacked, loadPacked } from "../../src/emit/packed.ts";
import { exportPromela } from "../../src/export/promela.ts";
import type { Program, Property } from "../../src/program/program.ts";
import { spin } from "./spin.ts";

/** What either side says of all reachable states. */
export interface Answer {
  readonly verdict: "safe" | "violates" | "unknown";
  readonly states: number;
  /** Names of the properties that do not hold, sorted. */
  readonly violated: readonly string[];
}

function answer(states: number, violated: Iterable<string>, complete: boolean): Answer {
  const names = [...new Set(violated)].sort();
  return { verdict: names.length > 0 ? "violates" : complete ? "safe" : "unknown", states, violated: names };
}

/** `check` looks for the first property that a state violates: here each of them is asked for by itself. */
function eachAlone(program: Program): Program[] {
  const ofStates = program.properties.filter(({ kind }) => kind !== "never");
  const mute = (property: Property): Property => ({ ...property, kind: "never", test: null });
  return ofStates.map((kept) => ({
    ...program,
    properties: program.properties.map((p) => (p === kept || p.kind === "never" ? p : mute(p))),
  }));
}

/** All states, also behind violations. */
export function ours(program: Program, model: MemoryModel, depth: number): Answer {
  const run = (one: Program) =>
    search(loadPacked(emitPacked(one, model, { depth, labels: false })), one, { stopAtViolation: false });
  const { states, limits, violations } = run(program);
  const more = violations.length === 0 ? [] : eachAlone(program).flatMap((one) => run(one).violations);
  return answer(
    states,
    [...violations, ...more].map(({ property }) => property),
    limits.length === 0,
  );
}

/** `change`: for a text that is not the exported one. */
export function theirs(
  program: Program,
  model: MemoryModel,
  depth: number,
  change: (text: string) => string = (text) => text,
): Answer {
  const { text, assertions } = exportPromela(program, model, depth, [program.name]);
  const { states, complaints, complete } = spin(change(text));
  const failed = [...complaints].map((name) => {
    const found = assertions.find((one) => one.name === name);
    if (found === undefined) throw new Error(`SPIN complains of something else: ${name}`);
    return found;
  });
  const properties = failed.filter(({ kind }) => kind !== "limit").map((one) => one.text);
  return answer(states, properties, complete && failed.every(({ kind }) => kind !== "limit"));
}
