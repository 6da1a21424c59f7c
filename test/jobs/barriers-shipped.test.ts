// SPDX-License-Identifier: MIT
// The barriers of the shipped designs: the golden files, and what they say.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { barriers } from "../../src/jobs/barriers.ts";
import {
  claimsOf,
  GOLDEN_DESIGNS,
  goldenFile,
  outcomeKey,
  printGolden,
  readGolden,
} from "../../src/jobs/barriers-golden.ts";
import type { BarrierRow, BarriersOptions } from "../../src/jobs/barriers-report.ts";
import { isSameCode } from "../../src/jobs/barriers-search.ts";
import { type Survey, surveyDesign } from "../../src/jobs/barriers-survey.ts";
import { prepare } from "../../src/jobs/engine.ts";
import { memoryModels, openLibrary } from "../../src/jobs/library.ts";
import { selectCases } from "../../src/jobs/select.ts";
import { barriersOf, editsOf, withEdits } from "../../src/program/weaken.ts";
import { root } from "../../tools/source-files.ts";
import { isDrawn } from "../model/draw.ts";
import { quiet } from "./tiny.ts";

const OPTIONS: BarriersOptions = { names: [], designs: [], models: [], overlay: undefined, maxStates: undefined };

async function rowsOf(options: Partial<BarriersOptions>): Promise<readonly BarrierRow[]> {
  const report = await barriers({ ...OPTIONS, ...options }, quiet());
  if (!report.ok) throw new Error(JSON.stringify(report.error, null, 2));
  return report.value.designs.flatMap((design) => design.barriers);
}

const opened = openLibrary(undefined);
if (!opened.ok) throw new Error("the shipped model compiles");
const library = opened.value;
const surveys = new Map<string, Survey>();

function surveyOf(design: string): Survey {
  const known = surveys.get(design);
  if (known) return known;
  const cases = selectCases(library, { names: [], designs: [design], models: [] });
  const survey = cases.ok ? surveyDesign(library, cases.value) : cases;
  if (!survey.ok) throw new Error(JSON.stringify(survey.error));
  surveys.set(design, survey.value);
  return survey.value;
}

function goldenOf(design: string): string {
  const file = `${root}/${goldenFile(design)}`;
  return existsSync(file) ? readFileSync(file, "utf8") : "missing: npm run barriers";
}

describe("the golden files", () => {
  test.each(GOLDEN_DESIGNS)("%s is of today's model: otherwise `npm run barriers` writes it again", (design) => {
    const [survey, golden] = [surveyOf(design), goldenOf(design)];
    const claims = new Map(readGolden(golden).map((outcome) => [outcomeKey(outcome), outcome.claim]));
    expect(golden).toBe(printGolden(library, survey, claims));
    expect(claims.size).toBe(survey.barriers.length * survey.models.length);
  });

  test("there is one for each of these designs, and no other", () => {
    const files = readdirSync(`${root}/model/barriers`).map((name) => `model/barriers/${name}`);
    expect(files.sort()).toEqual(GOLDEN_DESIGNS.map(goldenFile));
  });

  test("all of x86-no-lazy, the smallest, is found again", async () => {
    const found = claimsOf(await rowsOf({ designs: ["x86-no-lazy"] }));
    const stored = readGolden(goldenOf("x86-no-lazy"));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(stored.map((one) => [outcomeKey(one), one.claim])));
  });

  test.each(GOLDEN_DESIGNS)(
    "%s: what is distinguished is, in the scenarios that are named and drawn",
    async (design) => {
      const stored = readGolden(goldenOf(design));
      const distinguished = stored.filter(({ claim }) => / violates "/.test(claim));
      const named = (claim: string): string => /: (\w+) violates/.exec(claim)?.[1] ?? "";
      const names = [...new Set(distinguished.map(({ claim }) => named(claim)))];
      const short = (claim: string): string => claim.replace(/[;].*$/, "");
      for (const name of names.filter((one) => isDrawn(`barriers of ${design} in ${one}`))) {
        const wanted = distinguished.filter(({ claim }) => named(claim) === name);
        const models = [...new Set(wanted.map(({ model }) => model))];
        const claims = claimsOf(await rowsOf({ names: [name], designs: [design], models }));
        for (const one of wanted) expect(short(claims.get(outcomeKey(one)) ?? "")).toBe(short(one.claim));
      }
    },
  );
});

// What a kernel developer knows, and the table must not contradict.
test.each(["linux-6.12-x86", "linux-6.18-x86"])(
  "%s: without smp_mb() between is_lazy = false and the read of tlb_gen, x86-TSO lets a stale entry be used",
  (design) => {
    const barrier = "model/kernel/arch/x86/mm/tlb.ts switch_mm_irqs_off: smp_mb()";
    const claims = readGolden(goldenOf(design)).filter((one) => one.barrier === barrier);
    expect(claims.map(({ model, claim }) => `${model} ${claim}`)).toEqual([
      "sc dropped: no effect: the same code under sc",
      expect.stringMatching(/^x86_tso dropped: unlazy_vs_munmap violates "no user access through a translation/),
    ]);
  },
);

test("`no effect` means that the emitted code is the same", () => {
  const { subjects } = surveyOf("luto-2022-intended");
  const { program, barriers } = subjects.find(({ item }) => item.scenario.info.name === "exit_elsewhere")!;
  const found = { same: 0, different: 0 };
  for (const model of memoryModels.filter(({ kind }) => kind === "store-buffer")) {
    const emitted = (of: typeof program): string => prepare(of, model, model.depth, false).text;
    const base = emitted(program);
    for (const barrier of barriers) {
      const [form] = barrier.forms;
      const edits = editsOf(program, barrier, form!);
      const isSame = isSameCode(model, program, edits);
      expect(emitted(withEdits(program, edits, form!)) === base).toBe(isSame);
      found[isSame ? "same" : "different"]++;
    }
  }
  expect(Math.min(found.same, found.different)).toBeGreaterThan(3);
});

test("a weakened program is a copy, changed in the steps of one place only", () => {
  const subject = surveyOf("linux-6.12-x86").subjects.find(
    ({ item }) => item.scenario.info.name === "unlazy_vs_munmap",
  )!;
  const before = JSON.stringify(subject.program);
  const barrier = barriersOf(subject.program).find(({ primitive }) => primitive === "smp_mb")!;
  const edits = editsOf(subject.program, barrier, "dropped");
  const after = withEdits(subject.program, edits, "dropped");
  const steps = (program: typeof after) => program.codes.flatMap((code) => code.steps.map((s) => JSON.stringify(s)));
  const [old, now] = [steps(subject.program), steps(after)];
  // switch_mm_irqs_off() is expanded wherever it is called.
  expect(edits.length).toBeGreaterThan(2);
  expect(now.filter((text, i) => text !== old[i]).length).toBe(edits.length);
  expect(barriersOf(after).length).toBe(barriersOf(subject.program).length - 1);
  expect(JSON.stringify(subject.program)).toBe(before);
});
