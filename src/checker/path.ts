// SPDX-License-Identifier: MIT
// A path names one run from the initial state: at each state, which of its successors was taken, by its index in the
// order of Compiled.successors(). It is what a counterexample is stored, printed and passed on as: "0.0.1.1", or, as
// most runs stay with one CPU for long, with repetitions counted: "0x2.1x2".

import { err, ok, type Result } from "../base/result.ts";
import { type Choice, type Compiled, choiceOf, REPORT } from "../program/compiled.ts";

export type Path = readonly number[];

export type PathError =
  /** `text` is not a path; `position` is the index of the first bad part. */
  | { readonly kind: "malformed"; readonly text: string; readonly position: number; readonly part: string }
  /** After `position` steps there is no successor `index`: the state has only `available` of them. */
  | {
      readonly kind: "no_such_choice";
      readonly position: number;
      readonly index: number;
      readonly available: number;
    };

/** A path that was replayed: states[i] is the state before step i, and the last one is where the path ends. */
export interface Run {
  readonly states: readonly Int32Array[];
  /** choices[i] leads from states[i] to states[i + 1]. All 0 if the model was emitted without labels. */
  readonly choices: readonly Choice[];
  /** Where the run ends: how many transitions it has there that are steps, and whether all threads have ended. */
  readonly end: { readonly progress: number; readonly atRest: boolean };
}

/** Longer than any run that a person could want, short enough to be replayed at once. */
const STEPS_MAX = 1_000_000;
/** A repetition is counted where that is shorter than writing it out. */
const REPEATS_MIN = 3;

/** The empty path, of a violation in the initial state, is "". */
export function printPath(path: Path): string {
  const parts: string[] = [];
  for (let i = 0; i < path.length; ) {
    let end = i + 1;
    while (path[end] === path[i]) end++;
    if (end - i >= REPEATS_MIN) parts.push(`${path[i]}x${end - i}`);
    else parts.push(...path.slice(i, end).map(String));
    i = end;
  }
  return parts.join(".");
}

/** Reads both forms, mixed as one likes. */
export function parsePath(text: string): Result<Path, PathError> {
  if (text === "") return ok([]);
  const path: number[] = [];
  for (const [position, part] of text.split(".").entries()) {
    // Nine digits always fit an integer, and no state has that many successors.
    const match = /^(0|[1-9][0-9]{0,8})(?:x([1-9][0-9]{0,8}))?$/.exec(part);
    const times = Number(match?.[2] ?? 1);
    if (!match || path.length + times > STEPS_MAX) return err({ kind: "malformed", text, position, part });
    for (let i = 0; i < times; i++) path.push(Number(match[1]));
  }
  return ok(path);
}

/** In words, for a message. */
export function describePathError(error: PathError): string {
  if (error.kind === "malformed") {
    return (
      `"${error.part}" (part ${error.position + 1} of the path) is not an index; a path looks like ` +
      "0.0.1.1 or 0x12.1"
    );
  }
  const { available } = error;
  const range = available === 0 ? "nothing can happen there" : `the indices there are 0 to ${available - 1}`;
  return `after ${error.position} steps there is no choice ${error.index}: ${range}`;
}

/** Runs the model along a path. `compiled` should be emitted with labels, or the choices say nothing. */
export function replay(compiled: Compiled, path: Path): Result<Run, PathError> {
  const { words, successors, report } = compiled;
  const out = new Int32Array(compiled.maxSuccessors * words);
  let state = new Int32Array(words);
  compiled.initial(state);
  const states = [state];
  const choices: Choice[] = [];
  for (const [position, index] of path.entries()) {
    const available = successors(state, 0, out, 0) / words;
    if (index >= available) return err({ kind: "no_such_choice", position, index, available });
    choices.push(choiceOf(compiled.choices[index] ?? 0));
    state = out.slice(index * words, (index + 1) * words);
    states.push(state);
  }
  successors(state, 0, out, 0);
  const end = { progress: report[REPORT.progress] ?? 0, atRest: report[REPORT.atRest] === 1 };
  return ok({ states, choices, end });
}
