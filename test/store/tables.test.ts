// SPDX-License-Identifier: MIT
// A trace as tables: what is in them, and that every format holds the same.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { EventTableBuilder } from "../../src/events/builder.ts";
import { type EventTable, FLAG } from "../../src/events/table.ts";
import { type StepRow, stepsTable } from "../../src/store/derived-tables.ts";
import { loadDuckDb } from "../../src/store/duckdb.ts";
import { type EventSource, eventsTable, typedTables } from "../../src/store/event-tables.ts";
import type { Table } from "../../src/store/table.ts";
import { type Tables, writeTables } from "../../src/store/write.ts";

const folder = mkdtempSync(join(tmpdir(), "lazymm-store-"));
afterAll(() => rmSync(folder, { recursive: true }));
const goOn = async () => false;
const installed = (await loadDuckDb()).ok;

function small(): EventTable {
  const out = new EventTableBuilder();
  const named = out.kind("a,b", [
    { name: "text", type: "text" },
    { name: "cpu", type: "int" },
  ]);
  const words = out.kind("probe", [
    { name: "mm", type: "word" },
    { name: "list", type: "list" },
  ]);
  const again = out.kind("probe", [{ name: "mm", type: "text" }]);
  const lost = out.kind("events", []);
  out.text('say "hi",\nthen go').value(-7);
  out.row(named, 1_000_001, 1, 42, FLAG.irqsOff | FLAG.preempted | (3 << 8));
  out.word(0xff11_0000_0000_0100n).list([1n, 2n ** 64n - 1n]);
  out.row(words, 1_000_002, 0, 0, FLAG.noFlags);
  out.text("(null)");
  out.row(again, 1_000_003, 0, 0, 0);
  out.row(lost, 1_000_004, 0, -1, FLAG.noFlags);
  out.value(Number.NaN).value(Number.NaN);
  out.row(named, 1_000_005, 0, 43, 0);
  out.pid(42, "cat", 40);
  return out.finish(2, 1e-6);
}

function sourceOf(table: EventTable, keep: EventSource["keep"] = () => true): EventSource {
  const of = (pid: number) => table.pids.find((info) => info.pid === pid);
  return { table, keep, comm: (pid) => of(pid)?.comm ?? "", tgid: (pid) => of(pid)?.tgid ?? -1 };
}

function rowOf(table: Table, row: number): Record<string, unknown> {
  return Object.fromEntries(table.columns.map(({ name, at }) => [name, at(row)]));
}

function tablesOf(source: EventSource): Tables {
  const first = eventsTable(source);
  const rows: StepRow[] = [
    { row: 1, kind: "probe", field: "asid", recorded: "1", predicted: "1", outcome: "exact" },
    { row: 2, kind: "probe", field: null, recorded: null, predicted: "is elsewhere", outcome: "unexplained" },
  ];
  const steps = stepsTable(source.table, rows.length, (i) => rows[i]!);
  return { first, others: [steps], typed: () => typedTables(source, ["events", "steps"]) };
}

const source = sourceOf(small());

describe("events", () => {
  test("a row with its flags, and one that no task made", () => {
    const events = eventsTable(source);
    expect(events.rows).toBe(5);
    expect(rowOf(events, 0)).toMatchObject({
      row: 0, time_ticks: 1_000_001, cpu: 1, pid: 42, comm: "cat", tgid: 40, event: "a,b", irqs_off: true,
      hardirq: false, preempted: true, preempt_depth: 3, args: '{"text":"say \\"hi\\",\\nthen go","cpu":-7}',
    }); // biome-ignore format: a table
    expect(rowOf(events, 0).time_s).toBeCloseTo(1.000001, 9);
    expect(rowOf(events, 3)).toMatchObject({ pid: null, comm: null, tgid: null, irqs_off: null, preempt_depth: null });
    expect(rowOf(events, 1).args).toBe('{"mm":"0xff11000000000100","list":["0x1","0xffffffffffffffff"]}');
    expect(rowOf(events, 4).args).toBe('{"text":null,"cpu":null}');
  });

  test("seconds are not made up", () => {
    const events = eventsTable(sourceOf({ ...small(), secondsPerTick: Number.NaN }));
    expect(rowOf(events, 0)).toMatchObject({ time_ticks: 1_000_001, time_s: null });
  });

  test("a part of them", () => {
    const some = sourceOf(small(), (row) => row === 2);
    expect(rowOf(eventsTable(some), 0).row).toBe(2);
    expect(typedTables(some, []).map(({ name, rows }) => [name, rows])).toEqual([["probe", 1]]);
  });

  test("each has a table with its arguments; names never clash", () => {
    const tables = typedTables(source, ["events", "steps"]);
    expect(tables.map(({ name, rows }) => [name, rows])).toEqual([["a_b", 2], ["probe", 2], ["event_events", 1]]);
    const [named, probe] = tables;
    expect(rowOf(named!, 0)).toMatchObject({ cpu: 1, text: 'say "hi",\nthen go', arg_cpu: -7 });
    // One that is printed in two ways is text.
    expect(rowOf(probe!, 0)).toMatchObject({ mm: "0xff11000000000100", list: [1n, 2n ** 64n - 1n] });
    expect(rowOf(probe!, 1)).toMatchObject({ mm: "(null)", list: null });
  }); // biome-ignore format: rows
});

