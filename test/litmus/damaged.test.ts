// SPDX-License-Identifier: MIT
// A damaged file never crashes the program: it has a problem with a place, or it is a test.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lowerLitmus } from "../../src/litmus/lower.ts";
import { parseLitmus } from "../../src/litmus/parse.ts";
import type { ProblemKind } from "../../src/litmus/problem.ts";
import { root } from "../../tools/source-files.ts";
import { models, run } from "./run.ts";

const folder = `${root}/fixtures/litmus`;
const texts = readdirSync(folder)
  .filter((file) => file.endsWith(".litmus"))
  .map((file) => readFileSync(`${folder}/${file}`, "utf8"));
const PIECES = [
  ...'{ } ( ) ; | " (* *) /* [ ] 0 -1 999999999 : = # , L0: * & $ exists ~ x \u0000 \ud800 é'.split(" "),
  ...["", "\n", "jmp L0", "B L0", "while (1)", "if (r0)"],
];

/** Numerical Recipes' generator: the same damage in every run. */
function generator(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function damage(random: (n: number) => number): string {
  let text = texts[random(texts.length)] ?? "";
  for (let n = random(4); n >= 0; n--) {
    const from = random(text.length);
    const other = texts[random(texts.length)] ?? "";
    const start = random(other.length);
    const piece = random(2) === 0 ? (PIECES[random(PIECES.length)] ?? "") : other.slice(start, start + random(30));
    text = text.slice(0, from) + piece + text.slice(from + random(10));
  }
  return text;
}

/** What becomes of a text; a problem with it has a place in it. */
function outcomeOf(text: string): "fine" | ProblemKind {
  const parsed = parseLitmus(text);
  const result = parsed.ok ? lowerLitmus(parsed.value, text, "t.litmus") : parsed;
  if (result.ok) return "fine";
  const { line, column, kind } = result.error;
  expect(line >= 1 && line <= text.split("\n").length && column >= 1).toBe(true);
  return kind;
}

test("parsing and lowering", () => {
  const random = generator(1);
  const outcomes = { fine: 0, syntax: 0, unsupported: 0 };
  for (let i = 0; i < 4000; i++) outcomes[outcomeOf(damage(random))]++;
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(100);
});

test("every beginning of every fixture", () => {
  for (const text of texts) {
    const outcomes = new Set(Array.from(text, (_, end) => outcomeOf(text.slice(0, end))));
    expect(outcomes).toContain("syntax");
    expect(outcomeOf(text)).toBe("fine");
  }
});

test("running what is left of a test", async () => {
  const random = generator(2);
  const verdicts = new Set<string>();
  for (let i = 0; i < 400; i++) {
    const text = damage(random);
    const result = await run(text, random(2) === 0 ? models.sc : models.x86_tso, undefined, 5000);
    verdicts.add(result.verdict);
    if (result.verdict === "unsupported") expect(result.reason).not.toBe("");
  }
  expect([...verdicts].sort()).toEqual(["no_oracle", "unsupported"]);
});
