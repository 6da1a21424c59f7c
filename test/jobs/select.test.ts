// SPDX-License-Identifier: MIT
// Which designs a scenario asks, under which memory models.
import { describe, expect, test } from "vitest";
import { check } from "../../src/jobs/check.ts";
import { CHECK, checked, DESIGN, modelFile, quiet, STORE_BUFFERING, temporary } from "./tiny.ts";

const { folder, write } = temporary();
const ARCHITECTURES = ["x86", "arm64", "powerpc", "riscv"];
let files = 0;

function designOf(arch: string, more = ""): string {
  const text = DESIGN.replace('"x86"', `"${arch}"`).replace("config: {}", `config: { ${more} }`);
  return write(`design-${files++}.ts`, text.replaceAll("tiny", `tiny_${arch}`));
}

function scenarioWith(fields: string): string {
  return write(`scenario-${files++}.ts`, STORE_BUFFERING.replace("machine:", `${fields}\n  machine:`));
}

/** Designs and models that are asked. */
async function asked(scenario: string, designs: readonly string[], models: readonly string[] = []): Promise<string[]> {
  const { results } = await checked({ names: [scenario], designs, models });
  return results.map(({ design, model }) => `${design} ${model}`);
}

describe("memory models", () => {
  const plain = scenarioWith("");

  test.each([
    ["x86", ["sc", "x86_tso"]],
    ["arm64", ["sc", "armv8"]],
    ["powerpc", ["sc"]],
    ["riscv", ["sc", "armv8"]],
  ])("of %s", async (arch, models) => {
    expect(await asked(plain, [designOf(arch)])).toEqual(models.map((model) => `tiny_${arch} ${model}`));
  });

  test("that are named: those that say something about the architecture", async () => {
    const designs = ARCHITECTURES.map((arch) => designOf(arch));
    expect(await asked(plain, designs, ["armv8", "x86_tso"])).toEqual([
      "tiny_x86 x86_tso",
      "tiny_x86 armv8",
      "tiny_arm64 armv8",
      "tiny_powerpc armv8",
      "tiny_riscv armv8",
    ]);
  });

  test("that a scenario leaves out are asked only if they are named", async () => {
    const designs = ["x86", "arm64"].map((arch) => designOf(arch));
    const few = scenarioWith('models: { asked: ["sc", "x86_tso"], because: "it takes too long" },');
    expect(await asked(few, designs)).toEqual(["tiny_x86 sc", "tiny_x86 x86_tso", "tiny_arm64 sc"]);
    expect(await asked(few, designs, ["armv8"])).toEqual(["tiny_x86 armv8", "tiny_arm64 armv8"]);
  });

  test("that nobody has written down are missing from the claim, and it says so", async () => {
    const { results } = await checked({ names: [plain], designs: [designOf("powerpc")] });
    expect(results[0]?.claim).toContain(
      "under sequential consistency (there is no model of POWER yet: what it reorders is not covered)",
    );
  });
});

describe("needs", () => {
  const designs = [designOf("x86", "PCID: true, n: 1"), designOf("arm64", "n: 2"), designOf("powerpc", "n: 3")];

  test.each<[string, string[]]>([
    ['{ arch: "arm64" }', ["arm64"]],
    ['{ arch: ["arm64", "powerpc"] }', ["arm64", "powerpc"]],
    ["{ config: { n: [1, 3] } }", ["x86", "powerpc"]],
    ["{ config: { PCID: [false, true] } }", ["x86"]],
    ['{ arch: ["x86", "arm64"], config: { n: [2, 3] } }', ["arm64"]],
  ])("%s", async (needs, archs) => {
    const found = await asked(scenarioWith(`needs: ${needs},`), designs, ["sc"]);
    expect(found).toEqual(archs.map((arch) => `tiny_${arch} sc`));
  });

  test("one of several variants of a part", async () => {
    const lifetimes = ["refcount", "shootdown", "no_lazy"];
    const path = "model/scenarios/tlb/unlazy-vs-munmap.ts";
    const text = modelFile(path).replace(
      /needs: \{[^}]*\{[^}]*\} \}/,
      'needs: { arch: "x86", parts: { lifetime: LIST } }',
    );
    const ask = async (list: string): Promise<string[]> => {
      const file = write(`needs-${files++}.ts`, text.replace("LIST", list));
      const { results } = await checked({ names: [`${file}:unlazy_vs_munmap`], models: ["sc"], maxStates: 1 });
      return results.map(({ design }) => design);
    };
    const both = await ask(JSON.stringify(lifetimes.slice(0, 2)));
    expect(both).toEqual(expect.arrayContaining(["linux-6.12-x86", "x86-shootdown"]));
    expect(both).not.toContain("x86-last-mmput");
    expect(both).toEqual([...(await ask('"refcount"')), ...(await ask('"shootdown"'))]);
  });
});

test("a shipped scenario that expects something of a design that there is not is refused", async () => {
  const path = "scenarios/lifetime/lazy-vs-exit.ts";
  write(`odd/${path}`, modelFile(`model/${path}`).replace('"x86-shootdown":', '"x86-shotdown":'));
  const report = await check({ ...CHECK, names: ["lazy_vs_exit"], overlay: `${folder}/odd`, maxStates: 1 }, quiet());
  const text = report.ok || report.error.kind !== "rejected" ? "" : report.error.diagnostics.join("\n");
  expect(text).toContain('lazy_vs_exit: expect_of "x86-shotdown" (of "lazy_vs_exit"): there is no such design');
});
