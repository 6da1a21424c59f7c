// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { flattenCounts } from "../../src/cli/render/numbers.ts";
import { check } from "../../src/jobs/check.ts";
import { replay } from "../../src/jobs/replay.ts";
import { root } from "../../tools/source-files.ts";
import { FIXTURE } from "../traces/text.ts";
import { CHECK, checked, quiet, temporary } from "./tiny.ts";

const { folder, write } = temporary();
const TLB = "arch/x86/mm/tlb.ts";
const SCENARIO = "unlazy_vs_munmap";
const MUTANT = "lazy mode ends without a look at tlb_gen";
const LOOK = "this_cpu_read(cpu_tlbstate.ctxs[prev_asid].tlb_gen) === next_tlb_gen && ";
const one = { names: [SCENARIO], designs: ["linux-6.12-x86"] };

/** The look at tlb_gen taken out, as a person would do it. */
function patched(): string {
  const text = readFileSync(`${root}/model/kernel/${TLB}`, "utf8");
  expect(text.split(LOOK)).toHaveLength(2);
  return text.replace(LOOK, "");
}

describe("a patched file gives the verdict of the mutant that does the same", () => {
  test.each([
    ["a", `kernel/${TLB}`],
    ["b", `model/kernel/${TLB}`],
  ])("%s: %s", async (name, path) => {
    write(`${name}/${path}`, patched());
    const before = await checked(one);
    const after = await checked({ ...one, overlay: `${folder}/${name}/` });
    for (const [i, result] of after.results.entries()) {
      const mutant = before.results[i]!.mutants.find((m) => m.mutant === MUTANT)!;
      expect(result).toMatchObject({ verdict: mutant.verdict, property: mutant.property, states: mutant.states });
      expect(result.agrees).toBe(false);
    }
    expect(after.notes).toContain(`${folder}/${name}/${path} stands in for model/kernel/${TLB}`);
    // The mutant that the patch has made impossible is left out, and that is said.
    expect(after.results[0]!.mutants.map((m) => m.mutant)).not.toContain(MUTANT);
    expect(after.notes.join("\n")).toContain(`the mutant "${MUTANT}" does not fit the overlay`);
  });

  test("the command that explains it uses the overlay, too", async () => {
    const report = await checked({ ...one, models: ["x86_tso"], overlay: `${folder}/a` });
    expect(report.results[0]!.counterexample).toContain(`--overlay ${folder}/a`);
  });
});

test("one that never comes back from a switch has no counts", async () => {
  const text = readFileSync(`${root}/model/kernel/${TLB}`, "utf8");
  const head = "export function enter_lazy_tlb(mm: mm_struct): void {\n";
  expect(text.split(head)).toHaveLength(2);
  const spin = "  while (this_cpu_read(cpu_tlbstate.loaded_mm) !== init_mm) {}\n";
  write(`endless/kernel/${TLB}`, text.replace(head, head + spin));
  const design = "linux-6.12-x86";
  const overlay = `${folder}/endless`;
  const report = await replay({ trace: FIXTURE, design, sidecars: true, profile: undefined, overlay }, quiet());
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  const { bounds, counts, price, agreement, notes } = report.value;
  const [bound = ""] = bounds;
  expect(bound).toMatch(/goes round a loop more than \d+ times/);
  expect([...flattenCounts(counts).values()].filter((count) => count !== null)).toEqual([]);
  expect(price).toMatchObject({ known_ns: [0, 0], complete: false });
  expect(agreement).toBeNull();
  expect(notes).toContain(`${design} has no counts: a bound was hit: ${bound}`);
});

describe("an overlay that does nothing is an error", () => {
  test.each([
    ["a missing folder", "missing", /no such directory/],
    ["an empty one", "empty", /nothing is shadowed: it has no \.ts file/],
    ["one with other paths", "other", /none of its 1 files has the path of one in model\//],
    ["one with a memory model, which is no text", "memory", /nothing is shadowed/],
  ])("%s", async (_what, name, message) => {
    write("empty/readme.txt", "");
    write("other/tlb.ts", patched());
    write("memory/model/hw/memory/sc.ts", "");
    const report = await check({ ...CHECK, ...one, overlay: `${folder}/${name}` }, quiet());
    expect(report).toMatchObject({ ok: false, error: { kind: "input", message } });
  });

  test("and so is one that says two things", async () => {
    write("twice/model/kernel/fork.ts", "");
    write("twice/kernel/fork.ts", "");
    const report = await check({ ...CHECK, ...one, overlay: `${folder}/twice` }, quiet());
    expect(report).toMatchObject({ ok: false, error: { message: /both stand for model\/kernel\/fork\.ts/ } });
  });
});

test("a mistake in an overlay is reported under the path that it stands for", async () => {
  write("broken/kernel/fork.ts", "process.exit(7);");
  const report = await check({ ...CHECK, ...one, overlay: `${folder}/broken` }, quiet());
  const [text] = report.ok || report.error.kind !== "rejected" ? [] : report.error.diagnostics;
  expect(text).toMatch(/^model\/kernel\/fork\.ts:1:1 {2}LZ103/);
});
