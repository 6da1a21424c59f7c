// SPDX-License-Identifier: MIT
// DuckDB, which writes databases and Parquet. It is large and optional, so it is loaded when it is needed.
import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { err, ok, type Result } from "../base/result.ts";
import type { Cell, ColumnType, Table } from "./table.ts";
import type { Stop } from "./write.ts";

type DuckDb = typeof import("@duckdb/node-api");

const CHUNK_ROWS = 2048;

/** The package, or why it cannot be used. */
export async function loadDuckDb(): Promise<Result<DuckDb, string>> {
  try {
    return ok(await import("@duckdb/node-api"));
  } catch (error) {
    return err(error instanceof Error ? error.message.split("\n")[0]! : String(error));
  }
}

/** All tables into one database; true if it was stopped. */
export async function writeDatabase(
  duckdb: DuckDb,
  path: string,
  tables: readonly Table[],
  stop: Stop,
): Promise<boolean> {
  return connected(duckdb, path, async (connection) => {
    for (const table of tables) if (await append(duckdb, connection, table, stop)) return true;
    return false;
  });
}

/** One table into one Parquet file; true if it was stopped. */
export async function writeParquet(duckdb: DuckDb, path: string, table: Table, stop: Stop): Promise<boolean> {
  return connected(duckdb, ":memory:", async (connection) => {
    if (await append(duckdb, connection, table, stop)) return true;
    const file = `'${path.replaceAll("'", "''")}'`;
    await connection.run(`COPY ${quoted(table.name)} TO ${file} (FORMAT parquet, COMPRESSION zstd)`);
    return false;
  });
}

async function connected<T>(
  { DuckDBInstance }: DuckDb,
  path: string,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  int: "BIGINT",
  double: "DOUBLE",
  text: "VARCHAR",
  bool: "BOOLEAN",
  word: "UBIGINT",
  words: "UBIGINT[]",
};

async function append(duckdb: DuckDb, connection: DuckDBConnection, table: Table, stop: Stop): Promise<boolean> {
  const columns = table.columns.map(({ name, type }) => `${quoted(name)} ${SQL_TYPES[type]}`);
  await connection.run(`CREATE TABLE ${quoted(table.name)} (${columns.join(", ")})`);
  const types = table.columns.map(({ type }) => typeOf(duckdb, type));
  const appender = await connection.createAppender(table.name);
  for (let from = 0; from < table.rows; from += CHUNK_ROWS) {
    const rows = Math.min(CHUNK_ROWS, table.rows - from);
    const chunk = duckdb.DuckDBDataChunk.create(types, rows);
    chunk.setColumns(
      table.columns.map(({ at, type }) =>
        Array.from({ length: rows }, (_, i) => duckValue(duckdb, type, at(from + i))),
      ),
    );
    appender.appendDataChunk(chunk);
    if (await stop(table.name, from + rows, table.rows)) return true;
  }
  appender.closeSync();
  return false;
}

function typeOf({ BIGINT, DOUBLE, VARCHAR, BOOLEAN, UBIGINT, LIST }: DuckDb, type: ColumnType): DuckDBType {
  const types = { int: BIGINT, double: DOUBLE, text: VARCHAR, bool: BOOLEAN, word: UBIGINT, words: LIST(UBIGINT) };
  return types[type];
}

function duckValue({ listValue }: DuckDb, type: ColumnType, cell: Cell): DuckDBValue {
  if (type === "int" && typeof cell === "number") return Number.isFinite(cell) ? BigInt(Math.round(cell)) : null;
  return typeof cell === "object" && cell !== null ? listValue(cell) : cell;
}
