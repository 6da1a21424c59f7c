// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { check } from "../../src/jobs/check.ts";
import { CHECK, checked, DESIGN, quiet, STORE_BUFFERING, scenarioOf, temporary } from "./tiny.ts";

const { write } = temporary();
const tiny = write("tiny.ts", DESIGN);
let files = 0;

/** Checks one scenario under the tiny design: [sc, x86_tso]. */
async function results(text: string, options: Partial<typeof CHECK> = {}) {
  const file = write(`scenario-${files++}.ts`, text);
  return (await checked({ names: [file], designs: [tiny], ...options })).results;
}

describe("a verdict", () => {
  test("is that of the model, beside what the scenario expects of it and of its mutants", async () => {
    const [sc, tso, ...others] = await results(STORE_BUFFERING);
    expect(others).toEqual([]);
    const safe = { verdict: "safe", property: null, expected: "safe", agrees: true, witnesses: { "both see": true } };
    expect(sc).toMatchObject({ scenario: "store_buffering", design: "tiny", model: "sc", ...safe });
    expect(tso).toMatchObject({ model: "x86_tso", ...safe });
    expect(sc?.mutants).toMatchObject([{ mutant: "no barrier on CPU 0", verdict: "safe", agrees: true }]);
    const property = "one CPU sees the other's store";
    const violates = { verdict: "violates", property, expected: "violates", expected_property: property, agrees: true };
    expect(tso?.mutants).toMatchObject([{ mutant: "no barrier on CPU 0", ...violates }]);
    expect(tso!.states).toBeGreaterThan(sc!.states);
  });

  test("is claimed for its bounds and assumptions, in these words", async () => {
    const [, tso] = await results(STORE_BUFFERING);
    expect(tso?.claim).toBe(
      'no violation of "no use after free", "no bug", "no data race", "one CPU sees the other\'s store", ' +
        '"no deadlock" and "no endless wait" for 2 CPUs under x86-TSO',
    );
    expect(tso?.mutants[0]?.claim).toBe(
      `violation of "one CPU sees the other's store" in ${tso?.mutants[0]?.depth} steps, for 2 CPUs under x86-TSO`,
    );
  });

  test("that covered nothing does not agree", async () => {
    const [sc] = await results(STORE_BUFFERING.replace("s.r0 === 1 && s.r1 === 1", "s.r0 === 1 && s.x === 0"));
    expect(sc).toMatchObject({ verdict: "safe", expected: "safe", agrees: false, witnesses: { "both see": false } });
    expect(sc?.claim).toMatch(/; but nothing in it ever reached "both see": it may be vacuous$/);
  });

  test("of another property than the expected one does not agree", async () => {
    const other = STORE_BUFFERING.replace("violates(seen)", "violates(no_bug)");
    const [, tso] = await results(other);
    expect(tso?.mutants).toMatchObject([{ verdict: "violates", expected_property: "no bug", agrees: false }]);
  });

  test("nobody expects: it agrees unless something is violated", async () => {
    const [fine] = await results(scenarioOf("WRITE_ONCE(s.x, 1);"));
    expect(fine).toMatchObject({ verdict: "safe", expected: null, expected_property: null, agrees: true });
    const [bad] = await results(scenarioOf("raise(wrong);"));
    expect(bad).toMatchObject({ verdict: "violates", property: "something wrong", expected: null, agrees: false });
  });

  test("is unknown where a limit is hit, and never agrees", async () => {
    const [, tso] = await results(STORE_BUFFERING, { maxStates: 10 });
    expect(tso).toMatchObject({ verdict: "unknown", property: null, agrees: false, counterexample: null });
    expect(tso?.claim).toBe("unknown, for 2 CPUs under x86-TSO: the limit of 10 states was reached (--max-states)");
  });

  test("is unknown where a value leaves its range", async () => {
    const [sc] = await results(scenarioOf("atomic_inc(s.count); atomic_inc(s.count);"));
    expect(sc).toMatchObject({ verdict: "unknown", agrees: false });
    expect(sc?.claim).toMatch(/shared\.count|s\.count/);
  });

  test("is unknown where a store buffer overflows, and safe where it is deep enough", async () => {
    const stores = scenarioOf("WRITE_ONCE(s.x, 1); WRITE_ONCE(s.x, 0);", "READ_ONCE(s.x);");
    const deep = (n: number) => stores.replace("cpus: 2", `cpus: 2, store_buffer: ${n}`);
    expect((await results(deep(1))).map((r) => r.verdict)).toEqual(["safe", "unknown"]);
    expect((await results(deep(2))).map((r) => r.verdict)).toEqual(["safe", "safe"]);
  });

  test("of a deadlock says where everybody waits", async () => {
    const [sc] = await results(scenarioOf("smp_cond_load_acquire(s.x, VAL);", "WRITE_ONCE(s.y, 1);"));
    expect(sc).toMatchObject({ verdict: "violates", property: "no deadlock" });
    expect(sc?.counterexample).toMatch(/waits: smp_cond_load_acquire\(s\.x, +scenario:\d+\n +VAL\)\n/);
  });
});

