// SPDX-License-Identifier: MIT
// -o FILE of commands that write more than their report: what is written is told by how the name ends.
import type { Command } from "commander";
import type { DrawTo } from "../jobs/trace-drawing.ts";
import { parseSize } from "./command.ts";
import type { OutputOptions } from "./output.ts";

export interface ExportOptions extends OutputOptions {
  readonly split?: number;
}

/** Tables; a report in a .json is what --json asks for. */
const TABLES = /\.(parquet|duckdb|csv|ndjson|json)$/;
const DRAWING = /\.(pftrace|perfetto-trace)$/;

export interface Exports {
  readonly tables: string | undefined;
  readonly draw: DrawTo | undefined;
  /** Where the report goes. */
  readonly report: OutputOptions;
}

/** `tables`: whether the command has any. */
export function exportsOf(options: ExportOptions, has: { readonly tables: boolean }): Exports {
  const { output = "", json, split } = options;
  const tables = has.tables && TABLES.test(output) && !(json && output.endsWith(".json")) ? output : undefined;
  const draw = DRAWING.test(output) ? { file: output, split } : undefined;
  return { tables, draw, report: tables || draw ? { ...options, output: "-" } : options };
}

export function addSplitOption(command: Command): Command {
  return command.option(
    "--split <size>",
    "begin another file (FILE-2.pftrace) at this size, 512M if not given",
    parseSize,
  );
}
