// SPDX-License-Identifier: MIT
// `lazymm litmus`: what is not as the oracle has it, test by test, and a line of numbers. Tests that nobody compares
// are printed with their final states.
import type { LitmusReport, LitmusTestResult, LitmusVerdict } from "../../jobs/litmus-report.ts";
import type { Page, Paint } from "../output.ts";
import { formatNotes } from "./numbers.ts";

const STYLES: Readonly<Record<LitmusVerdict, Parameters<Paint>[0]>> = {
  equal: "green",
  different: "red",
  incomplete: "yellow",
  unsupported: "yellow",
  no_oracle: "dim",
};

const COUNTED = ["equal", "different", "incomplete", "unsupported", "no_oracle"] as const;

const named = (verdict: LitmusVerdict): string => verdict.replace("_", " ");

function block(test: LitmusTestResult, { paint }: Page): string {
  const observation = test.condition ? `: ${test.condition.quantifier} ${test.condition.observation}` : "";
  const title = `${paint("bold", test.name)}  ${paint(STYLES[test.verdict], named(test.verdict))}${observation}\n`;
  const reason = test.reason === null ? "" : `  ${test.at === null ? test.file : test.at}: ${test.reason}\n`;
  const limit = test.limit === null || test.limit === test.reason ? "" : `  a limit was hit: ${test.limit}\n`;
  const states = (sign: string, list: readonly string[], style: Parameters<Paint>[0]): string =>
    list.map((state) => `  ${paint(style, `${sign} ${state}`)}\n`).join("");
  const own = test.verdict === "no_oracle" ? states(" ", test.states, "dim") : "";
  return title + reason + limit + own + states("+", test.extra, "red") + states("-", test.missing, "yellow");
}

export function renderLitmus({ summary, tests, model, notes }: LitmusReport, page: Page): string {
  const blocks = tests.filter((test) => test.verdict !== "equal").map((test) => block(test, page));
  const differences = tests.some((test) => test.extra.length + test.missing.length > 0);
  if (differences) blocks.push("(+ only here, - only in the oracle)\n");
  const counts = COUNTED.filter((verdict) => summary[verdict] > 0).map((verdict) =>
    page.paint(STYLES[verdict], `${summary[verdict]} ${named(verdict)}`),
  );
  const total = `${summary.total} ${summary.total === 1 ? "test" : "tests"} under ${model}: ${counts.join(", ")}\n`;
  return [...blocks, total].join("\n") + formatNotes(notes);
}
