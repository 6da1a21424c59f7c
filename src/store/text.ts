// SPDX-License-Identifier: MIT
// Tables as text: comma-separated values, and JSON with a row a line.
import { open } from "node:fs/promises";
import type { Cell, Table } from "./table.ts";
import type { Stop } from "./write.ts";

export type TextFormat = "csv" | "json" | "ndjson";

const CHUNK_ROWS = 4096;

/** Writes one table into one file; true if it was stopped. */
export async function writeText(path: string, table: Table, format: TextFormat, stop: Stop): Promise<boolean> {
  const handle = await open(path, "w");
  try {
    if (format === "csv") await handle.write(`${table.columns.map(({ name }) => csv(name)).join(",")}\r\n`);
    if (format === "json") await handle.write("[");
    for (let from = 0; from < table.rows; from += CHUNK_ROWS) {
      const to = Math.min(from + CHUNK_ROWS, table.rows);
      await handle.write(chunk(table, format, from, to));
      if (await stop(table.name, to, table.rows)) return true;
    }
    if (format === "json") await handle.write("\n]\n");
    return false;
  } finally {
    await handle.close();
  }
}

function chunk(table: Table, format: TextFormat, from: number, to: number): string {
  let text = "";
  for (let row = from; row < to; row++) {
    if (format === "csv") text += `${table.columns.map(({ at }) => csv(at(row))).join(",")}\r\n`;
    else if (format === "ndjson") text += `${json(table, row)}\n`;
    else text += `${row > 0 ? "," : ""}\n${json(table, row)}`;
  }
  return text;
}

/** RFC 4180. What is not known is empty. */
function csv(cell: Cell): string {
  if (cell === null) return "";
  const text = typeof cell === "object" ? cell.join(" ") : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The arguments of an event are JSON already. */
function json(table: Table, row: number): string {
  const fields = table.columns.map(({ name, at }) => {
    const cell = at(row);
    const value = name === "args" && typeof cell === "string" ? cell : jsonCell(cell);
    return `${JSON.stringify(name)}:${value}`;
  });
  return `{${fields.join(",")}}`;
}

function jsonCell(cell: Cell): string {
  if (typeof cell === "bigint") return `"0x${cell.toString(16)}"`;
  if (typeof cell === "object" && cell !== null) return `[${cell.map(jsonCell).join(",")}]`;
  return JSON.stringify(cell);
}
