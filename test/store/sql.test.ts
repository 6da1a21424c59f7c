// SPDX-License-Identifier: MIT
// docs/sql.md: every query is run on the bundled recording, and what it answers stands below it. UPDATE=1 writes the
// answers down. Skipped where DuckDB, which is optional, is not installed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadDuckDb } from "../../src/store/duckdb.ts";
import { root } from "../../tools/source-files.ts";
import { lazymm } from "../cli/run.ts";
import { FIXTURE } from "../traces/text.ts";

const page = `${root}/docs/sql.md`;
const duckdb = await loadDuckDb();
const folder = mkdtempSync(join(tmpdir(), "lazymm-sql-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Blocks ```sql … ``` and what follows up to the next heading: the answer, if it is there. */
const QUERY = /```sql\n([\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```\n)?/g;

function asTable(names: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = [names, ...rows.map((row) => row.map((cell) => (cell === null ? "NULL" : String(cell))))];
  const widths = names.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

describe.skipIf(!duckdb.ok)("docs/sql.md", async () => {
  if (!duckdb.ok) return;
  const file = join(folder, "trace.duckdb");
  // The same tables as those of `inspect`, and `steps`. The design is of another kernel: there is something to find.
  const { exit, err } = await lazymm("conform", FIXTURE, "-d", "linux-6.14-x86", "-o", file);
  if (exit !== 1) throw new Error(err);
  const instance = await duckdb.value.DuckDBInstance.create(file, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const answer = async (query: string): Promise<string> => {
    const reader = await connection.runAndReadAll(query);
    return asTable(reader.columnNames(), reader.getRows());
  };
  const queries = [...readFileSync(page, "utf8").matchAll(QUERY)].map(([, query, text]) => ({ query: query!, text }));

  test("has queries", () => {
    expect(queries.length).toBeGreaterThanOrEqual(10);
  });

  test("answers are as they are written", async () => {
    const answers: string[] = [];
    for (const { query } of queries) answers.push(await answer(query));
    if (process.env.UPDATE) {
      const text = readFileSync(page, "utf8");
      let next = 0;
      const updated = text.replace(
        QUERY,
        (_, query) => `\`\`\`sql\n${query}\`\`\`\n\n\`\`\`text\n${answers[next++]}\`\`\`\n`,
      );
      writeFileSync(page, updated);
      return;
    }
    expect(queries.map(({ text }) => text)).toEqual(answers);
    for (const text of answers) expect(text.split("\n").length, text).toBeGreaterThan(2);
  });

  test("the tables that the page names are there, with these columns", async () => {
    const tables = await connection.runAndReadAll("SELECT table_name FROM duckdb_tables()");
    const names = tables.getRows().map(([name]) => String(name));
    for (const name of ["events", "residency", "mm_identity", "flushes", "steps", "sched_switch", "tlb_flush"]) {
      expect(names).toContain(name);
    }
    const total = await connection.runAndReadAll(
      "SELECT (SELECT count(*) FROM events) - (SELECT sum(estimated_size) FROM duckdb_tables() " +
        "WHERE table_name NOT IN ('events', 'residency', 'mm_identity', 'flushes', 'steps'))",
    );
    // Every event is in the table of its name, too.
    expect(Number(total.getRows()[0]![0])).toBe(0);
  });
});
