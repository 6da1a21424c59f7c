// SPDX-License-Identifier: MIT
// Text in columns, one per CPU, as kernel commit messages draw races; where each line comes from is on the right.

import type { ExplainRow } from "./explain-report.ts";

/** A mail; with more than two CPUs, lines that are too long for one are better than none that can be read. */
const WIDTH = 100;
const WIDTH_OF_MANY = 120;
const MARGIN = 4;
const GAP = 2;
/** Narrower, nothing can be read: better too wide a table. */
const COLUMN_MIN = 24;

/** Breaks at blanks where it can; what follows is indented by `hang`. */
export function wrap(text: string, width: number, indent: number, hang = indent): string[] {
  const lines: string[] = [];
  let line = " ".repeat(indent);
  let empty = true;
  for (const word of text.split(" ")) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = " ".repeat(hang);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

/** Columns of the CPUs that do something; a row's text may take more lines, its source stands at the first. */
export function printColumns(rows: readonly ExplainRow[]): string {
  const cpus = [...new Set(rows.map((row) => row.cpu))].sort((a, b) => a - b);
  const gutter = Math.max(0, ...rows.map((row) => row.at.length));
  const width = cpus.length > 2 ? WIDTH_OF_MANY : WIDTH;
  const column = Math.max(COLUMN_MIN, Math.floor((width - MARGIN - gutter - GAP) / Math.max(1, cpus.length)));
  const place = (i: number, text: string, at: string): string => {
    const left = " ".repeat(MARGIN + i * column) + text;
    return (at === "" ? left : left.padEnd(MARGIN + cpus.length * column + GAP) + at).trimEnd();
  };
  const titles = cpus.map((cpu) => `CPU ${cpu}`.padEnd(column)).join("");
  const lines = [(" ".repeat(MARGIN) + titles).trimEnd()];
  for (const { cpu, text, at, indent } of rows) {
    const parts = wrap(text, column - GAP, indent, indent + 4);
    lines.push(...parts.map((part, n) => place(cpus.indexOf(cpu), part, n === 0 ? at : "")));
  }
  return lines.map((line) => `${line}\n`).join("");
}
