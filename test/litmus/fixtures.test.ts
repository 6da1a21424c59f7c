// SPDX-License-Identifier: MIT
// The classic shapes, in our own words, with the sets of final states that each memory model is known to have; and that
// a model that is broken in one place is caught by them.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import { memoryModels } from "../../src/jobs/library.ts";
import { root } from "../../tools/source-files.ts";
import { run } from "./run.ts";

const folder = `${root}/fixtures/litmus`;
const files = readdirSync(folder).filter((file) => file.endsWith(".litmus"));
const read = (file: string): string => readFileSync(`${folder}/${file}`, "utf8");

/** "10 01" with the names a and b: "a=1; b=0;" and "a=0; b=1;". */
function sets(names: string, values: string): string[] {
  return values
    .split(" ")
    .map((row) =>
      names
        .split(" ")
        .map((name, i) => `${name}=${row[i]};`)
        .join(" "),
    )
    .sort();
}

type Row = readonly [names: string, states: { readonly [model: string]: string }];
const x86 = (states: string): Row[1] => ({ sc: states, x86_tso: states });
const arm = (states: string): Row[1] => ({ sc: states, armv8: states });
const all = (states: string): Row[1] => ({ ...x86(states), armv8: states });

/** Where a model is absent, the test is not supported under it. */
const EXPECTED: { readonly [file: string]: Row } = {
  "SB.litmus": ["0:rax 1:rax", { sc: "01 10 11", x86_tso: "00 01 10 11" }],
  "SB+mfences.litmus": ["0:rax 1:rax", x86("01 10 11")],
  "SB+xchgs.litmus": ["0:rbx 1:rbx", x86("01 10 11")],
  "SB+forwarding.litmus": ["0:rax 0:rbx 1:rax 1:rbx", { sc: "1011 1110 1111", x86_tso: "1010 1011 1110 1111" }],
  "MP.litmus": ["1:rax 1:rbx", x86("00 01 11")],
  "2+2W.litmus": ["[x] [y]", x86("12 21 22")],
  "INC3.litmus": ["[x]", x86("6")],
  "lost-update.litmus": ["[x]", x86("1 2")],
  "CMPXCHG.litmus": ["0:rax 0:rcx 1:rax 1:rcx [x]", x86("07101 20072")],
  "MP.a64.litmus": ["1:X0 1:X2", { sc: "00 01 11", armv8: "00 01 10 11" }],
  "MP+dmb+addr.a64.litmus": ["1:X0 1:X2", arm("00 01 11")],
  "MP+rel+acq.a64.litmus": ["1:X0 1:X2", arm("00 01 11")],
  "LB.a64.litmus": ["0:X0 1:X0", arm("00 01 10")],
  "LDXR.a64.litmus": ["0:X2 1:X2 [x]", { armv8: "002 011 101 110" }],
  "MP+wmb+rmb.litmus": ["1:r0 1:r1", all("02 11")],
  "spinlock.litmus": ["1:r1 [n] [x]", all("362 462")],
  "pointer.litmus": ["1:r0 1:r1", all("x1 y5")],
};

test("every fixture has its sets", () => {
  expect(Object.keys(EXPECTED).sort()).toEqual([...files].sort());
});

describe.each(memoryModels.map((model) => [model.name, model] as const))("%s", (name, model) => {
  test.each(files)("%s", async (file) => {
    const [names, byModel] = EXPECTED[file] ?? ["", {}];
    const values = byModel[name];
    const result = await run(read(file), model, values === undefined ? undefined : sets(names, values));
    if (values === undefined) {
      expect(result.verdict).toBe("unsupported");
      return;
    }
    expect(result.states).toEqual(sets(names, values));
    expect(result).toMatchObject({ verdict: "equal", limit: null, extra: [], missing: [] });
  });
});

test("what a condition says of the states", async () => {
  const of = async (file: string, model: MemoryModel) => (await run(read(file), model)).condition;
  expect(await of("SB.litmus", sc)).toEqual({ quantifier: "exists", observation: "Never", holds: false });
  expect(await of("SB.litmus", x86_tso)).toEqual({ quantifier: "exists", observation: "Sometimes", holds: true });
  expect(await of("SB+mfences.litmus", x86_tso)).toEqual({ quantifier: "~exists", observation: "Never", holds: true });
  expect(await of("INC3.litmus", x86_tso)).toEqual({ quantifier: "forall", observation: "Always", holds: true });
});

describe("a broken x86-TSO is caught", () => {
  const correct = (file: string): string[] => {
    const [names, byModel] = EXPECTED[file] ?? ["", {}];
    return sets(names, byModel.x86_tso ?? "");
  };

  test.each([
    ["no forwarding from the store buffer", "SB+forwarding.litmus", { load: { ...x86_tso.load, once: "memory" } }],
    ["MFENCE does not drain", "SB+mfences.litmus", { fence: { ...x86_tso.fence, mb: "none" } }],
    ["XCHG does not drain", "SB+xchgs.litmus", { rmw: { ...x86_tso.rmw, full: "none" } }],
    ["stores do not wait in the buffer", "SB.litmus", { store: { ...x86_tso.store, once: "memory" } }],
  ] as const)("%s: %s", async (_, file, change) => {
    const broken: MemoryModel = { ...x86_tso, ...change };
    expect(await run(read(file), x86_tso, correct(file))).toMatchObject({ verdict: "equal" });
    const result = await run(read(file), broken, correct(file));
    expect(result.verdict).toBe("different");
    expect(result.extra.length + result.missing.length).toBeGreaterThan(0);
  });
});

test("a limit is never equal", async () => {
  const file = "INC3.litmus";
  const result = await run(read(file), x86_tso, ["[x]=6;"], 10);
  expect(result).toMatchObject({ verdict: "incomplete", limit: "the search was cut off: states", missing: ["[x]=6;"] });
});
