// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { barriers } from "../../src/jobs/barriers.ts";
import type { BarrierOutcome, BarrierRow, BarriersOptions, BarriersReport } from "../../src/jobs/barriers-report.ts";
import { explain } from "../../src/jobs/explain.ts";
import type { ExplainOptions } from "../../src/jobs/explain-report.ts";
import { checked, DESIGN, modelFile, quiet, STORE_BUFFERING, scenarioOf, temporary } from "./tiny.ts";

const { folder, write } = temporary();
const OPTIONS: BarriersOptions = { names: [], designs: [], models: [], overlay: undefined, maxStates: undefined };

async function reported(options: Partial<BarriersOptions>, context = quiet()): Promise<BarriersReport> {
  const report = await barriers({ ...OPTIONS, ...options }, context);
  if (!report.ok) throw new Error(JSON.stringify(report.error, null, 2));
  return report.value;
}

async function rowsOf(options: Partial<BarriersOptions>): Promise<readonly BarrierRow[]> {
  return (await reported(options)).designs.flatMap((design) => design.barriers);
}

/** Rows of a file of a test's own, under x86-TSO: what each place was found to be. */
async function ofText(name: string, text: string): Promise<BarrierRow[]> {
  const file = write(name, DESIGN + text);
  return [...(await rowsOf({ names: [`${file}:question`], designs: [file], models: ["x86_tso"] }))];
}

function under(row: BarrierRow | undefined, model: string): BarrierOutcome {
  const outcome = row?.outcomes.find((one) => one.model === model);
  if (outcome === undefined) throw new Error(`no outcome under ${model}`);
  return outcome;
}

async function explained(options: Partial<ExplainOptions> & { scenario: string }) {
  const none = { design: undefined, model: undefined, mutant: undefined, path: undefined, overlay: undefined };
  return await explain({ ...none, full: false, ...options }, quiet());
}

describe("a barrier that a scenario needs", () => {
  const file = write("store-buffering.ts", DESIGN + STORE_BUFFERING);
  const scenario = `${file}:store_buffering`;

  test("is distinguished under the model that needs it, and has no effect where nothing is reordered", async () => {
    const rows = await rowsOf({ names: [scenario], designs: [file] });
    expect(rows.map(({ func, primitive, order }) => `${func} ${primitive} ${order}`)).toEqual([
      "first smp_mb fence mb",
      "second smp_mb fence mb",
    ]);
    for (const row of rows) {
      expect(under(row, "sc")).toMatchObject({ result: "no effect", weakened: "dropped", searched: [] });
      expect(under(row, "x86_tso")).toMatchObject({
        result: "distinguished",
        weakened: "dropped",
        scenario: "store_buffering",
        property: "one CPU sees the other's store",
        searched: ["store_buffering"],
      });
    }
  });

  test("has a command that prints the run, of as many steps", async () => {
    const [first] = await rowsOf({ names: [scenario], designs: [file], models: ["x86_tso"] });
    const { command, steps, property } = under(first, "x86_tso");
    const weaken = /--weaken (\S+)/.exec(command ?? "")?.[1];
    expect(command).toContain(`lazymm explain ${file} --design ${file} --model x86_tso --weaken ${file}:`);
    const report = await explained({ scenario, design: file, model: "x86_tso", weaken });
    if (!report.ok) throw new Error(JSON.stringify(report.error));
    expect(report.value).toMatchObject({ verdict: "violates", property, mutant: `smp_mb() dropped at ${weaken}` });
    expect(report.value.path.length).toBe(steps);
    const path = /--path (\S+)/.exec(report.value.command)?.[1];
    const again = await explained({ scenario, design: file, model: "x86_tso", weaken, path });
    expect(again.ok && again.value.text).toBe(report.value.text);
  });

  test.each([
    ["nonsense", /FILE:LINE/],
    [":3", /FILE:LINE/],
    ["store-buffering.ts:1", /unknown name.*barrier/],
    ["elsewhere.ts:12", /unknown name.*barrier/],
  ])("explain --weaken %s is refused", async (weaken, why) => {
    const report = await explained({ scenario, design: file, model: "x86_tso", weaken });
    expect(!report.ok && JSON.stringify(report.error)).toMatch(why);
  });

  test("a mutant and a weakened barrier are two questions", async () => {
    const report = await explained({ scenario, design: file, model: "x86_tso", weaken: "x.ts:1", mutant: "1" });
    expect(!report.ok && JSON.stringify(report.error)).toContain("one of the two");
  });
});

