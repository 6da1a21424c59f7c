// SPDX-License-Identifier: MIT
// Every judged field, as `conform -o` writes it: just those of the order that was taken in the end, and each of them
// once, however often the sweep has gone back.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { PlannedField, PlannedProbe } from "../../src/conformance/plan.ts";
import { StepLog } from "../../src/conformance/step-log.ts";
import type { ConformReport } from "../../src/jobs/conform-report.ts";
import { stepInstants } from "../../src/jobs/conform-steps.ts";
import { lazymm } from "../cli/run.ts";
import { decode } from "../store/perfetto-file.ts";
import { FIXTURE, line, parse } from "../traces/text.ts";

const folder = mkdtempSync(join(tmpdir(), "lazymm-steps-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface StepLine {
  readonly row: number;
  readonly cpu: number;
  readonly kind: string;
  readonly field: string | null;
  readonly recorded: string | null;
  readonly predicted: string | null;
  readonly outcome: string;
}

async function conform(file: string, ...options: string[]): Promise<{ report: ConformReport; steps: StepLine[] }> {
  const path = join(folder, file);
  const { out } = await lazymm("conform", FIXTURE, "-o", path, "--json", ...options);
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return { report: JSON.parse(out) as ConformReport, steps: lines.map((line) => JSON.parse(line) as StepLine) };
}

const keyOf = ({ row, kind, field }: StepLine): string => `${row} ${kind} ${field}`;
const rowsOf = (steps: readonly StepLine[]): Set<number> => new Set(steps.map(({ row }) => row));

describe("of a recording that conforms", async () => {
  const { report, steps } = await conform("good.ndjson");

  test("everything is exact, and in the order of the rows", () => {
    expect(report.tables).toEqual([{ name: "steps", file: join(folder, "good.ndjson"), rows: steps.length }]);
    expect(new Set(steps.map(({ outcome }) => outcome))).toEqual(new Set(["exact"]));
    expect(steps.filter(({ recorded, predicted }) => recorded !== predicted)).toEqual([]);
    expect(steps.every(({ row }, i) => i === 0 || steps[i - 1]!.row <= row)).toBe(true);
  });

  test("each field once", () => {
    expect(new Set(steps.map(keyOf)).size).toBe(steps.length);
  });

  test("each kind has as many rows as steps; but rows with fields that are all seen for the first time", () => {
    for (const [kind, { total }] of Object.entries(report.steps)) {
      const rows = rowsOf(steps.filter((step) => step.kind === kind)).size;
      expect(rows, kind).toBeLessThanOrEqual(total);
      expect(rows, kind).toBeGreaterThanOrEqual(total * 0.95);
    }
  });
}, 60_000);

describe("of a design that the recording contradicts", async () => {
  const { report, steps } = await conform("bad.ndjson", "-d", "linux-6.14-x86");

  test("each field once, whatever orders were tried", () => {
    const fields = steps.filter(({ field }) => field !== null);
    expect(new Set(fields.map(keyOf)).size).toBe(fields.length);
  });

  test("the first contradiction of the report is among them, in the words of the recording", () => {
    const [first] = report.unexplained;
    expect([first!.row, first!.kind, first!.reason]).toEqual([
      223,
      "mmput",
      "cb=0x0 is recorded, and the design has 2",
    ]);
    const step = steps.find(({ row, field }) => row === 223 && field === "cb");
    expect(step).toMatchObject({ kind: "mmput", recorded: "0x0", predicted: "0x2", outcome: "unexplained" });
  });
}, 120_000);

describe("drawn on the recording", () => {
  test("what is exact is not", async () => {
    const file = join(folder, "good.pftrace");
    const { exit } = await lazymm("conform", FIXTURE, "-o", file, "--json");
    const tracks = new Set(decode(readFileSync(file)).events.map(({ track }) => track.split("/").at(-1)));
    expect([exit, tracks.has("lazy"), tracks.has("steps")]).toEqual([0, true, false]);
  }, 60_000);

  test("what is not, with both values", () => {
    const { table } = parse(line("sh", 7, 2, 5, "p: (f+0x0/0x1) mm=0xff11000000000010 cb=0x4"));
    const probe = { name: "p", group: "p" } as PlannedProbe;
    const field = (column: number, as: PlannedField["as"]) =>
      ({ ...table.kinds[table.kind[0]!]!.args[column], column, as }) as unknown as PlannedField;
    const log = new StepLog();
    log.add(0, { row: 0, probe, field: field(1, "mm"), outcome: "exact", predicted: undefined });
    log.add(0, { row: 0, probe, field: field(1, "mm"), outcome: "unexplained", predicted: 3 });
    log.add(0, { row: 0, probe, field: field(2, "int"), outcome: "unknown", predicted: 12 });
    log.add(0, { row: 0, probe, field: undefined, outcome: "unexplained", predicted: "the design waits" });
    expect([...stepInstants(log, table)].map(({ cpu, name, args }) => [cpu, name, args])).toEqual([
      [2, "unexplained: p.mm", { row: 0, recorded: "0xff11000000000010", predicted: "#3" }],
      [2, "unknown: p.cb", { row: 0, recorded: "0x4", predicted: "0xc" }],
      [2, "unexplained: p", { row: 0, recorded: "", predicted: "the design waits" }],
    ]);
  });
});

describe("the log", () => {
  const probe = { name: "p0", group: "p" } as PlannedProbe;

  test("forgets what was told while rows were taken that are undone, also of earlier rows", () => {
    const log = new StepLog();
    const add = (taking: number, row: number, predicted?: string): void =>
      log.add(taking, { row, probe, field: undefined, outcome: predicted ? "unexplained" : "exact", predicted });
    add(1, 1);
    add(2, 2);
    add(3, 1, "late");
    expect([log.hasFailed(3), log.hasFailed(2)]).toEqual([true, false]);
    log.undo(3);
    add(3, 3);
    expect(Array.from(log.inOrder(), (entry) => log.step(entry))).toMatchObject([
      { row: 1, outcome: "exact", predicted: undefined },
      { row: 2, outcome: "exact", predicted: undefined },
      { row: 3, outcome: "exact", predicted: undefined },
    ]);
  });

  test("what was judged late stands where it was recorded", () => {
    const log = new StepLog();
    for (const [taking, row] of [[1, 1], [2, 2], [3, 1]] as const) {
      log.add(taking, { row, probe, field: undefined, outcome: "exact", predicted: undefined });
    } // biome-ignore format: a table
    expect(Array.from(log.inOrder(), (entry) => log.step(entry).row)).toEqual([1, 1, 2]);
  });
});
