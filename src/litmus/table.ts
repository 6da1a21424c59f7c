// SPDX-License-Identifier: MIT
// The program of an assembly test: a table with a column per thread, `|` between columns and `;` behind rows.
import { syntax, unsupported } from "./problem.ts";
import type { Span } from "./sections.ts";
import { ThreadBuilder } from "./test.ts";

/** One instruction, without its labels. */
export interface Instruction {
  readonly offset: number;
  /** As written, blanks collapsed. */
  readonly text: string;
  readonly mnemonic: string;
  readonly operands: readonly string[];
}

const THREADS_MAX = 16;

/** Reads every thread; `translate` adds what an instruction does. */
export function readTable(
  text: string,
  { from, to }: Span,
  translate: (thread: ThreadBuilder, instruction: Instruction) => void,
): ThreadBuilder[] {
  const builders: ThreadBuilder[] = [];
  let header = true;
  let row = from;
  while (row < to) {
    const end = text.indexOf(";", row);
    if (end < 0 || end >= to) break;
    if (header) readHeader(text, row, end, builders);
    else readRow(text, row, end, builders, translate);
    header = false;
    row = end + 1;
  }
  const rest = text.slice(row, to);
  if (rest.trim() !== "") syntax(row + rest.search(/\S/), "expected ';' at the end of the row");
  if (builders.length === 0) syntax(from, "expected the program: a row 'P0 | P1 ;' and rows of instructions");
  return builders;
}

/** The cells of a row: where they start, and their text. */
function cells(text: string, from: number, to: number): { offset: number; text: string }[] {
  const found: { offset: number; text: string }[] = [];
  let at = from;
  for (const part of text.slice(from, to).split("|")) {
    const lead = part.search(/\S/);
    found.push({ offset: at + Math.max(lead, 0), text: part.trim() });
    at += part.length + 1;
  }
  return found;
}

function readHeader(text: string, from: number, to: number, builders: ThreadBuilder[]): void {
  for (const cell of cells(text, from, to)) {
    const expected = `P${builders.length}`;
    if (cell.text !== expected) {
      if (cell.text.startsWith(`${expected}:`) || cell.text.startsWith(`${expected}.`)) {
        unsupported(cell.offset, `${cell.text}: fault handlers and privilege levels`);
      }
      syntax(cell.offset, `expected the name of a thread, ${expected}, found '${cell.text}'`);
    }
    if (builders.length === THREADS_MAX) unsupported(cell.offset, `more than ${THREADS_MAX} threads`);
    builders.push(new ThreadBuilder());
  }
}

function readRow(
  text: string,
  from: number,
  to: number,
  builders: readonly ThreadBuilder[],
  translate: (thread: ThreadBuilder, instruction: Instruction) => void,
): void {
  for (const [i, cell] of cells(text, from, to).entries()) {
    const builder = builders[i];
    let { offset, text: rest } = cell;
    if (builder === undefined) {
      if (rest === "") continue;
      syntax(offset, `this row has more columns than there are threads (${builders.length})`);
    }
    for (let label = LABEL.exec(rest); label !== null; label = LABEL.exec(rest)) {
      builder.label(label[1] ?? "", offset);
      offset += label[0].length;
      rest = rest.slice(label[0].length);
    }
    if (rest === "") continue;
    const instruction = readInstruction(rest, offset);
    builder.begin(instruction.offset, instruction.text);
    translate(builder, instruction);
  }
}

const LABEL = /^([A-Za-z_.$][\w.$]*)\s*:\s*/;

export function readInstruction(source: string, offset: number): Instruction {
  const text = source.replace(/\s+/g, " ").trim();
  const space = text.indexOf(" ");
  const mnemonic = (space < 0 ? text : text.slice(0, space)).toUpperCase();
  return { offset, text, mnemonic, operands: space < 0 ? [] : splitOperands(text.slice(space + 1)) };
}

/** At the commas outside of brackets. */
function splitOperands(text: string): string[] {
  const operands: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "(" || c === "[" || c === "{") depth++;
    else if (c === ")" || c === "]" || c === "}") depth--;
    else if (c === "," && depth === 0) {
      operands.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  operands.push(text.slice(start).trim());
  return operands;
}
