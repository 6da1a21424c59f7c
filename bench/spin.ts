// SPDX-License-Identifier: MIT
// The peer: SPIN on its own version of the common model (bench/peers/lazy-tlb.pml), exact and without reductions.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert } from "../src/base/assert.ts";
import { modelRoot } from "../src/jobs/library.ts";
import type { Instance } from "./common-model.ts";

const FILE = "bench/peers/lazy-tlb.pml";
/** Longer than any run of the instances that visits no state twice: SPIN searches depth-first. */
const DEPTH = 2_000_000;

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** "spin 6.5.2"; undefined where SPIN or a C compiler is missing. */
export function spinName(): string | undefined {
  if (!works("gcc", ["--version"])) return undefined;
  const version = /^Spin Version (\S+)/.exec(spawnSync("spin", ["-V"], { encoding: "utf8" }).stdout ?? "");
  return version ? `spin ${version[1]}` : undefined;
}

export interface Pan {
  /** CPU seconds, user and system, of one search. */
  readonly run: () => number;
  readonly remove: () => void;
}

/** SPIN's verifier for an instance, built. The state that it has more than others is that of its `init`. */
export function buildPan({ unmaps, states, scenario }: Instance): Pan {
  assert(scenario === "in_order", "the peer calls the other CPUs in order");
  const cwd = mkdtempSync(join(tmpdir(), "lazymm-spin-"));
  const step = (command: string, args: readonly string[]): void => {
    const done = spawnSync(command, args, { cwd, encoding: "utf8" });
    assert(done.status === 0, `${command} ${args.join(" ")}: ${done.stdout}${done.stderr}`);
  };
  step("spin", [`-DGEN0=${unmaps[0]}`, `-DGEN1=${unmaps[1]}`, "-a", `${modelRoot()}/${FILE}`]);
  step("gcc", ["-O2", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"]);
  return {
    run: () => {
      // `times` of a POSIX shell: its own CPU time, and on the next line that of what it ran.
      const script = `./pan -w24 -m${DEPTH} && times`;
      const { status, stdout, stderr } = spawnSync("sh", ["-c", script], { cwd, encoding: "utf8" });
      assert(status === 0, `pan: ${stdout}${stderr}`);
      const counted = Number(/(\d+) states, stored/.exec(stdout)?.[1]);
      assert(counted === states + 1, `SPIN counts ${counted} states, not ${states} and its own`);
      assert(/errors: 0/.test(stdout) && !/Search not completed|too small/.test(stdout), `pan: ${stdout}`);
      return childSeconds(stdout);
    },
    remove: () => rmSync(cwd, { recursive: true }),
  };
}

/** The last line of what `times` prints: "0m5.35s 0m0.36s". */
export function childSeconds(text: string): number {
  const times = text.trim().split("\n").at(-1) ?? "";
  const parts = [...times.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => 60 * Number(m) + Number(s));
  assert(parts.length === 2, `the shell prints CPU times, not "${times}"`);
  return parts[0]! + parts[1]!;
}