describe("an initial state that cannot be built", () => {
  test.each([
    ["a value out of range", { init: "WRITE_ONCE(s.x, 2);" }, /x = 2 is outside 0 … 1/],
    [
      "a full pool",
      { fields: "p: ref | null;", init: "WRITE_ONCE(s.p, pool_alloc(refs)); WRITE_ONCE(s.p, pool_alloc(refs));" },
      /no free ref left: the machine has 1/,
    ],
  ])("%s is a rejection that names scenario, place and machine", async (_what, more, reason) => {
    const pool = `interface ref { a: bool } const refs = DEFINE_POOL<ref>("n");`;
    const file = write(`init-${files++}.ts`, pool + scenarioOf("WRITE_ONCE(s.y, 1);", "", more));
    const report = await check({ ...CHECK, names: [file], designs: [tiny] }, quiet());
    expect(report).toMatchObject({ ok: false, error: { kind: "rejected" } });
    const text = report.ok || report.error.kind !== "rejected" ? "" : report.error.diagnostics.join("\n");
    expect(text).toContain(`${file}:`);
    expect(text).toContain("question under tiny: init() cannot build the initial state");
    expect(text).toMatch(reason);
    expect(text).toContain("machine: { cpus: 2, n: 1 }");
  });
});

describe("names", () => {
  test.each([
    ["scenario", { names: ["no_such_scenario"] }],
    ["design", { designs: ["no-such-design"] }],
    ["model", { models: ["no-such-model"] }],
  ])("an unknown %s is an error that knows the others", async (what, options) => {
    const report = await check({ ...CHECK, ...options }, quiet());
    expect(report).toMatchObject({ ok: false, error: { kind: "unknown name", what, known: expect.any(Array) } });
    expect(report.ok || report.error.kind !== "unknown name" ? [] : report.error.known).not.toEqual([]);
  });

  test("a file may be asked for one of its scenarios, or of its designs", async () => {
    const two = write("two.ts", STORE_BUFFERING + DESIGN + DESIGN.replaceAll("tiny", "other"));
    const report = await checked({ names: [`${two}:store_buffering`], designs: [`${two}:other`], models: ["sc"] });
    expect(report.results.map((r) => [r.scenario, r.design, r.model])).toEqual([["store_buffering", "other", "sc"]]);
    const unknown = await check({ ...CHECK, names: [`${two}:store_bufering`] }, quiet());
    const known = ["tiny", "other", "store_buffering"];
    expect(unknown).toMatchObject({ ok: false, error: { kind: "unknown name", name: "store_bufering", known } });
  });

  test("nothing that fits is an error, not an empty success", async () => {
    const file = write("scenario-of-x86.ts", STORE_BUFFERING);
    const arm = write("arm.ts", DESIGN.replace('arch: "x86"', 'arch: "arm64"'));
    const report = await check({ ...CHECK, names: [file], designs: [arm], models: ["x86_tso"] }, quiet());
    expect(report).toMatchObject({ ok: false, error: { kind: "usage", message: /nothing to check/ } });
  });
});

test("an interrupted check returns what it has", async () => {
  const controller = new AbortController();
  const file = write("interrupted.ts", STORE_BUFFERING);
  const context = { ...quiet(controller.signal), progress: () => controller.abort() };
  const report = await check({ ...CHECK, names: [file], designs: [tiny] }, context);
  expect(report).toMatchObject({ ok: true, value: { interrupted: true } });
  expect(report.ok && report.value.results.length).toBe(1);
});

test("the order of results does not change", async () => {
  const file = write("order.ts", STORE_BUFFERING);
  const other = write("other.ts", DESIGN.replaceAll("tiny", "other"));
  const order = async () =>
    (await checked({ names: [file], designs: [other, tiny] })).results.map(
      (r) => `${r.scenario} ${r.design} ${r.model} ${r.states}`,
    );
  const first = await order();
  expect(first.length).toBe(4);
  expect(await order()).toEqual(first);
});

test("ids that UNIQUE() uses again are believed only where ranks forget the ids of what is gone", async () => {
  // A new mm in the place of one that is gone has its number. Taken for its id, it would find that one's ASID.
  const rung = { names: ["rung_1_with_one_user"], designs: ["linux-6.12-x86"], models: ["sc"], liveness: false };
  for (const reduce of ["auto", ["fusion"]] as const) {
    const [result] = (await checked({ ...rung, reduce, maxStates: 900_000 })).results;
    expect(result).toMatchObject({ verdict: "unknown", property: null });
  }
});
