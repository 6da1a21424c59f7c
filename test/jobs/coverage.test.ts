// SPDX-License-Identifier: MIT
// What a coverage run must notice, one thing at a time; and that looking does not change what is looked at.
import { describe, expect, test } from "vitest";
import { Marks } from "../../src/compiler/marks.ts";
import { coverage } from "../../src/jobs/coverage.ts";
import type { CoverageReport, FileCoverage } from "../../src/jobs/coverage-report.ts";
import { bufferDepth, build, prepare, runSearch } from "../../src/jobs/engine.ts";
import { openLibrary } from "../../src/jobs/library.ts";
import { selectCases } from "../../src/jobs/select.ts";
import { withProbes } from "../../src/program/probes.ts";
import { isDrawn } from "../model/draw.ts";
import { BEFORE, SECOND, scenario, tiny } from "./covered.ts";
import { CHECK, checked, quiet } from "./tiny.ts";

async function covered(options: Partial<typeof CHECK>): Promise<CoverageReport> {
  const report = await coverage({ ...CHECK, ...options }, quiet());
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  return report.value;
}

/** Of the code of the two functions, under sc; `lines` are those of the code alone. */
async function measured(code: string, more = {}): Promise<FileCoverage> {
  const names = scenario(code, more);
  const report = await covered({ names: [names.scenario], designs: [tiny], models: ["sc"] });
  const file = report.files.find(({ file: path }) => path === names.code);
  if (!file) throw new Error(`only ${report.files.map(({ file: path }) => path).join(", ")}`);
  return file;
}

const missed = (file: FileCoverage): [number, string][] => file.missed.map(({ line, why }) => [line - BEFORE, why]);
const oneSided = (file: FileCoverage): string[] =>
  file.one_sided.map(({ line, kind, never, text }) => `${line - BEFORE} ${kind} never ${never}: ${text}`);

describe("lines", () => {
  test("that run are executed", async () => {
    const file = await measured(`export function first(): void {
  WRITE_ONCE(s.x, 1);
  WRITE_ONCE(s.r, READ_ONCE(s.y));
}
${SECOND}`);
    expect(file).toMatchObject({ lines: 3, executed: 3, missed: [], one_sided: [] });
  });

  test("behind a condition that never holds are not reached", async () => {
    const file = await measured(`export function first(): void {
  if (READ_ONCE(s.y) === 2) {
    WRITE_ONCE(s.x, 1);
    helper();
  }
}
function helper(): void {
  WRITE_ONCE(s.r, 1);
}
${SECOND}`);
    expect(missed(file)).toEqual([
      [3, "not reached"],
      [4, "not reached"],
      [8, "not reached"],
    ]);
    expect(file.missed[0]).toMatchObject({ func: "first", text: "WRITE_ONCE(s.x, 1);" });
    expect(file.lines - file.executed).toBe(3);
  });

  test("of a function that no scenario executes are listed", async () => {
    const file = await measured(`export function first(): void {
  WRITE_ONCE(s.x, 1);
}
export function unused(): void {
  WRITE_ONCE(s.x, 0);
  if (READ_ONCE(s.y) === 1) WRITE_ONCE(s.x, 1);
}
${SECOND}`);
    expect(missed(file)).toEqual([
      [5, "not called"],
      [6, "not called"],
    ]);
  });

  test("that a constant decides against are left out", async () => {
    const file = await measured(`export function first(): void {
  if (machine.n > 5) WRITE_ONCE(s.x, 0);
  else WRITE_ONCE(s.x, 1);
  if (machine.n > 5) {
    WRITE_ONCE(s.x, 2);
  }
}
${SECOND}`);
    expect(missed(file)).toEqual([
      [2, "left out"],
      [5, "left out"],
    ]);
  });

  test("that only compute the initial state do not count as executed", async () => {
    const file = await measured(
      `export function first(): void {
  WRITE_ONCE(s.x, 1);
}
export function prepare(twice: bool): void {
  WRITE_ONCE(s.r, 1);
  if (twice) WRITE_ONCE(s.r, 2);
  if (READ_ONCE(s.r) === 2) {
    WRITE_ONCE(s.r, 0);
  }
}
${SECOND}`,
      { imports: ", prepare", init: "prepare(false);" },
    );
    expect(missed(file).filter(([line]) => line === 5 || line === 8)).toEqual([
      [5, "only in init"],
      [8, "not reached"],
    ]);
  });

  test("behind a wait that never ends are not reached", async () => {
    const file = await measured(`export function first(): void {
  smp_cond_load_acquire(s.x, VAL === 2);
  WRITE_ONCE(s.r, 1);
}
${SECOND}`);
    expect(missed(file)).toEqual([
      [2, "not reached"],
      [3, "not reached"],
    ]);
    expect(oneSided(file)).toEqual(["2 waits never true: smp_cond_load_acquire(s.x, VAL === 2)"]);
  });

  test("that only report what must never happen are none", async () => {
    const file = await measured(`export function first(): void {
  if (READ_ONCE(s.x) === 2) raise(wrong);
  WRITE_ONCE(s.x, 1);
}
${SECOND}`);
    expect(file).toMatchObject({ missed: [], one_sided: [], conditions: 0, lines: 2 });
  });

  test("of loops, local computation and early returns count, too", async () => {
    const file = await measured(`export function first(): void {
  let sum = 0;
  for (const cpu of for_each_possible_cpu()) {
    sum = sum + READ_ONCE(s.y);
  }
  if (sum > 1) {
    sum = 1;
    return;
  }
  if (sum > 2) {
    sum = 0;
  }
  WRITE_ONCE(s.x, sum);
}
${SECOND}`);
    expect(missed(file)).toEqual([[11, "not reached"]]);
    expect(oneSided(file)).toEqual(["10 if never true: sum > 2"]);
  });
});