const MESSAGE = `
interface shared { x: upto<"n">; y: upto<"n">; seen: upto<"n">; r: upto<"n"> }
const s = DEFINE_SHARED<shared>();
export const order = at_end("who sees y sees x", () => s.seen === 0 || s.r === 1);
export function first(): void {
  WRITE_ONCE(s.x, 1);
  xchg(s.y, 1);
}
export function second(): void {
  WRITE_ONCE(s.seen, smp_load_acquire(s.y));
  WRITE_ONCE(s.r, READ_ONCE(s.x));
}
export const message = scenario({
  question: "Does who sees y see x?",
  machine: { cpus: 2, n: 1 },
  init() {},
  threads: { CPU0() { first(); }, CPU1() { second(); } },
  check: [order],
  witness: [],
  mutants: [],
});
`;

test("where the weakest form is distinguished, the stronger ones are tried", async () => {
  const file = write("message.ts", DESIGN + MESSAGE);
  const rows = await rowsOf({ names: [`${file}:message`], designs: [file], models: ["x86_tso", "armv8"] });
  const [xchg, load] = ["xchg", "smp_load_acquire"].map((name) => rows.find(({ primitive }) => primitive === name));
  expect(under(xchg, "x86_tso").result).toBe("no effect");
  expect(under(xchg, "armv8")).toMatchObject({ result: "distinguished", weakened: "relaxed", enough: ["release"] });
  expect(under(xchg, "armv8").claim).toContain("release: not distinguished");
  expect(under(load, "armv8")).toMatchObject({ result: "distinguished", weakened: "once", enough: [] });
});

describe("what is said where nothing was distinguished", () => {
  test("a barrier that no scenario misses", async () => {
    const [row] = await ofText("idle.ts", scenarioOf("WRITE_ONCE(s.x, 1); smp_mb();"));
    const claim = "dropped: no given scenario at these bounds distinguishes its removal under x86_tso (1 searched)";
    expect(under(row, "x86_tso")).toMatchObject({ result: "not distinguished", claim, command: null });
  });

  test("a barrier that is never executed, though it is compiled", async () => {
    const [row] = await ofText("dead.ts", scenarioOf("if (READ_ONCE(s.x) === 1) smp_mb();"));
    expect(under(row, "x86_tso")).toMatchObject({
      result: "not executed",
      claim: "not executed by any given scenario",
    });
  });

  test("a barrier in a function that nobody calls", async () => {
    const helper = "export function helper(): void { smp_wmb(); }\n";
    const [row] = await ofText("uncalled.ts", helper + scenarioOf("WRITE_ONCE(s.x, 1);"));
    expect(row).toMatchObject({ func: "helper", primitive: "smp_wmb" });
    expect(under(row, "x86_tso").result).toBe("not executed");
  });

  test("a barrier in a scenario that is violated with it", async () => {
    const [row] = await ofText(
      "broken.ts",
      scenarioOf("smp_mb(); raise_it();").replace(
        "export const question",
        "function raise_it(): void { instruction(); raise(wrong); }\nexport const question",
      ),
    );
    expect(under(row, "x86_tso")).toMatchObject({ result: "not asked", claim: expect.stringContaining("question") });
  });

  test("a limit is unknown, whether the scenario or what is left of it has hit it", async () => {
    const file = write("limit.ts", DESIGN + STORE_BUFFERING);
    const names = [`${file}:store_buffering`];
    const few = await rowsOf({ names, designs: [file], models: ["x86_tso"], maxStates: 3 });
    expect(few.map((row) => under(row, "x86_tso").result)).toEqual(["unknown", "unknown"]);
    // Without the barrier there is more to search than with it.
    const stores = "WRITE_ONCE(s.x, 1); WRITE_ONCE(s.y, 1); smp_mb();";
    const idle = write("idle-limit.ts", DESIGN + scenarioOf(stores, stores));
    const one = { names: [`${idle}:question`], designs: [idle], models: ["x86_tso"] };
    const states = (await checked(one)).results[0]?.states;
    const [row] = await rowsOf({ ...one, maxStates: states });
    expect(under(row, "x86_tso")).toMatchObject({ result: "unknown", searched: ["question"] });
  });

  test("a scenario without a verdict leaves it unknown, whatever the others say", async () => {
    const stores = "WRITE_ONCE(s.y, 1); ".repeat(4);
    const scenarioNamed = (name: string, second: string): string => `
export const ${name} = scenario({
  question: "What happens?",
  machine: { cpus: 2, n: 1 },
  init() {},
  threads: { CPU0() { helper(); }, CPU1() { ${second} } },
  check: [],
  witness: [],
  mutants: [],
});
`;
    const shared = `
interface shared { x: upto<"n">; y: upto<"n"> }
const s = DEFINE_SHARED<shared>();
export function helper(): void { WRITE_ONCE(s.x, 1); smp_mb(); WRITE_ONCE(s.x, 0); }
`;
    const file = write("two.ts", DESIGN + shared + scenarioNamed("small", "") + scenarioNamed("large", stores));
    const both = { names: [`${file}:small`, `${file}:large`], designs: [file], models: ["x86_tso"] };
    const [safe] = await rowsOf(both);
    expect(under(safe, "x86_tso")).toMatchObject({ result: "not distinguished", searched: ["small", "large"] });
    const [row] = await rowsOf({ ...both, maxStates: 20 });
    expect(under(row, "x86_tso")).toMatchObject({ result: "unknown", searched: ["small"] });
    expect(under(row, "x86_tso").claim).toContain("large, as it is: the limit of 20 states");
  });

  test("after an interrupt: what there is, and that it is not all", async () => {
    const controller = new AbortController();
    controller.abort();
    const file = write("interrupted.ts", DESIGN + STORE_BUFFERING);
    const report = await reported({ names: [file] }, quiet(controller.signal));
    expect(report).toMatchObject({ interrupted: true, designs: [] });
  });
});

