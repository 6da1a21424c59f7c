// SPDX-License-Identifier: MIT
// SPIN, where it is installed: generates a verifier for a Promela text, compiles it and runs it to the end.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SpinResult {
  /** Distinct states that SPIN stored. */
  readonly states: number;
  readonly errors: number;
  /** What was asserted in vain: names of variables, or SPIN's own complaints. */
  readonly complaints: ReadonlySet<string>;
  /** Every state was visited. */
  readonly complete: boolean;
}

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** undefined: both are here; otherwise what is not. */
export const missing = runs("spin", ["-V"])
  ? runs("gcc", ["--version"])
    ? undefined
    : "gcc is not installed"
  : "spin is not installed";

function step(folder: string, command: string, args: readonly string[]): string {
  const done = spawnSync(command, args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${done.status}\n${done.stdout}\n${done.stderr}`);
  return done.stdout;
}

/** Exact storage, no partial-order reduction, and no end at an error. */
const COMPILE = ["-O0", "-w", "-DSAFETY", "-DNOREDUCE", "-DNOFAIR", "-DVECTORSZ=4096", "-o", "pan", "pan.c"];
const RUN = ["-c0", "-m1000000", "-w20"];

export function spin(text: string): SpinResult {
  const folder = mkdtempSync(join(tmpdir(), "lazymm-spin-"));
  try {
    writeFileSync(join(folder, "model.pml"), text);
    // -o2: variables that are written and never read stay part of the state.
    step(folder, "spin", ["-o2", "-a", "model.pml"]);
    step(folder, "gcc", COMPILE);
    return parse(step(folder, "./pan", RUN));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function parse(output: string): SpinResult {
  const number = (pattern: RegExp): number => {
    const match = pattern.exec(output);
    if (match?.[1] === undefined) throw new Error(`no ${pattern} in SPIN's output:\n${output}`);
    return Number(match[1]);
  };
  const complaints = [...output.matchAll(/^pan:\d+: (?:assertion violated )?(.*?) \(at depth \d+\)$/gm)];
  return {
    states: number(/^\s*(\d+) states, stored/m),
    errors: number(/errors: (\d+)/),
    complaints: new Set(complaints.map((match) => match[1] ?? "")),
    complete: !/Search not completed|search depth too small|out of memory/.test(output),
  };
}
