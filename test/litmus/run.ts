// SPDX-License-Identifier: MIT
// Runs litmus tests that are texts.
import { sc } from "../../model/hw/memory/sc.ts";
import type { MemoryModel } from "../../model/hw/memory/types.ts";
import { x86_tso } from "../../model/hw/memory/x86-tso.ts";
import type { LitmusTestResult } from "../../src/jobs/litmus-report.ts";
import { runLitmusTest } from "../../src/jobs/litmus-run.ts";
import type { JobContext } from "../../src/jobs/reports.ts";
import { type LoweredTest, lowerLitmus } from "../../src/litmus/lower.ts";
import { parseLitmus } from "../../src/litmus/parse.ts";
import type { LitmusTest } from "../../src/litmus/test.ts";

export const models = { sc, x86_tso };

export const QUIET: JobContext = {
  signal: new AbortController().signal,
  progress: () => undefined,
  note: () => undefined,
};

export async function run(
  text: string,
  model: MemoryModel,
  states?: readonly string[],
  maxStates?: number,
): Promise<LitmusTestResult> {
  const expected = states && { states: new Set(states), observation: undefined };
  return await runLitmusTest({ file: "t.litmus", text }, model, () => expected, { maxStates }, QUIET);
}

/** The final states of one thread of assembly, without interleavings. */
export async function finalStates(
  arch: string,
  init: string,
  code: readonly string[],
  shown: string,
): Promise<string[]> {
  const rows = ["P0", ...code].map((line) => ` ${line} ;\n`).join("");
  const text = `${arch} one\n{ ${init} }\n${rows}locations [${shown}]\nexists (true)\n`;
  const result = await run(text, sc);
  if (result.verdict !== "no_oracle") throw new Error(`${result.at}: ${result.reason}`);
  return [...result.states];
}

export function parsed(text: string): LitmusTest {
  const test = parseLitmus(text);
  if (!test.ok) throw new Error(`${test.error.line}:${test.error.column}: ${test.error.message}`);
  return test.value;
}

export function lowered(text: string): LoweredTest {
  const result = lowerLitmus(parsed(text), text, "t.litmus");
  if (!result.ok) throw new Error(`${result.error.line}:${result.error.column}: ${result.error.message}`);
  return result.value;
}

/** `3:7 syntax: …`, or "fine". */
export function problemOf(text: string): string {
  const test = parseLitmus(text);
  const error = test.ok ? lowerLitmus(test.value, text, "t.litmus") : test;
  if (error.ok) return "fine";
  const { line, column, kind, message } = error.error;
  return `${line}:${column} ${kind}: ${message}`;
}
