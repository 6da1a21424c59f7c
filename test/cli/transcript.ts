// SPDX-License-Identifier: MIT
// Transcripts: Markdown in which every ```console block is run. A line `$ command` is a command, the lines below it
// what it must print: stdout, then stderr with `2> ` before each line, then `[exit N]` unless N is 0. In expected text
// `…` stands for anything within a line, and a line of its own for any number of lines.
import { spawnSync } from "node:child_process";
import { root } from "../../tools/source-files.ts";

export interface Step {
  readonly command: string;
  readonly expected: string;
  /** The heading above it, for the name of the test. */
  readonly title: string;
}

/** A transcript, cut into text that stays and steps that run. */
export function parseTranscript(text: string): (string | Step)[] {
  const parts: (string | Step)[] = [];
  let title = "";
  let inConsole = false;
  let step: { command: string; expected: string; title: string } | undefined;
  for (const line of text.split("\n")) {
    if (!inConsole && line.startsWith("#")) title = line.replace(/^#+ */, "");
    if (line.startsWith("```")) {
      inConsole = line === "```console";
      step = undefined;
    } else if (inConsole && line.startsWith("$ ")) {
      step = { command: line.slice(2), expected: "", title };
      parts.push(step);
      continue;
    } else if (step !== undefined) {
      step.expected += `${line}\n`;
      continue;
    }
    parts.push(line);
  }
  return parts;
}

/** Runs a command line in which `lazymm` is the built CLI, at the root of the repository. */
export function runCommand(command: string): string {
  const shell = `lazymm() { "${process.execPath}" bin/lazymm.js "$@"; }; ${command}`;
  const env = { PATH: process.env.PATH ?? "", NO_COLOR: "1", LC_ALL: "C.UTF-8" };
  const done = spawnSync("sh", ["-c", shell], { cwd: root, env, encoding: "utf8", input: "", maxBuffer: 1 << 26 });
  const errors = done.stderr.replace(/^(?=.)/gm, "2> ").replace(/^$(?=\n)/gm, "2>");
  return done.stdout + errors + (done.status === 0 ? "" : `[exit ${done.status}]\n`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

export function matches(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  const pattern = expected
    .split(/^…\n/m)
    .map((block) => block.split("…").map(escapeRegExp).join("[^\\n]*"))
    .join("(?:[^\\n]*\\n)*?");
  return new RegExp(`^${pattern}$`).test(actual);
}

/** The transcript again, with each step's expectation as `of` gives it. */
export function printTranscript(parts: readonly (string | Step)[], of: (step: Step) => string): string {
  const lines = parts.map((part) => (typeof part === "string" ? `${part}\n` : `$ ${part.command}\n${of(part)}`));
  return lines.join("").slice(0, -1);
}
