// SPDX-License-Identifier: MIT
// How results leave: text for a terminal or a mail, JSON for a program, to stdout or to a file.
import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { err, ok, type Result } from "../base/result.ts";
import { EXIT, type Failure } from "./errors.ts";
import type { Io } from "./io.ts";

export interface OutputOptions {
  readonly json?: boolean;
  readonly output?: string;
  readonly color?: "auto" | "always" | "never";
}

/** What a report is printed on. */
export interface Page {
  readonly paint: Paint;
  /** Infinity where nobody wraps lines: a pipe or a file. */
  readonly columns: number;
}

export type Paint = (style: keyof typeof STYLES, text: string) => string;
const MAIL_COLUMNS = 100;
const COLOR = ["auto", "always", "never"];
const STYLES = { bold: "1", dim: "2", red: "31", green: "32", yellow: "33" } as const;

/** `--color` beats NO_COLOR, which beats FORCE_COLOR, which beats looking at the terminal. */
export function wantsColor(options: OutputOptions, io: Io): boolean {
  if (options.color === "always") return true;
  if (options.color === "never") return false;
  if ((io.env.NO_COLOR ?? "") !== "") return false;
  if ((io.env.FORCE_COLOR ?? "") !== "") return io.env.FORCE_COLOR !== "0";
  return io.outIsTerminal && io.env.TERM !== "dumb";
}

export function painter(on: boolean): Paint {
  return (style, text) => (on ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text);
}

/** `file`: what -o writes, for a command that knows more formats. */
export function addOutputOptions(
  command: Command,
  file = "write to FILE: JSON if it ends in .json, text otherwise",
): Command {
  return command
    .option("--json", "print JSON; its `schema` field names the format")
    .option("-o, --output <file>", file)
    .addOption(new Option("--color <when>", "NO_COLOR and FORCE_COLOR work, too").choices(COLOR).default("auto"));
}

export function asksForJson({ json, output }: OutputOptions): boolean {
  return json === true || output?.endsWith(".json") === true;
}

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Printed width, without colour codes. */
function width(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that starts a colour code
  return [...text.replace(/\x1b\[[0-9;]*m/g, "")].length;
}

/** Indices of the columns of each block: as many as fit, behind the first `keys`, which every block repeats. */
function blocksOf(widths: readonly number[], keys: number, columns: number): number[][] {
  const key = widths.slice(0, keys).map((_, i) => i);
  const span = (block: readonly number[]): number => block.reduce((sum, i) => sum + widths[i]! + 2, -2);
  const blocks = [[...key]];
  for (let i = keys; i < widths.length; i++) {
    const last = blocks.at(-1)!;
    if (last.length === keys || span([...last, i]) <= columns) last.push(i);
    else blocks.push([...key, i]);
  }
  return blocks;
}

/**
 * Columns two spaces apart, no frame: it survives a mail, a commit message and `awk`. On a narrow terminal the columns
 * that do not fit go into a table of their own below.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  within: { readonly columns: number; readonly keys?: number } = { columns: Number.POSITIVE_INFINITY },
): string {
  const widths = columns.map((column, i) => Math.max(width(column.title), ...rows.map((row) => width(row[i] ?? ""))));
  const titles = columns.map((column) => column.title);
  const line = (cells: readonly string[], block: readonly number[]): string =>
    block
      .map((i) => {
        const cell = cells[i] ?? "";
        const pad = " ".repeat(widths[i]! - width(cell));
        return columns[i]!.align === "right" ? pad + cell : cell + pad;
      })
      .join("  ")
      .trimEnd();
  const blocks = blocksOf(widths, within.keys ?? 1, within.columns);
  return blocks.map((block) => [titles, ...rows].map((row) => `${line(row, block)}\n`).join("")).join("\n");
}

/** As wide as a mail; `hang` is the indent of the lines that follow the first. Ends in a newline. */
export function wrapText(text: string, indent: number, hang = indent): string {
  const lines: string[] = [];
  let line = " ".repeat(indent);
  for (const word of text.split(" ")) {
    if (line.trim() !== "" && line.length + 1 + word.length > MAIL_COLUMNS) {
      lines.push(line);
      line = " ".repeat(hang);
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line].map((one) => `${one}\n`).join("");
}

/** Prints a report in the form that the options ask for. `text` is only asked for where it is needed. */
export function deliver(
  io: Io,
  options: OutputOptions,
  report: { readonly schema: string },
  text: (page: Page) => string,
): Result<undefined, Failure> {
  const toFile = options.output !== undefined && options.output !== "-";
  const page: Page = {
    paint: painter(!toFile && wantsColor(options, io)),
    columns: !toFile && io.outIsTerminal ? io.columns : Number.POSITIVE_INFINITY,
  };
  const body = asksForJson(options) ? `${JSON.stringify(report, null, 2)}\n` : text(page);
  if (!toFile) {
    io.out(body);
    return ok(undefined);
  }
  try {
    writeFileSync(options.output, body);
    return ok(undefined);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    return err({ exit: EXIT.usage, message: `cannot write ${options.output}: ${reason}` });
  }
}
