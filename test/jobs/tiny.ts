// SPDX-License-Identifier: MIT
// Dialect files of the tests' own, small enough to be understood at once, and a folder to write them to.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { check } from "../../src/jobs/check.ts";
import type { CheckOptions, CheckReport, JobContext } from "../../src/jobs/reports.ts";
import { root } from "../../tools/source-files.ts";

/** A design without parts: enough for code that is no kernel. */
export const DESIGN = `
export const tiny = design({ name: "tiny", arch: "x86", parts: {}, config: {}, source: "a test", status: "a test" });
`;

/** Store buffering: each CPU stores to one variable and reads the other. */
export const STORE_BUFFERING = `
interface shared { x: upto<"n">; y: upto<"n">; r0: upto<"n">; r1: upto<"n"> }
const s = DEFINE_SHARED<shared>();
export const seen = at_end("one CPU sees the other's store", () => s.r0 === 1 || s.r1 === 1);
export const both = sometimes("both see", () => s.r0 === 1 && s.r1 === 1);

export function first(): void {
  WRITE_ONCE(s.x, 1);
  smp_mb();
  WRITE_ONCE(s.r0, READ_ONCE(s.y));
}
export function second(): void {
  WRITE_ONCE(s.y, 1);
  smp_mb();
  WRITE_ONCE(s.r1, READ_ONCE(s.x));
}

export const store_buffering = scenario({
  question: "Do both CPUs read 0?",
  machine: { cpus: 2, n: 1 },
  init() {},
  threads: { CPU0() { first(); }, CPU1() { second(); } },
  check: [seen],
  witness: [both],
  expect: { sc: safe, x86_tso: safe },
  mutants: [
    { name: "no barrier on CPU 0", mutant: drop(first, "smp_mb"), expect: { sc: safe, x86_tso: violates(seen) } },
  ],
});
`;

/** A scenario of two CPUs that run `first` and `second`, which expects nothing. `n` bounds what x and y can hold. */
export function scenarioOf(
  first: string,
  second = "",
  more: { init?: string; fields?: string; check?: string } = {},
): string {
  return `
interface shared { x: upto<"n">; y: upto<"n">; count: atomic<"n">; ${more.fields ?? ""} }
const s = DEFINE_SHARED<shared>();
export const wrong = never("something wrong");
export const happened = sometimes("something happens");
export const question = scenario({
  question: "What happens?",
  machine: { cpus: 2, n: 1 },
  init() { ${more.init ?? ""} },
  threads: { CPU0() { ${first} }, CPU1() { ${second} } },
  check: [${more.check ?? "wrong"}],
  witness: [],
  mutants: [],
});
`;
}

/** A folder that is gone after the tests of the file. `write` returns the path of what it wrote. */
export function temporary(): { folder: string; write: (name: string, text: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), "lazymm-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  return { folder, write };
}

/** The text of a file of the model, with imports that work from anywhere. */
export function modelFile(path: string): string {
  const folder = dirname(path);
  return readFileSync(`${root}/${path}`, "utf8").replace(/from "(\.[^"]*)"/g, (_, specifier: string) => {
    return `from "${join(folder, specifier).replace(/^model\//, "lazymm/")}"`;
  });
}

export function quiet(signal = new AbortController().signal): JobContext {
  return { signal, progress: () => undefined, note: () => undefined };
}

export const CHECK: CheckOptions = { names: [], designs: [], models: [], overlay: undefined, maxStates: undefined };

/** The report of a check that must succeed. */
export async function checked(options: Partial<CheckOptions>): Promise<CheckReport> {
  const report = await check({ ...CHECK, ...options }, quiet());
  if (!report.ok) throw new Error(JSON.stringify(report.error, null, 2));
  return report.value;
}