describe("files", () => {
  test("comma-separated values", async () => {
    const written = await writeTables(join(folder, "t.csv"), tablesOf(source), goOn);
    expect(written.ok && written.value.map(({ name, rows }) => [name, rows])).toEqual([["events", 5], ["steps", 2]]);
    const lines = readFileSync(join(folder, "t.csv"), "utf8").split("\n");
    expect(lines[0]).toMatch(/^row,time_ticks,time_s,cpu,pid,comm,tgid,event,irqs_off,.*,args$/);
    expect(lines[1]).toMatch(/^0,1000001,1\.00000\d*,1,42,cat,40,"a,b",true,/);
    expect(lines[1]).toContain('"{""text"":""say \\""hi\\"",\\nthen go"",""cpu"":-7}"');
    expect(lines[4]).toMatch(/^3,1000004,1\.0000\d*,0,,,,events,,,,,,,,,\{\}$/);
    const steps = readFileSync(join(folder, "t.steps.csv"), "utf8").split("\n");
    expect(steps[2]).toBe("2,1000003,1.000003,0,0,probe,,,is elsewhere,unexplained");
  }); // biome-ignore format: rows

  test("JSON: an array, and lines", async () => {
    await writeTables(join(folder, "t.json"), tablesOf(source), goOn);
    await writeTables(join(folder, "t.ndjson"), tablesOf(source), goOn);
    const array = JSON.parse(readFileSync(join(folder, "t.json"), "utf8")) as Record<string, unknown>[];
    const lines = readFileSync(join(folder, "t.ndjson"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(array);
    expect(array).toHaveLength(5);
    expect(array[1]).toMatchObject({ row: 1, event: "probe", args: { mm: "0xff11000000000100" }, irqs_off: null });
  });

  test("no rows are an empty array", async () => {
    const none = sourceOf(small(), () => false);
    await writeTables(join(folder, "none.json"), { first: eventsTable(none), others: [], typed: () => [] }, goOn);
    expect(JSON.parse(readFileSync(join(folder, "none.json"), "utf8"))).toEqual([]);
  });

  test("an end that nobody knows, a folder that is not there", async () => {
    const odd = await writeTables(join(folder, "t.xls"), tablesOf(source), goOn);
    expect(odd.ok ? "" : odd.error).toMatch(/t\.xls: the name must end in parquet, duckdb, csv/);
    const nowhere = await writeTables(join(folder, "no", "t.csv"), tablesOf(source), goOn);
    expect(nowhere.ok ? "" : nowhere.error).toMatch(/cannot write .*t\.csv: ENOENT/);
  });

  test.each(["stop.csv", ...(installed ? ["stop.duckdb", "stop.parquet"] : [])])(
    "%s: what was stopped leaves what was there",
    async (name) => {
      writeFileSync(join(folder, name), "before");
      const written = await writeTables(join(folder, name), tablesOf(source), async () => true);
      expect(written).toEqual({ ok: true, value: [] });
      expect(readFileSync(join(folder, name), "utf8")).toBe("before");
      expect(readdirSync(folder).filter((file) => file.includes("partial"))).toEqual([]);
    },
  );
});

describe.skipIf(!installed)("DuckDB", () => {
  async function query(file: string, sql: string): Promise<unknown[][]> {
    const duckdb = await loadDuckDb();
    if (!duckdb.ok) throw new Error(duckdb.error);
    const instance = await duckdb.value.DuckDBInstance.create(file);
    const connection = await instance.connect();
    const rows = (await connection.runAndReadAll(sql)).getRows();
    connection.closeSync();
    instance.closeSync();
    return rows;
  }

  test("a database has all tables, and takes the place of what was there", async () => {
    const file = join(folder, "t.duckdb");
    writeFileSync(file, "not a database");
    await writeTables(file, tablesOf(source), goOn);
    const tables = await query(file, "SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY 1");
    expect(tables).toEqual([["a_b", 2n], ["event_events", 1n], ["events", 5n], ["probe", 2n], ["steps", 2n]]);
    expect(await query(file, "SELECT comm, preempt_depth, args->>'cpu' FROM events WHERE row = 0")).toEqual([
      ["cat", 3n, "-7"],
    ]);
    expect(await query(file, "SELECT list[2] FROM probe WHERE row = 1")).toEqual([[2n ** 64n - 1n]]);
  }); // biome-ignore format: rows

  test("Parquet holds the same", async () => {
    const file = join(folder, "it's.parquet");
    await writeTables(file, tablesOf(source), goOn);
    const quoted = file.replaceAll("'", "''");
    const rows = await query(":memory:", `SELECT event, time_ticks, irqs_off FROM '${quoted}' ORDER BY row`);
    expect(rows[0]).toEqual(["a,b", 1_000_001n, true]);
    expect(rows[3]).toEqual(["events", 1_000_004n, null]);
  });
});

describe("without DuckDB", () => {
  afterEach(() => {
    vi.doUnmock("@duckdb/node-api");
    vi.resetModules();
  });

  test.each(["t.parquet", "t.duckdb"])("%s: says what is missing and the way out", async (name) => {
    vi.resetModules();
    vi.doMock("@duckdb/node-api", () => {
      throw new Error("Cannot find package '@duckdb/node-api'");
    });
    const { writeTables: write } = await import("../../src/store/write.ts");
    const written = await write(join(folder, `absent-${name}`), tablesOf(source), goOn);
    expect(written.ok ? "" : written.error).toMatch(/is written by DuckDB, which cannot be loaded/);
    expect(written.ok ? "" : written.error).toMatch(/way out: .*\.csv, \.ndjson or \.json/);
    expect(readdirSync(folder)).not.toContain(`absent-${name}`);
    // The others do not need it.
    expect((await write(join(folder, "absent.csv"), tablesOf(source), goOn)).ok).toBe(true);
  });
});
