// SPDX-License-Identifier: MIT
// A Compiled from a plain description of states and steps: slow, but every test model fits on a screen.

import { type Compiled, REPORT } from "../../../src/program/compiled.ts";
import type { Property } from "../../../src/program/program.ts";

export interface StepTo {
  readonly to: readonly number[];
  /** The code, the CPU and the number of the step, for the labels. */
  readonly code?: number;
  readonly cpu?: number;
  readonly step?: number;
  /** Not a step of the program (a page walk): it does not count as progress. */
  readonly walk?: boolean;
  /** Index of the `never` property that this step violates. */
  readonly raises?: number;
  /** Index of the witness that this step is. */
  readonly reaches?: number;
}

export interface ExplicitModel {
  readonly initial: readonly number[];
  readonly steps: (state: readonly number[]) => readonly StepTo[];
  readonly properties?: readonly (Pick<Property, "name" | "kind"> & {
    readonly holds?: (s: readonly number[]) => boolean;
  })[];
  readonly witnesses?: readonly { readonly name: string; readonly holds?: (s: readonly number[]) => boolean }[];
  readonly atRest?: (state: readonly number[]) => boolean;
  /** Index into `limits` of what is exceeded in this state, or -1. */
  readonly limitAt?: (state: readonly number[]) => number;
  readonly limits?: readonly string[];
  readonly maxSuccessors?: number;
}

export function namesOf(model: ExplicitModel) {
  return { properties: model.properties ?? [], witnesses: model.witnesses ?? [] };
}

export function compileExplicit(model: ExplicitModel): Compiled {
  const { properties, witnesses } = namesOf(model);
  const words = model.initial.length;
  const maxSuccessors = model.maxSuccessors ?? 8;
  const report = new Int32Array(REPORT.witnesses + witnesses.length);
  const choices = new Int32Array(maxSuccessors);
  const read = (states: Int32Array, at: number) => [...states.subarray(at, at + words)];
  const violated = (kind: Property["kind"], state: readonly number[]) =>
    1 + properties.findIndex((property) => property.kind === kind && property.holds?.(state) === false);
  const successors: Compiled["successors"] = (states, at, out, k) => {
    const state = read(states, at);
    const steps = model.steps(state);
    report.fill(0, 0, REPORT.witnesses);
    report[REPORT.progress] = steps.filter((step) => !step.walk).length;
    report[REPORT.atRest] = model.atRest?.(state) ? 1 : 0;
    report[REPORT.limit] = 1 + (model.limitAt?.(state) ?? -1);
    for (const [index, { to, code = 0, cpu = 0, step = 0, raises, reaches }] of steps.entries()) {
      if (raises !== undefined && report[REPORT.raised] === 0) {
        report[REPORT.raised] = 1 + raises;
        report[REPORT.raisedAt] = k;
      }
      if (reaches !== undefined) report[REPORT.witnesses + reaches] = 1;
      choices[index] = code | (cpu << 8) | ((step + 1) << 16);
      for (const word of to) out[k++] = word;
    }
    return k;
  };
  const check: Compiled["check"] = (states, at) => {
    const state = read(states, at);
    for (const [w, witness] of witnesses.entries()) {
      if (witness.holds?.(state)) report[REPORT.witnesses + w] = 1;
    }
    return violated("always", state);
  };
  return {
    words,
    maxSuccessors,
    initial: (out) => out.set(model.initial),
    successors,
    check,
    checkEnd: (states, at) => violated("at_end", read(states, at)),
    report,
    choices,
    limits: model.limits ?? [],
  };
}
