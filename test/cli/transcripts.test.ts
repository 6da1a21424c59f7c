// SPDX-License-Identifier: MIT
// Runs every transcript beside this file. `UPDATE=1 npx vitest run test/cli` writes down what was printed instead;
// steps that match as they are, wildcards included, stay as they are.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { root } from "../../tools/source-files.ts";
import { matches, parseTranscript, printTranscript, runCommand, type Step } from "./transcript.ts";

const folder = `${root}/test/cli`;
const update = process.env.UPDATE === "1";

describe.each(readdirSync(folder).filter((file) => file.endsWith(".md")))("%s", (file) => {
  const parts = parseTranscript(readFileSync(`${folder}/${file}`, "utf8"));
  const steps = parts.filter((part): part is Step => typeof part !== "string");
  const printed = new Map<Step, string>();

  test.each(steps.map((step) => [step.title, step.command, step] as const))("%s: %s", (_title, _command, step) => {
    const actual = runCommand(step.command);
    const same = matches(step.expected, actual);
    printed.set(step, same ? step.expected : actual);
    if (!same && !update) expect(actual).toBe(step.expected);
  });

  test("ran, and is written as it is read", () => {
    expect(steps.length).toBeGreaterThan(0);
    const text = readFileSync(`${folder}/${file}`, "utf8");
    expect(printTranscript(parts, (step) => step.expected)).toBe(text);
    if (update)
      writeFileSync(
        `${folder}/${file}`,
        printTranscript(parts, (step) => printed.get(step) ?? step.expected),
      );
  });
});

describe("the runner can fail", () => {
  test.each([
    ["other text", "a\n", "b\n"],
    ["more text", "a\n", "a\nb\n"],
    ["an exit code", "a\n", "a\n[exit 1]\n"],
    ["around a wildcard", "a … c\n", "a b d\n"],
    ["a wildcard within a line is not for two lines", "a … c\n", "a b\nx c\n"],
    ["after any lines", "a\n…\nz\n", "a\nb\n"],
  ])("%s", (_why, expected, actual) => {
    expect(matches(expected, actual)).toBe(false);
  });

  test.each([
    ["within a line", "took … s\n", "took 0.2 s\n"],
    ["lines", "a\n…\nz\n", "a\nb\nc\nz\n"],
    ["no lines at all", "a\n…\nz\n", "a\nz\n"],
    ["the rest", "a\n…\n", "a\nb\n"],
  ])("wildcard: %s", (_why, expected, actual) => {
    expect(matches(expected, actual)).toBe(true);
  });

  test("stderr and the exit code are part of it", () => {
    expect(runCommand("echo out; echo err >&2; exit 3")).toBe("out\n2> err\n[exit 3]\n");
  });
});