describe("conditions", () => {
  const twice = (test: string): string => `export function first(): void {
  if (${test}) WRITE_ONCE(s.x, 1);
  else WRITE_ONCE(s.r, 1);
}
${SECOND}`;

  test("with both outcomes are counted and not listed", async () => {
    expect(await measured(twice("READ_ONCE(s.y) === 1"))).toMatchObject({ conditions: 1, one_sided: [] });
  });

  test("that are always true are listed", async () => {
    expect(oneSided(await measured(twice("READ_ONCE(s.y) < 2")))).toEqual(["2 if never false: READ_ONCE(s.y) < 2"]);
  });

  test("that are never true are listed", async () => {
    expect(oneSided(await measured(twice("READ_ONCE(s.y) > 1")))).toEqual(["2 if never true: READ_ONCE(s.y) > 1"]);
  });

  test("whose right side is never looked at say so", async () => {
    const sides = oneSided(await measured(twice("READ_ONCE(s.y) > 1 && READ_ONCE(s.x) === 0")));
    expect(sides).toContain("2 access never made: READ_ONCE(s.x)");
  });

  const FRAME = `interface flags { go: int<0, 1> }
const flags = DEFINE_FRAME<flags>();
function go(): void {
  instruction();
  flags.go = 1;
}
function wait_inside(): void {
  instruction();
  when(flags.go === 1);
}
`;
  test.each([
    ["an access", "smp_cond_load_acquire(s.y, VAL === 1);"],
    ["when()", "when(flags.go === 1);"],
    ["when() in an instruction", "wait_inside();"],
  ])("of %s: whether anybody ever had to wait", async (_what, line) => {
    const second = SECOND.replace("WRITE_ONCE(s.y, 1);", "WRITE_ONCE(s.y, 1); go();");
    const code = (text: string): string => `export function first(): void { ${text} }\n${second}${FRAME}`;
    expect(oneSided(await measured(code(line)))).toEqual([]);
    const idle = await measured(code(line).replaceAll("=== 1", ">= 0"));
    expect(oneSided(idle)).toEqual([expect.stringMatching(/^1 waits never false: /)]);
  });

  test("of a compare-and-exchange: whether it ever failed", async () => {
    const code = (old: number): string => `export function first(): void {
  cmpxchg(s.y, ${old}, 2);
}
${SECOND}`;
    expect(oneSided(await measured(code(0)))).toEqual([]);
    expect(oneSided(await measured(code(2)))).toEqual(["2 stores never true: cmpxchg(s.y, 2, 2)"]);
  });
});

