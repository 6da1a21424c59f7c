// SPDX-License-Identifier: MIT
// Where the moves of a step lead, as one expression over the state before it. Promela asks in front whether a step can
// be taken at all: nothing inside of an atomic step may block.

import { defined } from "../base/assert.ts";
import { elementOf, not, print, printTest, read, type Scope } from "./expressions.ts";
import { isDisabled, type Leaf, type Move } from "./moves.ts";

export const ALWAYS = "true";
export const NEVER = "false";

/** test -> a : b, for truths. */
function choice(test: string, a: string, b: string): string {
  if (a === b) return a;
  if (a === ALWAYS) return b === NEVER ? test : `(${test} || ${b})`;
  if (b === ALWAYS) return a === NEVER ? not(test) : `(${not(test)} || ${a})`;
  if (b === NEVER) return `(${test} && ${a})`;
  return a === NEVER ? `(${not(test)} && ${b})` : `(${test} -> ${a} : ${b})`;
}

/** What is asked of the ways that moves can go. */
export interface Question {
  readonly leaf: (scope: Scope, leaf: Leaf) => string;
  /** The answer for whatever `moves` do, if that is clear; undefined: it depends. */
  readonly clear: (moves: readonly Move[]) => string | undefined;
}

/** The answer as a condition: locals and cells that the moves set are put in their place. */
export function condition(scope: Scope, moves: readonly Move[], question: Question): string {
  const clear = question.clear(moves);
  if (clear !== undefined) return clear;
  const [move, ...rest] = moves;
  const m = defined(move, "every way through ends in a leaf");
  const holding = (local: number, value: string): Scope => ({
    ...scope,
    local: (id) => (id === local ? value : scope.local(id)),
  });
  switch (m.kind) {
    case "set":
      return condition(holding(m.local, print(scope, m.known, m.e)), rest, question);
    case "load":
      return condition(holding(m.local, read(scope, m.known, m.place, m.from)), rest, question);
    case "put": {
      const at = elementOf(scope, m.known, m.place);
      const value = print(scope, m.known, m.e);
      return condition({ ...scope, written: [...scope.written, { cell: m.place.cell, at, value }] }, rest, question);
    }
    case "push":
      return condition(scope, rest, question); // what waits in the buffer is not read again in the same step
    case "if":
      return choice(
        printTest(scope, m.test),
        condition(scope, [...m.then, ...rest], question),
        condition(scope, [...m.else, ...rest], question),
      );
    default:
      return question.leaf(scope, m);
  }
}

/** Whether some way through ends in `disabled`. */
function canBeDisabled(moves: readonly Move[]): boolean {
  return moves.some((m) => (m.kind === "if" ? canBeDisabled(m.then) || canBeDisabled(m.else) : m.kind === "disabled"));
}

/** The condition under which a step can be taken. */
export function enabled(scope: Scope, moves: readonly Move[]): string {
  return condition(scope, moves, {
    leaf: (_, { kind }) => (kind === "disabled" ? NEVER : ALWAYS),
    clear: (rest) => (isDisabled(rest) ? NEVER : canBeDisabled(rest) ? undefined : ALWAYS),
  });
}
