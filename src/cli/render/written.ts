// SPDX-License-Identifier: MIT
// What a command has written beside its report: tables, and drawings for ui.perfetto.dev.
import { type Column, formatTable } from "../output.ts";
import { formatCount } from "./numbers.ts";

interface Written {
  readonly tables?: readonly { readonly name: string; readonly file: string; readonly rows: number }[];
  readonly drawn: readonly { readonly file: string; readonly bytes: number }[];
}

export function formatWritten({ tables = [], drawn }: Written): string {
  const title = (what: string, count: string): Column[] => [
    { title: what },
    { title: count, align: "right" },
    { title: "written to" },
  ];
  const ofTables = tables.map(({ name, file, rows }) => [name, formatCount(rows), file]);
  const ofDrawn = drawn.map(({ file, bytes }) => ["drawing", formatCount(bytes), file]);
  return [
    ofTables.length === 0 ? "" : `\n${formatTable(title("table", "rows"), ofTables)}`,
    ofDrawn.length === 0 ? "" : `\n${formatTable(title("ui.perfetto.dev", "bytes"), ofDrawn)}`,
  ].join("");
}