describe("a run", () => {
  const library = openLibrary(undefined);
  const cases = library.ok ? selectCases(library.value, { names: [], designs: [], models: [] }) : library;
  if (!library.ok || !cases.ok) throw new Error("the shipped model compiles");
  const names = [...new Set(cases.value.map((item) => item.scenario.info.name))];
  // One design per scenario, another one each time; and not every scenario each time.
  const items = names.flatMap((name, i) => {
    if (!isDrawn(`coverage of ${name}`, 4)) return [];
    const own = cases.value.filter((item) => item.scenario.info.name === name);
    return own.slice(i % own.length, (i % own.length) + 1).map((item) => [name, item] as const);
  });
  test.each(items)("of %s has the states and the transitions of one without probes", async (_name, item) => {
    const marks = new Marks();
    const [plain, marked] = [build(library.value, item), build(library.value, item, undefined, marks)];
    if (!plain.ok || !marked.ok) throw new Error("the shipped model compiles");
    const probed = withProbes(marked.value);
    expect(probed.probes.length).toBeGreaterThan(10);
    expect(marked.value.witnesses.map(({ name }) => marks.list[Number(name)]?.kind)).not.toContain(undefined);
    for (const model of item.models) {
      const searched = async (program: typeof plain.value) => {
        const engine = prepare(program, model, bufferDepth(item, model), false);
        const { states, transitions, depth, complete } = await runSearch(
          engine,
          program,
          { maxStates: 20_000 },
          quiet(),
          "",
        );
        return { states, transitions, depth, complete };
      };
      expect(await searched(probed.program)).toEqual(await searched(plain.value));
    }
  });

  test("goes on where a state violates a property, and ends where a step does", async () => {
    const never = 'export const there = always("x is 0", () => s.x === 0);\n';
    const code = `export function first(): void {\n  WRITE_ONCE(s.x, 1);\n  WRITE_ONCE(s.r, 1);\n}\n${SECOND}${never}`;
    const names = scenario(code, { imports: ", there", check: "there" });
    const options = { names: [names.scenario], designs: [tiny], models: ["sc"] };
    const judged = await checked(options);
    expect(judged.results).toMatchObject([{ verdict: "violates", property: "x is 0" }]);
    const report = await covered(options);
    expect(report.runs).toMatchObject([{ ended: "complete" }]);
    expect(report.files.find(({ file }) => file === names.code)?.missed).toEqual([]);

    const raising = scenario(`export function first(): void {\n  raise(wrong);\n}\n${SECOND}`);
    const ended = await covered({ ...options, names: [raising.scenario] });
    expect(ended.runs).toMatchObject([{ ended: "violation" }]);
    expect(ended.notes.join("\n")).toMatch(/1 search ended with a violation/);
  });

  test("beyond a limit says that it does not know", async () => {
    const report = await covered({ names: ["unlazy_vs_munmap"], designs: ["linux-6.12-x86"], maxStates: 50 });
    expect(report.runs.map(({ ended }) => ended)).toEqual(["limit", "limit"]);
    expect(report.notes.join("\n")).toMatch(/2 searches met a limit/);
    const whole = await covered({ names: ["unlazy_vs_munmap"], designs: ["linux-6.12-x86"] });
    expect(whole.executed).toBeGreaterThan(report.executed);
    expect(whole.notes.join("\n")).not.toMatch(/limit/);
  });

  test("of another scenario covers other lines: together they cover both", async () => {
    const options = { designs: ["linux-6.12-x86"], models: ["sc"] };
    const executed = async (...scenarios: string[]): Promise<number> => {
      return (await covered({ ...options, names: scenarios })).executed;
    };
    const [a, b] = [await executed("unlazy_vs_munmap"), await executed("batched_reclaim")];
    expect(await executed("unlazy_vs_munmap", "batched_reclaim")).toBeGreaterThan(Math.max(a, b));
  });

  test("has no variants of other designs", async () => {
    const report = await covered({ names: ["lazy_vs_exit"], designs: ["linux-6.12-x86"], models: ["sc"] });
    const paths = report.files.map(({ file }) => file);
    expect(paths).toContain("model/kernel/lifetime/mainline.ts");
    expect(paths.filter((path) => /shootdown|hazard|no_lazy|scenarios|properties|designs/.test(path))).toEqual([]);
  });
});
