// SPDX-License-Identifier: MIT
// The statements of an atomic step. What it computes on the way is held in hidden variables, which are no part of the
// state; the context's own variables change at the end, all at once, as far as the end is reached.

import type { Step } from "../program/program.ts";
import { addressOf, bufferOf, elementOf, print, printTest, read, type Scope, variable } from "./expressions.ts";
import { assigned, isDisabled, type Move } from "./moves.ts";

/** What the leaves of a step need to know. */
export interface Frame {
  readonly scope: Scope;
  readonly step: Step;
  /** By step of the same code: the locals that hold a value on entry. */
  readonly liveAt: (step: number) => readonly number[];
  /** Where a local is between steps, and within one that gives it a value; `pc` is undefined for a page walker. */
  readonly kept: (local: number) => string;
  readonly scratch: (local: number) => string;
  readonly pc: string | undefined;
  /** Variables that are never set: asserting one says what is wrong. */
  readonly property: (id: number) => string;
  readonly limit: (what: string) => string;
}

/** Whether some way through looks at a local before it is given a value. */
function reads(frame: Frame, moves: readonly Move[], local: number): boolean {
  const mentions = (x: unknown): boolean => {
    if (typeof x !== "object" || x === null) return false;
    if ("kind" in x && x.kind === "local" && "local" in x) return x.local === local;
    return Object.entries(x).some(([key, child]) => key !== "known" && mentions(child));
  };
  for (const [i, m] of moves.entries()) {
    const rest = moves.slice(i + 1);
    switch (m.kind) {
      case "set":
      case "load":
        if (mentions(m.kind === "set" ? m.e : m.place)) return true;
        if (m.local === local) return false;
        break;
      case "put":
      case "push":
        if (mentions([m.e, m.place])) return true;
        break;
      case "if":
        return mentions(m.test) || [m.then, m.else].some((way) => reads(frame, [...way, ...rest], local));
      case "goto":
        return frame.liveAt(m.step).includes(local);
      default:
        return false;
    }
  }
  return false;
}

/** Statements, each of one or more lines, with what separates them. */
type Lines = readonly string[];

function inOrder(statements: readonly Lines[]): Lines {
  return statements.flatMap((lines, i) =>
    i === statements.length - 1 ? lines : [...lines.slice(0, -1), `${lines.at(-1)};`],
  );
}

const indented = (lines: Lines): Lines => lines.map((line) => `   ${line}`);

class Body {
  private readonly frame: Frame;
  private readonly changed: ReadonlySet<number>;
  private readonly scope: Scope;

  constructor(frame: Frame, moves: readonly Move[]) {
    this.frame = frame;
    this.changed = assigned(moves);
    this.scope = { ...frame.scope, local: (id) => (this.changed.has(id) ? frame.scratch(id) : frame.scope.local(id)) };
  }

  print(moves: readonly Move[]): Lines {
    const early = [...this.changed].filter((local) => reads(this.frame, moves, local));
    const copied = early.map((l) => [`${this.frame.scratch(l)} = ${this.frame.scope.local(l)}`]);
    return inOrder([...copied, ...this.list(moves)]);
  }

  private list(moves: readonly Move[]): Lines[] {
    return moves.flatMap((move) => this.move(move));
  }

  private move(m: Move): Lines[] {
    const { scope, frame } = this;
    switch (m.kind) {
      case "set":
        return [[`${frame.scratch(m.local)} = ${print(scope, m.known, m.e)}`]];
      case "load":
        return [[`${frame.scratch(m.local)} = ${read(scope, m.known, m.place, m.from)}`]];
      case "put": {
        const to = variable(scope.sheet, m.place.cell, elementOf(scope, m.known, m.place));
        return [[`${to} = ${print(scope, m.known, m.e)}`]];
      }
      case "push": {
        const { store } = bufferOf(scope.sheet, scope.cpu);
        return [[`${store}(${addressOf(scope, m.known, m.place)}, ${print(scope, m.known, m.e)})`]];
      }
      case "if":
        return this.branch(m);
      case "goto":
        return this.leave(m.step, frame.liveAt(m.step));
      case "end":
        return this.leave(0, []);
      case "raise":
        return [[`assert(${frame.property(m.property)})`]];
      case "limit":
        return [[`assert(${frame.limit(m.what)})`]];
      case "disabled":
        return [["skip"]];
    }
  }

  private branch({ test, then, else: other }: Extract<Move, { kind: "if" }>): Lines[] {
    // The guard in front of the step has made sure that this is not the way.
    if (isDisabled(then)) return this.list(other);
    if (isDisabled(other)) return this.list(then);
    const way = (moves: readonly Move[]): Lines => indented(moves.length > 0 ? inOrder(this.list(moves)) : ["skip"]);
    return [["if", `:: ${printTest(this.scope, test)} ->`, ...way(then), ":: else ->", ...way(other), "fi"]];
  }

  /** Goes on at `step`: locals that are dead there become 0, so that equal states are equal. */
  private leave(step: number, live: readonly number[]): Lines[] {
    const { frame } = this;
    if (frame.pc === undefined) return [["skip"]];
    const moved = live.filter((l) => this.changed.has(l)).map((l) => [`${frame.kept(l)} = ${frame.scratch(l)}`]);
    const dead = frame.step.live.filter((l) => !live.includes(l)).map((l) => [`${frame.kept(l)} = 0`]);
    return [...moved, ...dead, [`${frame.pc} = ${step}`]];
  }
}

/** The statements behind the guard of a step. */
export function printBody(frame: Frame, moves: readonly Move[]): Lines {
  return new Body(frame, moves).print(moves);
}
