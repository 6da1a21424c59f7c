// SPDX-License-Identifier: MIT
// For x86, armv8 is looked at on request only; what a scenario does not expect is reported, and compared with nothing.
import { expect, test } from "vitest";
import { bufferDepth } from "../../src/jobs/engine.ts";
import { memoryModels } from "../../src/jobs/library.ts";
import { checked, DESIGN, STORE_BUFFERING, temporary } from "./tiny.ts";

const { write } = temporary();
const tiny = write("tiny.ts", DESIGN);
const file = write("scenario.ts", STORE_BUFFERING);

test("nobody asked: sc and x86_tso", async () => {
  const { results } = await checked({ names: [file], designs: [tiny] });
  expect(results.map(({ model }) => model)).toEqual(["sc", "x86_tso"]);
});

test("asked: its verdict, and those of the mutants, agree with nothing and contradict nothing", async () => {
  const { results } = await checked({ names: [file], designs: [tiny], models: ["armv8"] });
  expect(results).toMatchObject([{ model: "armv8", verdict: "safe", expected: null, agrees: true }]);
  expect(results[0]?.claim).toContain("under Armv8, without load buffering");
  expect(results[0]?.mutants).toMatchObject([{ verdict: "violates", expected: null, agrees: true }]);
  expect(results[0]?.mutants[0]?.counterexample).toContain("CPU 1");
});

test("its room is the scenario's `messages`, and not the depth of its store buffers", () => {
  const depths = (machine: Record<string, number>): number[] => {
    const scenario = { info: { machine: new Map(Object.entries(machine)) } };
    return memoryModels.map((model) => bufferDepth({ scenario } as never, model));
  };
  expect(depths({})).toEqual([0, 4, 8]);
  expect(depths({ store_buffer: 3, messages: 5 })).toEqual([0, 3, 5]);
});
