// SPDX-License-Identifier: MIT
// A rejected dialect file: code, place, the offending text, and the way out.
import type { MessageCode } from "./messages.ts";
import { messages } from "./messages.ts";

export interface Diagnostic {
  readonly code: MessageCode;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly fix: string;
  /** The offending line, and how many columns of it to underline. */
  readonly source: string;
  readonly length: number;
}

/** Leaves the compiler at the first error of a file; caught in index.ts and turned into a value. */
export class CompileError extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(formatDiagnostic(diagnostic));
    this.diagnostic = diagnostic;
  }
}

export interface Spot {
  readonly file: string;
  readonly lines: readonly string[];
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export function diagnostic(code: MessageCode, spot: Spot, what: string): Diagnostic {
  const { text, fix } = messages[code];
  return {
    code,
    file: spot.file,
    line: spot.line,
    column: spot.column,
    text: text.replaceAll("%what%", what),
    fix: fix.replaceAll("%what%", what),
    source: spot.lines[spot.line - 1] ?? "",
    length: Math.max(1, Math.min(spot.length, (spot.lines[spot.line - 1] ?? "").length - spot.column + 1)),
  };
}

export function formatDiagnostic(d: Diagnostic): string {
  const underline = " ".repeat(d.column - 1) + "^".repeat(d.length);
  return `${d.file}:${d.line}:${d.column}  ${d.code}  ${d.text}\n    ${d.source}\n    ${underline}\n    ${d.fix}`;
}
