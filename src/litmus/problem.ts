// SPDX-License-Identifier: MIT
// What is wrong with a litmus file, and where. Thrown inside src/litmus, a value outside of it.
import { err, ok, type Result } from "../base/result.ts";

/** syntax: the file is damaged; unsupported: it is fine, but says something that we do not know the meaning of. */
export type ProblemKind = "syntax" | "unsupported";

export interface Problem {
  readonly kind: ProblemKind;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export class LitmusProblem extends Error {
  readonly kind: ProblemKind;
  /** Where in the text, in UTF-16 units. */
  readonly offset: number;

  constructor(kind: ProblemKind, offset: number, message: string) {
    super(message);
    this.kind = kind;
    this.offset = offset;
  }
}

export function syntax(offset: number, message: string): never {
  throw new LitmusProblem("syntax", offset, message);
}

export function unsupported(offset: number, what: string): never {
  throw new LitmusProblem("unsupported", offset, what);
}

/** Offsets to lines and columns, both from 1. */
export class LineMap {
  private readonly starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.starts.push(at + 1);
  }

  place(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.starts[low] ?? 0) + 1 };
  }
}

/** Runs `work`; what it throws about `text` becomes a value. */
export function attempt<T>(text: string, work: () => T): Result<T, Problem> {
  try {
    return ok(work());
  } catch (error) {
    if (!(error instanceof LitmusProblem)) throw error;
    const { kind, offset, message } = error;
    return err({ kind, message, ...new LineMap(text).place(Math.min(offset, text.length)) });
  }
}
