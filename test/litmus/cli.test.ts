// SPDX-License-Identifier: MIT
// `lazymm litmus` as a user runs it: which files, which oracle, which exit code.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LitmusReport } from "../../src/jobs/litmus-report.ts";
import { root } from "../../tools/source-files.ts";
import { lazymm as run } from "../cli/run.ts";

const SB = readFileSync(`${root}/fixtures/litmus/SB.litmus`, "utf8");
const TSO = ["00", "01", "10", "11"].map((row) => `1:rax=${row[1]};   0:rax=${row[0]}`);

const folder = mkdtempSync(join(tmpdir(), "lazymm-litmus-"));
let count = 0;

/** A folder with these files in it. */
function files(contents: Readonly<Record<string, string>>): string {
  const at = join(folder, `${count++}`);
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(join(at, name, ".."), { recursive: true });
    writeFileSync(join(at, name), text);
  }
  return at;
}

const oracle = (table: unknown): string => join(files({ "oracle.json": JSON.stringify(table) }), "oracle.json");

const lazymm = (...args: string[]) => run("litmus", ...args);

async function report(...args: string[]): Promise<{ exit: number; report: LitmusReport }> {
  const { exit, out } = await lazymm(...args, "--json");
  return { exit, report: JSON.parse(out) as LitmusReport };
}

const verdicts = ({ tests }: LitmusReport): string[] => tests.map((t) => `${t.name} ${t.verdict}`);

test("only .litmus files, folders recursively, each file once", async () => {
  const at = files({
    "b.litmus": SB,
    "a/c.litmus": SB.replace("SB", "C"),
    "a/README.txt": "no",
    "a/x.litmus.bak": "no",
  });
  const { exit, report: found } = await report(at, join(at, "b.litmus"), "-m", "sc");
  expect(exit).toBe(0);
  expect(found.tests.map((t) => t.file)).toEqual([`${at}/a/c.litmus`, `${at}/b.litmus`]);
  expect(found.summary).toMatchObject({ total: 2, no_oracle: 2 });
});

test("an oracle by test, and one by suite", async () => {
  const at = files({ "one/b.litmus": SB, "two/b.litmus": SB });
  const flat = await report(at, "-m", "x86_tso", "--oracle", oracle({ SB: { states: TSO, observation: "Sometimes" } }));
  expect([flat.exit, ...verdicts(flat.report)]).toEqual([0, "SB equal", "SB equal"]);
  const suites = oracle({ one: { SB: { states: TSO } }, two: { SB: { states: TSO.slice(1) } }, three: {} });
  const nested = await report(at, "-m", "x86_tso", "--oracle", suites);
  expect([nested.exit, ...verdicts(nested.report)]).toEqual([1, "SB equal", "SB different"]);
  expect(nested.report.tests[1]).toMatchObject({ extra: ["0:rax=0; 1:rax=0;"], missing: [] });
  const other = await report(at, "-m", "x86_tso", "--oracle", oracle({ MP: { states: [] } }));
  expect([other.exit, ...verdicts(other.report)]).toEqual([0, "SB no_oracle", "SB no_oracle"]);
});

test("a missing state is a difference, and so is another observation of the same states", async () => {
  const at = files({ "b.litmus": SB });
  const missing = await report(at, "-m", "sc", "--oracle", oracle({ SB: { states: TSO } }));
  expect([missing.exit, ...verdicts(missing.report)]).toEqual([1, "SB different"]);
  expect(missing.report.tests[0]).toMatchObject({ extra: [], missing: ["0:rax=0; 1:rax=0;"] });
  const observed = await report(at, "-m", "x86_tso", "--oracle", oracle({ SB: { states: TSO, observation: "Never" } }));
  expect([observed.exit, ...verdicts(observed.report)]).toEqual([1, "SB different"]);
  expect(observed.report.tests[0]?.reason).toMatch(/Sometimes, not Never/);
});

test("a bad file is reported, and does not stop the others", async () => {
  const at = files({
    "a.litmus": "",
    "b.litmus": SB.replace("exists", "exits"),
    "c.litmus": SB,
    "d.litmus": SB.replace("movl", "movntil"),
  });
  const { exit, report: found } = await report(at, "-m", "x86_tso", "--oracle", oracle({ SB: { states: TSO } }));
  expect(exit).toBe(3);
  expect(found.summary).toEqual({ total: 4, equal: 1, different: 0, unsupported: 3, no_oracle: 0, incomplete: 0 });
  expect(found.tests.map((t) => t.damaged)).toEqual([true, true, false, false]);
  expect(found.tests[3]?.at).toBe(`${at}/d.litmus:7:2`);
  const { out } = await lazymm(at, "-m", "x86_tso");
  expect(out).toContain(`${at}/d.litmus:7:2: the instruction 'movntil $1,(x)'`);
  expect(out).toMatch(/4 tests under x86_tso: 3 unsupported, 1 no oracle\n$/);
});

test("what is not supported is no failure", async () => {
  const at = files({ "a.litmus": SB.replace("movl $1,(x)", "movntil %eax,(x)") });
  expect((await report(at, "-m", "x86_tso")).exit).toBe(0);
});

test("a limit has an exit code of its own, and is never equal", async () => {
  const at = files({ "b.litmus": SB });
  const states = oracle({ SB: { states: [] } });
  const { exit, report: found } = await report(at, "-m", "x86_tso", "--max-states", "3", "--oracle", states);
  expect([exit, ...verdicts(found)]).toEqual([4, "SB incomplete"]);
  expect(found.tests[0]?.limit).toBe("the search was cut off: states");
});

test("mistakes", async () => {
  const at = files({
    "b.litmus": SB,
    "c.txt": SB,
    "no/c.txt": "",
    "bad.json": "{",
    "odd.json": '{"SB":{"states":[1]}}',
  });
  const says = async (...args: string[]): Promise<string> => {
    const { exit, err } = await lazymm(...args);
    return `${exit} ${err.replaceAll(`${at}/`, "").split("\n")[0]}`;
  };
  expect(await says(at, "-m", "x86_tos")).toBe("2 lazymm: unknown memory model 'x86_tos'; did you mean 'x86_tso'?");
  expect(await says(at)).toMatch(/^2 lazymm: required option/);
  expect(await says(`${at}/d.litmus`, "-m", "sc")).toBe("3 lazymm: d.litmus: no such file or folder");
  expect(await says(`${at}/c.txt`, "-m", "sc")).toBe("3 lazymm: c.txt: a litmus test is a file that ends in .litmus");
  expect(await says(`${at}/no`, "-m", "sc")).toBe("3 lazymm: no: no .litmus files in there");
  expect(await says(at, "-m", "sc", "--oracle", `${at}/none.json`)).toBe("3 lazymm: none.json: no such file");
  expect(await says(at, "-m", "sc", "--oracle", `${at}/bad.json`)).toMatch(/^3 lazymm: bad\.json: not JSON: /);
  expect(await says(at, "-m", "sc", "--oracle", `${at}/odd.json`)).toMatch(/^3 lazymm: odd\.json: SB: expected \{/);
});
