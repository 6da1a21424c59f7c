// SPDX-License-Identifier: MIT
// The completion scripts, in the shells themselves: bash is nearly everywhere, the others are asked where they are.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shell expands them
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../tools/source-files.ts";

const folder = mkdtempSync(join(tmpdir(), "lazymm-completion-"));

function has(shell: string): boolean {
  return spawnSync(shell, ["-c", "exit 0"]).status === 0;
}

function lazymm(...args: string[]): string {
  const done = spawnSync(process.execPath, ["bin/lazymm.js", ...args], { cwd: root, encoding: "utf8" });
  expect(done.stderr).toBe("");
  return done.stdout;
}

const scripts = new Map<string, string>();

/** The script as a file, printed once. */
function script(shell: string): string {
  const known = scripts.get(shell);
  if (known !== undefined) return known;
  const file = join(folder, `lazymm.${shell}`);
  writeFileSync(file, lazymm("completion", shell));
  scripts.set(shell, file);
  return file;
}

function run(shell: string, args: readonly string[]): string[] {
  const done = spawnSync(shell, args, { cwd: root, encoding: "utf8" });
  expect(done.stderr).toBe("");
  expect(done.status).toBe(0);
  return done.stdout.split("\n").filter((line) => line !== "");
}

/** The words so far, the last of which is to be completed, and what is offered. */
const CASES: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [["ch"], ["check"]],
  [
    ["help", "re"],
    ["replay", "record"],
  ],
  [
    ["list", ""],
    ["designs", "scenarios", "models", "profiles"],
  ],
  [["completion", "z"], ["zsh"]],
  [["check", "unl"], ["unlazy_vs_munmap"]],
  [["check", "READ"], ["README.md"]],
  [
    ["check", "-m", ""],
    ["sc", "x86_tso", "armv8"],
  ],
  [["check", "-d", "luto-2022-m"], ["luto-2022-mask-scan"]],
  [["check", "--design", "linux-6.12-x86,luto-2022-m"], ["linux-6.12-x86,luto-2022-mask-scan"]],
  [
    ["compare", "--profile", ""],
    ["x86-published", "unmeasured"],
  ],
  [["compare", "--no"], ["--no-sidecars"]],
  [["ins"], ["inspect"]],
  [["inspect", "fixt"], ["fixtures"]],
  [["inspect", "--cp"], ["--cpus"]],
  [["compare", "--overlay", "packa"], []],
  [["replay", "fixt"], ["fixtures"]],
  [["record", "--color", "al"], ["always"]],
];

describe.skipIf(!has("bash"))("bash", () => {
  test("can be parsed", () => {
    run("bash", ["-n", script("bash")]);
  });

  const withEquals = [[["check", "--design", "=", "luto-2022-m"], ["luto-2022-mask-scan"]]] as const;
  test.each([...CASES, ...withEquals])("%j → %j", (words, offered) => {
    const ask =
      'source "$1"; shift; COMP_WORDS=(lazymm "$@"); COMP_CWORD=$#; _lazymm; printf "%s\\n" "${COMPREPLY[@]}"';
    expect(run("bash", ["-c", ask, "bash", script("bash"), ...words])).toEqual(offered);
  });
});

describe.skipIf(!has("fish"))("fish", () => {
  test.each(CASES)("%j → %j", (words, offered) => {
    const line = ["lazymm", ...words].join(" ");
    const answers = run("fish", ["--no-config", "-c", `source ${script("fish")}; complete -C '${line}'`]);
    const plain = answers.map((answer) => answer.split("\t")[0]!.replace(/\/$/, ""));
    expect(plain.sort()).toEqual([...offered].sort());
  });
});

describe.skipIf(!has("zsh"))("zsh", () => {
  test("can be parsed", () => {
    run("zsh", ["-n", script("zsh")]);
  });
});

test.each(["bash", "zsh", "fish"])("%s: every command, option and name is in it", (shell) => {
  const text = lazymm("completion", shell);
  const commands = [...lazymm("help").matchAll(/^ {2}([a-z]+) .*\n/gm)].map((match) => match[1]!);
  expect(commands).toContain("compare");
  for (const command of commands) {
    expect(text).toContain(command);
    if (command === "help") continue;
    for (const [, option] of lazymm(command, "--help").matchAll(/^ +(?:-\w, )?--([a-z-]+)/gm)) {
      expect(text, `${command} --${option}`).toContain(option);
    }
  }
  const { scenarios } = JSON.parse(lazymm("list", "scenarios", "--json")) as { scenarios: { name: string }[] };
  for (const { name } of scenarios) expect(text).toContain(name);
});