describe("what is weakened", () => {
  test("every ordering access, and to what", async () => {
    const rows = await ofText(
      "all.ts",
      scenarioOf(
        `smp_mb(); smp_rmb(); smp_wmb(); smp_mb__after_spinlock();
         WRITE_ONCE(s.x, READ_ONCE(s.y)); smp_store_release(s.x, smp_load_acquire(s.y));
         atomic_inc(s.count); if (atomic_dec_and_test(s.count)) serialise();`,
        "smp_cond_load_acquire(s.x, VAL === 0);",
      ).replace(
        "export const question",
        "function serialise(): void { serialising_instruction(); }\nexport const question",
      ),
    );
    expect(rows.map((row) => `${row.order}: ${row.outcomes[0]?.weakened}`)).toEqual([
      "fence mb: dropped",
      "fence rmb: dropped",
      "fence wmb: dropped",
      "fence after_spinlock: dropped",
      "store release: once",
      "load acquire: once",
      "rmw full: relaxed",
      "instruction serialising: not serialising",
      "await acquire: once",
    ]);
  });

  test("the comment above it says what it pairs with", async () => {
    const text = `// Orders much.
  // Pairs with: second(), in all
  // its beauty. And more.
  smp_mb();
  smp_wmb();`;
    const rows = await ofText("pairs.ts", scenarioOf(text));
    expect(rows.map((row) => row.pairs_with)).toEqual(["second(), in all its beauty", null]);
  });

  test("a scenario's own barriers are part of the question, and not of the design", async () => {
    const own = write("own.ts", scenarioOf("smp_mb();"));
    const design = write("design-only.ts", DESIGN);
    expect(await rowsOf({ names: [own], designs: [design] })).toEqual([]);
  });
});

test("a patched kernel without the barrier is not asked about it: it is violated already", async () => {
  const path = "kernel/arch/x86/mm/tlb.ts";
  const text = modelFile(`model/${path}`).replace("    smp_mb();\n", "");
  write(`patched/${path}`, text);
  const rows = await rowsOf({
    names: ["unlazy_vs_munmap"],
    designs: ["linux-6.12-x86"],
    models: ["x86_tso"],
    overlay: `${folder}/patched`,
  });
  expect(rows.filter(({ file }) => file.endsWith("tlb.ts")).map(({ primitive }) => primitive)).not.toContain("smp_mb");
  expect(new Set(rows.map((row) => under(row, "x86_tso").result))).toEqual(new Set(["not asked", "not executed"]));
});
