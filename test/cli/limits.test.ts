// SPDX-License-Identifier: MIT
// `check` under limits, and with threads and checkpoints, as a user runs it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseDuration, parseSize } from "../../src/cli/command.ts";
import { root } from "../../tools/source-files.ts";

const QUESTION = ["check", "unlazy_vs_munmap", "-d", "linux-6.12-x86", "-m", "sc"];

function lazymm(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/lazymm.js", ...QUESTION, ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function claims(stdout: string): string[] {
  const report = JSON.parse(stdout) as { results: { claim: string; mutants: { claim: string }[] }[] };
  return report.results.flatMap(({ claim, mutants }) => [claim, ...mutants.map((mutant) => mutant.claim)]);
}

/** Everything that a search says, but for how long it took and what it needed. */
function answers(stdout: string): string {
  return stdout.replaceAll(/"(seconds|bytes_per_state)": [\d.]+/g, '"$1": …');
}

describe("values", () => {
  test.each([
    ["8G", 8 * 2 ** 30],
    ["500M", 500 * 2 ** 20],
    ["1.5 GiB", 1.5 * 2 ** 30],
    ["4096", 4096],
    ["2tb", 2 ** 41],
  ])("size %s", (text, bytes) => expect(parseSize(text)).toBe(bytes));

  test.each(["", "0", "8X", "G", "-1G", "1e9", "8GG"])("size %j is none", (text) => {
    expect(() => parseSize(text)).toThrow("It must be a size, such as 8G or 500M.");
  });

  test.each([
    ["30m", 1800],
    ["90s", 90],
    ["1h30m", 5400],
    ["2h", 7200],
    ["45", 45],
    ["0.5s", 0.5],
  ])("duration %s", (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  test.each(["", "0", "0s", "30x", "m", "30m1h", "-5s", "1.5h"])("duration %j is none", (text) => {
    expect(() => parseDuration(text)).toThrow("It must be a time, such as 90s, 30m or 1h30m.");
  });
});

describe("a limit is unknown, exit 4, and says how to raise it", () => {
  test.each([
    ["--max-states", "9"],
    ["--max-memory", "8K"],
    ["--timeout", "0.0001s"],
  ])("%s", (option, value) => {
    const { status, stdout } = lazymm(option, value, "--json");
    expect(status).toBe(4);
    expect(claims(stdout).filter((claim) => claim.includes(option)).length).toBeGreaterThan(0);
    expect(claims(stdout).join("\n")).not.toMatch(/^no violation/m);
  });

  test("which must be one", () => {
    const { status, stderr } = lazymm("--max-memory", "much");
    expect(status).toBe(2);
    expect(stderr).toContain("It must be a size, such as 8G or 500M.");
  });
});

test("threads answer the same", () => {
  const one = lazymm("--json");
  const two = lazymm("--json", "--threads", "2");
  expect(two.status).toBe(0);
  expect(answers(two.stdout)).toBe(answers(one.stdout));
});

test("a checkpoint is gone on from, which is said, and is of one search only", () => {
  const folder = join(mkdtempSync(join(tmpdir(), "lazymm-cli-")), "checkpoint");
  const one = lazymm("--json");
  const first = lazymm("--json", "--checkpoint", folder);
  expect(answers(first.stdout)).toBe(answers(one.stdout));
  expect(first.stderr).toBe("");
  const second = lazymm("--json", "--checkpoint", folder);
  expect(answers(second.stdout)).toBe(answers(one.stdout));
  expect(second.stderr).toMatch(/^lazymm: unlazy_vs_munmap, linux-6.12-x86, sc: resuming from [\d,]+ states \(/);
  rmSync(folder, { recursive: true });
});

test("a checkpoint is for one thread", () => {
  const { status, stderr } = lazymm("--checkpoint", "x", "--threads", "2");
  expect(status).toBe(2);
  expect(stderr).toContain("cannot be used with option '--threads <n>'");
});
