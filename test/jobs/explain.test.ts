// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { parsePath } from "../../src/checker/path.ts";
import { explain } from "../../src/jobs/explain.ts";
import type { ExplainOptions, ExplainReport } from "../../src/jobs/explain-report.ts";
import { checked, DESIGN, quiet, STORE_BUFFERING, scenarioOf, temporary } from "./tiny.ts";

const { write } = temporary();
const tiny = write("tiny.ts", DESIGN);
const file = write("sb.ts", STORE_BUFFERING);

const OPTIONS: ExplainOptions = {
  scenario: file,
  design: tiny,
  model: "x86_tso",
  mutant: "1",
  path: undefined,
  overlay: undefined,
  full: false,
};

async function explained(options: Partial<ExplainOptions> = {}): Promise<ExplainReport> {
  const report = await explain({ ...OPTIONS, ...options }, quiet());
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  return report.value;
}

/** The options of the command that a counterexample ends with. */
function optionsOf(text: string): Partial<ExplainOptions> {
  const [, command] = text.replace(/ \\\n */, " ").split("explain: lazymm explain ");
  const words = command!.trim().split(" ");
  const option = (name: string): string | undefined => words[words.indexOf(`--${name}`) + 1];
  const has = (name: string): boolean => words.includes(`--${name}`);
  return {
    scenario: words[0]!,
    design: option("design"),
    model: option("model"),
    mutant: has("mutant") ? option("mutant") : undefined,
    path: option("path"),
  };
}

test("a counterexample, word for word", async () => {
  const { text } = await explained();
  const [story, command] = text.split("  explain: ");
  expect(`\n${story}`).toBe(`
store_buffering, tiny, x86_tso, with "no barrier on CPU 0"
violates "one CPU sees the other's store"

  Do both CPUs read 0?

    CPU 0                                    CPU 1
    first()
      x = 1 (buffered)                                                                  scenario:8
      y -> 0                                                                            scenario:10
      r0 = 0 (buffered)                                                                 scenario:10
                                             second()
                                               y = 1                                    scenario:13
                                               smp_mb()                                 scenario:14
                                               x -> 0                                   scenario:15
                                                 (x = 1 still waits in CPU 0's store
                                                     buffer)
      x = 1 (now visible)
      r0 = 0 (now visible)
                                               r1 = 0                                   scenario:15

  "one CPU sees the other's store" is violated: r0 = 0; r1 = 0
`);
  expect(command).toMatch(
    /^lazymm explain .*sb\.ts --design .*tiny\.ts --model x86_tso --mutant 1 \\\n +--path [\dx.]+\n$/,
  );
});

describe("round trip", () => {
  test("the command that a check prints prints the same", async () => {
    const report = await checked({ names: [file], designs: [tiny] });
    const text = report.results[1]!.mutants[0]!.counterexample!;
    expect((await explained(optionsOf(text))).text).toBe(text);
  });

  test("of every counterexample of a shipped scenario", async () => {
    const report = await checked({ names: ["unlazy_vs_munmap"], designs: ["linux-6.12-x86"] });
    const items = report.results.flatMap((result) => [result, ...result.mutants]);
    const texts = items.flatMap(({ counterexample }) => counterexample ?? []);
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) expect((await explained({ ...optionsOf(text) })).text).toBe(text);
  });

  test("the path in the report is the path in the text, in long and in short", async () => {
    const report = await explained();
    const { path } = optionsOf(report.text);
    expect(parsePath(path!)).toEqual({ ok: true, value: report.path });
    expect((await explained({ path: report.path.join(".") })).text).toBe(report.text);
  });
});

describe("a run as data", () => {
  test("has a row per step, with its place and what it did", async () => {
    const report = await explained();
    expect(report).toMatchObject({ schema: "lazymm.explain/1", verdict: "violates", mutant: "no barrier on CPU 0" });
    expect(report.steps.length).toBe(report.path.length);
    const store = report.steps.find((step) => step.text.startsWith("WRITE_ONCE(s.x"));
    expect(store).toEqual({
      cpu: 0,
      agent: "thread",
      context: "CPU0",
      func: "first",
      at: `${file}:8`,
      text: "WRITE_ONCE(s.x, 1)",
      effects: ["x = 1 (buffered)"],
      private: false,
      changes: [],
      buffered: 1,
    });
    const drained = report.steps.find((step) => step.agent === "store buffer" && step.cpu === 0);
    expect(drained).toMatchObject({ effects: ["x = 1 (now visible)"], buffered: 1 });
    expect(drained?.changes).toEqual([{ name: "x", value: "1", number: 1 }]);
    expect(report.steps.find((step) => step.text === "" && step.cpu === 0)?.effects).toEqual(["x = 1 (now visible)"]);
  });

  test("in full shows every step and hides nothing", async () => {
    const report = await explained({ full: true });
    expect(report.text).not.toContain("--full");
    for (const { effects } of report.steps) expect(report.text).toContain(effects[0]);
  });

  test("that violates nothing says so, of this run alone", async () => {
    const report = await explained({ path: "0.0" });
    expect(report).toMatchObject({ verdict: "no violation", property: null });
    expect(report.text).toContain("no violation on this path");
  });

  test("says where a violation comes before the end", async () => {
    const raised = write("raised.ts", scenarioOf("raise(wrong); WRITE_ONCE(s.x, 1);", "WRITE_ONCE(s.y, 1);"));
    const report = await explain({ ...OPTIONS, scenario: raised, mutant: undefined, model: "sc" }, quiet());
    expect(report).toMatchObject({ ok: true, value: { verdict: "violates", property: "something wrong" } });
  });
});

describe("what cannot be explained", () => {
  test.each<[string, Partial<ExplainOptions>, object]>([
    [
      "no path at all",
      { path: "0.x" },
      { kind: "usage", message: expect.stringMatching(/"x" \(part 2 of the path\)/) },
    ],
    [
      "a path that leaves the model",
      { path: "0x2.99" },
      { kind: "usage", message: expect.stringMatching(/no choice 99/) },
    ],
    ["an unknown mutant", { mutant: "9" }, { kind: "unknown name", what: "mutant", known: ["no barrier on CPU 0"] }],
    ["an unknown design", { design: "x" }, { kind: "unknown name", what: "design" }],
    ["an unknown scenario", { scenario: "x" }, { kind: "unknown name", what: "scenario" }],
    [
      "a path without the model that it is a path of",
      { model: undefined, path: "0" },
      { kind: "usage", message: expect.stringMatching(/--model \(sc, x86_tso\)/) },
    ],
    [
      "what is safe",
      { mutant: undefined },
      { kind: "usage", message: expect.stringMatching(/no counterexample .* safe/) },
    ],
  ])("%s", async (_what, options, error) => {
    expect(await explain({ ...OPTIONS, ...options }, quiet())).toMatchObject({ ok: false, error });
  });

  test("a path without the design that it is a path of", async () => {
    const options = { ...OPTIONS, scenario: "unlazy_vs_munmap", design: undefined, path: "0" };
    const error = { kind: "usage", message: expect.stringMatching(/--design \(.*linux-6\.12-x86/) };
    expect(await explain(options, quiet())).toMatchObject({ ok: false, error });
  });

  test("without design and model: the first counterexample that there is", async () => {
    const options = { ...OPTIONS, scenario: "unlazy_vs_munmap", design: undefined, model: undefined, mutant: "1" };
    // Without its smp_mb() it is safe under sc: the counterexample is one of x86-TSO.
    expect(await explain(options, quiet())).toMatchObject({
      ok: true,
      value: { model: "x86_tso", verdict: "violates" },
    });
  });
});
