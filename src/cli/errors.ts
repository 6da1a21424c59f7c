// SPDX-License-Identifier: MIT
// Exit codes, and the messages that go with them. A message says what was found, what was expected, and the way out.
import type { JobError } from "../jobs/reports.ts";

export const EXIT = {
  ok: 0,
  /** A property is violated, an expectation is not met, or conformance fails. */
  violated: 1,
  /** Unknown command, option, design, scenario …, or a missing argument. */
  usage: 2,
  /** Input missing, empty, damaged or unusable, or a rejected dialect file. */
  input: 3,
  /** A limit was hit: the verdict is unknown. */
  unknown: 4,
  /** An exception that nobody expected: it must not look like a verdict. */
  bug: 70,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `Exit codes:
  0  fine
  1  a property is violated or an expectation is not met
  2  unknown option, design, scenario, or a missing argument
  3  input missing, empty, damaged or unusable, or a rejected file
  4  a limit was hit, so the verdict is unknown
  70  a bug in lazymm
  130  interrupted; what was printed is partial`;

export interface Failure {
  readonly exit: ExitCode;
  /** One or more lines, without the program's name. */
  readonly message: string;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replace, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The known name that was probably meant, if any is near enough. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const word = name.toLowerCase();
  const near = (other: string): number => {
    const candidate = other.toLowerCase();
    // A piece of a name (`luto` for `luto-2022-intended`) is as good as a slip of the finger.
    return word.length >= 3 && candidate.includes(word) ? 1 : editDistance(word, candidate);
  };
  const ranked = known.map((other) => ({ other, distance: near(other) })).sort((x, y) => x.distance - y.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, Math.ceil(name.length / 3)) ? best.other : undefined;
}

/** `unknown design 'x'; did you mean 'y'?`, or all of the names if none is near. */
export function unknownName(what: string, name: string, known: readonly string[]): Failure {
  const near = nearest(name, known);
  if (near !== undefined) return { exit: EXIT.usage, message: `unknown ${what} '${name}'; did you mean '${near}'?` };
  const names = known.length === 0 ? "there are none" : `known: ${known.join(", ")}`;
  return { exit: EXIT.usage, message: `unknown ${what} '${name}'; ${names}` };
}

export function failureOf(error: JobError): Failure {
  switch (error.kind) {
    case "unknown name":
      return unknownName(error.what, error.name, error.known);
    case "usage":
      return { exit: EXIT.usage, message: error.message };
    case "input":
      return { exit: EXIT.input, message: error.message };
    case "rejected":
      return { exit: EXIT.input, message: error.diagnostics.join("\n") };
  }
}
