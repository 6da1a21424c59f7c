// SPDX-License-Identifier: MIT
// Writes tables into files, in the format that the name asks for. A database holds all tables; of the other formats
// each file holds one: the events in the file that was named, the others beside it.
import { rename, rm } from "node:fs/promises";
import { err, ok, type Result } from "../base/result.ts";
import { loadDuckDb, writeDatabase, writeParquet } from "./duckdb.ts";
import type { Table } from "./table.ts";
import { writeText } from "./text.ts";

/** Asked after every few thousand rows; true: enough. */
export type Stop = (table: string, done: number, total: number) => Promise<boolean>;

export interface Written {
  readonly name: string;
  readonly file: string;
  readonly rows: number;
}

/** What goes where: `first` into the file that was named. */
export interface Tables {
  readonly first: Table;
  readonly others: readonly Table[];
  /** For a database only: there is one for each event, or they are beside the point. */
  readonly typed: () => readonly Table[];
}

export const STORE_FORMATS = ["parquet", "duckdb", "csv", "ndjson", "json"] as const;
export type StoreFormat = (typeof STORE_FORMATS)[number];

export function storeFormat(path: string): StoreFormat | undefined {
  return STORE_FORMATS.find((format) => path.endsWith(`.${format}`));
}

const NO_DUCKDB = [
  "  expected: the package @duckdb/node-api, which is optional",
  "  way out: `npm install` where lazymm is, without --omit=optional; or a file that ends in .csv, .ndjson or .json",
];

/** The tables that were written, or what went wrong. A file is complete, or it is not there. */
export async function writeTables(
  path: string,
  tables: Tables,
  stop: Stop,
): Promise<Result<readonly Written[], string>> {
  const format = storeFormat(path);
  if (format === undefined) return err(`${path}: the name must end in ${STORE_FORMATS.join(", ")}`);
  try {
    if (format === "duckdb") return await writeAll(path, [tables.first, ...tables.others, ...tables.typed()], stop);
    return await writeEach(path, format, tables, stop);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return err(`cannot write ${path}: ${code}`);
  }
}

function noDuckDb(path: string, why: string): Result<never, string> {
  return err([`${path} is written by DuckDB, which cannot be loaded (${why})`, ...NO_DUCKDB].join("\n"));
}

async function writeAll(path: string, list: readonly Table[], stop: Stop): Promise<Result<readonly Written[], string>> {
  const duckdb = await loadDuckDb();
  if (!duckdb.ok) return noDuckDb(path, duckdb.error);
  const stopped = await whole(path, (partial) => writeDatabase(duckdb.value, partial, list, stop));
  return ok(stopped ? [] : list.map(({ name, rows }) => ({ name, file: path, rows })));
}

async function writeEach(
  path: string,
  format: Exclude<StoreFormat, "duckdb">,
  { first, others }: Tables,
  stop: Stop,
): Promise<Result<readonly Written[], string>> {
  const duckdb = format === "parquet" ? await loadDuckDb() : undefined;
  if (duckdb?.ok === false) return noDuckDb(path, duckdb.error);
  const written: Written[] = [];
  for (const table of [first, ...others]) {
    const file = table === first ? path : `${path.slice(0, -format.length)}${table.name}.${format}`;
    const stopped = await whole(file, (partial) =>
      format === "parquet"
        ? writeParquet(duckdb!.value, partial, table, stop)
        : writeText(partial, table, format, stop),
    );
    if (stopped) break;
    written.push({ name: table.name, file, rows: table.rows });
  }
  return ok(written);
}

/** Writes a file under another name, which becomes its own when it is complete. */
async function whole(path: string, write: (partial: string) => Promise<boolean>): Promise<boolean> {
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  try {
    const stopped = await write(partial);
    if (!stopped) await rename(partial, path);
    return stopped;
  } finally {
    await rm(partial, { force: true });
  }
}
